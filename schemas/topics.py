"""The topics and their settings: names, cleanup and retention are decided here and nowhere else."""

import logging
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from domain.contract import Contract

RECORDS = "records"
ENTITIES = "entities"
REJECTED = "rejected"
DECISIONS = "decisions"

STREAM_GROUP = "huiliu-streams"  # consumer groups: src.* and records are read by the first, entities by the second
INDEX_GROUP = "huiliu-indexer"

_HOUR_MS = 3_600_000
_TIMEOUT = 15.0  # seconds
_LEADER_SECONDS, _PAUSE_SECONDS = 60.0, 0.1
LARGEST_MESSAGE = 16 << 20
"""Bytes of the largest message: an organisation is described by each of its employees' records, about 400 bytes each; a row may have many
long texts, whose normal forms stand beside the source's words; and a reject holds the message that was rejected."""
_LARGE = {"max.message.bytes": str(LARGEST_MESSAGE)}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic's name and broker settings (Kafka's own setting names)."""

    name: str
    config: dict[str, str] = field(default_factory=dict)


def source_prefix(provider: str) -> str:
    """Return what a provider's topics begin with, ``src.<provider>``; it is also its connector's name and its events' source name."""
    return f"src.{provider}"


def source_topic(provider: str, table: str) -> str:
    """Return the topic that holds a table's changes: ``src.<provider>.<table>``."""
    return f"{source_prefix(provider)}.{table}"


def core_topics() -> list[Topic]:
    """Return the topics every installation has."""
    return [
        Topic(RECORDS, {"cleanup.policy": "delete", "retention.ms": str(72 * _HOUR_MS), **_LARGE}),
        Topic(
            ENTITIES,
            {
                "cleanup.policy": "compact",
                "min.cleanable.dirty.ratio": "0.3",
                "delete.retention.ms": str(24 * _HOUR_MS),
                **_LARGE,
            },
        ),
        Topic(REJECTED, {"cleanup.policy": "delete", "retention.ms": str(30 * 24 * _HOUR_MS), **_LARGE}),
        Topic(DECISIONS, {"cleanup.policy": "delete", "retention.ms": str(72 * _HOUR_MS)}),  # says where to look; the log is in the store
    ]


def source_topics(contract: Contract) -> list[Topic]:
    """Return a provider's topics: kept 72 h, because a re-snapshot brings their content back."""
    config = {"cleanup.policy": "delete", "retention.ms": str(72 * _HOUR_MS), **_LARGE}
    return [Topic(source_topic(contract.provider, table.name), config) for table in contract.tables]


def topics_of(bootstrap: str) -> frozenset[str]:
    """Return the names of the topics there are.

    Raises:
        KafkaException: the broker did not answer.
    """
    return frozenset(AdminClient({"bootstrap.servers": bootstrap, "log_level": 3}).list_topics(timeout=_TIMEOUT).topics)


def attached(contracts: Iterable[Contract], topics: Collection[str]) -> list[Contract]:
    """Return the contracts whose feed has its topics: attaching makes them, and nothing else does."""
    return [c for c in contracts if c.tables and all(topic.name in topics for topic in source_topics(c))]


def ensure_topics(bootstrap: str, topics: Iterable[Topic], partitions: int, replication: int = 1) -> list[str]:
    """Create the topics that do not exist yet, wait until their partitions have leaders, and return their names.

    Raises:
        KafkaException: the broker refused for another reason than that the topic exists, or is not ready in a minute.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 3})  # below errors it only tells of its own shutdown
    asked = [NewTopic(t.name, num_partitions=partitions, replication_factor=replication, config=t.config) for t in topics]
    made: list[str] = []
    if not asked:
        return made
    for name, future in admin.create_topics(asked, request_timeout=_TIMEOUT).items():
        try:
            future.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise
        else:
            made.append(name)
    _await_leaders(admin, [TopicPartition(name, partition) for name in made for partition in range(partitions)])
    _log.info("created topics %s", made)
    return made


def _await_leaders(admin: AdminClient, waiting: list[TopicPartition]) -> None:
    """Return once every partition's leader answers: the metadata name it seconds before, on a busy machine."""
    deadline = time.monotonic() + _LEADER_SECONDS
    while waiting:
        asked = admin.list_offsets({place: OffsetSpec.latest() for place in waiting}, request_timeout=_TIMEOUT)
        refused = {place: error for place, future in asked.items() if (error := future.exception()) is not None}
        waiting = list(refused)
        if waiting:
            if time.monotonic() > deadline:
                raise next(iter(refused.values()))
            time.sleep(_PAUSE_SECONDS)
