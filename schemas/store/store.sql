-- The resolver's store: what is known of every row, record and entity. Personal values stand here only as tokens or sealed.
create table if not exists source_row (           -- one department row: decides whether a delivered change is new
    handle       bytea primary key,               -- keyed token of the row id
    lsn          bigint not null,                 -- source position of the last change applied
    ord          integer not null,
    deleted      boolean not null,                -- kept after a delete, so that a late repeat of an older change is recognised
    committed_ms bigint not null
);
create table if not exists record (               -- what one row says of one entity
    handle       bytea primary key,               -- keyed token of the record id
    row_handle   bytea not null,
    kind         smallint not null,
    provider     text not null,
    source_table text not null,
    role         text not null,
    lsn          bigint not null,
    committed_ms bigint not null,
    digest       bytea not null,                  -- keyed digest of the visible values: equal means nothing to say downstream
    keys         bytea not null,                  -- strong keys, 17 bytes each (code + token), strongest first
    blocks       bytea not null,                  -- blocking keys, 24 bytes each: token of the key (16), of what must agree where it is crowded (8)
    compared     bytea not null,                  -- keyed digest of what the scorecard sees of it: equal means its edges stand
    muted        bytea not null,                  -- rules, a byte each, by which it shares a value with too many for that value to count
    public       bytea not null,                  -- JSON {open, tokens, fields}
    sealed       bytea,                           -- AES-256-GCM of JSON {field: value}
    entity_id    text not null
);
create index if not exists record_row on record (row_handle);
create index if not exists record_entity on record (entity_id);
create table if not exists mention (              -- rows that say the same of what they only mention share a record
    row_handle bytea not null,
    role       text not null,
    handle     bytea not null,                    -- the record, whose row_handle is itself; it ends with its last mention
    primary key (row_handle, role)
);
create index if not exists mention_handle on mention (handle);
create table if not exists strong_key (           -- blocking by exact identifier
    token  bytea not null,
    handle bytea not null,
    primary key (token, handle)
);
create table if not exists block (                -- blocking by what records of one entity mostly agree in
    token  bytea not null,
    within bytea not null,                        -- zeros: agrees with no one
    handle bytea not null,
    primary key (token, within, handle)
);
create table if not exists edge (                 -- pairs that the scorecard takes for one entity, or leaves to a person; one < other
    one        bytea not null,
    other      bytea not null,
    kind       smallint not null,
    hundredths integer not null,                  -- of a bit
    band       text not null check (band in ('match', 'review')),
    refusal    text,                              -- why a match did not join: cannot_link, pinned_different, torn, no_support, large_component; or contested_key
    scorecard  smallint not null,                 -- version of the kind's scorecard
    since_ms   bigint not null,                   -- when the pair was first in this band, Unix ms
    primary key (one, other)
);
create index if not exists edge_other on edge (other);
create index if not exists edge_open on edge (kind, since_ms) where band = 'review' or refusal is not null;
create table if not exists entity (
    id       text primary key,
    kind     smallint not null,
    version  bigint not null,
    digest   bytea not null,
    redirect text,
    alive    boolean not null
);
create index if not exists entity_redirect on entity (redirect) where redirect is not null;
create table if not exists sealing_key (          -- one key a record, wrapped by the master key; deleting it erases the record everywhere
    handle  bytea primary key,
    wrapped bytea not null
);
create table if not exists emission (             -- entities about to be sent by a batch; still here after it, its worker died in between
    owner text not null,                          -- which worker
    id    text not null,
    since timestamptz not null default now(),
    primary key (owner, id)
);
create table if not exists store_scorecard (      -- by which scorecard the records of a kind were matched; a worker with another one does not start
    kind    smallint primary key,
    digest  bytea not null,                       -- of the card and the table of frequencies; empty while the store is matched anew
    version smallint not null
);
create sequence if not exists entity_version;
