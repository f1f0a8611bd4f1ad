"""The lines of the log of decisions in the store, and what stands behind the two records of a line.

Handed an open connection; what is not there is told as a problem.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, LiteralString, NamedTuple

from psycopg import AsyncConnection
from psycopg.rows import class_row

from domain.entities import Kind
from domain.matching.keys import KEY_BYTES
from domain.review import Pair, Verdict, conflict
from query.problems import Problem, ProblemError

_LINE = """
select d.id, d.kind, d.one, d.other, d.verdict, d.undoes, d.steward, d.reason, d.needs_second, d.touches, d.decided_ms,
       c.steward as consented_by, c.consented_ms, a.applied_ms,
       exists (select from counting_decision x where x.id = d.id) as counts,
       exists (select from last_word w where w.decision = d.id) as holds,
       exists (select from waiting_decision w where w.id = d.id) as waits
from decision d left join decision_consent c on c.decision = d.id left join decision_applied a on a.decision = d.id
"""
_INSERT = """
insert into decision (kind, one, other, verdict, undoes, steward, reason, needs_second, touches, decided_ms)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id
"""
_BEHIND = """
select r.handle, r.kind, r.entity_id, r.keys from record r
where r.entity_id in (select own.entity_id from record own where own.handle in (%s, %s))
"""
_WORD = """
select d.verdict from counting_decision d
where d.one = %s and d.other = %s and d.verdict is not null and d.id is distinct from %s order by d.id desc limit 1
"""
OUTSTANDING = """
select d.id, d.one, d.other from counting_decision d
where not exists (select from decision_applied a where a.decision = d.id) order by d.id limit %s
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log. Times in Unix ms; ``holds``: it is the pair's last word; ``waits``: for a second steward."""

    id: int
    kind: int
    one: bytes
    other: bytes
    verdict: Literal["same", "different", "unsure"] | None
    undoes: int | None
    steward: str
    reason: bytes
    needs_second: bool
    touches: int
    decided_ms: int
    consented_by: str | None
    consented_ms: int | None
    applied_ms: int | None
    counts: bool
    holds: bool
    waits: bool

    @property
    def pair(self) -> Pair:
        """The handles of the two records."""
        return self.one, self.other


class Behind(NamedTuple):
    """What stands behind a pair: whether the two are one entity, of how many records, whether their IDs say two, and their kind."""

    together: bool
    touches: int
    conflict: bool
    kind: int


async def read_lines(connection: AsyncConnection[Any], where: LiteralString, values: Sequence[object]) -> list[Line]:
    """Return the lines that ``where`` chooses; ``d`` is the decision."""
    async with connection.cursor(row_factory=class_row(Line)) as cursor:
        await cursor.execute(_LINE + where, values)
        return await cursor.fetchall()


async def read_line(connection: AsyncConnection[Any], decision: int) -> Line:
    """Return one line.

    Raises:
        ProblemError: 404 there is none.
    """
    found = await read_lines(connection, "where d.id = %s", (decision,))
    if not found:
        raise ProblemError([Problem("", "unknown_decision")], 404)
    return found[0]


async def insert_line(connection: AsyncConnection[Any], row: tuple[object, ...]) -> Line:
    """Add a line and return it. ``row``: kind, one, other, verdict, undoes, steward, reason, needs_second, touches, decided_ms."""
    added = await (await connection.execute(_INSERT, row)).fetchone()
    return await read_line(connection, added[0] if added else 0)


async def last_word(connection: AsyncConnection[Any], pair: Pair, without: int | None = None) -> Verdict | None:
    """Return the pair's last verdict that counts, or what it would be if the decision ``without`` were taken back."""
    row = await (await connection.execute(_WORD, (*pair, without))).fetchone()
    return Verdict(row[0]) if row else None


async def behind(connection: AsyncConnection[Any], pair: Pair) -> Behind | None:
    """Read the entities of the two records, and what their strong keys say of them; None when a record is not there.

    Raises:
        ProblemError: 422 the two are not of one kind that is resolved.
    """
    rows = await (await connection.execute(_BEHIND, pair)).fetchall()
    found = {row[0]: row for row in rows if row[0] in pair}
    if len(found) < len(pair):
        return None
    (_, kind, left, _), (_, other_kind, right, _) = (found[handle] for handle in pair)
    if kind != other_kind or list(Kind)[kind] is Kind.MATTER:
        raise ProblemError([Problem("", "kinds_differ")])
    keys: dict[str, set[bytes]] = {left: set(), right: set()}
    for _, _, entity, spoken in rows:
        keys[entity].update(spoken[at : at + KEY_BYTES] for at in range(0, len(spoken), KEY_BYTES))
    return Behind(left == right, len(rows), left != right and conflict(keys[left], keys[right]), kind)
