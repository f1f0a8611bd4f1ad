"""Tells how an entity was at a time: its records as their sources had committed them by then, and where its id pointed.

*As of* is source commit time: what departments had committed, and what huiliu made of it. It is not the time at which a fact was
true in the world (a death registered late is known late), and decisions taken since do not change what was (docs/entity-life.md).
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, LiteralString

import orjson
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

_ONE_MOMENT: LiteralString = "set transaction isolation level repeatable read, read only"
_HORIZON: LiteralString = "select since_ms from past_horizon"
_LIFE: LiteralString = """
select alive, redirect from (
    (select 0 as rank, alive, redirect from entity_past where id = %(id)s and until_ms > %(at)s order by until_ms limit 1)
    union all
    select 1, alive, redirect from entity where id = %(id)s
) as known order by rank limit 1
"""
_MEMBERS: LiteralString = """
select v.handle, v.provider, v.source_table, v.role, v.lsn, v.from_ms, v.public, v.sealed, s.wrapped
from (
    select handle from record where entity_id = %(id)s
    union
    select handle from member_past where entity_id = %(id)s and until_ms > %(at)s
) as c
cross join lateral (
    (select 0 as rank, p.handle, provider, source_table, role, lsn, from_ms, public, sealed
     from record_past p where p.handle = c.handle and p.until_ms > %(at)s order by p.until_ms limit 1)
    union all
    select 1, r.handle, provider, source_table, role, lsn, committed_ms, public, sealed from record r where r.handle = c.handle
    order by rank limit 1
) as v
left join sealing_key s on s.handle = c.handle
where v.from_ms <= %(at)s and %(id)s = coalesce(
    (select m.entity_id from member_past m where m.handle = c.handle and m.until_ms > %(at)s order by m.until_ms limit 1),
    (select r.entity_id from record r where r.handle = c.handle)
)
order by v.handle
"""
_SAID: LiteralString = """
with c as materialized (
    (select handle from record where entity_id = %(id)s union select handle from member_past where entity_id = %(id)s)
    order by 1 limit %(most)s
)
select handle, provider, from_ms, until_ms from c join record_past p using (handle)
union all select handle, provider, committed_ms, null from c join record r using (handle)
"""
_BELONGED: LiteralString = """
with c as materialized (
    (select handle from record where entity_id = %(id)s union select handle from member_past where entity_id = %(id)s)
    order by 1 limit %(most)s
)
select handle, m.entity_id, until_ms from c join member_past m using (handle)
union all select handle, r.entity_id, null from c join record r using (handle)
"""
_AFTER_IDS = "~"
MOST_RECORDS = 2_000
"""Records whose changes are told; of an entity that had more, those least by handle."""


class ForgottenError(Exception):
    """That time is before what is kept; ``since_ms``: from when on the past is told, Unix ms."""

    def __init__(self, since_ms: int) -> None:
        """Keep the horizon."""
        super().__init__(f"这一时间的历史已按保存期限删除 the past before {since_ms} ms was deleted by its retention: ask for a later time")
        self.since_ms = since_ms


@dataclass(frozen=True, slots=True)
class PastRecord:
    """A record as it was. ``wrapped``: its sealing key; None if it was erased, and then ``sealed`` cannot be read by anyone."""

    handle: bytes
    provider: str
    table: str
    role: str
    lsn: int
    from_ms: int
    public: Mapping[str, Any]
    sealed: bytes | None
    wrapped: bytes | None


@dataclass(frozen=True, slots=True)
class Was:
    """An entity as it was. ``redirect``: where the id pointed if it had no records then; ``closed``: whether a register had ended it."""

    entity_id: str
    at_ms: int
    members: tuple[PastRecord, ...]
    redirect: str | None

    @property
    def closed(self) -> bool:
        """Whether one of the records ended the entity's life."""
        return any("ends" in member.public for member in self.members)


