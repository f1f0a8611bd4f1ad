"""Reads records, edges, pins and keys from the resolver's store for explanations: one round trip and one snapshot a question."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import orjson

from domain.entities import Kind
from domain.matching.blocking import BLOCK_BYTES, CAP, MUTED_BY
from domain.matching.clusters import Pin
from domain.matching.keys import CODES, KEY_BYTES, MOST_HOLDERS
from domain.tokens import TOKEN_BYTES
from query.entity_statements import (
    BEGIN,
    BY_ENTITY,
    BY_HANDLE,
    COUNTED,
    CROWDED,
    EDGES,
    FORMER,
    NOW,
    OF_BOTH,
    OF_EITHER,
    OF_ENTITY,
    OUTSIDE,
    PAIR_EDGE,
    PAIR_PIN,
    PINS,
    RIVALS,
)
from query.history import History, Was
from query.store_connections import Pool, StoreConnections

MOST_MEMBERS = 2_000
"""Records of one entity that are explained; of a larger one the least by handle."""
MOST_EDGES = 20_000
"""Pairs of one entity that are read, the best first."""
MOST_LOOKED_AT = 1_000
"""Holders of one strong key that are looked at, to say whether a record of another entity is among them."""

_KINDS = list(Kind)
_REDIRECTS = 32


@dataclass(frozen=True, slots=True)
class Held:
    """A record as the store holds it: nothing personal in clear.

    ``keys``: 17 bytes each; ``blocks``: the first 16 bytes of each; ``muted``: fields whose value too many records share for it to count.
    """

    handle: bytes
    kind: Kind
    provider: str
    table: str
    role: str
    lsn: int
    committed_ms: int
    keys: tuple[bytes, ...]
    blocks: tuple[bytes, ...]
    muted: tuple[str, ...]
    public: dict[str, Any]
    sealed: bytes | None
    wrapped: bytes | None
    entity_id: str


@dataclass(frozen=True, slots=True)
class EdgeHeld:
    """A pair the scorecard takes for one entity (``match``) or leaves to a person (``review``); ``refusal``: why it did not join."""

    one: bytes
    other: bytes
    hundredths: int
    band: str
    refusal: str | None


@dataclass(frozen=True, slots=True)
class PinHeld:
    """A steward's last word on a pair (``clusters.Pin``); ``rests``: why it joins nothing, if so."""

    one: bytes
    other: bytes
    same: bool
    decision: int = 0
    seconded: bool = False
    rests: Literal["pinned_different", "cannot_link"] | None = None

    @property
    def pin(self) -> Pin:
        """The word alone."""
        return Pin(self.one, self.other, self.same, self.decision, self.seconded)


@dataclass(frozen=True, slots=True)
class Far:
    """The other end of an edge or pin."""

    handle: bytes
    entity_id: str
    provider: str


@dataclass(frozen=True, slots=True)
class PairHeld:
    """What the store holds of two records.

    ``rivals``: all that have a citizen ID that both have; ``counts``: key that too many may have → its records, up to one too many.
    """

    records: dict[bytes, Held]
    edge: EdgeHeld | None
    pin: PinHeld | None
    rivals: tuple[Held, ...]
    counts: dict[bytes, int]


@dataclass(frozen=True, slots=True)
class EntityHeld:
    """What the store holds of one entity.

    ``edges`` have at least one end in it, ``far`` tells the other end; ``outside``: key → providers of holders in other entities;
    ``rivals``: records of other entities that have a citizen ID of its; ``counts``: as in ``PairHeld``;
    ``crowded``: blocks (16 bytes) with more holders than are all compared; ``former``: ids that redirect here.
    """

    id: str
    members: tuple[Held, ...]
    edges: tuple[tuple[EdgeHeld, Far], ...]
    pins: tuple[tuple[PinHeld, Far], ...]
    outside: dict[bytes, frozenset[str]]
    rivals: tuple[Held, ...]
    counts: dict[bytes, int]
    crowded: tuple[bytes, ...]
    former: tuple[str, ...]


class EntityStore(Protocol):
    """Where explanations read."""

    async def pair(self, one: bytes, other: bytes) -> PairHeld:
        """Return what is held of two records, ``one`` < ``other``."""
        ...

    async def record(self, handle: bytes) -> Held | None:
        """Return what is held of one record."""
        ...

    async def current(self, entity_id: str) -> str | None:
        """Return the id itself, or where it redirects to; None if no such entity lives."""
        ...

    async def entity(self, entity_id: str) -> EntityHeld | None:
        """Return what is held of an entity that lives; None if it has no record."""
        ...

    async def as_of(self, entity_id: str, at_ms: int) -> Was | None:
        """Return how an entity was at a time (``History.as_of``)."""
        ...

    async def changes(self, entity_id: str, providers: frozenset[str] | None) -> list[int]:
        """Return when what these departments say of an entity changed, newest first (``History.changes``)."""
        ...

    async def close(self) -> None:
        """End the connections."""
        ...


