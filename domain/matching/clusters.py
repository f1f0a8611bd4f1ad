"""Clusters of records by strong keys: a function of the set of records, whatever the order they came in.

Constrained components: groups of records that share a key are taken strongest key first, then by the key's bytes.
A group joins as a whole, or, where joining would put two different values of an exclusive key into one cluster
(cannot-link), not at all: such a key is ambiguous, and a wrong merge would show one person's data under another's name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.matching.keys import EXCLUSIVE


@dataclass(frozen=True, slots=True)
class Cluster:
    """Records of one entity. ``anchor``: the key (17 bytes) or record handle (16 bytes) that its id is made of."""

    anchor: bytes
    handles: tuple[bytes, ...]


class _Forest:
    """Union–find over handles; each root knows the exclusive keys of its tree."""

    def __init__(self, records: Mapping[bytes, Iterable[bytes]]) -> None:
        self.parent = {handle: handle for handle in records}
        self.exclusive = {handle: {key[0]: {key} for key in keys if key[0] in EXCLUSIVE} for handle, keys in records.items()}

    def find(self, handle: bytes) -> bytes:
        while self.parent[handle] != handle:
            self.parent[handle] = handle = self.parent[self.parent[handle]]
        return handle

    def join(self, handles: Iterable[bytes]) -> bool:
        """Join all or, if two values of one exclusive key would meet, none."""
        roots = sorted({self.find(handle) for handle in handles})
        merged: dict[int, set[bytes]] = {}
        for root in roots:
            for code, keys in self.exclusive[root].items():
                merged.setdefault(code, set()).update(keys)
        if any(len(keys) > 1 for keys in merged.values()):
            return False
        for root in roots[1:]:
            self.parent[root] = roots[0]
        self.exclusive[roots[0]] = merged
        return True


def clusters(records: Mapping[bytes, Iterable[bytes]]) -> list[Cluster]:
    """Return the clusters of ``records`` (handle → its strong keys), sorted by anchor.

    The result for a set that is closed under sharing a key equals the result for those records within any larger set.
    """
    groups: dict[bytes, list[bytes]] = {}
    for handle, keys in records.items():
        for key in keys:
            groups.setdefault(key, []).append(handle)
    forest = _Forest(records)
    joined = {key for key in sorted(groups) if forest.join(groups[key])}
    members: dict[bytes, list[bytes]] = {}
    for handle in records:
        members.setdefault(forest.find(handle), []).append(handle)
    found = []
    for handles in members.values():
        anchors = [key for handle in handles for key in records[handle] if key in joined]
        found.append(Cluster(min(anchors, default=min(handles)), tuple(sorted(handles))))
    return sorted(found, key=lambda cluster: cluster.anchor)
