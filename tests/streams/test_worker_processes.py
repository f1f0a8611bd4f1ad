"""Real worker processes, killed in the middle: the store and the topic end as if all records had been compared at once."""

import itertools
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import psycopg
import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from rich.console import Console

from domain.tokens import Tokeniser, text_of
from schemas.codec import Decoder, Encoder
from schemas.registry import connect
from schemas.topics import ENTITIES, RECORDS
from settings import Settings
from stack.supervisor import Stack
from tests.streams.ground import Message, message
from tests.streams.oracle import outcome

pytestmark = pytest.mark.servers
WORKERS = 3
EDGES = "select one, other, hundredths, band, refusal from edge"
ROWS, CHANGES = 300, 1500
NAMES = ["王伟", "王玮", "尉迟琰", "李娜", "张桂英", "陈建国"]
PLACES = [f"溧阳市昆仑街道燕山路{number}号{room}室" for number in range(1, 30) for room in (101, 202)]


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Three workers and what they need, in a home of their own."""
    stack = Stack(tmp_path_factory.mktemp("workers"), Console(quiet=True))
    try:
        stack.up([f"streams-{index}" for index in range(WORKERS)], workers=WORKERS)
        yield stack
    finally:
        stack.erase()


def people(rng: random.Random) -> list[dict[str, str]]:
    """Return what a row says of one or two of a few hundred people, some of it left out."""

    def person() -> dict[str, str]:
        number = rng.randrange(200)
        said = {
            "name": NAMES[number % 6],
            "birth_date": f"19{60 + number % 37}-0{1 + number % 9}-1{number % 10}",
            "mobile": f"139{10_000_000 + number}",
            "address": PLACES[number % len(PLACES)],
        }
        if rng.random() < 0.3:
            said["citizen_id"] = f"1101011990{number:03}04477"
        for name in rng.sample(sorted(said), 1):
            del said[name]
        return said

    return [person() for _ in range(rng.randint(1, 2))]


def changes(seed: int) -> list[Message]:
    rng = random.Random(seed)  # noqa: S311  # no secret
    rows = [rng.randrange(ROWS) for _ in range(CHANGES)]
    return [message(row, lsn, None if rng.random() < 0.1 else people(rng)) for lsn, row in enumerate(rows, start=1)]


def wait_until(what: str, holds: Callable[[], bool], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"still waiting for {what}"
        time.sleep(0.2)


def publish(settings: Settings, items: list[Message]) -> None:
    encode = Encoder(connect(settings.registry_url), "record", RECORDS)
    producer = Producer({"bootstrap.servers": settings.kafka_bootstrap, "partitioner": "murmur2_random"})
    for item in items:
        producer.produce(RECORDS, encode(item), item["row_id"])
    assert producer.flush(30) == 0


def applied(settings: Settings) -> dict[bytes, int]:
    with psycopg.connect(settings.store_dsn.get_secret_value()) as connection:
        return dict(connection.execute("select handle, lsn from source_row").fetchall())


def kill(stack: Stack, name: str) -> None:
    process = psutil.Process(next(each.pid for each in stack.status() if each.name == name))
    process.kill()
    process.wait(20)


def test_workers_killed_in_the_middle_change_nothing(workers: Stack) -> None:
    settings = Settings.load(workers.home)
    tokens = Tokeniser(settings.master_key_bytes())
    items = changes(7)
    third = CHANGES // 3
    publish(settings, items[:third])
    kill(workers, "streams-1")
    publish(settings, items[third : 2 * third])
    wait_until("some rows to be applied", lambda: len(applied(settings)) > ROWS // 3)
    kill(workers, "streams-0")
    workers.up(["streams-0", "streams-1"])
    publish(settings, items[2 * third :])
    kill(workers, "streams-2")
    workers.up(["streams-2"])
    last = {tokens.raw("row", item["row_id"]): item["lsn"] for item in items}
    wait_until("all rows to be applied", lambda: applied(settings) == last)
    wanted = outcome(tokens, items)
    with psycopg.connect(settings.store_dsn.get_secret_value()) as connection:
        assert dict(connection.execute("select handle, entity_id from record").fetchall()) == wanted.entities
        edges = {(row[0], row[1]): (row[2], row[3], row[4]) for row in connection.execute(EDGES)}
    assert edges == wanted.edges
    assert {band for _, band, _ in edges.values()} == {"match", "review"}, "the changes must try both bands"
    members: dict[str, list[str]] = {}
    for handle, identifier in wanted.entities.items():
        members.setdefault(identifier, []).append(text_of(handle))
    assert seen(settings) == {identifier: sorted(handles) for identifier, handles in members.items()}


def seen(settings: Settings) -> dict[str, list[str]]:
    """Return the members of each entity that is alive, by its newest message."""
    decode = Decoder(connect(settings.registry_url))
    newest: dict[str, dict[str, Any]] = {}
    for value in messages_of(settings):
        entity = decode(value)
        last = newest.get(entity["entity_id"])
        if last is None or last["version"] <= entity["version"]:
            newest[entity["entity_id"]] = entity
    return {name: sorted(member["handle"] for member in entity["members"]) for name, entity in newest.items() if not entity["deleted"]}


def messages_of(settings: Settings) -> Iterator[bytes]:
    consumer = Consumer({"bootstrap.servers": settings.kafka_bootstrap, "group.id": "test", "enable.partition.eof": True})
    partitions = consumer.list_topics(ENTITIES, timeout=10).topics[ENTITIES].partitions
    consumer.assign([TopicPartition(ENTITIES, number, 0) for number in partitions])
    left = len(partitions)
    for _ in itertools.count():
        polled = consumer.poll(10)
        assert polled is not None
        if polled.error() is not None:
            left -= 1
            if not left:
                break
        else:
            yield polled.value() or b""
    consumer.close()
