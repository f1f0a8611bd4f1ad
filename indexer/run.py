"""The indexer's loop: while one bulk request is under way, the next batch is read and decoded.

One request at a time on purpose: what becomes searchable is then always a prefix of what was written.
"""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait

from indexer.bulk import BulkWriter
from indexer.documents import Write
from indexer.elastic import ElasticsearchTarget, connect
from indexer.errors import LostIndexError, StoppedError
from indexer.feed import EntityFeed
from indexer.index import EntityIndex
from indexer.reading import Reading
from indexer.refresh import Refresher
from indexer.waiting import when_reachable
from schemas import metrics
from schemas.indices import WRITE_ALIAS
from schemas.rejects import Origin, Outgoing
from schemas.topics import core_topics, ensure_topics
from settings import Settings

LINGER = 0.025  # seconds to gather a batch: a request a message costs more CPU than the wait costs freshness
_PATIENCE = 1.0  # seconds of a request after which fetching stops
_log = logging.getLogger(__name__)


class Indexer:
    """Reads, writes, refreshes and commits until told to stop."""

    def __init__(self, reading: Reading, writer: BulkWriter, refresher: Refresher, limit: int) -> None:
        """``limit`` is the most documents of one request."""
        self._reading = reading
        self._writer = writer
        self._refresher = refresher
        self._limit = limit
        self._pool = ThreadPoolExecutor(1, "bulk")
        self._under_way: tuple[Future[None], list[Origin]] | None = None

    def run(self, feed: EntityFeed, stop: threading.Event) -> None:
        """Work until ``stop`` is set.

        Raises:
            LostIndexError: the index is gone.
            KafkaException: the broker refuses this consumer for good.
        """
        try:
            while not stop.is_set():
                messages = feed.take(self._limit, LINGER, self._busy)
                backlog = len(messages) >= self._limit
                writes, rejects = self._reading(messages)
                self._settle(feed)
                if not messages:
                    self._refresher.idle()
                else:
                    self._under_way = self._pool.submit(self._effect, writes, rejects, backlog), messages
                feed.commit()
            self._settle(feed)
        except StoppedError:
            _log.info("停止 stopping; what was not acknowledged is read again at the next start")
        finally:
            self._pool.shutdown()

    def drain(self, feed: EntityFeed) -> None:
        """End the write under way, before partitions are given up."""
        if self._under_way is not None:
            future, messages = self._under_way
            self._under_way = None
            future.result()
            feed.done(messages)

    def _settle(self, feed: EntityFeed) -> None:
        """Wait for the write under way; a long wait pauses the fetching but keeps the membership."""
        while self._under_way is not None:
            future, _ = self._under_way
            wait([future], timeout=_PATIENCE)
            if future.done():
                self.drain(feed)
            else:
                feed.hold()  # may call drain, when the broker takes the partitions back
        feed.release()

    def _busy(self) -> bool:
        return self._under_way is not None and not self._under_way[0].done()

    def _effect(self, writes: list[Write], rejects: list[Outgoing], backlog: bool) -> None:  # noqa: FBT001  # an executor passes positions
        if rejects:
            self._reading.put(rejects)
        self._writer.write(writes)
        self._refresher.written(backlog=backlog)


def run(settings: Settings, stop: threading.Event) -> None:
    """Run the indexer of these settings until ``stop``; waits for servers that are away.

    Raises:
        LayoutError: the index's names are taken by something else.
        KafkaException: the broker refuses this consumer for good.
        StoppedError: it was stopped before it began.
    """
    index = EntityIndex(connect(settings.elasticsearch_url))
    refresher = Refresher(index.refresh)
    refresher.start()
    when_reachable(lambda: ensure_topics(settings.kafka_bootstrap, core_topics(), settings.partitions), stop)
    reading = when_reachable(lambda: Reading.of(settings, stop), stop)
    try:
        while not stop.is_set():
            _run_on_index(settings, index, refresher, reading, stop)
    finally:
        refresher.close()


def _run_on_index(settings: Settings, index: EntityIndex, refresher: Refresher, reading: Reading, stop: threading.Event) -> None:
    """Run until told to stop, or until the index is gone."""
    family = when_reachable(index.ensure, stop)
    target = ElasticsearchTarget(index.client, WRITE_ALIAS, index.mend, alias=True)
    indexer = Indexer(reading, BulkWriter(target, reading.refused, stop), refresher, settings.index_batch)
    feed = EntityFeed(settings.kafka_bootstrap, settings.worker_index, family, drain=lambda: indexer.drain(feed), assigned=metrics.ready)
    try:
        indexer.run(feed, stop)
    except LostIndexError:
        _log.warning("索引不见了 the index is gone: creating it anew and reading the topic from its beginning")
    finally:
        feed.close()
