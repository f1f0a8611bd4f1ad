-- What stewards decided on pairs of records, and who consented. Only added to: every state is a replay of these lines by id.
create table if not exists decision (
    id           bigint generated always as identity primary key,
    kind         smallint not null,
    one          bytea not null,                  -- record handles, one < other
    other        bytea not null,
    verdict      text check (verdict in ('same', 'different', 'unsure')),
    undoes       bigint,                          -- takes this earlier decision on the same pair back; then there is no verdict
    steward      text not null check (steward <> ''),
    reason       bytea not null check (length(reason) > 0),  -- sealed: a reason may name a person
    needs_second boolean not null,                -- counts only once another steward consented
    touches      integer not null,                -- records of both entities when it was decided
    decided_ms   bigint not null,                 -- Unix ms
    check (one < other),
    check (num_nonnulls(verdict, undoes) = 1),
    unique (one, other, id),
    unique (id, steward),
    foreign key (one, other, undoes) references decision (one, other, id)
);
create index if not exists decision_other on decision (other, one, id);
create index if not exists decision_undoes on decision (undoes) where undoes is not null;
create table if not exists decision_consent (     -- the table itself refuses a consent to one's own decision
    decision     bigint primary key,
    decided_by   text not null,
    steward      text not null check (steward <> decided_by),
    consented_ms bigint not null,
    foreign key (decision, decided_by) references decision (id, steward)
);
create table if not exists decision_applied (     -- written by the resolver; what is not here is sent to it again
    decision   bigint primary key,
    applied_ms bigint not null
);
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is only added to', tg_table_name;
end $$;
create or replace trigger decision_is_kept before update or delete or truncate on decision execute function refuse_change();
create or replace trigger decision_consent_is_kept before update or delete or truncate on decision_consent execute function refuse_change();
-- Decisions that count: consented to where that is needed, and not taken back by an undo that itself counts.
create or replace view counting_decision as
select d.* from decision d
where (not d.needs_second or exists (select from decision_consent c where c.decision = d.id))
  and not exists (
      select from decision u where u.undoes = d.id
      and (not u.needs_second or exists (select from decision_consent c where c.decision = u.id)));
-- The last verdict that counts on each pair. Taking it back makes the one before it hold again.
create or replace view last_word as
select d.one, d.other, d.verdict, d.id as decision from counting_decision d
where d.verdict is not null and not exists (
    select from counting_decision l where l.one = d.one and l.other = d.other and l.verdict is not null and l.id > d.id);
create or replace view pin as
select w.one, w.other, w.verdict = 'same' as same, w.decision, d.needs_second as seconded
from last_word w join decision d on d.id = w.decision where w.verdict <> 'unsure';
-- Pins that join nothing now, and why: what a later decision or the records themselves forbid.
create table if not exists decision_resting (     -- written by the resolver; a line of a pin that no longer holds says nothing
    decision bigint primary key,
    why      text not null check (why in ('pinned_different', 'cannot_link'))
);
create or replace view resting_pin as
select p.one, p.other, p.decision, r.why from decision_resting r join decision d on d.id = r.decision
join pin p on p.one = d.one and p.other = d.other and p.decision = d.id;
-- The pair's newest line, when it waits for a second steward; a newer line on the pair overtakes it.
create or replace view waiting_decision as
select d.* from decision d
where d.needs_second and not exists (select from decision_consent c where c.decision = d.id)
  and not exists (select from decision l where l.one = d.one and l.other = d.other and l.id > d.id);
