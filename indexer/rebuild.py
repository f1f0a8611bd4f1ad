"""Builds a new index beside the old one from topic ``entities`` and swaps the aliases; no answer ever goes backwards.

1. Load the new index from the topic's beginning, then again and again to its end, until hardly anything is left.
2. Block writes on the old index (under a lease, see indexer/index.py). When the block is acknowledged, no write is under
   way and all it holds was read from before the topic's end of *now*. The indexer keeps repeating what is refused.
3. Load the new index to that end and refresh it: it now holds, searchable, everything the old one can ever show.
4. Move both aliases in one cluster state. The indexer's next attempt goes to the new index; nothing it had refused was
   committed, so nothing is missing. External versions make all that is written twice a conflict without effect.
5. Were the lease to have run out and the block been lifted (this process stood still), load to the end once more.

A crash before 4 leaves the old index serving, and the indexer lifts the block when the lease ends; after 4 the new one
serves and is whole. The next rebuild deletes what is left over.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from indexer.bulk import BulkWriter, Item
from indexer.documents import Write
from indexer.elastic import ElasticsearchTarget
from indexer.errors import RebuildError
from indexer.index import EntityIndex
from indexer.reading import Reading
from indexer.replay import Replay
from schemas.indices import ALIAS, WRITE_ALIAS, definition, index_name

_LEASE_SECONDS = 30.0  # how long the indexer bears the block of a rebuild that died
_BLOCK_SECONDS = 15.0  # half of it: longer than this and the rebuild takes the block back and tries again
_ATTEMPTS = 5
_ROUNDS = 50  # loads to the end before blocking anyway
_GRACE_SECONDS = 5.0  # searches that had resolved the alias before the swap end on the old index

_LOADING = {"refresh_interval": "-1", "auto_expand_replicas": "false", "number_of_replicas": 0}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did. ``blocked_ms`` is how long writes waited for the swap."""

    index: str
    replaced: str | None
    documents: int
    messages: int
    rejected: int
    blocked_ms: int
    seconds: float


Progress = Callable[[int, int], None]  # offsets read, offsets to read


