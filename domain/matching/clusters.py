"""Clusters of records: a function of the set of records, their edges and the pinned decisions, whatever order they came in.

Four sorts of evidence are taken one after the other, each in an order that its own content gives:

1. *same*, pinned by a steward, joins two records, the earliest decision first, unless a *different* forbids it; or, where one steward
   alone said it, two different valid IDs. So a word is not stretched to what the records say only since: it rests, and is reported.
2. A strong key joins all its records as a whole, or, where two values of an exclusive key would meet in one cluster
   (cannot-link) or a steward said *different*, none: such a key is ambiguous. A contested key (``contest``) joins its parts, each alone.
3. An edge of the scorecard, most bits first and then by handles, joins two clusters unless cannot-link or *different* forbids it,
   or one of the two is torn: edges about as good lead to clusters that may not be one, so it joins neither.
4. Chains are cut: an edge joins two clusters only if, on average, the pairs between them speak for one entity (``support``). So
   A~B~C with A unlike C comes apart at its weaker edge.

Records that are connected by none of these cannot influence each other: recomputing the connected records alone gives the same.
A component in which edges connect more than ``LARGEST`` groups of records is no entity but an accident; there only pins and strong
keys join, and it is reported.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from domain.matching.keys import EXCLUSIVE

LARGEST = 2_000
"""Groups of records, each held together by keys and pins, of a component in which edges still join."""
LARGE = "large_component"
"""Why an edge does not join where its component is larger than that."""
CONTESTED = "contested_key"
"""Why a pair that has one citizen ID is left to a person: the names are of different people."""
MARGIN = 1_000
"""Hundredths of a bit by which one of two edges that exclude each other must be better; else the record is torn and joins neither."""
SAMPLE = 8
"""Records of each cluster, by handle, whose pairs are asked when two clusters are to join: 64 pairs at most."""


class Edge(NamedTuple):
    """A pair that the scorecard takes for one entity; handles in ascending order."""

    hundredths: int
    one: bytes
    other: bytes


class Pin(NamedTuple):
    """A steward's last word on a pair: the same entity, or different ones. An *unsure* is no pin.

    ``decision``: its number in the log; ``seconded``: two stewards said it.
    """

    one: bytes
    other: bytes
    same: bool
    decision: int = 0
    seconded: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """Records of one entity. ``anchor``: the key (17 bytes) or record handle (16 bytes) that its id is made of."""

    anchor: bytes
    handles: tuple[bytes, ...]


class Refusal(NamedTuple):
    """An edge that did not join. ``reason``: cannot_link, pinned_different, torn, no_support or large_component."""

    edge: Edge
    reason: str


@dataclass(slots=True)
class Partition:
    """What the evidence comes to.

    ``clusters`` by anchor; ``refused`` edges; ``ambiguous`` keys; ``large`` components, by least handle, in which no edge joins;
    ``resting``: pins *same* that join nothing, and why: pinned_different or cannot_link.
    """

    clusters: list[Cluster] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    ambiguous: list[bytes] = field(default_factory=list)
    large: list[bytes] = field(default_factory=list)
    resting: dict[Pin, str] = field(default_factory=dict)


Support = Callable[[bytes, bytes], int | None]
"""Hundredths of a bit that speak for one entity, beyond what a join needs on average; None if the two say nothing in common."""


Parts = Mapping[bytes, Collection[Collection[bytes]]]
"""Contested key → parts of its records, the first of which the key stands for."""


class _Forest:
    """Union-find over handles; each root knows its members, the exclusive keys among them, and who they must stay apart from."""

    def __init__(self, records: Mapping[bytes, Iterable[bytes]], pins: Iterable[Pin]) -> None:
        self._parent = {handle: handle for handle in records}
        self._exclusive = {handle: frozenset(key for key in keys if key[0] in EXCLUSIVE) for handle, keys in records.items()}
        self._apart: dict[bytes, set[bytes]] = {}
        self.members = {handle: [handle] for handle in records}
        for pin in pins:
            if not pin.same:
                self._apart.setdefault(pin.one, set()).add(pin.other)
                self._apart.setdefault(pin.other, set()).add(pin.one)

    def find(self, handle: bytes) -> bytes:
        while self._parent[handle] != handle:
            self._parent[handle] = handle = self._parent[self._parent[handle]]
        return handle

    def objection(self, roots: Iterable[bytes]) -> str:
        """Return why these clusters may not be one, or nothing."""
        found = list(roots)
        together = frozenset().union(*(self._exclusive[root] for root in found))
        if len(together) > 1 and len({key[0] for key in together}) < len(together) and self._meet(found, together):
            return "cannot_link"
        return "pinned_different" if self._apart and self.parted(found) else ""

    def objection_to_pin(self, roots: Collection[bytes], *, seconded: bool) -> str:
        """Return why a steward's *same* may not join these clusters, or nothing: two stewards may join two valid IDs."""
        if self._apart and self.parted(roots):
            return "pinned_different"
        return "" if seconded else self.objection(roots)

    def parted(self, roots: Collection[bytes]) -> bool:
        """Return whether a steward said *different* of any two of these clusters' records."""
        return any(not self._apart.get(root, set()).isdisjoint(self.members[other]) for root in roots for other in roots if root != other)

    def _meet(self, roots: list[bytes], together: frozenset[bytes]) -> bool:
        """Return whether values of one exclusive key would meet that are not together already, by a steward's word."""
        for code in {key[0] for key in together}:
            values = {key for key in together if key[0] == code}
            if len(values) > 1 and not any(values <= self._exclusive[root] for root in roots):
                return True
        return False

    def join(self, roots: Iterable[bytes]) -> None:
        first, *others = sorted(roots, key=lambda root: (-len(self.members[root]), root))
        for root in others:
            self._parent[root] = first
            self._exclusive[first] |= self._exclusive[root]
            self.members[first] += self.members.pop(root)
            if root in self._apart:
                self._apart.setdefault(first, set()).update(self._apart.pop(root))


