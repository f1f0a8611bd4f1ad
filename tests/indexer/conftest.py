"""Synthetic entities, a feed of them on the real topic, and an indexer process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from elasticsearch import ApiError, Elasticsearch, TransportError

from indexer.elastic import connect
from indexer.status import status
from schemas import registry
from schemas.codec import Decoder, Encoder
from schemas.indices import ALIAS
from schemas.topics import ENTITIES, REJECTED, core_topics, ensure_topics
from settings import Settings

Make = Callable[..., dict[str, Any]]
_WAIT_SECONDS = 120.0
_PAGE = 5_000


def _entity(number: int = 1, version: int = 1, town: str = "", **changed: Any) -> dict[str, Any]:
    member = {
        "handle": f"handle-{number}",
        "provider": "industry_commerce",
        "table": "enterprise",
        "role": "enterprise",
        "lsn": version,
        "committed_ms": 1_700_000_000_000,
        "fields": ["name", "address"],
        "sealed": b"\x00\xff sealed",
    }
    entity = {
        "entity_id": f"O-{town}{number:0{22 - len(town)}d}",
        "kind": "organisation",
        "version": version,
        "deleted": False,
        "redirect": None,
        "committed_ms": 1_700_000_000_000,
        "open": {"name": [f"合成贸易{number}有限公司"], "address": ["云江市东区一路1号"]},
        "tokens": {"landline": ["t" * 22]},
        "members": [member],
    }
    return {**entity, **changed}


@pytest.fixture(scope="session")
def make_entity() -> Make:
    return _entity


def wait_until(what: str, condition: Callable[[], bool], seconds: float = _WAIT_SECONDS) -> None:
    """Poll, and fail by name."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"still waiting after {seconds} s: {what}"
        time.sleep(0.05)


class Town:
    """Entities under ids of this test's own, on the real topic and in the real index."""

    def __init__(self, settings: Settings, name: str) -> None:
        self.settings, self.name = settings, name
        self.client: Elasticsearch = connect(settings.elasticsearch_url)
        self._encode = Encoder(registry.connect(settings.registry_url), "entity", ENTITIES)
        self._producer = Producer({"bootstrap.servers": settings.kafka_bootstrap, "compression.type": "lz4"})
        self._process: subprocess.Popen[bytes] | None = None
        self.log = settings.home / "logs" / f"test-indexer-{name}.log"

    def entity(self, number: int, version: int, **changed: Any) -> dict[str, Any]:
        return _entity(number, version, self.name, **changed)

    def publish(self, entities: Iterable[dict[str, Any]]) -> None:
        for entity in entities:
            self.publish_raw(entity["entity_id"].encode(), self._encode(entity))
        self._producer.flush()

    def publish_raw(self, key: bytes, value: bytes) -> None:
        self._producer.produce(ENTITIES, value, key)
        self._producer.poll(0)

    def flush(self) -> None:
        self._producer.flush()

    def start(self) -> None:
        environment = {**os.environ, "HUILIU_HOME": str(self.settings.home), "HUILIU_METRICS_PORT": "0"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen([sys.executable, "-m", "indexer"], env=environment, stderr=log, cwd=Path(__file__).parents[2])

    def kill(self, number: signal.Signals = signal.SIGKILL) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        code = self._process.wait(30)
        self._process = None
        return code

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        if self.running():
            self.kill(signal.SIGTERM)

    def versions(self) -> dict[str, int]:
        """Return what a search finds of this town, ``entity_id`` → version."""
        found: dict[str, int] = {}
        after = [f"O-{self.name}"]
        while True:
            hits = self._page(after)
            found |= {hit["_id"]: hit["fields"]["version"][0] for hit in hits if hit["_id"].startswith(f"O-{self.name}")}
            if len(hits) < _PAGE or not hits[-1]["_id"].startswith(f"O-{self.name}"):
                return found
            after = hits[-1]["sort"]

    def _page(self, after: list[str]) -> list[dict[str, Any]]:
        hits: list[dict[str, Any]] = self.client.search(
            index=ALIAS,
            ignore_unavailable=True,
            query={"match_all": {}},
            size=_PAGE,
            sort=["entity_id"],
            search_after=after,
            source=False,
            docvalue_fields=["version"],
        )["hits"]["hits"]
        return hits

    def stored(self, number: int) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(index=ALIAS, id=self.entity(number, 1)["entity_id"])["_source"]
        return found

    def lag(self) -> int | None:
        return status(self.client, self.settings.kafka_bootstrap).lag

    def wait_for(self, wanted: dict[str, int]) -> None:
        wait_until(f"{len(wanted)} entities to be searchable", lambda: self._found(wanted))

    def _found(self, wanted: dict[str, int]) -> bool:
        assert self.running(), f"the indexer ended: see {self.log}"
        try:
            return self.versions() == wanted
        except TransportError:  # the server is down
            return False
        except ApiError as error:  # an index just created has no shard to search yet
            if error.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
                return False
            raise

    def rejected(self) -> list[dict[str, Any]]:
        """Return the rejects on topic ``rejected``."""
        decode = Decoder(registry.connect(self.settings.registry_url))
        consumer = Consumer({"bootstrap.servers": self.settings.kafka_bootstrap, "group.id": "test-rejected", "enable.auto.commit": False})
        try:
            numbers = consumer.list_topics(REJECTED, timeout=10).topics[REJECTED].partitions
            marks = {number: consumer.get_watermark_offsets(TopicPartition(REJECTED, number), timeout=10) for number in numbers}
            consumer.assign([TopicPartition(REJECTED, number, low) for number, (low, _) in marks.items()])
            expected = sum(high - low for low, high in marks.values())
            return [decode(message.value()) for message in consumer.consume(expected, 10)] if expected else []
        finally:
            consumer.close()


@pytest.fixture
def town(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Town]:
    ensure_topics(settings.kafka_bootstrap, core_topics(), settings.partitions)
    made = Town(settings, f"{abs(hash(request.node.name)) % 10_000:04d}x{time.time_ns() // 1000 % 10**8:08d}x")
    yield made
    made.close()
