"""Keeps a store's matches of one scorecard: says by which it was matched, and lets no worker go on with another.

What the clusters are must not depend on when a scorecard was changed. So workers share a lock while they are connected, and who
matches a store anew (``streams.rematch``) has it alone.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from psycopg import AsyncConnection, Connection
from psycopg.rows import TupleRow

from domain.entities import Kind
from domain.matching import features, frequencies
from domain.matching.scorecard_file import Cards, ScorecardFile
from settings.scorecards import ScorecardError

_KINDS = list(Kind)
LOCK = (0x6875, 0x6361)
"""Two numbers: another space of advisory locks than the one that records' own are in."""
_HELD = "select kind, digest from store_scorecard"
_SHARE = "select pg_try_advisory_lock_shared(%s, %s)"
_ALONE = "select pg_try_advisory_xact_lock(%s, %s)"
_PUT = (
    "insert into store_scorecard values (%s, %s, %s) on conflict (kind) do update set digest = excluded.digest, version = excluded.version"
)
_MIDWAY = (
    "存储正在按新评分卡归并，或中途停止 the store is being matched by a new scorecard, or that was ended midway: "
    "wait for `huiliu scorecard apply`, or run it again"
)
_EMPTY = "select not exists (select from record where kind = %s)"


def digest_of(card: ScorecardFile) -> bytes:
    """Return what tells two ways of judging apart: all that the card says, the table of frequencies, and how values are prepared."""
    return hashlib.sha256(card.digest + f"{frequencies.VERSION}/{features.VERSION}".encode()).digest()


def check(dsn: str, cards: Cards) -> None:
    """Note by which scorecards an empty store will be matched; its tables exist.

    Raises:
        ScorecardError: it holds records that were matched by another; says what to do.
        psycopg.OperationalError: the store is away.
    """
    with Connection.connect(dsn, application_name="huiliu-resolve") as connection:
        connection.execute("lock table store_scorecard in exclusive mode")  # two workers may start at once
        held = connection.execute(_HELD).fetchall()
        other = others(held, cards)
        filled = [kind for kind in other if connection.execute(_EMPTY, (_KINDS.index(kind),)).fetchone() != (True,)]
        if filled:
            raise ScorecardError(_MIDWAY if any(row[1] == b"" for row in held) else refusal(filled))
        known = {_KINDS[row[0]] for row in held}
        if not known.isdisjoint(other) and connection.execute(_ALONE, LOCK).fetchone() != (True,):
            raise ScorecardError(refusal(other))  # a worker that goes by the former one is at work
        write(connection, cards, other)


def write(connection: Connection[TupleRow], cards: Cards, kinds: Iterable[Kind]) -> None:
    """Note that the store's records of these kinds are matched by these scorecards."""
    for kind in kinds:
        connection.execute(_PUT, (_KINDS.index(kind), digest_of(cards[kind]), cards[kind].version))


def begin(connection: Connection[TupleRow], kinds: Iterable[Kind]) -> None:
    """Note that the records of these kinds are being matched anew, so that no scorecard fits until it is done."""
    for kind in kinds:
        connection.execute(_PUT, (_KINDS.index(kind), b"", 0))


def others(rows: Iterable[tuple[Any, ...]], cards: Cards) -> list[Kind]:
    """Return the kinds whose scorecard in use is not the one that the rows of ``store_scorecard`` (kind, digest, …) name."""
    held = {row[0]: bytes(row[1]) for row in rows}
    return [kind for kind, card in cards.items() if held.get(_KINDS.index(kind)) != digest_of(card)]


def refusal(kinds: Iterable[Kind]) -> str:
    """Return the sentence that says why a worker does not start."""
    names = ", ".join(kinds)
    return (
        f"存储是按另一评分卡归并的 the store was matched by another scorecard of {names}: end the workers and run "
        "`huiliu scorecard apply`, or put the former file back into the scorecards folder"
    )


async def share(connection: AsyncConnection[Any], cards: Cards) -> list[Kind] | None:
    """Take part in the work on a store, until the connection ends.

    Returns:
        The kinds whose scorecard in use is not the store's, none if all is well; None if the store is being matched anew.
    """
    taken = await (await connection.execute(_SHARE, LOCK)).fetchone()
    if taken != (True,):
        return None
    return others(await (await connection.execute(_HELD)).fetchall(), cards)
