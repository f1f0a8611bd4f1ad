"""Commits live changes while it watches, by real searches, when each becomes searchable."""

import asyncio
import threading
import time
from dataclasses import dataclass, field

from elasticsearch import ApiError, Elasticsearch, TransportError

from city.changes import changes
from city.live import Applied, Pace, next_round, run
from city.world import World
from ops.searchable import SearchObserver, Sighting
from settings import Settings

_POLL_SECONDS = 0.03


@dataclass(slots=True)
class Watching:
    """What a background thread saw become searchable since it began."""

    sightings: list[Sighting] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def latencies(self) -> list[int]:
        """Return committed → searchable in ms, oldest first."""
        return [each.latency_ms for each in self.sightings]


class SearchWatcher:
    """Runs the observer on a thread of its own, so that drawing the view does not blur the times. Use as a context manager."""

    def __init__(self, settings: Settings, every: float = _POLL_SECONDS) -> None:
        """Take everything searchable now as known; ``every``: seconds between two searches, the resolution of the times."""
        self._every = every
        self._client = Elasticsearch(settings.elasticsearch_url, request_timeout=10)
        self._observer = SearchObserver(self._client)
        self.seen = Watching()
        self._thread = threading.Thread(target=self._watch, name="search-watcher", daemon=True)

    def __enter__(self) -> Watching:
        """Begin to watch."""
        self._thread.start()
        return self.seen

    def __exit__(self, *_: object) -> None:
        """End the watch; what was seen stays."""
        self.seen.stop.set()
        self._thread.join()
        self._client.close()

    def _watch(self) -> None:
        while not self.seen.stop.wait(self._every):
            try:
                self.seen.sightings += self._observer.poll()
            except (ApiError, TransportError):  # a server that is away shows in the view; what it missed is seen later, and late
                time.sleep(1)


class LiveChanges:
    """Commits changes on a thread of its own; ``applied`` grows as they are committed."""

    def __init__(self, addresses: dict[str, str], world: World, pace: Pace) -> None:
        """``addresses``: each department's DBA address by slug."""
        self.applied: list[Applied] = []
        self.committed = 0
        self._changes = changes(world, next_round(addresses))
        self._addresses = addresses
        self._pace = pace
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="live-changes", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether changes are still being committed."""
        return self._thread.is_alive()

    def result(self) -> list[Applied]:
        """Return what was committed.

        Raises:
            CityError: a department's database refused a change or went away.
        """
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self.applied

    def _run(self) -> None:
        try:
            self.applied = asyncio.run(run(self._addresses, self._changes, self._pace, self._count))
        except BaseException as error:  # noqa: BLE001  # told by result(), on the caller's thread
            self._error = error

    def _count(self, *_: object) -> None:
        self.committed += 1
