"""Who is filed under the blocks that a batch touches, before it and after it: so whom a record meets is a function of all records.

In a block of at most ``CAP`` records all meet; in a larger one those that agree in ``within`` too, at most ``CAP`` of them. A block
that grows beyond ``CAP``, or shrinks to it, changes whom its other records meet: these must be judged again.
"""

from collections.abc import Iterable, Iterator, Sequence

from domain.matching.blocking import CAP, MUTED_BY, NOBODY

_TOKEN = 16


class Filing:
    """Blocks as read and as they will be. A block is 24 bytes: token and within; ``Ask`` of the store takes what is unread."""

    def __init__(self) -> None:
        """Start with nothing moved and nothing read."""
        self._removed: dict[bytes, dict[bytes, bytes]] = {}
        self._added: dict[bytes, dict[bytes, bytes]] = {}
        self._wanted: dict[bytes, None] = {}
        self._stored: dict[bytes, dict[bytes, bytes]] = {}
        self._now: dict[bytes, dict[bytes, bytes]] = {}
        self._groups: dict[tuple[bytes, bytes], set[bytes]] = {}
        self._groups_now: dict[tuple[bytes, bytes], set[bytes]] = {}

    def move(self, handle: bytes, before: Iterable[bytes], after: Iterable[bytes]) -> None:
        """Note that a record is filed otherwise than it was."""
        old, new = set(before), set(after)
        for block in old | new:
            self._wanted[block[:_TOKEN]] = None
        for block in old - new:
            self._removed.setdefault(block[:_TOKEN], {})[handle] = block[_TOKEN:]
        for block in new - old:
            self._added.setdefault(block[:_TOKEN], {})[handle] = block[_TOKEN:]

    def want(self, blocks: Iterable[bytes]) -> None:
        """Note that holders of these blocks are asked for, which did not move."""
        for block in blocks:
            self._wanted[block[:_TOKEN]] = None

    def unread(self) -> dict[bytes, int]:
        """Return the blocks to read: token → how many holders are enough to know it."""
        return {token: self._most(token) for token in self._wanted if token not in self._stored}

    def unread_groups(self, blocks: Iterable[bytes]) -> dict[tuple[bytes, bytes], int]:
        """Return the groups of crowded blocks to read: (token, within) → how many holders are enough.

        Args:
            blocks: those of the records to be judged; groups that records left or joined are added.
        """
        groups = {(block[:_TOKEN], block[_TOKEN:]) for block in blocks}
        for moved in (self._removed, self._added):
            groups.update((token, within) for token, holders in moved.items() for within in holders.values())
        return {
            group: self._most(group[0])
            for group in sorted(groups)
            if group[1] != NOBODY and group not in self._groups and not self._is_whole(group[0])
        }

    def took(self, asked: Iterable[bytes], holders: Iterable[tuple[bytes, bytes, bytes]]) -> None:
        """Take what was read of blocks: (token, within, handle)."""
        for token in asked:
            self._stored[token] = {}
        for token, within, handle in holders:
            self._stored[token][handle] = within
        for token in asked:
            removed = self._removed.get(token, {})
            kept = {handle: within for handle, within in self._stored[token].items() if handle not in removed}
            self._now[token] = {**kept, **self._added.get(token, {})}

    def took_groups(self, asked: Iterable[tuple[bytes, bytes]], holders: Iterable[tuple[bytes, bytes, bytes]]) -> None:
        """Take what was read of groups: (token, within, handle)."""
        for group in asked:
            self._groups[group] = set()
        for token, within, handle in holders:
            self._groups[token, within].add(handle)

    def rejudged(self) -> set[bytes]:
        """Return the handles of unmoved records that meet others now than before."""
        found: set[bytes] = set()
        for token in self._removed.keys() | self._added.keys():
            before, after = len(self._stored[token]) > CAP, len(self._now[token]) > CAP
            if before != after:
                found.update(self._stored[token])
            elif after:
                moved = {*self._removed.get(token, {}).values(), *self._added.get(token, {}).values()} - {NOBODY}
                for within in moved:
                    stored = self._group_before(token, within)
                    if (len(stored) > CAP) != (len(self._group(token, within)) > CAP):
                        found.update(stored)
        return found - {handle for moved in (self._removed, self._added) for holders in moved.values() for handle in holders}

    def crowded(self) -> Iterator[bytes]:
        """Yield the tokens of blocks that grew beyond ``CAP`` in this batch."""
        return (token for token in self._added if len(self._stored[token]) <= CAP < len(self._now[token]))

    def met(self, handle: bytes, blocks: Sequence[bytes]) -> set[bytes]:
        """Return whom a record meets in its blocks."""
        found: set[bytes] = set()
        for block in blocks:
            token, within = block[:_TOKEN], block[_TOKEN:]
            holders = self._now[token]
            if len(holders) <= CAP:
                found.update(holders)
            elif within != NOBODY:
                group = self._group(token, within)
                if len(group) <= CAP:
                    found.update(group)
        found.discard(handle)
        return found

    def muted(self, blocks: Sequence[bytes]) -> bytes:
        """Return the rules, a byte each, by which a record filed like this shares a value with too many for it to count."""
        return bytes(block[0] for block in blocks if block[0] in MUTED_BY and len(self._now[block[:_TOKEN]]) > CAP)

    def _most(self, token: bytes) -> int:
        return CAP + 1 + len(self._removed.get(token, ()))

    def _is_whole(self, token: bytes) -> bool:
        """Return whether all holders of a block were read."""
        return len(self._stored[token]) < self._most(token)

    def _group_before(self, token: bytes, within: bytes) -> set[bytes]:
        if self._is_whole(token):
            return {handle for handle, other in self._stored[token].items() if other == within}
        return self._groups[token, within]

    def _group(self, token: bytes, within: bytes) -> set[bytes]:
        group = self._groups_now.get((token, within))
        if group is None:
            left = {handle for handle, other in self._removed.get(token, {}).items() if other == within}
            joined = {handle for handle, other in self._added.get(token, {}).items() if other == within}
            group = self._groups_now[token, within] = (self._group_before(token, within) - left) | joined
        return group
