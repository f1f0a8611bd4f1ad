"""The resolver's store in PostgreSQL: a handful of statements a micro-batch, whatever its size.

Index plans are forced, because a hash join over a growing table would make each batch dearer than the last.
"""

import hashlib
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString, NamedTuple

from psycopg import AsyncConnection, AsyncCursor, Connection

from domain.composition import KnownRecord
from domain.entities import Kind
from domain.matching.clusters import Pin
from domain.matching.scorecard_file import Cards
from streams import locks
from streams import statements as sql
from streams.cards import share
from streams.history import Past
from streams.record_rows import records_of, row_of

_SCHEMAS = tuple(Path(__file__).parent.parent / "schemas" / "store" / name for name in ("store.sql", "review.sql", "history.sql"))
_SCHEMA_LOCK = 0x6875696C6975  # "huiliu": one process creates the tables, the others wait
_INDEX_PLANS = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan -c jit=off"


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


class KnownEdge(NamedTuple):
    """A pair the scorecard does not take for two entities; ``one`` < ``other``. ``since_ms``: when it was first in this band."""

    one: bytes
    other: bytes
    kind: int
    hundredths: int
    band: str
    refusal: str | None
    scorecard: int
    since_ms: int


@dataclass(slots=True)
class Known:
    """What the store knows of a batch: positions by row, records by handle, whether any steward ever decided, mentions by row and role."""

    positions: dict[bytes, tuple[int, int]]
    records: dict[bytes, KnownRecord]
    has_decisions: bool
    mentions: dict[bytes, dict[str, bytes]] = field(default_factory=dict)


class Mentioned(NamedTuple):
    """Of a record that rows only mention: whether its values can be read, whether it is there, and by how many rows (as far as asked)."""

    readable: bool
    stored: bool
    mentions: int


@dataclass(slots=True)
class Ask:
    """What to lock and read in one round trip.

    ``keys`` and ``blocks``: token → most holders to return; ``groups``: (token, within) → most; ``linked`` and ``pinned``: handles
    whose edges and pins are asked for.
    """

    locks: set[int] = field(default_factory=set)
    keys: dict[bytes, int] = field(default_factory=dict)
    blocks: dict[bytes, int] = field(default_factory=dict)
    groups: dict[tuple[bytes, bytes], int] = field(default_factory=dict)
    linked: Collection[bytes] = ()
    pinned: Collection[bytes] = ()
    handles: Collection[bytes] = ()


@dataclass(slots=True)
class Found:
    """What was asked for. Holders are (token, within, handle); pins are with why they rest, if they do.

    ``has_decisions``: whether any steward ever decided, as of when all locks were had; False where locks were not waited for.
    """

    by_key: dict[bytes, KnownRecord]
    by_handle: dict[bytes, KnownRecord]
    in_blocks: list[tuple[bytes, bytes, bytes]]
    in_groups: list[tuple[bytes, bytes, bytes]]
    edges: list[KnownEdge]
    pins: dict[Pin, str | None]
    has_decisions: bool


@dataclass(slots=True)
class Writes:
    """Everything one micro-batch changes.

    Rows: (handle, lsn, order, deleted, committed_ms); keys: (key, handle); blocks: (token, within, handle); muted: (handle, rules);
    resealed: records whose key is another now; applied: (decision, Unix ms); resting: (decision, why), of pins that join nothing any
    more; mentions: (row, role, handle); settled: entities that ``owner`` noted as about to be emitted, and has.
    """

    rows: list[tuple[bytes, int, int, bool, int]] = field(default_factory=list)
    records: list[KnownRecord] = field(default_factory=list)
    dropped: list[bytes] = field(default_factory=list)
    keys: list[tuple[bytes, bytes]] = field(default_factory=list)
    dropped_keys: list[tuple[bytes, bytes]] = field(default_factory=list)
    blocks: list[tuple[bytes, bytes, bytes]] = field(default_factory=list)
    dropped_blocks: list[tuple[bytes, bytes, bytes]] = field(default_factory=list)
    muted: list[tuple[bytes, bytes]] = field(default_factory=list)
    edges: list[KnownEdge] = field(default_factory=list)
    dropped_edges: list[tuple[bytes, bytes]] = field(default_factory=list)
    sealing: list[tuple[bytes, bytes]] = field(default_factory=list)
    resealed: list[bytes] = field(default_factory=list)
    entities: list[tuple[str, int, int, bytes, str | None, bool]] = field(default_factory=list)
    applied: list[tuple[int, int]] = field(default_factory=list)
    resting: list[tuple[int, str]] = field(default_factory=list)
    dropped_resting: list[int] = field(default_factory=list)
    mentions: list[tuple[bytes, str, bytes]] = field(default_factory=list)
    dropped_mentions: list[tuple[bytes, str]] = field(default_factory=list)
    owner: str = ""
    settled: list[str] = field(default_factory=list)
    past: Past = field(default_factory=Past)


