"""Reads topics as bytes and as events: what a feed really wrote."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from confluent_kafka import Consumer, Message, TopicPartition
from confluent_kafka.admin import AdminClient
from confluent_kafka.schema_registry import SchemaRegistryClient

from schemas.codec import Decoder
from settings import Settings


def forget_topics(settings: Settings, provider: str) -> None:
    """Delete a provider's topics, and wait until they are gone."""
    admin = AdminClient({"bootstrap.servers": settings.kafka_bootstrap})

    def there() -> list[str]:
        return [name for name in admin.list_topics(timeout=10).topics if f"src.{provider}" in name]

    if names := there():
        for future in admin.delete_topics(names).values():
            future.result()
    deadline = time.monotonic() + 10
    while there() and time.monotonic() < deadline:
        time.sleep(0.1)


@dataclass(frozen=True, slots=True)
class Event:
    """A decoded message of a source topic."""

    key: dict[str, Any]
    value: dict[str, Any] | None


class Tap:
    """Every message of some topics, from the first one on; reading again only reads on."""

    def __init__(self, settings: Settings, topics: list[str]) -> None:
        """Read all partitions of ``topics`` from their beginning."""
        self.messages: list[Message] = []
        self._decode = Decoder(SchemaRegistryClient({"url": settings.registry_url}))
        self._consumer = Consumer({"bootstrap.servers": settings.kafka_bootstrap, "group.id": "tap", "enable.auto.commit": False})
        known = self._consumer.list_topics(timeout=10).topics
        self._consumer.assign([TopicPartition(topic, number, 0) for topic in topics for number in known[topic].partitions])

    def read(self, seconds: float = 0.5) -> None:
        """Read until nothing came for ``seconds``."""
        while batch := self._consumer.consume(500, seconds):
            self.messages += [message for message in batch if not message.error()]

    def events(self, topic: str, **key: object) -> list[Event]:
        """Return the topic's events so far, of one key if it is named."""
        found = (
            Event(self._decode(message.key()), self._decode(message.value()) if message.value() else None)
            for message in self.messages
            if message.topic() == topic
        )
        return [event for event in found if not key or event.key == key]

    def until(self, done: Callable[[], bool], seconds: float = 15) -> None:
        """Read until ``done``; fail after ``seconds``."""
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, f"still not so after {seconds} s; {len(self.messages)} messages"
            self.messages += [message for message in self._consumer.consume(500, 0.1) if not message.error()]

    def parts(self) -> Iterator[bytes]:
        """Yield every key, value and header as bytes."""
        for message in self.messages:
            yield message.key() or b""
            yield message.value() or b""
            for name, value in message.headers() or ():
                yield name.encode() + b"=" + (value or b"")

    def close(self) -> None:
        """Leave."""
        self._consumer.close()
