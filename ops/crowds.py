"""Counts the values that too many records share to be compared by, walking the store's indexes a bounded piece at a time.

Grouping whole tables would cost more with every record. A walk reads what follows in the index's order for as long as it may, and
goes on from there the next time: the work of one step is bounded, and a whole walk misses no value that stayed crowded through it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, LiteralString

import psycopg

from domain.matching.blocking import CAP, NOBODY, RULES, rule_of
from domain.matching.explain import KEYS, Words, block_words, field_of
from domain.matching.keys import MOST_HOLDERS

Connection = psycopg.Connection[Any]
_PIECE = 50_000  # index entries one statement reads, and those of one value more

# ``likely``: crowded within this piece, and the piece's last, which it may have cut.
_BLOCKS: LiteralString = """
with piece as materialized (
    select token from block where token > %(after)s and token < %(until)s order by token limit %(piece)s
), likely as (
    select token from piece group by token having count(*) > %(most)s
    union (select token from piece order by token desc limit 1)
)
select l.token, h.holders, h.unmet from likely l, lateral (
    select coalesce(sum(g.n), 0)::bigint as holders,
           coalesce(sum(g.n) filter (where g.within = %(nobody)s or g.n > %(most)s), 0)::bigint as unmet
    from (select within, count(*) as n from block b where b.token = l.token group by within) g
) h order by 1
"""
_KEYS: LiteralString = """
with piece as materialized (
    select token from strong_key where token > %(after)s and token < %(until)s order by token limit %(piece)s
), likely as (
    select token from piece group by token having count(*) > %(most)s
    union (select token from piece order by token desc limit 1)
)
select l.token, h.holders, h.holders
from likely l, lateral (select count(*) as holders from strong_key k where k.token = l.token) h order by 1
"""


@dataclass(slots=True)
class Crowd:
    """Crowded values of one rule or identifier.

    ``largest``: records of the largest; ``unmet``: records that meet none by such a value, counted once a value.
    """

    values: int = 0
    largest: int = 0
    unmet: int = 0


@dataclass(frozen=True, slots=True)
class Shared:
    """What the records share: a blocking key or an identifier; ``of`` names it in metrics, ``words`` for people."""

    what: Literal["block", "identifier"]
    of: str
    words: Words


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A part of an index: tokens between two bounds, crowded from more than ``most`` holders."""

    statement: LiteralString
    after: bytes
    until: bytes
    most: int
    shared: Callable[[bytes], Shared]


def _block(token: bytes) -> Shared:
    return Shared("block", rule_of(token), block_words(token))


def _identifier(token: bytes) -> Shared:
    name = field_of(token)
    return Shared("identifier", name, KEYS[name])


SHARED = (
    *(_block(bytes((number,))) for number in range(len(RULES))),
    *(_identifier(bytes((code,))) for code in sorted(MOST_HOLDERS)),
)
"""All that can be crowded."""
_STRETCHES = (
    _Stretch(_BLOCKS, b"", b"\xff", CAP, _block),
    *(_Stretch(_KEYS, bytes((code,)), bytes((code + 1,)), most, _identifier) for code, most in sorted(MOST_HOLDERS.items())),
)


@dataclass(slots=True)
class Walk:
    """Walks the indexes again and again. ``found``: of the last whole walk, None before one is whole; ``so_far``: of the one under way."""

    clock: Callable[[], float] = time.monotonic
    found: dict[Shared, Crowd] | None = None
    so_far: dict[Shared, Crowd] = field(default_factory=dict)
    _place: int = 0
    _after: bytes = b""

    def go(self, connection: Connection, seconds: float) -> bool:
        """Walk on for some ``seconds``, one statement more at most, or to the end of a walk; return whether it came to the end.

        Raises:
            psycopg.Error: the store refused, went away, or took too long; the next call goes on where this one stood.
        """
        end = self.clock() + seconds
        while self._place < len(_STRETCHES):
            self._step(connection, _STRETCHES[self._place])
            if self.clock() >= end and self._place < len(_STRETCHES):
                return False
        self.found, self.so_far, self._place, self._after = self.so_far, {}, 0, b""
        return True

    def _step(self, connection: Connection, stretch: _Stretch) -> None:
        asked = {"after": max(self._after, stretch.after), "until": stretch.until, "most": stretch.most, "piece": _PIECE, "nobody": NOBODY}
        tokens = connection.execute(stretch.statement, asked, binary=True).fetchall()
        for token, holders, unmet in tokens:
            if holders > stretch.most:
                crowd = self.so_far.setdefault(stretch.shared(token), Crowd())
                crowd.values += 1
                crowd.largest = max(crowd.largest, holders)
                crowd.unmet += unmet
        if tokens:
            self._after = tokens[-1][0]
        else:
            self._place, self._after = self._place + 1, b""
