"""What a resolver's clusters are worth against the truth: pairs, whole clusters, and what is left to a person. Pure.

Pairwise: precision is the share of pairs put together that belong together, recall the share of pairs that belong together that were
put together. Whole clusters: the same of clusters that are exactly an entity's records (Menestrina et al. 2010).
"""

import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

_Id = TypeVar("_Id", bound=Hashable)
_UNIT = 100_000


@dataclass(frozen=True, slots=True)
class Score:
    """``found``: what was said; ``right``: of it, what is true; ``true``: what is true in all. Of pairs or of clusters."""

    found: int
    right: int
    true: int

    @property
    def wrong(self) -> int:
        """What was said and is not true: false merges, where pairs are counted."""
        return self.found - self.right

    @property
    def precision(self) -> float:
        """Share of what was said that is true; 1 if nothing was said."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was said; 1 if nothing is true."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of the two."""
        return 2 * self.right / (self.found + self.true) if self.found + self.true else 1.0

    def figures(self) -> dict[str, float]:
        """Return precision, recall and F1, never rounded up to 1."""
        return {"precision": rounded(self.precision), "recall": rounded(self.recall), "f1": rounded(self.f1)}

    def __add__(self, other: "Score") -> "Score":
        """Return both together."""
        return Score(self.found + other.found, self.right + other.right, self.true + other.true)


def rounded(share: float) -> float:
    """Return a share to five digits, cut, so that .999999 does not read 1."""
    return math.floor(share * _UNIT + 1e-6) / _UNIT


def pairwise(clusters: Mapping[_Id, Hashable], truth: Mapping[_Id, Hashable]) -> Score:
    """Return the score of pairs; records of ``truth`` that are in no cluster stand alone."""
    both = Counter((clusters[each], truth[each]) for each in truth if each in clusters)
    return Score(
        _pairs(Counter(clusters[each] for each in truth if each in clusters).values()),
        _pairs(both.values()),
        _pairs(Counter(truth.values()).values()),
    )


def pairwise_with(clusters: Mapping[_Id, Hashable], truth: Mapping[_Id, Hashable], chosen: Collection[_Id]) -> Score:
    """Return the score of those pairs of which at least one record is ``chosen``."""
    chosen = set(chosen)
    rest = {each: entity for each, entity in truth.items() if each not in chosen}
    whole, without = pairwise(clusters, truth), pairwise(clusters, rest)
    return Score(whole.found - without.found, whole.right - without.right, whole.true - without.true)


def whole_clusters(clusters: Mapping[_Id, Hashable], truth: Mapping[_Id, Hashable]) -> Score:
    """Return the score of exact clusters, those of one record included."""
    found = _groups({each: clusters.get(each, ("alone", each)) for each in truth})
    true = _groups(truth)
    return Score(len(found), len(found & true), len(true))


def joined(ids: Iterable[_Id], pairs: Iterable[tuple[_Id, _Id]]) -> dict[_Id, _Id]:
    """Return the clusters that pairs make: of each id the representative of its connected component."""
    parent = {each: each for each in ids}

    def top(each: _Id) -> _Id:
        while parent[each] != each:
            parent[each] = each = parent[parent[each]]
        return each

    for one, other in pairs:
        parent[top(one)] = top(other)
    return {each: top(each) for each in parent}


@dataclass(frozen=True, slots=True)
class Review:
    """Pairs left to a person. ``same``: those that are one entity; ``records``: how many records are in any; ``of``: records in all."""

    pairs: int
    same: int
    records: int
    of: int

    def figures(self) -> dict[str, Any]:
        """Return them, with the share of records."""
        return {"pairs": self.pairs, "same": self.same, "records": self.records, "record_share": rounded(self.records / max(1, self.of))}


def reviewed(clusters: Mapping[_Id, Hashable], truth: Mapping[_Id, Hashable], pairs: Collection[tuple[_Id, _Id]]) -> tuple[Review, Score]:
    """Return the review load, and the pairwise score once a person has joined those that belong together."""
    known = [pair for pair in pairs if pair[0] in truth and pair[1] in truth]
    same = [(one, other) for one, other in known if truth[one] == truth[other]]
    first: dict[Hashable, _Id] = {}
    links = [(first.setdefault(clusters[each], each), each) for each in truth if each in clusters]
    after = joined(truth, [*links, *same])
    return Review(len(known), len(same), len({each for pair in known for each in pair}), len(truth)), pairwise(after, truth)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _groups(clusters: Mapping[_Id, Hashable]) -> set[frozenset[_Id]]:
    members: dict[Hashable, set[_Id]] = {}
    for each, cluster in clusters.items():
        members.setdefault(cluster, set()).add(each)
    return {frozenset(each) for each in members.values()}
