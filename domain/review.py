"""What stewards' decisions on pairs of records come to: a replay of a log, and when one steward's word is not enough.

A line of the log either says *same*, *different* or *unsure* of a pair, or takes an earlier line on the same pair back. A
line that needs a second steward counts once another one consented, and only the pair's newest line can be consented to:
a newer one overtakes it. The last verdict that counts is the pair's word; take it back, and the one before it holds again.
To have a taken-back verdict again, one decides again: an undo is not undone.
"""

import re
from collections.abc import Collection, Iterable
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from domain.matching.clusters import Pin
from domain.matching.keys import EXCLUSIVE

MOST_FOR_ONE_STEWARD = 50
"""Records that a merge or split by one steward alone may touch."""
MOST_REASON = 1_000
"""Characters of a reason."""
STEWARD = re.compile(r"[a-z][a-z0-9_]{1,40}", re.ASCII)
"""A steward's name."""

Pair = tuple[bytes, bytes]


class Verdict(StrEnum):
    """A steward's answer to: do these two records speak of one entity?"""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


class Line(NamedTuple):
    """One line of the log, ``id`` ascending; of ``verdict`` and ``undoes`` one is None. ``consented``: another steward agreed."""

    id: int
    pair: Pair
    verdict: Verdict | None
    undoes: int | None = None
    needs_second: bool = False
    consented: bool = False

    @property
    def counts(self) -> bool:
        """Whether everyone whose word it needs has said it."""
        return self.consented or not self.needs_second


def last_words(log: Iterable[Line]) -> dict[Pair, Verdict]:
    """Return the last verdict that counts of every pair that has one; the store's view ``last_word`` says the same."""
    return {pair: line.verdict for pair, line in _last_lines(log).items() if line.verdict is not None}


def pins(log: Iterable[Line]) -> set[Pin]:
    """Return what the clusters are bound to; an *unsure* binds nothing. The store's view ``pin`` says the same."""
    bound = {pair: line for pair, line in _last_lines(log).items() if line.verdict is not Verdict.UNSURE}
    return {Pin(*pair, line.verdict is Verdict.SAME, line.id, line.needs_second) for pair, line in bound.items()}


def _last_lines(log: Iterable[Line]) -> dict[Pair, Line]:
    lines = [line for line in log if line.counts]
    undone = {line.undoes for line in lines}
    return {line.pair: line for line in sorted(lines) if line.verdict is not None and line.id not in undone}


def waiting(log: Iterable[Line]) -> set[int]:
    """Return the lines that wait for a second steward."""
    newest = {line.pair: line for line in sorted(log)}
    return {line.id for line in newest.values() if not line.counts}


def seen(records: Iterable[tuple[bytes, int, int]]) -> str:
    """Return what tells two records as a steward saw them from the same two changed since: of each (handle, lsn, committed_ms)."""
    return blake2b(repr(sorted(records)).encode(), digest_size=8).hexdigest()


class Weight(NamedTuple):
    """What a decision would change: a pair's word before and after it, and what stands behind the two records.

    ``touches``: records of both entities; ``conflict``: their exclusive keys speak for two entities.
    """

    before: Verdict | None
    after: Verdict | None
    together: bool
    touches: int
    conflict: bool

    @property
    def needs_second(self) -> bool:
        """Whether a second steward must consent: for a large merge or split, and for *same* against two valid IDs."""
        bound = {Verdict.SAME, Verdict.DIFFERENT}
        before, after = ({word} & bound for word in (self.before, self.after))
        if before == after:
            return False
        if after and self.together is (self.after is Verdict.SAME):
            return False  # it keeps what is
        return self.touches > MOST_FOR_ONE_STEWARD or (self.after is Verdict.SAME and self.conflict)


def conflict(one: Collection[bytes], other: Collection[bytes]) -> bool:
    """Return whether two entities' strong keys have different values of an exclusive key (cannot-link)."""
    for code in EXCLUSIVE:
        left, right = ({key for key in keys if key[0] == code} for keys in (one, other))
        if left and right and left != right:
            return True
    return False
