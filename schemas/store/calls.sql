-- Immediate reports (即报): the office calls for a provider's matter now; its words are sealed, times are Unix ms.
create table if not exists call (
    id          bigint generated always as identity primary key,
    provider    text not null,
    table_name  text,                             -- the table the answer is wanted in; null: any
    matter      bytea not null,                   -- AES-256-GCM of the words: they may name someone
    office      text not null,                    -- who calls: an office, never a person's name
    called_ms   bigint not null,
    due_ms      bigint not null,
    seen_ms     bigint,                           -- when the provider's desk first showed it
    answered_ms bigint,                           -- when the first answer was accepted
    closed_ms   bigint,
    closed_by   text
);
create index if not exists call_provider on call (provider, id desc);
create table if not exists call_answer (          -- receipts that answer a call; one call may need several
    call_id       bigint not null references call (id),
    submission_id bigint not null,
    answered_ms   bigint not null,
    primary key (call_id, submission_id)
);
