-- What feeds promised and what was found: a history, one line a finding that is new.
create table if not exists quality (
    measured_ms  bigint not null,                 -- Unix ms
    provider     text not null,
    source_table text not null,
    measure      text not null,                   -- volume, freshness, completeness, vocabulary, uniqueness or drift
    subject      text not null,                   -- the field or column it is about, or ''
    value        double precision not null,       -- rows, seconds or a share, by the measure
    least        double precision,                -- what the contract promises; null: no bound on this side
    most         double precision,
    kept         boolean not null,
    detail       text not null default '',        -- a sentence where figures do not say it; never a value
    primary key (provider, source_table, measure, subject, measured_ms)
);
