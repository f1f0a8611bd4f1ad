"""Keeps what a micro-batch makes past: former versions of records, their former entities, and former lives of ids.

Nothing travels: the statements copy rows inside the store before the batch's other writes replace them, so they are sent first
in the same round trip. A batch that only brings new records sends none.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, LiteralString

from psycopg import Connection

_RECORDS: LiteralString = (
    "insert into record_past select r.handle, t.until_ms, r.committed_ms, r.lsn, r.provider, r.source_table, r.role, r.public, r.sealed "
    "from unnest(%b::bytea[], %b::bigint[]) as t(handle, until_ms) join record r using (handle) "
    "where t.until_ms > r.committed_ms on conflict do nothing"
)
_MEMBERS: LiteralString = (
    "insert into member_past select r.handle, t.until_ms, r.entity_id "
    "from unnest(%b::bytea[], %b::bigint[]) as t(handle, until_ms) join record r using (handle) "
    "where t.until_ms > coalesce((select max(p.until_ms) from member_past p where p.handle = t.handle), 0)"
)
_ENTITIES: LiteralString = (
    "insert into entity_past select e.id, t.until_ms, e.version, e.alive, e.redirect "
    "from unnest(%b::text[], %b::bigint[]) as t(id, until_ms) join entity e using (id) "
    "where t.until_ms > coalesce((select max(p.until_ms) from entity_past p where p.id = t.id), 0)"
)
_HORIZON: LiteralString = "update past_horizon set since_ms = greatest(since_ms, %b)"
_PURGE: tuple[LiteralString, ...] = (
    "delete from record_past where until_ms <= %b",
    "delete from member_past where until_ms <= %b",
    "delete from entity_past where until_ms <= %b",
)

Statement = tuple[LiteralString, list[list[Any]]]
"""SQL and its arrays, one a column."""


@dataclass(slots=True)
class Past:
    """What one micro-batch makes past; note it while resolving, from what the store still says.

    Entities that exchange records change at one moment, or a record would stand in two of them or in none between the two:
    the newest commit among the changes that bear on any of them.
    """

    _said: dict[bytes, int] = field(default_factory=dict)
    _left: dict[bytes, str] = field(default_factory=dict)
    _ended: dict[str, None] = field(default_factory=dict)
    _newest: dict[str, int] = field(default_factory=dict)
    _same: dict[str, str] = field(default_factory=dict)

    def replaced(self, handle: bytes, committed_ms: int) -> None:
        """Note that a known record says something else, or nothing any more, since ``committed_ms``."""
        self._said[handle] = committed_ms

    def changed(self, entity_id: str, committed_ms: int) -> None:
        """Note that a change committed then, or a steward's decision of then, bears on an entity, former or new."""
        self._newest[entity_id] = max(committed_ms, self._newest.get(entity_id, 0))

    def left(self, handle: bytes, former: str, now: str | None, committed_ms: int) -> None:
        """Note that a known record left an entity for another; ``now`` None: it was dropped."""
        self._left[handle] = former
        self.changed(former, committed_ms)
        if now is not None and (one := self._root(former)) != (other := self._root(now)):
            self._same[one] = other

    def ended(self, entity_id: str, committed_ms: int) -> None:
        """Note that a known id begins or ends to have records, or points elsewhere."""
        self._ended[entity_id] = None
        self.changed(entity_id, committed_ms)

    def statements(self) -> Iterator[Statement]:
        """Yield what to execute before the batch's other writes; nothing for what is empty."""
        if self._said:
            yield _RECORDS, [list(self._said), list(self._said.values())]
        moments = self._moments()
        if self._left:
            yield _MEMBERS, [list(self._left), [moments[self._root(former)] for former in self._left.values()]]
        if self._ended:
            yield _ENTITIES, [list(self._ended), [moments[self._root(identifier)] for identifier in self._ended]]

    def _moments(self) -> dict[str, int]:
        """Return when each group of entities changed, by the group's root."""
        found: dict[str, int] = {}
        for identifier, committed_ms in self._newest.items():
            root = self._root(identifier)
            found[root] = max(committed_ms, found.get(root, 0))
        return found

    def _root(self, identifier: str) -> str:
        while (parent := self._same.get(identifier)) is not None:
            if (above := self._same.get(parent)) is not None:
                self._same[identifier] = above
            identifier = parent
        return identifier


def purge(dsn: str, before_ms: int) -> int:
    """Forget what ended at or before ``before_ms``, refuse to tell of earlier times from now on, and return how many rows went.

    Raises:
        psycopg.OperationalError: the store is away.
    """
    with Connection.connect(dsn, application_name="huiliu-history") as connection:
        connection.execute(_HORIZON, (before_ms,))
        return sum(connection.execute(statement, (before_ms,)).rowcount for statement in _PURGE)
