-- Every contract version that was ever attached, and every consent to one that widens access. Both are only added to.
create table if not exists contract_version (
    provider    text not null,
    version     integer not null,
    digest      bytea not null,                   -- SHA-256 of what the contract says; its comments and layout do not count
    text        text not null,                    -- the file as it was
    attached_by text not null,
    attached_at timestamptz not null default now(),
    primary key (provider, version)
);
create table if not exists contract_consent (
    id          bigint generated always as identity primary key,
    provider    text not null,
    version     integer not null,
    digest      bytea not null,                   -- of exactly the contract that was consented to
    widens      text[] not null,                  -- what the office saw that it permits
    office      text not null,
    note        text not null,
    recorded_by text not null,
    recorded_at timestamptz not null default now()
);
create index if not exists contract_consent_version on contract_consent (provider, version);
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is only added to', tg_table_name;
end $$;
create or replace trigger contract_version_is_kept before update or delete or truncate on contract_version execute function refuse_change();
create or replace trigger contract_consent_is_kept before update or delete or truncate on contract_consent execute function refuse_change();
