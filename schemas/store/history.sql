-- What records and entities were: written when something is replaced, moved or dropped, so a first load writes nothing here.
-- Times are source commit times, Unix ms. Of each handle or id the first row with until_ms > t tells how it was at t; without one, it is as now.
create table if not exists record_past (          -- what a record said, until its source said otherwise
    handle       bytea not null,
    until_ms     bigint not null,
    from_ms      bigint not null,
    lsn          bigint not null,
    provider     text not null,
    source_table text not null,
    role         text not null,
    public       bytea not null,                  -- as in record
    sealed       bytea,                           -- under the record's own key: deleting that key erases this too
    primary key (handle, until_ms)
);
create index if not exists record_past_until on record_past using brin (until_ms);
create table if not exists member_past (          -- which entity a record was of, until it moved or was dropped
    handle    bytea not null,
    until_ms  bigint not null,
    entity_id text not null,
    primary key (handle, until_ms)
);
create index if not exists member_past_entity on member_past (entity_id, until_ms);
create index if not exists member_past_until on member_past using brin (until_ms);
create table if not exists entity_past (          -- whether an id had records and where it pointed, until that changed
    id       text not null,
    until_ms bigint not null,
    version  bigint not null,                     -- the last one emitted in that state
    alive    boolean not null,
    redirect text,
    primary key (id, until_ms)
);
create index if not exists entity_past_until on entity_past using brin (until_ms);
create table if not exists past_horizon (         -- one row: nothing before it is told any more
    one_row  boolean primary key default true check (one_row),
    since_ms bigint not null
);
insert into past_horizon (since_ms) values (0) on conflict do nothing;