def partition(
    records: Mapping[bytes, Iterable[bytes]],
    edges: Iterable[Edge] = (),
    pins: Iterable[Pin] = (),
    support: Support | None = None,
    contested: Parts = MappingProxyType({}),
) -> Partition:
    """Return the clusters of ``records`` (handle → its strong keys); edges name no others, and a pin on a record that is gone rests.

    ``contested``: keys that do not join all their records, with the parts that they join; none for one that says nothing.
    """
    found = Partition()
    decided = sorted((pin for pin in set(pins) if pin.one in records and pin.other in records), key=lambda pin: (pin.decision, pin))
    forest = _Forest(records, decided)
    for pin in decided:
        roots = {forest.find(pin.one), forest.find(pin.other)}
        if pin.same and len(roots) > 1:
            if reason := forest.objection_to_pin(roots, seconded=pin.seconded):
                found.resting[pin] = reason
            else:
                forest.join(roots)
    anchors = _by_keys(forest, records, contested, found)
    ordered = sorted(set(edges), key=lambda edge: (-edge.hundredths, edge.one, edge.other))
    crowded = crowds(records, ordered, decided)
    found.large = sorted(min(handles) for handles in crowded)
    rules = _Rules(forest, ordered, {handle for handles in crowded for handle in handles}, support)
    for edge in ordered:
        roots = {forest.find(edge.one), forest.find(edge.other)}
        if len(roots) > 1 and (reason := rules.refusal(edge, roots)):
            found.refused.append(Refusal(edge, reason))
        elif len(roots) > 1:
            forest.join(roots)
    for members in forest.members.values():
        keys = [key for handle in members for key in records[handle] if key in anchors and (not (own := anchors[key]) or handle in own)]
        found.clusters.append(Cluster(min(keys, default=min(members)), tuple(sorted(members))))
    found.clusters.sort(key=lambda cluster: cluster.anchor)
    return found


def undisputed(holders: Iterable[bytes], pins: Iterable[Pin]) -> list[bytes]:
    """Return those of a key's records of which no steward said that they differ from another of them."""
    having = sorted(holders)
    among = set(having)
    disputed = {end for pin in pins if not pin.same and pin.one in among and pin.other in among for end in (pin.one, pin.other)}
    return [handle for handle in having if handle not in disputed]


def clusters(records: Mapping[bytes, Iterable[bytes]]) -> list[Cluster]:
    """Return the clusters by strong keys alone."""
    return partition(records).clusters


