-- What departments handed over as copies and entries. Personal values stand here only as keyed tokens or sealed.
create table if not exists intake_feed (           -- one table of one provider
    id           integer generated always as identity primary key,
    provider     text not null,
    source_table text not null,
    unique (provider, source_table)
);
create table if not exists intake_submission (     -- one delivery to one table; the receipt
    id              bigint generated always as identity primary key,
    feed            integer not null references intake_feed,
    kind            text not null check (kind in ('file', 'entry')),
    whole           boolean not null,              -- a whole copy: what is missing from it is deleted
    name            text not null,
    sha256          bytea not null,
    shape           bytea not null,                -- digest of the columns taken: the same file under another contract is another delivery
    columns         text[] not null,               -- the columns of a sealed row, in its order
    key             text[] not null,
    idempotency_key text,
    call_id         bigint,
    state           text not null check (state in ('waiting', 'sending', 'done', 'refused', 'cancelled')),
    rows            integer not null default 0,
    created         integer not null default 0,
    updated         integer not null default 0,
    deleted         integer not null default 0,
    unchanged       integer not null default 0,
    rejected        integer not null default 0,
    flagged         integer not null default 0,
    received_ms     bigint not null,
    accepted_ms     bigint,                        -- when it went on its way: the change events' commit time
    done_ms         bigint,
    decided_by      text,                          -- who confirmed or cancelled it
    reason          text not null default '',
    notes           text[] not null default '{}'
);
create unique index if not exists intake_submission_idempotency on intake_submission (feed, idempotency_key) where idempotency_key is not null;
create index if not exists intake_submission_feed on intake_submission (feed, id);
create index if not exists intake_submission_open on intake_submission (feed) where state in ('waiting', 'sending');
create table if not exists intake_row (            -- the last accepted state of every row
    feed       integer not null,
    handle     bytea not null,                     -- keyed token of the row id
    digest     bytea not null,                     -- keyed digest of its values
    sealed_key bytea not null,                     -- its key, with which a deletion is sent
    primary key (feed, handle)
);
create table if not exists intake_change (         -- what one delivery changes; emptied once it is sent
    submission bigint not null,
    line       integer not null,
    op         "char" not null,                    -- c, u, d
    handle     bytea not null,
    digest     bytea,
    sealed     bytea,                              -- the row's values; null for a deletion
    sealed_key bytea not null,
    records    bytea not null,                     -- handles of the records it speaks of, 16 bytes each; of the first rows only
    primary key (submission, line)
);
create table if not exists intake_trace (          -- the first rows a delivery sent, to be followed on their way
    submission bigint not null,
    line       integer not null,
    op         "char" not null,
    handle     bytea not null,
    records    bytea not null,
    primary key (submission, line)
);
create table if not exists intake_reject (         -- rows that were not taken, kept sealed for a month to be mended
    submission    bigint not null,
    line          integer not null,
    source_column text not null,
    reason        text not null,
    remedy        text not null,
    handle        bytea,                           -- null when its key could not be read
    sealed        bytea,
    primary key (submission, line)
);
