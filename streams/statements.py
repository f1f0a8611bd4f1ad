"""The resolver's statements: each takes arrays and unnests them, so that it is one for a batch of any size."""

COLUMNS = (
    "handle, row_handle, kind, provider, source_table, role, lsn, committed_ms, digest, keys, blocks, compared, muted, "
    "public, sealed, entity_id"
)
READ = ", ".join(f"r.{name}" for name in COLUMNS.split(", ")) + ", s.wrapped"
WITH_KEY = "left join sealing_key s on s.handle = r.handle"
RECORD_ARRAYS = (
    "%b::bytea[], %b::bytea[], %b::smallint[], %b::text[], %b::text[], %b::text[], %b::bigint[], %b::bigint[], "
    "%b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[], %b::text[]"
)
SET = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS.split(", ")[1:])

LOCK = "select count(pg_advisory_xact_lock(k)) is not null from unnest(%b::bigint[]) as k"
TRY_LOCK = "select coalesce(bool_and(pg_try_advisory_xact_lock(k)), true) from unnest(%b::bigint[]) as k"
# What a batch does not end and finds there is only shared: a large employer must not make workers wait for one another.
LOCK_MENTIONED = (
    "select a.handle, held.shared, case when held.shared then pg_advisory_xact_lock_shared(a.lock) is not null "
    "else pg_advisory_xact_lock(a.lock) is not null end from unnest(%b::bytea[], %b::bigint[], %b::bool[]) as a(handle, lock, ending), "
    "lateral (select not a.ending and exists (select from sealing_key s where s.handle = a.handle) as shared) held"
)
MENTIONED = (
    "select a.handle, exists (select from sealing_key s where s.handle = a.handle), "
    "exists (select from record r where r.handle = a.handle), "
    "(select count(*) from (select from mention m where m.handle = a.handle limit a.most) counted) "
    "from unnest(%b::bytea[], %b::int[]) as a(handle, most)"
)
ROWS = "select r.handle, r.lsn, r.ord from unnest(%b::bytea[]) as asked(handle) join source_row r using (handle)"
BY_ROW = f"select {READ} from unnest(%b::bytea[]) as asked(row_handle) join record r using (row_handle) {WITH_KEY}"
MENTIONS = "select m.row_handle, m.role, m.handle from unnest(%b::bytea[]) as asked(row_handle) join mention m using (row_handle)"
BY_HANDLE = f"select {READ} from unnest(%b::bytea[]) as asked(handle) join record r using (handle) {WITH_KEY}"
BY_KEY = (
    f"select distinct on (r.handle) {READ} from unnest(%b::bytea[], %b::int[]) as a(token, most), "
    "lateral (select handle from strong_key where strong_key.token = a.token limit a.most) k "
    f"join record r on r.handle = k.handle {WITH_KEY}"
)
IN_BLOCK = (
    "select a.token, b.within, b.handle from unnest(%b::bytea[], %b::int[]) as a(token, most), "
    "lateral (select within, handle from block where block.token = a.token limit a.most) b"
)
IN_GROUP = (
    "select a.token, a.within, b.handle from unnest(%b::bytea[], %b::bytea[], %b::int[]) as a(token, within, most), "
    "lateral (select handle from block where block.token = a.token and block.within = a.within limit a.most) b"
)
EDGE = "e.one, e.other, e.kind, e.hundredths, e.band, e.refusal, e.scorecard, e.since_ms"
EDGES = (
    "with a as materialized (select unnest(%b::bytea[]) as handle) "
    f"select {EDGE} from a join edge e on e.one = a.handle union select {EDGE} from a join edge e on e.other = a.handle"
)
PINS = (
    "with a as materialized (select unnest(%b::bytea[]) as handle), "
    "p as (select p.* from a join pin p on p.one = a.handle union select p.* from a join pin p on p.other = a.handle) "
    "select p.one, p.other, p.same, p.decision, p.seconded, r.why from p left join decision_resting r using (decision)"
)
ANY_DECISION = "select exists (select from decision)"
ENTITIES = "select e.id, e.version, e.digest, e.alive, e.redirect from unnest(%b::text[]) as asked(id) join entity e using (id)"
INTEND = "insert into emission (owner, id) select %b::text, unnest(%b::text[]) on conflict (owner, id) do update set since = now()"
LEFT = "(owner = %b::text or since < now() - interval '5 minutes')"  # a worker that never came back leaves its own to the others
SETTLED = f"delete from emission where id = any(%b::text[]) and {LEFT}"
UNSETTLED = f"select distinct id from emission where {LEFT}"
OF_ENTITIES = "select r.handle from unnest(%b::text[]) as a(id) join record r on r.entity_id = a.id"
VERSIONS = "select nextval('entity_version') from generate_series(1, %b::int)"
PUT_ROWS = (
    "insert into source_row select * from unnest(%b::bytea[], %b::bigint[], %b::int[], %b::bool[], %b::bigint[]) "
    "on conflict (handle) do update set "
    "lsn = excluded.lsn, ord = excluded.ord, deleted = excluded.deleted, committed_ms = excluded.committed_ms"
)
PUT_RECORDS = f"insert into record ({COLUMNS}) select * from unnest({RECORD_ARRAYS}) on conflict (handle) do update set {SET}"
MUTE = "update record r set muted = m.muted from unnest(%b::bytea[], %b::bytea[]) as m(handle, muted) where r.handle = m.handle"
DROP_RECORDS = "delete from record r using unnest(%b::bytea[]) as gone(handle) where r.handle = gone.handle"
PUT_SEALING = "insert into sealing_key select * from unnest(%b::bytea[], %b::bytea[]) on conflict (handle) do nothing"
DROP_SEALING = "delete from sealing_key s using unnest(%b::bytea[]) as gone(handle) where s.handle = gone.handle"
PUT_KEYS = "insert into strong_key select * from unnest(%b::bytea[], %b::bytea[]) on conflict do nothing"
DROP_KEYS = "delete from strong_key k using unnest(%b::bytea[], %b::bytea[]) as gone(t, h) where k.token = gone.t and k.handle = gone.h"
PUT_BLOCKS = "insert into block select * from unnest(%b::bytea[], %b::bytea[], %b::bytea[]) on conflict do nothing"
DROP_BLOCKS = (
    "delete from block b using unnest(%b::bytea[], %b::bytea[], %b::bytea[]) as gone(t, w, h) "
    "where b.token = gone.t and b.within = gone.w and b.handle = gone.h"
)
PUT_EDGES = (
    "insert into edge select * from unnest(%b::bytea[], %b::bytea[], %b::smallint[], %b::int[], %b::text[], %b::text[], %b::smallint[], "
    "%b::bigint[]) on conflict (one, other) do update set hundredths = excluded.hundredths, band = excluded.band, "
    "refusal = excluded.refusal, scorecard = excluded.scorecard, since_ms = excluded.since_ms"
)
DROP_EDGES = "delete from edge e using unnest(%b::bytea[], %b::bytea[]) as gone(o, t) where e.one = gone.o and e.other = gone.t"
PUT_MENTIONS = (
    "insert into mention select * from unnest(%b::bytea[], %b::text[], %b::bytea[]) "
    "on conflict (row_handle, role) do update set handle = excluded.handle"
)
DROP_MENTIONS = (
    "delete from mention m using unnest(%b::bytea[], %b::text[]) as gone(row_handle, role) "
    "where m.row_handle = gone.row_handle and m.role = gone.role"
)
PUT_RESTING = (
    "insert into decision_resting select * from unnest(%b::bigint[], %b::text[]) on conflict (decision) do update set why = excluded.why"
)
DROP_RESTING = "delete from decision_resting r using unnest(%b::bigint[]) as gone(decision) where r.decision = gone.decision"
PUT_APPLIED = "insert into decision_applied select * from unnest(%b::bigint[], %b::bigint[]) on conflict do nothing"
PUT_ENTITIES = (
    "insert into entity select * from unnest(%b::text[], %b::smallint[], %b::bigint[], %b::bytea[], %b::text[], %b::bool[]) "
    "on conflict (id) do update set "
    "version = excluded.version, digest = excluded.digest, redirect = excluded.redirect, alive = excluded.alive"
)
