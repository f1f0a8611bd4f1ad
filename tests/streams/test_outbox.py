"""The outbox on a real broker: it returns when all is acknowledged, and carries what a large organisation weighs."""

import asyncio
import os

import pytest
from confluent_kafka import KafkaException

from schemas.topics import ENTITIES, Topic, core_topics, ensure_topics
from settings import Settings
from streams.outbox import Outbox

pytestmark = pytest.mark.servers
LARGE = 6 << 20  # more than the broker takes where a topic does not say otherwise


@pytest.fixture(scope="module")
def outbox(settings: Settings) -> Outbox:
    (entities,) = [topic for topic in core_topics() if topic.name == ENTITIES]
    ensure_topics(
        settings.kafka_bootstrap, [Topic("outbox-large", entities.config), Topic("outbox-small", {"max.message.bytes": str(1 << 20)})], 1
    )
    return Outbox(settings.kafka_bootstrap)


def test_an_entity_of_many_members_fits(outbox: Outbox) -> None:
    asyncio.run(outbox.send([("outbox-large", b"key", os.urandom(LARGE))]))


def test_what_the_broker_refuses_is_an_error_and_not_lost_in_silence(outbox: Outbox) -> None:
    with pytest.raises(KafkaException, match="MSG_SIZE_TOO_LARGE"):
        asyncio.run(outbox.send([("outbox-small", b"key", os.urandom(LARGE)), ("outbox-small", b"key", b"fits")]))
