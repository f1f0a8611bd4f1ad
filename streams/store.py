"""The resolver's store in PostgreSQL: a handful of statements a micro-batch, whatever its size.

Statements take arrays and ``unnest`` them; index plans are forced, because a hash join over a growing table would make
each batch dearer than the last.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from psycopg import AsyncConnection, Connection

from domain.composition import KnownRecord
from domain.entities import Kind
from domain.matching.keys import KEY_BYTES

_SCHEMA = Path(__file__).parent.parent / "schemas" / "store" / "store.sql"
_KINDS = list(Kind)
_SCHEMA_LOCK = 0x6875696C6975  # "huiliu": one process creates the tables, the others wait
_INDEX_PLANS = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan -c jit=off"

_COLUMNS = "handle, row_handle, kind, provider, source_table, role, lsn, committed_ms, digest, keys, public, sealed, entity_id"
_READ = ", ".join(f"r.{name}" for name in _COLUMNS.split(", "))
_RECORD_ARRAYS = (
    "%b::bytea[], %b::bytea[], %b::smallint[], %b::text[], %b::text[], %b::text[], %b::bigint[], %b::bigint[], "
    "%b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[], %b::text[]"
)
_SET = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[1:])

_LOCK = "select count(pg_advisory_xact_lock(k)) is not null from unnest(%b::bigint[]) as k"
_TRY_LOCK = "select coalesce(bool_and(pg_try_advisory_xact_lock(k)), true) from unnest(%b::bigint[]) as k"
_ROWS = "select r.handle, r.lsn, r.ord from unnest(%b::bytea[]) as asked(handle) join source_row r using (handle)"
_BY_ROW = f"select {_READ} from unnest(%b::bytea[]) as asked(row_handle) join record r using (row_handle)"
_SEALING = (
    "select s.handle, s.wrapped from unnest(%b::bytea[]) as asked(row_handle) "
    "join record r using (row_handle) join sealing_key s on s.handle = r.handle"
)
_BY_KEY = (
    "select distinct on (r.handle) " + _READ + " from unnest(%b::bytea[]) as asked(token) "
    "join strong_key k using (token) join record r on r.handle = k.handle"
)
_ENTITIES = "select e.id, e.version, e.digest, e.alive, e.redirect from unnest(%b::text[]) as asked(id) join entity e using (id)"
_VERSIONS = "select nextval('entity_version') from generate_series(1, %b::int)"
_PUT_ROWS = (
    "insert into source_row select * from unnest(%b::bytea[], %b::bigint[], %b::int[], %b::bool[], %b::bigint[]) "
    "on conflict (handle) do update set "
    "lsn = excluded.lsn, ord = excluded.ord, deleted = excluded.deleted, committed_ms = excluded.committed_ms"
)
_PUT_RECORDS = f"insert into record ({_COLUMNS}) select * from unnest({_RECORD_ARRAYS}) on conflict (handle) do update set {_SET}"
_DROP_RECORDS = "delete from record r using unnest(%b::bytea[]) as gone(handle) where r.handle = gone.handle"
_PUT_SEALING = "insert into sealing_key select * from unnest(%b::bytea[], %b::bytea[]) on conflict (handle) do nothing"
_DROP_SEALING = "delete from sealing_key s using unnest(%b::bytea[]) as gone(handle) where s.handle = gone.handle"
_PUT_KEYS = "insert into strong_key select * from unnest(%b::bytea[], %b::bytea[]) on conflict do nothing"
_DROP_KEYS = "delete from strong_key k using unnest(%b::bytea[], %b::bytea[]) as gone(t, h) where k.token = gone.t and k.handle = gone.h"
_PUT_ENTITIES = (
    "insert into entity select * from unnest(%b::text[], %b::smallint[], %b::bigint[], %b::bytea[], %b::text[], %b::bool[]) "
    "on conflict (id) do update set "
    "version = excluded.version, digest = excluded.digest, redirect = excluded.redirect, alive = excluded.alive"
)


class BusyError(Exception):
    """Another worker holds a key of this neighbourhood: roll back and try again with all keys asked for at once."""


@dataclass(frozen=True, slots=True)
class KnownEntity:
    """An entity as last emitted."""

    id: str
    version: int
    digest: bytes
    alive: bool
    redirect: str | None


@dataclass(slots=True)
class Known:
    """What the store knows of a batch: positions by row, records by handle, wrapped keys by record."""

    positions: dict[bytes, tuple[int, int]]
    records: dict[bytes, KnownRecord]
    wrapped: dict[bytes, bytes]


@dataclass(slots=True)
class Writes:
    """Everything one micro-batch changes. Rows: (handle, lsn, order, deleted, committed_ms); keys: (key, handle)."""

    rows: list[tuple[bytes, int, int, bool, int]] = field(default_factory=list)
    records: list[KnownRecord] = field(default_factory=list)
    dropped: list[bytes] = field(default_factory=list)
    keys: list[tuple[bytes, bytes]] = field(default_factory=list)
    dropped_keys: list[tuple[bytes, bytes]] = field(default_factory=list)
    sealing: list[tuple[bytes, bytes]] = field(default_factory=list)
    entities: list[tuple[str, int, int, bytes, str | None, bool]] = field(default_factory=list)


def create_tables(dsn: str) -> None:
    """Create the store's tables that are not there yet; several workers may ask at once.

    Raises:
        psycopg.OperationalError: the store is away.
    """
    with Connection.connect(dsn, application_name="huiliu-resolve") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
        connection.execute(_SCHEMA.read_bytes())


class Store:
    """One connection; one transaction at a time."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        """Keep an open autocommit connection; ``Store.connect`` makes one."""
        self._connection = connection

    @classmethod
    async def connect(cls, dsn: str) -> "Store":
        """Connect; ``create_tables`` has run before."""
        connection = await AsyncConnection.connect(
            dsn, autocommit=True, prepare_threshold=0, options=_INDEX_PLANS, application_name="huiliu-resolve"
        )
        return cls(connection)

    async def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        await self._connection.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Open the micro-batch's transaction; locks are held until it ends."""
        async with self._connection.transaction():
            yield

    async def lock_and_read(self, locks: Collection[int], rows: Sequence[bytes]) -> Known:
        """Lock rows, then read their positions, records and wrapped keys."""
        async with self._connection.pipeline():
            await self._connection.execute(_LOCK, (sorted(locks),), binary=True)
            positions = await self._connection.execute(_ROWS, (list(rows),), binary=True)
            own = await self._connection.execute(_BY_ROW, (list(rows),), binary=True)
            sealing = await self._connection.execute(_SEALING, (list(rows),), binary=True)
        found = {handle: (lsn, order) for handle, lsn, order in await positions.fetchall()}
        return Known(found, _records(await own.fetchall()), dict(await sealing.fetchall()))

    async def lock_and_expand(self, locks: Collection[int], keys: Collection[bytes]) -> dict[bytes, KnownRecord]:
        """Lock keys, all in one order so that workers cannot deadlock, and return the records that have them."""
        return await self._expand(_LOCK, sorted(locks), keys)

    async def try_expand(self, locks: Collection[int], keys: Collection[bytes]) -> dict[bytes, KnownRecord]:
        """Lock further keys without waiting, and return the records that have them.

        Raises:
            BusyError: another worker holds one of them.
        """
        return await self._expand(_TRY_LOCK, list(locks), keys)

    async def _expand(self, statement: str, locks: list[int], keys: Collection[bytes]) -> dict[bytes, KnownRecord]:
        async with self._connection.pipeline():
            locked = await self._connection.execute(statement, (locks,), binary=True)
            sharing = await self._connection.execute(_BY_KEY, (list(keys),), binary=True)
        if not (await locked.fetchall())[0][0]:
            raise BusyError
        return _records(await sharing.fetchall())

    async def entities(self, ids: Collection[str], versions: int) -> tuple[dict[str, KnownEntity], list[int]]:
        """Return what was last emitted of these ids, and ``versions`` fresh numbers of the sequence, ascending."""
        async with self._connection.pipeline():
            known = await self._connection.execute(_ENTITIES, (list(ids),), binary=True)
            numbers = await self._connection.execute(_VERSIONS, (versions,), binary=True)
        return {row[0]: KnownEntity(*row) for row in await known.fetchall()}, sorted(row[0] for row in await numbers.fetchall())

    async def write(self, writes: Writes) -> None:
        """Send all writes in one round trip; what is empty is not sent."""
        statements = (
            (_DROP_KEYS, _columns(writes.dropped_keys, 2)),
            (_DROP_RECORDS, [writes.dropped]),
            (_DROP_SEALING, [writes.dropped]),
            (_PUT_ROWS, _columns(writes.rows, 5)),
            (_PUT_RECORDS, _columns((_row(record) for record in writes.records), 13)),
            (_PUT_KEYS, _columns(writes.keys, 2)),
            (_PUT_SEALING, _columns(writes.sealing, 2)),
            (_PUT_ENTITIES, _columns(writes.entities, 6)),
        )
        async with self._connection.pipeline():
            for statement, columns in statements:
                if columns[0]:
                    await self._connection.execute(statement, columns)


def _columns(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def _row(record: KnownRecord) -> tuple[Any, ...]:
    return (
        record.handle,
        record.row_handle,
        _KINDS.index(record.kind),
        record.provider,
        record.table,
        record.role,
        record.lsn,
        record.committed_ms,
        record.digest,
        b"".join(record.keys),
        orjson.dumps(record.public),
        record.sealed,
        record.entity_id,
    )


def _records(rows: Iterable[Sequence[Any]]) -> dict[bytes, KnownRecord]:
    return {row[0]: _record(row) for row in rows}


def _record(row: Sequence[Any]) -> KnownRecord:
    handle, row_handle, kind, provider, table, role, lsn, committed_ms, digest, keys, public, sealed, entity_id = row
    split = [keys[start : start + KEY_BYTES] for start in range(0, len(keys), KEY_BYTES)]
    return KnownRecord(
        handle, row_handle, _KINDS[kind], provider, table, role, lsn, committed_ms, digest, split, orjson.loads(public), sealed, entity_id
    )