class History:
    """Reads the past from the resolver's store."""

    def __init__(self, pool: AsyncConnectionPool[AsyncConnection[Any]]) -> None:
        """Keep an opened pool."""
        self._pool = pool

    async def as_of(self, entity_id: str, at_ms: int) -> Was | None:
        """Return how the entity was at ``at_ms`` (Unix ms); None for an id that never was.

        An id that had no records yet has no members and no redirect.

        Raises:
            ForgottenError: the past of that time is not kept any more.
            psycopg.OperationalError, psycopg_pool.PoolTimeout: the store does not answer.
        """
        asked = {"id": entity_id, "at": at_ms}
        async with self._pool.connection() as connection, connection.transaction(), connection.pipeline():
            await connection.execute(_ONE_MOMENT)
            horizon = await connection.execute(_HORIZON)
            life = await connection.execute(_LIFE, asked)
            found = await connection.execute(_MEMBERS, asked, binary=True)
            since = await horizon.fetchone()
            known = await life.fetchone()
            rows = await found.fetchall()
        if since is not None and at_ms < since[0]:
            raise ForgottenError(since[0])
        if known is None:
            return None
        members = tuple(_record(row) for row in rows)
        return Was(entity_id, at_ms, members, None if members or known[0] else known[1])

    async def changes(self, entity_id: str, providers: frozenset[str] | None = None) -> list[int]:
        """Return when what may be told of an entity changed, newest first, Unix ms: at these times ``as_of`` tells something else.

        Args:
            entity_id: an id, of now or of before.
            providers: departments whose records may be told of; None: all.

        Raises:
            psycopg.OperationalError, psycopg_pool.PoolTimeout: the store does not answer.
        """
        asked = {"id": entity_id, "most": MOST_RECORDS}
        async with self._pool.connection() as connection, connection.transaction(), connection.pipeline():
            await connection.execute(_ONE_MOMENT)
            horizon = await connection.execute(_HORIZON)
            said = await connection.execute(_SAID, asked, binary=True)
            belonged = await connection.execute(_BELONGED, asked, binary=True)
            since = await horizon.fetchone()
            versions = await said.fetchall()
            memberships = await belonged.fetchall()
        records: dict[bytes, _Story] = {}
        for handle, provider, from_ms, until_ms in versions:
            if providers is None or provider in providers:
                records.setdefault(handle, _Story()).versions.append((_end(until_ms), from_ms))
        for handle, identifier, until_ms in memberships:
            if handle in records:
                records[handle].memberships.append((_end(until_ms), identifier))
        found = {at_ms for record in records.values() for at_ms in record.changes(entity_id)}
        return sorted((at_ms for at_ms in found if since is None or at_ms > since[0]), reverse=True)


@dataclass(slots=True)
class _Story:
    """What one record said, (until, from), and of which entity it was, (until, id); infinity stands for now."""

    versions: list[tuple[float, int]] = field(default_factory=list)
    memberships: list[tuple[float, str]] = field(default_factory=list)

    def changes(self, entity_id: str) -> Iterator[int]:
        """Yield the times at which the entity's share of it changed."""
        self.versions.sort()
        self.memberships.sort()
        ends = [until for until, _ in (*self.versions, *self.memberships) if until != inf]
        last: int | None = None
        for at_ms in sorted({*map(int, ends), *(from_ms for _, from_ms in self.versions)}):
            now = self._version(entity_id, at_ms)
            if now != last:
                yield at_ms
            last = now

    def _version(self, entity_id: str, at_ms: int) -> int | None:
        """Return since when it said what it said at a time, as one of the entity's records; None if it was none of them."""
        version = bisect_right(self.versions, (at_ms, inf))
        membership = bisect_right(self.memberships, (at_ms, _AFTER_IDS))
        if version == len(self.versions) or self.versions[version][1] > at_ms:
            return None
        if membership == len(self.memberships) or self.memberships[membership][1] != entity_id:
            return None
        return self.versions[version][1]


def _end(until_ms: int | None) -> float:
    return inf if until_ms is None else until_ms


def _record(row: Sequence[Any]) -> PastRecord:
    handle, provider, table, role, lsn, from_ms, public, sealed, wrapped = row
    return PastRecord(handle, provider, table, role, lsn, from_ms, orjson.loads(public), sealed, wrapped)
