"""Puts a batch's rejects on topic ``rejected`` and returns when the broker has them."""

from collections.abc import Collection

from schemas import metrics, producing
from schemas.rejects import Outgoing


class RejectedTopic:
    """A producer; a broker that is away is waited for."""

    def __init__(self, bootstrap: str) -> None:
        """Connect lazily to the broker at ``bootstrap`` (host:port)."""
        self._producer = producing.connect(bootstrap, {"message.timeout.ms": 0})

    def put(self, rejects: Collection[Outgoing]) -> None:
        """Produce and wait.

        Raises:
            KafkaException: the broker refused one for good; its batch may not be committed then.
        """
        sending = producing.Sending()
        sending.put(self._producer, rejects)
        metrics.REJECTED.labels("indexer").inc(len(rejects))
        self._producer.flush()
        sending.check()