class PostgresStore:
    """The resolver's store, read only; connects at the first question."""

    def __init__(self, dsn: str) -> None:
        """Keep the address."""
        self._connections = StoreConnections(dsn)

    async def close(self) -> None:
        """End the connections."""
        await self._connections.close()

    async def pair(self, one: bytes, other: bytes) -> PairHeld:
        """Return what is held of two records.

        Raises:
            psycopg.Error, psycopg_pool.PoolTimeout: the store does not answer.
        """
        asked = {"handles": [one, other], "one": one, "other": other, "width": KEY_BYTES, "id": "", **_bounds()}
        statements = (BY_HANDLE, PAIR_EDGE, PAIR_PIN, OF_BOTH + RIVALS, OF_EITHER + COUNTED)
        records, edges, pins, rivals, counts = await self._ask(statements, asked)
        found = {held.handle: held for held in _records(records)}
        edge, pin = EdgeHeld(*edges[0]) if edges else None, PinHeld(*pins[0]) if pins else None
        return PairHeld(found, edge, pin, tuple(_records(rivals)), dict(counts))

    async def record(self, handle: bytes) -> Held | None:
        """Return what is held of one record.

        Raises:
            psycopg.Error, psycopg_pool.PoolTimeout: the store does not answer.
        """
        (rows,) = await self._ask((BY_HANDLE,), {"handles": [handle]})
        return _record(*rows[0]) if rows else None

    async def current(self, entity_id: str) -> str | None:
        """Return the id itself, or where it redirects to; None if no such entity lives.

        Raises:
            psycopg.Error, psycopg_pool.PoolTimeout: the store does not answer.
        """
        (rows,) = await self._ask((NOW,), {"id": entity_id, "steps": _REDIRECTS})
        return rows[0][0] if rows else None

    async def entity(self, entity_id: str) -> EntityHeld | None:
        """Return what is held of an entity that lives; None if it has no record.

        Raises:
            psycopg.Error, psycopg_pool.PoolTimeout: the store does not answer.
        """
        asked = {"id": entity_id, "members": MOST_MEMBERS, "edges": MOST_EDGES, "holders": MOST_LOOKED_AT, "width": KEY_BYTES}
        asked |= {"block": BLOCK_BYTES, "cap": CAP, **_bounds()}
        statements = (BY_ENTITY, EDGES, PINS, OUTSIDE, OF_ENTITY + RIVALS, OF_ENTITY + COUNTED, CROWDED, FORMER)
        records, edges, pins, outside, rivals, counts, crowded, former = await self._ask(statements, asked)
        if not records:
            return None
        providers: dict[bytes, set[str]] = {}
        for token, provider in outside:
            providers.setdefault(token, set()).add(provider)
        return EntityHeld(
            entity_id,
            tuple(_records(records)),
            tuple((EdgeHeld(*row[:5]), Far(*row[5:])) for row in edges),
            tuple((PinHeld(*row[:6]), Far(*row[6:])) for row in pins),
            {token: frozenset(found) for token, found in providers.items()},
            tuple(_records(rivals)),
            dict(counts),
            tuple(sorted(row[0] for row in crowded)),
            tuple(row[0] for row in former),
        )

    async def as_of(self, entity_id: str, at_ms: int) -> Was | None:
        """Return how an entity was at a time.

        Raises:
            ForgottenError: the past of that time is not kept any more.
            psycopg.Error, psycopg_pool.PoolTimeout: the store does not answer.
        """
        return await self._connections.twice(lambda pool: History(pool).as_of(entity_id, at_ms))

    async def changes(self, entity_id: str, providers: frozenset[str] | None) -> list[int]:
        """Return when what these departments say of an entity changed, newest first.

        Raises:
            psycopg.Error, psycopg_pool.PoolTimeout: the store does not answer.
        """
        return await self._connections.twice(lambda pool: History(pool).changes(entity_id, providers))

    async def _ask(self, statements: Sequence[str], asked: dict[str, Any]) -> list[list[Any]]:
        """Run the statements in one round trip and one snapshot."""
        return await self._connections.twice(lambda pool: _run(pool, statements, asked))


async def _run(pool: Pool, statements: Sequence[str], asked: dict[str, Any]) -> list[list[Any]]:
    """Send all at once; psycopg's own transaction would wait for the server at its begin and end."""
    async with pool.connection() as connection:
        async with connection.pipeline():
            await connection.execute(BEGIN)
            cursors = [await connection.execute(statement, asked) for statement in statements]
            await connection.execute("commit")
        return [await cursor.fetchall() for cursor in cursors]


def _bounds() -> dict[str, Any]:
    return {"bounded": list(MOST_HOLDERS), "most": max(MOST_HOLDERS.values()), "contested": CODES[Kind.PERSON, "citizen_id"]}


def _records(rows: Iterable[Sequence[Any]]) -> list[Held]:
    return [_record(*row) for row in rows]


def _record(*row: Any) -> Held:  # noqa: ANN401  # a row has no types
    handle, kind, provider, table, role, lsn, committed_ms, keys, blocks, muted, public, sealed, wrapped, entity_id = row
    split = tuple(keys[start : start + KEY_BYTES] for start in range(0, len(keys), KEY_BYTES))
    tokens = tuple(blocks[start : start + TOKEN_BYTES] for start in range(0, len(blocks), BLOCK_BYTES))
    return Held(
        handle=handle,
        kind=_KINDS[kind],
        provider=provider,
        table=table,
        role=role,
        lsn=lsn,
        committed_ms=committed_ms,
        keys=split,
        blocks=tokens,
        muted=tuple(MUTED_BY[rule] for rule in muted),
        public=orjson.loads(public),
        sealed=sealed,
        wrapped=wrapped,
        entity_id=entity_id,
    )
