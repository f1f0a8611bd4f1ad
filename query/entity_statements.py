"""The statements by which explanations read the resolver's store."""

BEGIN = "begin isolation level repeatable read, read only"
RECORD = (
    "r.handle, r.kind, r.provider, r.source_table, r.role, r.lsn, r.committed_ms, r.keys, r.blocks, r.muted, r.public, r.sealed, "
    "s.wrapped, r.entity_id "
    "from record r left join sealing_key s on s.handle = r.handle"
)
BY_HANDLE = f"select {RECORD} where r.handle = any(%(handles)s::bytea[])"
BY_ENTITY = f"select {RECORD} where r.entity_id = %(id)s order by r.handle limit %(members)s"
PAIR_EDGE = "select one, other, hundredths, band, refusal from edge where one = %(one)s and other = %(other)s"
PIN = "p.one, p.other, p.same, p.decision, p.seconded, (select w.why from decision_resting w where w.decision = p.decision)"
PAIR_PIN = f"select {PIN} from pin p where p.one = %(one)s and p.other = %(other)s"  # noqa: S608  # no value stands in it
EDGES = """
with m as materialized (select handle from record where entity_id = %(id)s order by handle limit %(members)s)
select * from (
    select e.one, e.other, e.hundredths, e.band, e.refusal, r.handle, r.entity_id, r.provider
    from m join edge e on e.one = m.handle join record r on r.handle = e.other
    union all
    select e.one, e.other, e.hundredths, e.band, e.refusal, r.handle, r.entity_id, r.provider
    from m join edge e on e.other = m.handle join record r on r.handle = e.one and r.entity_id <> %(id)s
) as found order by hundredths desc, one, other limit %(edges)s
"""
PINS = f"""
with m as materialized (select handle from record where entity_id = %(id)s order by handle limit %(members)s)
select {PIN}, r.handle, r.entity_id, r.provider from m join pin p on p.one = m.handle join record r on r.handle = p.other
union all
select {PIN}, r.handle, r.entity_id, r.provider from m join pin p on p.other = m.handle
join record r on r.handle = p.one and r.entity_id <> %(id)s
"""  # noqa: S608  # no value stands in it
OUTSIDE = """
with m as materialized (select keys from record where entity_id = %(id)s order by handle limit %(members)s),
k as (select distinct substring(m.keys from n for %(width)s) as token from m, generate_series(1, octet_length(m.keys), %(width)s) as n)
select k.token, r.provider
from k, lateral (select s.handle from strong_key s where s.token = k.token limit %(holders)s) as h join record r on r.handle = h.handle
where r.entity_id <> %(id)s group by 1, 2
"""
CROWDED = """
with m as materialized (select blocks from record where entity_id = %(id)s order by handle limit %(members)s),
b as (select distinct substring(m.blocks from n for 16) as token from m, generate_series(1, octet_length(m.blocks), %(block)s) as n)
select b.token from b
where (select count(*) from (select 1 from block k where k.token = b.token limit %(cap)s + 1) as held) > %(cap)s
"""
OF_ENTITY = """
with k as (
    select distinct substring(m.keys from n for %(width)s) as token
    from (select keys from record where entity_id = %(id)s order by handle limit %(members)s) as m,
         generate_series(1, octet_length(m.keys), %(width)s) as n
)"""
OF_EITHER = """
with said as (
    select substring(r.keys from n for %(width)s) as token
    from record r, generate_series(1, octet_length(r.keys), %(width)s) as n where r.handle = any(%(handles)s::bytea[])
), k as (select distinct token from said)"""
OF_BOTH = OF_EITHER.replace("distinct token from said", "token from said group by token having count(*) > 1")
COUNTS = """, c as (
    select k.token, (select count(*) from (select 1 from strong_key s where s.token = k.token limit %(most)s + 1) as held) as held
    from k where get_byte(k.token, 0) = any(%(bounded)s)
)"""
COUNTED = COUNTS + " select token, held from c"  # noqa: S608  # no value stands in it
RIVALS = f"""{COUNTS}, rival as (
    select distinct s.handle from c join strong_key s on s.token = c.token where c.held <= %(most)s and get_byte(c.token, 0) = %(contested)s
) select {RECORD} where r.handle in (select handle from rival) and r.entity_id <> %(id)s
"""  # noqa: S608  # no value stands in it
FORMER = "select id from entity where redirect = %(id)s and not alive order by id limit %(members)s"
NOW = (
    "with recursive way(id, alive, redirect, step) as (select id, alive, redirect, 0 from entity where id = %(id)s "
    "union all select e.id, e.alive, e.redirect, step + 1 from way join entity e on e.id = way.redirect "
    "where not way.alive and step < %(steps)s) select id from way where alive"
)
