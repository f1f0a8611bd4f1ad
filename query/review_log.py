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
from domain.review import Pair, Verdict, conflict, seen
from query.problems import Problem, ProblemError

_LINE = """
select d.id, d.kind, d.one, d.other, d.verdict, d.undoes, d.steward, d.reason, d.needs_second, d.touches, d.decided_ms,
       c.steward as consented_by, c.consented_ms, a.applied_ms,
       exists (select from counting_decision x where x.id = d.id) as counts,
       exists (select from last_word w where w.decision = d.id) as holds,
       (select p.why from resting_pin p where p.one = d.one and p.other = d.other and p.decision = d.id) as rests,
       exists (select from waiting_decision w where w.id = d.id) as waits
from decision d left join decision_consent c on c.decision = d.id left join decision_applied a on a.decision = d.id
"""
_INSERT = """
insert into decision (kind, one, other, verdict, undoes, steward, reason, needs_second, touches, decided_ms)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id
"""
_OF_PAIR = "select r.handle, r.kind, r.entity_id, r.lsn, r.committed_ms from record r where r.handle in (%s, %s)"
_ABOUT_TO_JOIN = """
select a.entity_id, b.entity_id from pin p join record a on a.handle = p.one join record b on b.handle = p.other
where p.same and a.entity_id <> b.entity_id and not exists (select from decision_applied x where x.decision = p.decision)
"""
_KEYS = "select r.entity_id, r.keys from record r where r.entity_id = any(%s)"
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
    """One line of the log. Times in Unix ms.

    ``holds``: it is the pair's last word; ``rests``: why it joins nothing all the same; ``waits``: for a second steward.
    """

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
    rests: Literal["pinned_different", "cannot_link"] | None
    waits: bool

    @property
    def pair(self) -> Pair:
        """The handles of the two records."""
        return self.one, self.other


class Behind(NamedTuple):
    """What stands behind a pair: whether the two are one entity, of how many records, whether their IDs say two, their kind, their look."""

    together: bool
    touches: int
    conflict: bool
    kind: int
    seen: str


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
    records = await (await connection.execute(_OF_PAIR, pair)).fetchall()
    found = {handle: (kind, entity) for handle, kind, entity, *_ in records}
    if len(found) < len(pair):
        return None
    (kind, left), (other_kind, right) = (found[handle] for handle in pair)
    if kind != other_kind or list(Kind)[kind] is Kind.MATTER:
        raise ProblemError([Problem("", "kinds_differ")])
    joining = [set(ids) for ids in await (await connection.execute(_ABOUT_TO_JOIN)).fetchall()]
    sides = _with_those(left, joining), _with_those(right, joining)
    rows = await (await connection.execute(_KEYS, (sorted(sides[0] | sides[1]),))).fetchall()
    one, other = (b"".join(spoken for of, spoken in rows if of in side) for side in sides)
    together = right in sides[0]
    look = seen((handle, lsn, committed_ms) for handle, _, _, lsn, committed_ms in records)
    return Behind(together, len(rows), not together and conflict(_split(one), _split(other)), kind, look)


def _split(keys: bytes) -> list[bytes]:
    return [keys[at : at + KEY_BYTES] for at in range(0, len(keys), KEY_BYTES)]


def _with_those(entity: str, joining: list[set[str]]) -> set[str]:
    """Return the entity and those that decisions which are not applied yet are about to join with it, one by one."""
    found = {entity}
    while more := [pair for pair in joining if pair & found and not pair <= found]:
        found = found.union(*more)
    return found
