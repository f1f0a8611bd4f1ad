"""The topics of a feed: one a table, and two small ones that only the connector itself writes."""

from collections.abc import Iterator

from connectors.names import HEARTBEAT_PREFIX, SIGNAL_TABLE
from domain.contract import Contract
from schemas.topics import Topic, source_prefix, source_topic, source_topics

_HOUR_MS = 3_600_000
_PASSING = {"cleanup.policy": "delete", "retention.ms": str(_HOUR_MS), "segment.ms": str(_HOUR_MS)}


def feed_topics(contract: Contract, partitions: int) -> Iterator[tuple[int, list[Topic]]]:
    """Yield (number of partitions, topics)."""
    yield partitions, source_topics(contract)
    own = (f"{HEARTBEAT_PREFIX}.{source_prefix(contract.provider)}", source_topic(contract.provider, SIGNAL_TABLE))
    yield 1, [Topic(name, _PASSING) for name in own]
