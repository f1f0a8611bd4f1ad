"""The providers that have a desk: their contracts as installed now, and whether their feed is attached."""

import threading
import time
from collections.abc import Callable

from confluent_kafka import KafkaException

from domain.contract import Contract, ContractError
from schemas.topics import attached, topics_of
from settings import Settings
from settings.contracts import contract_paths, load_contract

_LOOK_SECONDS = 2.0  # between looks at the contracts' files
_ASK_SECONDS = 5.0  # between questions to the broker while a feed is not attached


class Providers:
    """Reads contracts again when their files change, so that a provider attached a moment ago can hand in; thread-safe."""

    def __init__(
        self, settings: Settings, topics: Callable[[str], frozenset[str]] = topics_of, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``topics`` gives the topics that a broker has."""
        self._settings = settings
        self._ask_topics = topics
        self._clock = clock
        self._lock = threading.Lock()
        self._contracts: dict[str, tuple[tuple[str, int], Contract]] = {}
        self._looked = self._asked = float("-inf")
        self._topics: frozenset[str] = frozenset()

    def get(self, slug: str) -> Contract | None:
        """Return a provider's contract, None when there is none of that name."""
        self._look()
        found = self._contracts.get(slug)
        return found[1] if found else None

    def all(self) -> list[Contract]:
        """Return every contract, by name."""
        self._look()
        return [contract for _, contract in self._contracts.values()]

    def is_attached(self, contract: Contract) -> bool:
        """Tell whether the feed has its topics.

        Raises:
            KafkaException: the broker does not answer.
        """
        if not attached([contract], self._topics) and self._clock() - self._asked > _ASK_SECONDS:
            self._topics = self._ask_topics(self._settings.kafka_bootstrap)
            self._asked = self._clock()
        return bool(attached([contract], self._topics))

    def attached(self) -> list[Contract]:
        """Return the contracts whose feed is attached; none while the broker is away."""
        try:
            return [contract for contract in self.all() if self.is_attached(contract)]
        except KafkaException:
            return []

    def _look(self) -> None:
        """Read what changed. A file that cannot be used leaves its provider as it was: `huiliu contract check` tells what is wrong."""
        with self._lock:
            if self._clock() - self._looked < _LOOK_SECONDS:
                return
            known, self._contracts = self._contracts, {}
            for slug, path in contract_paths(*self._settings.contract_folders).items():
                stamp = (str(path), path.stat().st_mtime_ns)
                before = known.get(slug)
                try:
                    self._contracts[slug] = before if before and before[0] == stamp else (stamp, load_contract(path).contract)
                except ContractError:
                    if before:
                        self._contracts[slug] = before
            self._looked = self._clock()
