"""Decisions on topic ``decisions`` of a real broker, in the registered form; an absent broker is told, not waited for."""

import secrets
from pathlib import Path

import pytest
from confluent_kafka import Consumer

from domain.tokens import text_of
from query.review import Notice, NotSentError
from query.review_sending import KafkaSending
from schemas import registry
from schemas.codec import Decoder
from schemas.topics import DECISIONS, core_topics, ensure_topics
from settings import Settings

pytestmark = pytest.mark.servers


def test_the_resolver_can_read_what_is_sent(stack_home: Path) -> None:
    settings = Settings.load(stack_home)
    ensure_topics(settings.kafka_bootstrap, [topic for topic in core_topics() if topic.name == DECISIONS], settings.partitions)
    handles = sorted(secrets.token_bytes(16) for _ in range(3))
    notices = [Notice(1 << 62, handles[0], handles[1]), Notice((1 << 62) + 1, handles[1], handles[2])]  # numbers that no decision has
    sending = KafkaSending(settings)
    sending(notices)
    sending([])
    consumer = Consumer({"bootstrap.servers": settings.kafka_bootstrap, "group.id": secrets.token_hex(8), "auto.offset.reset": "earliest"})
    consumer.subscribe([DECISIONS])
    decode, heard = Decoder(registry.connect(settings.registry_url)), {}
    while len(heard) < len(notices):
        message = consumer.poll(10)
        assert message is not None, "nothing came"
        value, key = decode(message.value()), message.key()
        if value["one"] in handles:
            heard[key.decode()] = value
    consumer.close()
    assert heard == {text_of(notice.one): {"one": notice.one, "other": notice.other, "decision": notice.decision} for notice in notices}


def test_an_absent_broker_is_told(settings: Settings) -> None:
    with pytest.raises(NotSentError):
        KafkaSending(settings)([Notice(1, b"a", b"b")])
