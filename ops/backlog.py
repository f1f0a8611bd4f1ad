"""What identity leaves to people, counted in the store: open reviews, matches that were refused, decisions that wait."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from domain.entities import Kind

_KINDS = list(Kind)
Connection = psycopg.Connection[Any]

# The cards of the review queue (query/review_queue.py), by kind; a test compares the two.
_OPEN: LiteralString = """
with word as materialized (
    select w.one, w.other, w.verdict from last_word w where not exists (select from resting_pin p where p.decision = w.decision)
    union all select d.one, d.other, 'waits' from waiting_decision d
), settled as (
    select distinct least(a.entity_id, b.entity_id) as left_id, greatest(a.entity_id, b.entity_id) as right_id
    from word join record a on a.handle = word.one join record b on b.handle = word.other
    where a.entity_id <> b.entity_id and word.verdict <> 'unsure'
), card as (
    select e.kind, least(a.entity_id, b.entity_id) as left_id, greatest(a.entity_id, b.entity_id) as right_id, min(e.since_ms) as since_ms
    from edge e join record a on a.handle = e.one join record b on b.handle = e.other
    where (e.band = 'review' or e.refusal is not null) and a.entity_id <> b.entity_id group by 1, 2, 3
)
select kind, count(*), min(since_ms) from card
where not exists (select from settled s where s.left_id = card.left_id and s.right_id = card.right_id) group by 1
"""
_REFUSED: LiteralString = """
select e.kind, e.refusal, count(*) from edge e join record a on a.handle = e.one join record b on b.handle = e.other
where e.refusal is not null and a.entity_id <> b.entity_id group by 1, 2
"""
_RESTING: LiteralString = "select why, count(*) from resting_pin group by 1"
_WAITING: LiteralString = """
select 'steward', count(*), min(decided_ms) from waiting_decision
union all
select 'resolver', count(*), min(coalesce(c.consented_ms, d.decided_ms))
from counting_decision d left join decision_consent c on c.decision = d.id
where not exists (select from decision_applied a where a.decision = d.id)
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the oldest does (Unix ms; None where none waits)."""

    count: int = 0
    since_ms: int | None = None

    def age(self, now_ms: int) -> float:
        """Return how long the oldest has waited, in seconds; 0 where none waits."""
        return 0.0 if self.since_ms is None else max(0.0, (now_ms - self.since_ms) / 1000)


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for people, and what was refused.

    ``reviews``: pairs of entities a person must judge, by kind; ``refused``: pairs of records that match and are in two entities all the
    same, by kind and reason (``explain.REFUSALS``); ``decisions``: by what they wait for, ``steward`` or ``resolver``; ``resting``:
    decisions *same* that join nothing, by why (``explain.RESTS``).
    """

    reviews: dict[Kind, Waiting]
    refused: dict[tuple[Kind, str], int]
    decisions: dict[str, Waiting]
    resting: dict[str, int]


def backlog(connection: Connection) -> Backlog:
    """Count what waits now.

    Raises:
        psycopg.Error: the store refused, went away, or was never resolved into.
    """
    reviews = dict(_by_kind(connection.execute(_OPEN).fetchall()))
    refused = {(_KINDS[kind], reason): count for kind, reason, count in connection.execute(_REFUSED).fetchall()}
    decisions = {on: Waiting(count, since_ms) for on, count, since_ms in connection.execute(_WAITING).fetchall()}
    return Backlog(reviews, refused, decisions, dict(connection.execute(_RESTING).fetchall()))


def _by_kind(rows: list[Any]) -> Iterator[tuple[Kind, Waiting]]:
    for kind, count, since_ms in rows:
        yield _KINDS[kind], Waiting(count, since_ms)