class Rebuild:
    """One rebuild."""

    def __init__(self, index: EntityIndex, replay: Replay, reading: Reading, limit: int, progress: Progress) -> None:
        """``limit`` is the most documents of one request; ``progress`` is told after each."""
        self._index = index
        self._client = index.client
        self._replay = replay
        self._reading = reading
        self._limit = limit
        self._progress = progress
        self._messages = 0
        self._rejected = 0
        self._stop = threading.Event()

    def run(self) -> Rebuilt:
        """Rebuild.

        Raises:
            RebuildError: the new index would hold less than the old one, or the swap did not fit into its lease.
        """
        began = time.monotonic()
        old = self._index.current()
        self._clean(old)
        new = index_name(max(self._index.numbers(), default=0) + 1)
        self._index.create(new, self._index.family(old), _LOADING, {})
        self._load_nearly(new)
        self._make_ready(new)
        self._load_nearly(new)
        blocked_ms = self._swap(old, new)
        documents = self._count(new)
        if old is not None:
            time.sleep(_GRACE_SECONDS)
            self._client.indices.delete(index=old)
        return Rebuilt(new, old, documents, self._messages, self._rejected, blocked_ms, round(time.monotonic() - began, 2))

    def _clean(self, old: str | None) -> None:
        """Delete what an earlier rebuild left, and lift its block."""
        for name in map(index_name, self._index.numbers()):
            if name != old:
                _log.info("删除上次重建的残留 deleting %s, left by an earlier rebuild", name)
                self._client.indices.delete(index=name)
        if old is not None and self._index.leased(old):
            self._index.unblock(old)

    def _make_ready(self, new: str) -> None:
        """Give the loaded index its working settings; returns when its replicas, if there are nodes for them, are there."""
        wanted = definition()["settings"]["index"]
        self._client.indices.put_settings(
            index=new, settings={"index": {name: wanted[name] for name in ("refresh_interval", "auto_expand_replicas")}}
        )
        self._client.indices.refresh(index=new)
        self._client.options(ignore_status=408).cluster.health(index=new, wait_for_no_initializing_shards=True, timeout="10m")

    def _load_nearly(self, new: str) -> None:
        """Load to the topic's end until one request's worth or less came in meanwhile."""
        for _ in range(_ROUNDS):
            before = self._messages
            self._load(new, self._replay.ends())
            if self._messages - before <= self._limit:
                return

    def _load(self, new: str, ends: dict[int, int], deadline: float = float("inf")) -> bool:
        """Write everything before ``ends``; False when ``deadline`` (monotonic seconds) came first."""
        writer = BulkWriter(ElasticsearchTarget(self._client, new, _nothing_to_mend, alias=False), self._refused, self._stop)
        under_way: Future[None] | None = None
        with ThreadPoolExecutor(1, "bulk") as pool:
            while not self._replay.reached(ends) and time.monotonic() < deadline:
                messages = self._replay.take(self._limit)
                writes, rejects = self._reading(messages)
                self._messages += len(messages)
                self._rejected += len(rejects)
                self._reading.put(rejects)
                if under_way is not None:
                    under_way.result()
                under_way = pool.submit(writer.write, writes)
                self._progress(self._replay.position, max(sum(ends.values()), self._replay.position))
            if under_way is not None:
                under_way.result()
        return self._replay.reached(ends)

    def _swap(self, old: str | None, new: str) -> int:
        """Put the new index in the old one's place; return for how many milliseconds writes waited."""
        if old is None:
            self._move(None, new)
            return 0
        for _ in range(_ATTEMPTS):
            blocked_ms = self._swap_under_block(old, new)
            if blocked_ms is not None:
                return blocked_ms
            self._load_nearly(new)
        raise RebuildError(
            f"重建未能切换 the swap to {new} did not fit into {_BLOCK_SECONDS:.0f} s in {_ATTEMPTS} attempts and {old} serves on: "
            "run it again when fewer changes come in"
        )

    def _swap_under_block(self, old: str, new: str) -> int | None:
        began = time.monotonic()
        moved = False
        self._index.block(old, _LEASE_SECONDS)
        try:
            if self._load(new, self._replay.ends(), began + _BLOCK_SECONDS):
                self._compare(old, new)
                if time.monotonic() < began + _BLOCK_SECONDS:
                    self._move(old, new)
                    moved = True
        finally:
            if not moved:
                self._index.unblock(old)
        if not moved:
            return None
        if not self._index.blocked(old):  # this process stood still past its lease
            self._load(new, self._replay.ends())
        return int((time.monotonic() - began) * 1000)

    def _compare(self, old: str, new: str) -> None:
        """Refresh both and compare.

        Raises:
            RebuildError: the new index has fewer entities, so the topic has lost some.
        """
        had, has = self._count(old), self._count(new)
        if has < had:
            self._client.indices.delete(index=new)
            raise RebuildError(
                f"新索引缺少 {had - has} 个主体 the new index would hold {has} entities where {old} holds {had}; {old} serves on: "
                "replay the rejected messages, or snapshot the providers again if topic entities was lost"
            )

    def _count(self, name: str) -> int:
        """Return how many entities an index holds, markers included."""
        self._client.indices.refresh(index=name)
        count: int = self._client.count(index=name)["count"]
        return count

    def _move(self, old: str | None, new: str) -> None:
        """Move both aliases in one step."""
        drop: list[dict[str, Any]] = (
            [{"remove": {"index": old, "alias": alias, "must_exist": True}} for alias in (ALIAS, WRITE_ALIAS)] if old else []
        )
        add: list[dict[str, Any]] = [
            {"add": {"index": new, "alias": ALIAS}},
            {"add": {"index": new, "alias": WRITE_ALIAS, "is_write_index": True}},
        ]
        self._client.indices.update_aliases(actions=[*drop, *add])

    def _refused(self, write: Write, item: Item) -> None:
        self._rejected += 1
        self._reading.refused(write, item)


def _nothing_to_mend(_: str) -> None:
    """A rebuild waits for Elasticsearch; the index it loads has no block and no alias."""
