"""Reads batches of topic ``entities``; what cannot be read or written goes to topic ``rejected`` with position and reason."""

import logging
import threading
from collections.abc import Callable, Collection, Iterable

from indexer.bulk import Item
from indexer.documents import Read, Write, newest, write_of
from indexer.refusal import REMEDY, reason_of
from indexer.rejected import RejectedTopic
from indexer.waiting import when_reachable
from schemas import registry
from schemas.codec import Decoder, Encoder, UndecodableError
from schemas.rejects import Origin, Outgoing, Rejects
from schemas.topics import REJECTED
from settings import Settings

_FOREIGN = "write topic entities with huiliu's own schema only"
_NEEDED = frozenset({"entity_id", "kind", "version", "deleted", "redirect", "committed_ms", "members"})
_log = logging.getLogger(__name__)


class Reading:
    """Decodes a batch, keeps the newest version of each entity, makes its write; rejects the rest."""

    def __init__(self, decoder: Decoder, rejects: Rejects, put: Callable[[Collection[Outgoing]], None], stop: threading.Event) -> None:
        """``put`` writes to topic ``rejected`` and returns when the broker has it; ``stop`` ends waiting for the registry."""
        self._decoder = decoder
        self._rejects = rejects
        self._stop = stop
        self.put = put

    @classmethod
    def of(cls, settings: Settings, stop: threading.Event | None = None) -> "Reading":
        """Return the reading of these settings' servers."""
        client = registry.connect(settings.registry_url)
        rejects = Rejects("indexer", Encoder(client, "rejected", REJECTED), settings.master_key_bytes())
        return cls(Decoder(client), rejects, RejectedTopic(settings.kafka_bootstrap).put, stop or threading.Event())

    def __call__(self, messages: Iterable[Origin]) -> tuple[list[Write], list[Outgoing]]:
        """Return writes and rejects; a tombstone is neither: the entity's last version already said what is left of it.

        Raises:
            StoppedError: told to stop while the registry is away.
        """
        reads: list[Read] = []
        rejected: list[Outgoing] = []
        for message in messages:
            if message.value is None:
                continue
            try:
                reads.append(self._read(message, message.value))
            except UndecodableError as error:
                rejected.append(self._reject(message, str(error), _FOREIGN))
        return [write_of(origin, entity) for origin, entity in newest(reads)], rejected

    def refused(self, write: Write, item: Item) -> None:
        """Reject a document that Elasticsearch refuses for good."""
        self.put([self._reject(write.origin, reason_of(item), REMEDY)])

    def _read(self, message: Origin, value: bytes) -> Read:
        entity = when_reachable(lambda: self._decoder(value), self._stop)
        if not isinstance(entity, dict) or not entity.keys() >= _NEEDED:
            raise UndecodableError("not an Entity")
        return message, entity

    def _reject(self, message: Origin, reason: str, remedy: str) -> Outgoing:
        _log.warning("拒收 rejected %s/%d/%d: %s", message.topic, message.partition, message.offset, reason)
        return self._rejects.message(message, reason, remedy)