def create_tables(dsn: str) -> None:
    """Create the store's tables that are not there yet; several workers may ask at once.

    Raises:
        psycopg.OperationalError: the store is away.
    """
    texts = [schema.read_bytes() for schema in _SCHEMAS]
    digest = hashlib.sha256(b"".join(texts)).digest()
    with Connection.connect(dsn, application_name="huiliu-resolve") as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
        connection.execute("create table if not exists store_schema (digest bytea primary key)")
        # Executed again while another worker is at work, views and triggers would wait for its locks, and it for ours.
        if not connection.execute("select 1 from store_schema where digest = %s", (digest,)).fetchone():
            for text in texts:
                connection.execute(text)
            connection.execute("insert into store_schema values (%s)", (digest,))


class Store:
    """One transaction at a time; beside its connection one for what must be known although the transaction fails."""

    def __init__(self, connection: AsyncConnection[Any], beside: AsyncConnection[Any]) -> None:
        """Keep two open autocommit connections; ``Store.connect`` makes them."""
        self._connection = connection
        self._beside = beside

    @classmethod
    async def connect(cls, dsn: str) -> "Store":
        """Connect; ``create_tables`` has run before."""
        how: dict[str, Any] = {"autocommit": True, "prepare_threshold": 0, "options": _INDEX_PLANS, "application_name": "huiliu-resolve"}
        connection = await AsyncConnection.connect(dsn, **how)
        try:
            return cls(connection, await AsyncConnection.connect(dsn, **how))
        except BaseException:
            await connection.close()
            raise

    async def share(self, cards: Cards) -> list[Kind] | None:
        """Take part in the work by these scorecards, until the connection is closed (``streams.cards.share``)."""
        return await share(self._connection, cards)

    async def close(self) -> None:
        """Close the connections; an open transaction is rolled back."""
        await self._connection.close()
        await self._beside.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Open the micro-batch's transaction; locks are held until it ends."""
        async with self._connection.transaction():
            yield

    async def lock_and_read(self, wanted: Collection[int], rows: Sequence[bytes]) -> Known:
        """Lock rows, then read their positions, their records and what they mention."""
        async with self._connection.pipeline():
            await self._connection.execute(sql.LOCK, (sorted(wanted),), binary=True)
            positions = await self._connection.execute(sql.ROWS, (list(rows),), binary=True)
            own = await self._connection.execute(sql.BY_ROW, (list(rows),), binary=True)
            decided = await self._connection.execute(sql.ANY_DECISION, binary=True)
            mentioning = await self._connection.execute(sql.MENTIONS, (list(rows),), binary=True)
        found = {handle: (lsn, order) for handle, lsn, order in await positions.fetchall()}
        mentions: dict[bytes, dict[str, bytes]] = {}
        for row, role, handle in await mentioning.fetchall():
            mentions.setdefault(row, {})[role] = handle
        return Known(found, records_of(await own.fetchall()), (await decided.fetchall())[0][0], mentions)

    async def lock_mentioned(self, asked: Mapping[bytes, int], ending: Collection[bytes]) -> dict[bytes, Mentioned]:
        """Lock records that rows only mention, and return what is known of each; call it with the rows locked, and nothing else.

        Args:
            asked: handle → how many mentions to count at most.
            ending: those that may end; of the others, what is there already may be mentioned by other workers meanwhile.

        Raises:
            BusyError: one of them ended while it was waited for.
        """
        numbers = sorted((number, handle) for handle, number in locks.of_mentioned(asked).items())
        columns = [[handle for _, handle in numbers], [number for number, _ in numbers], [handle in ending for _, handle in numbers]]
        async with self._connection.pipeline():
            locked = await self._connection.execute(sql.LOCK_MENTIONED, columns, binary=True)
            read = await self._connection.execute(sql.MENTIONED, [list(asked), list(asked.values())], binary=True)
        found = {row[0]: Mentioned(*row[1:]) for row in await read.fetchall()}
        if any(shared and not found[handle].readable for handle, shared, _ in await locked.fetchall()):
            raise BusyError
        return found

    async def read(self, ask: Ask, *, wait: bool) -> Found:
        """Lock and read.

        Args:
            ask: what; nothing is sent for what is empty.
            wait: wait for all locks, in one order so that workers cannot deadlock: only as a transaction's one step after its rows.

        Raises:
            BusyError: another worker holds one of the locks, and ``wait`` is false.
        """
        async with self._connection.pipeline():
            locked = await self._execute(sql.LOCK if wait else sql.TRY_LOCK, [sorted(ask.locks)])
            by_key = await self._execute(sql.BY_KEY, [list(ask.keys), list(ask.keys.values())])
            by_handle = await self._execute(sql.BY_HANDLE, [list(ask.handles)])
            in_blocks = await self._execute(sql.IN_BLOCK, [list(ask.blocks), list(ask.blocks.values())])
            groups = [list(column) for column in zip(*ask.groups, strict=True)] or [[], []]
            in_groups = await self._execute(sql.IN_GROUP, [*groups, list(ask.groups.values())])
            edges = await self._execute(sql.EDGES, [list(ask.linked)])
            pins = await self._execute(sql.PINS, [list(ask.pinned)])
            decided = await self._connection.execute(sql.ANY_DECISION, binary=True) if wait else None
        if locked is not None and not (await locked.fetchall())[0][0]:
            raise BusyError
        return Found(
            records_of(await _rows(by_key)),
            records_of(await _rows(by_handle)),
            await _rows(in_blocks),
            await _rows(in_groups),
            [KnownEdge(*row) for row in await _rows(edges)],
            {Pin(*row[:5]): row[5] for row in await _rows(pins)},
            bool(decided and (await decided.fetchall())[0][0]),
        )

    async def _execute(self, statement: LiteralString, columns: list[list[Any]]) -> AsyncCursor[Any] | None:
        return await self._connection.execute(statement, columns, binary=True) if columns[0] else None

    async def entities(self, ids: Collection[str], versions: int) -> tuple[dict[str, KnownEntity], list[int]]:
        """Lock these ids, and return what was last emitted of them, and ``versions`` fresh numbers of the sequence, ascending.

        Raises:
            BusyError: another worker is about to emit one of them.
        """
        async with self._connection.pipeline():
            locked = await self._connection.execute(sql.TRY_LOCK, (sorted(locks.of_entities(ids)),), binary=True)
            known = await self._connection.execute(sql.ENTITIES, (list(ids),), binary=True)
            numbers = await self._connection.execute(sql.VERSIONS, (versions,), binary=True)
        if not (await locked.fetchall())[0][0]:
            raise BusyError
        return {row[0]: KnownEntity(*row) for row in await known.fetchall()}, sorted(row[0] for row in await numbers.fetchall())

    async def intend(self, owner: str, ids: Sequence[str]) -> None:
        """Note, beside the transaction, that ``owner`` is about to emit these: if it dies before it commits, they are emitted again."""
        await self._beside.execute(sql.INTEND, (owner, list(ids)))

    async def unsettled(self, owner: str) -> tuple[list[str], list[bytes]]:
        """Return the ids that a batch which never ended may have emitted, of ``owner`` or of one long gone, and their records' handles."""
        found = await self._beside.execute(sql.UNSETTLED, (owner,))
        ids = [row[0] for row in await found.fetchall()]
        if not ids:
            return [], []
        handles = await self._connection.execute(sql.OF_ENTITIES, (ids,), binary=True)
        return ids, [row[0] for row in await handles.fetchall()]

    async def write(self, writes: Writes) -> None:
        """Send all writes in one round trip; what is empty is not sent."""
        statements = (
            *writes.past.statements(),  # first: they copy what the others replace
            (sql.DROP_KEYS, _columns(writes.dropped_keys, 2)),
            (sql.DROP_BLOCKS, _columns(writes.dropped_blocks, 3)),
            (sql.DROP_EDGES, _columns(writes.dropped_edges, 2)),
            (sql.DROP_MENTIONS, _columns(writes.dropped_mentions, 2)),
            (sql.DROP_RECORDS, [writes.dropped]),
            (sql.DROP_SEALING, [writes.dropped + writes.resealed]),
            (sql.PUT_ROWS, _columns(writes.rows, 5)),
            (sql.PUT_RECORDS, _columns((row_of(record) for record in writes.records), 16)),
            (sql.MUTE, _columns(writes.muted, 2)),
            (sql.PUT_KEYS, _columns(writes.keys, 2)),
            (sql.PUT_BLOCKS, _columns(writes.blocks, 3)),
            (sql.PUT_EDGES, _columns(writes.edges, 8)),
            (sql.PUT_SEALING, _columns(writes.sealing, 2)),
            (sql.PUT_ENTITIES, _columns(writes.entities, 6)),
            (sql.PUT_MENTIONS, _columns(writes.mentions, 3)),
            (sql.PUT_APPLIED, _columns(writes.applied, 2)),
            (sql.PUT_RESTING, _columns(writes.resting, 2)),
            (sql.DROP_RESTING, [writes.dropped_resting]),
        )
        async with self._connection.pipeline():
            for statement, columns in statements:
                if columns[0]:
                    await self._connection.execute(statement, columns)
            if writes.settled:
                await self._connection.execute(sql.SETTLED, (writes.settled, writes.owner))


def _columns(rows: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


async def _rows(cursor: AsyncCursor[Any] | None) -> list[Any]:
    return [] if cursor is None else await cursor.fetchall()
