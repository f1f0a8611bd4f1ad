"""The outbox on a real broker: it returns when all is acknowledged, and carries what a large organisation weighs."""

import asyncio
import os

import pytest
from confluent_kafka import KafkaException

from domain.sealing import Sealer
from schemas.codec import Decoder, Encoder
from schemas.registry import connect
from schemas.rejects import Origin, Rejects, payload_of
from schemas.topics import ENTITIES, LARGEST_MESSAGE, REJECTED, Topic, core_topics, ensure_topics
from settings import Settings
from streams.outbox import Outbox

pytestmark = pytest.mark.servers
LARGE = 6 << 20
MASTER = bytes(range(32))


@pytest.fixture(scope="module")
def outbox(settings: Settings) -> Outbox:
    entities, rejected = (topic.config for topic in core_topics() if topic.name in {ENTITIES, REJECTED})
    small = Topic("outbox-small", {"max.message.bytes": str(1 << 20)})
    ensure_topics(settings.kafka_bootstrap, [Topic("outbox-large", entities), Topic("outbox-rejected", rejected), small], 1)
    return Outbox(settings.kafka_bootstrap)


def test_an_entity_of_many_members_fits(outbox: Outbox) -> None:
    asyncio.run(outbox.send([("outbox-large", b"key", os.urandom(LARGE))]))


def test_what_the_broker_refuses_is_an_error_and_not_lost_in_silence(outbox: Outbox) -> None:
    with pytest.raises(KafkaException, match="MSG_SIZE_TOO_LARGE"):
        asyncio.run(outbox.send([("outbox-small", b"key", os.urandom(LARGE)), ("outbox-small", b"key", b"fits")]))


def test_the_reject_of_the_largest_message_fits(outbox: Outbox, settings: Settings) -> None:
    registry = connect(settings.registry_url)
    value = os.urandom(LARGEST_MESSAGE)  # nothing that can be packed
    origin = Origin("src.any.table", 0, 7, b"key", value)
    _, key, reject = Rejects("normalise", Encoder(registry, "rejected", REJECTED), MASTER).message(origin, "reason", "remedy")
    asyncio.run(outbox.send([("outbox-rejected", key, reject)]))
    payload = payload_of(Sealer(MASTER), Decoder(registry)(reject)["payload"])
    assert payload.key == b"key"
    assert value == payload.value + value[-payload.lacking :]