def _by_keys(
    forest: _Forest, records: Mapping[bytes, Iterable[bytes]], contested: Parts, found: Partition
) -> dict[bytes, frozenset[bytes]]:
    """Join by strong keys, strongest first and then by their bytes.

    Returns:
        The keys that an id may be made of; for a contested one the handles it stands for, for others nothing.
    """
    groups: dict[bytes, list[bytes]] = {}
    for handle, keys in records.items():
        for key in keys:
            groups.setdefault(key, []).append(handle)
    anchors: dict[bytes, frozenset[bytes]] = {}
    for key in sorted(groups):
        for place, part in enumerate(contested[key] if key in contested else (groups[key],)):
            roots = {forest.find(handle) for handle in part}
            if len(roots) > 1 and forest.objection(roots):
                found.ambiguous.append(key)
                continue
            if place == 0:
                anchors[key] = frozenset(part if key in contested else ())
            if len(roots) > 1:
                forest.join(roots)
    return anchors


class _Rules:
    """What keeps an edge from joining two clusters."""

    def __init__(self, forest: _Forest, edges: list[Edge], crowded: set[bytes], support: Support | None) -> None:
        self._forest = forest
        self._crowded = crowded
        self._support = support
        self._edges: dict[bytes, list[Edge]] = {}
        for edge in edges:
            self._edges.setdefault(edge.one, []).append(edge)
            self._edges.setdefault(edge.other, []).append(edge)

    def refusal(self, edge: Edge, roots: set[bytes]) -> str:
        """Return why the edge does not join these two clusters, or nothing."""
        if edge.one in self._crowded:
            return LARGE
        if reason := self._forest.objection(roots):
            return reason
        if self._torn(edge, roots):
            return "torn"
        return "" if self._support is None or self._supported(roots, self._support) else "no_support"

    def _torn(self, edge: Edge, roots: set[bytes]) -> bool:
        """Return whether edges nearly as good lead from here to a cluster that these two may not be one with."""
        for root in roots:
            for handle in self._forest.members[root]:
                for rival in self._edges.get(handle, ()):
                    if rival.hundredths < edge.hundredths - MARGIN:
                        break
                    third = self._forest.find(rival.other if rival.one == handle else rival.one)
                    if third not in roots and self._forest.objection({*roots, third}) and not self._forest.objection({root, third}):
                        return True
        return False

    def _supported(self, roots: set[bytes], support: Support) -> bool:
        """Return whether the pairs between two clusters, of their least handles, speak for one entity on average."""
        left, right = (sorted(self._forest.members[root])[:SAMPLE] for root in roots)
        return sum(bits for one, other in product(left, right) if (bits := support(*sorted((one, other)))) is not None) >= 0


class _Sets:
    """Disjoint sets of handles."""

    def __init__(self, handles: Iterable[bytes]) -> None:
        self._parent = {handle: handle for handle in handles}

    def top(self, handle: bytes) -> bytes:
        parent = self._parent
        while parent[handle] != handle:
            parent[handle] = handle = parent[parent[handle]]
        return handle

    def join(self, one: bytes, other: bytes) -> None:
        self._parent[self.top(one)] = self.top(other)


def crowds(records: Mapping[bytes, Iterable[bytes]], edges: Collection[Edge], pins: Iterable[Pin]) -> list[list[bytes]]:
    """Return the components too large for edges to join, as lists of handles. Who reads a component may stop once it is in here."""
    if min(len(records), len(edges) + 1) <= LARGEST:  # so many groups take as many edges less one
        return []
    groups = _Sets(records)
    first: dict[bytes, bytes] = {}
    for handle, keys in records.items():
        for key in keys:
            groups.join(handle, first.setdefault(key, handle))
    for pin in pins:
        if pin.same and pin.one in records and pin.other in records:
            groups.join(pin.one, pin.other)
    whole = _Sets(records)
    for handle in records:
        whole.join(handle, groups.top(handle))
    for edge in edges:
        whole.join(edge.one, edge.other)
    components: dict[bytes, list[bytes]] = {}
    for handle in records:
        components.setdefault(whole.top(handle), []).append(handle)
    return [handles for handles in components.values() if len(handles) > LARGEST and len({groups.top(each) for each in handles}) > LARGEST]
