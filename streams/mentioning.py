"""Keeps once what many rows say alike of what they only mention: a record that begins with its first mention and ends with its last.

An employer is named by each employee's row; a record for each would be read, clustered and sent again whenever one of them comes.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.mentions import mention_handle
from domain.tokens import Tokeniser
from streams.rows import RowChange
from streams.store import Mentioned, Writes


@dataclass(slots=True)
class Mentions:
    """What a batch's rows begin and cease to mention.

    ``first``: by handle the earliest change of this batch that mentions it anew; ``ceased``: how many rows of this batch ceased to
    mention it, and when the last of them did (Unix ms).
    """

    first: dict[bytes, RowChange] = field(default_factory=dict)
    ceased: Counter[bytes] = field(default_factory=Counter)
    ceased_ms: dict[bytes, int] = field(default_factory=dict)

    def take(
        self,
        tokeniser: Tokeniser,
        change: RowChange,
        said: Iterable[tuple[dict[str, Any], list[bytes]]],
        known: Mapping[str, bytes],
        writes: Writes,
    ) -> None:
        """Take one row's change.

        Args:
            tokeniser: names what is said.
            change: the row's.
            said: the roles that the row only mentions, whole, and their strong keys.
            known: what it mentioned so far: role → handle.
            writes: takes what it mentions now.
        """
        message, now = change.message, set()
        for spoken, keys in said:
            handle, role = mention_handle(tokeniser, message["provider"], message["table"], spoken, keys), spoken["role"]
            now.add(role)
            if known.get(role) == handle:
                continue
            if role in known:
                self._cease(known[role], message["committed_ms"])
            writes.mentions.append((change.handle, role, handle))
            before = self.first.get(handle)
            if before is None or (before.message["committed_ms"], before.position) > (message["committed_ms"], change.position):
                self.first[handle] = RowChange(handle, {**message, "records": [spoken]}, [handle], [keys])
        for role in known.keys() - now:
            self._cease(known[role], message["committed_ms"])
            writes.dropped_mentions.append((change.handle, role))

    def _cease(self, handle: bytes, committed_ms: int) -> None:
        self.ceased[handle] += 1
        self.ceased_ms[handle] = max(committed_ms, self.ceased_ms.get(handle, 0))

    def asked(self) -> dict[bytes, int]:
        """Return the handles to ask the store for, and how many mentions are enough to know whether one is left."""
        return {handle: self.ceased[handle] + 1 if handle in self.ceased else 0 for handle in self.first.keys() | self.ceased.keys()}

    def begun(self, found: Mapping[bytes, Mentioned]) -> Iterator[RowChange]:
        """Yield what is mentioned for the first time, or again after it was erased, as a change of its own."""
        return (change for handle, change in self.first.items() if not found[handle].readable)

    def ended(self, found: Mapping[bytes, Mentioned]) -> Iterator[tuple[bytes, int]]:
        """Yield what nobody mentions any more, and since when."""
        for handle, committed_ms in self.ceased_ms.items():
            if handle not in self.first and found[handle].mentions <= self.ceased[handle]:
                yield handle, committed_ms
