"""How an entity was at a time, as who asks may see it: its records of then, masked, and where its id pointed."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from domain.entities import Kind
from query.entity_how import Providers
from query.entity_store import EntityStore, Held
from query.evidence import Evidence, Judge, Opened, Side
from query.history import PastRecord, Was

MOST_CHANGES = 200
_CHINA = timezone(timedelta(hours=8))
_KINDS = {kind[0].upper(): kind for kind in Kind}
_REDIRECTS = 32


@dataclass(frozen=True, slots=True)
class Then:
    """A record as it was. ``erased``: nobody can read its sealed values any more; ``ends``: it ended the entity's life."""

    side: Side
    erased: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class HistoryEvidence:
    """An entity as it was at ``at_ms`` (Unix ms).

    ``redirect``: the entity that the id led to, where it had no records itself; ``changes``: when what may be told of it changed, newest
    first, at most ``MOST_CHANGES``.
    """

    entity_id: str
    kind: Kind
    at_ms: int
    members: tuple[Then, ...]
    redirect: str | None
    changes: tuple[int, ...]


def moment(text: str) -> int:
    """Return a time as Unix ms: ``2026-11-01`` or ``2026-11-01T10:00``, of China unless it names an offset.

    Raises:
        ValueError: it is no time, or has not come yet.
    """
    read = datetime.fromisoformat(text.strip())
    at_ms = int((read if read.tzinfo else read.replace(tzinfo=_CHINA)).timestamp() * 1000)
    if at_ms > time.time_ns() // 1_000_000:
        message = "that time has not come yet"
        raise ValueError(message)
    return max(0, at_ms)


async def as_of(evidence: Evidence, entity_id: str, at_ms: int, providers: Providers = None) -> HistoryEvidence | None:
    """Return how an entity was at ``at_ms``; None for an id that never was.

    Raises:
        ForgottenError: the past of that time is not kept any more.
        psycopg.Error, psycopg_pool.PoolTimeout: the store does not answer.
    """
    was = await evidence.store.as_of(entity_id, at_ms)
    if was is None:
        return None
    visible = _visible(was, providers)
    redirect = None if visible else await _pointed(evidence.store, was, providers)
    changes = await evidence.store.changes(entity_id, providers)
    kind = _KINDS[entity_id[0]]
    members = tuple(_then(evidence.judge, record, kind, entity_id) for record in visible)
    return HistoryEvidence(entity_id, kind, at_ms, members, redirect, tuple(changes[:MOST_CHANGES]))


def _visible(was: Was, providers: Providers) -> list[PastRecord]:
    return [record for record in was.members if providers is None or record.provider in providers]


async def _pointed(store: EntityStore, was: Was | None, providers: Providers) -> str | None:
    """Return where the id led to at that time, if something may be told of it there."""
    for _ in range(_REDIRECTS):
        if was is None or was.redirect is None:
            return None
        was = await store.as_of(was.redirect, was.at_ms)
        if was is not None and _visible(was, providers):
            return was.entity_id
    return None


def _then(judge: Judge, record: PastRecord, kind: Kind, entity_id: str) -> Then:
    held = Held(
        handle=record.handle,
        kind=kind,
        provider=record.provider,
        table=record.table,
        role=record.role,
        lsn=record.lsn,
        committed_ms=record.from_ms,
        keys=(),
        blocks=(),
        muted=(),
        public=dict(record.public),
        sealed=record.sealed,
        wrapped=record.wrapped,
        entity_id=entity_id,
    )
    opened = judge.opened(held)
    return Then(judge.side(opened or Opened(held, held.public["open"])), opened is None, "ends" in held.public)
