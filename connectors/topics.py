"""The topics of a feed: one a table, and for a captured database small ones that only the connector itself writes."""

from collections.abc import Iterator

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient

from connectors.names import HEARTBEAT_PREFIX, SIGNAL_TABLE, history_topic
from domain.contract import Contract
from schemas.topics import Topic, source_prefix, source_topic, source_topics

_HOUR_MS = 3_600_000
_PASSING = {"cleanup.policy": "delete", "retention.ms": str(_HOUR_MS), "segment.ms": str(_HOUR_MS)}
_KEPT = {"cleanup.policy": "delete", "retention.ms": "-1"}
_WITHOUT_HISTORY = frozenset({"postgresql", "kingbase"})


def feed_topics(contract: Contract, partitions: int) -> Iterator[tuple[int, list[Topic]]]:
    """Yield (number of partitions, topics)."""
    yield partitions, source_topics(contract)
    if contract.mode != "cdc":
        return
    own = (f"{HEARTBEAT_PREFIX}.{source_prefix(contract.provider)}", source_topic(contract.provider, SIGNAL_TABLE))
    yield 1, [Topic(name, _PASSING) for name in own]
    if contract.source.kind not in _WITHOUT_HISTORY:
        yield 1, [Topic(history_topic(contract.provider), _KEPT)]


def forget_history(bootstrap: str, provider: str) -> bool:
    """Delete the topic of a provider's DDL; return whether there was one.

    Raises:
        KafkaException: the broker refused for another reason than that there is none.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 3})
    for future in admin.delete_topics([history_topic(provider)]).values():
        try:
            future.result()
        except KafkaException as error:
            if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                raise
            return False
    return True
