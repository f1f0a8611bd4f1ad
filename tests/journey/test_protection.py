"""What must not be seen is not: withheld values nowhere after the source, personal values nowhere in clear after ``records``."""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from confluent_kafka import Consumer, TopicPartition
from elasticsearch import Elasticsearch
from psycopg.sql import SQL, Identifier, Literal

from cli.demo.flow import FlowGauge
from cli.demo.ground import Ground
from domain.contract import Contract, Table
from domain.entities import FIELDS, Sensitivity

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
WITHHELD, PERSONAL, OPEN = "扣留金丝雀", "个人金丝雀", "公开金丝雀"
CLOSED = ("src.", "records")
_CLEAR = {Sensitivity.OPEN, Sensitivity.INTERNAL}
_FREE_TEXT = {"character varying", "text"}


@dataclass(frozen=True)
class Planted:
    """Marked values by what may become of them; each is unique, so that a find names its column."""

    withheld: dict[str, str]
    personal: dict[str, str]
    open: dict[str, str]


def text_columns(connection: psycopg.Connection, table: Table) -> dict[str, int]:
    """Return free-text columns and how many characters they take."""
    found = connection.execute(
        "select column_name, coalesce(character_maximum_length, 1000) from information_schema.columns "
        "where table_schema = %s and table_name = %s and data_type = any(%s)",
        (table.db_schema, table.name, list(_FREE_TEXT)),
    )
    return {name: size for name, size in found if size >= 12}


def plant(connection: psycopg.Connection, contract: Contract, table: Table, planted: Planted) -> None:
    """Write marked values into every free-text column of one row that is not its key."""
    values: dict[str, str] = {}
    for number, (name, size) in enumerate(text_columns(connection, table).items()):
        column = table.columns.get(name)
        if column is None or name in table.key or column.codes is not None:
            continue
        place = f"{contract.provider}.{table.name}.{name}"
        if column.withhold is not None:
            kind, group = WITHHELD, planted.withheld
        elif column.to is None:
            continue
        elif _CLEAR.intersection(column.to.values()):  # said of an organisation's open register too: then it stands in clear there
            kind, group = OPEN, planted.open
        else:
            kind, group = PERSONAL, planted.personal
        where = (contract.row, contract.tables.index(table), number)
        values[name] = (kind + "".join(chr(0x4E00 + 100 * turn + part) for turn, part in enumerate(where)))[:size]
        group[place] = values[name]
    assignments = SQL(", ").join(SQL("{} = {}").format(Identifier(name), Literal(value)) for name, value in values.items())
    key = SQL(", ").join(map(Identifier, table.key))
    statement = SQL("update {t} set {a} where ({k}) = (select {k} from {t} order by {k} limit 1)")
    connection.execute(statement.format(t=Identifier(table.db_schema, table.name), a=assignments, k=key))


@pytest.fixture(scope="module")
def planted(ground: Ground) -> Planted:
    """Plant in every table, wait until all has passed, and break something on purpose, so that rejects and logs have content."""
    found = Planted({}, {}, {})
    for contract in ground.contracts:
        with psycopg.connect(ground.addresses[contract.provider]) as connection:
            for table in contract.tables:
                plant(connection, contract, table, found)
    client = Elasticsearch(ground.settings.elasticsearch_url)
    gauge, deadline, before = FlowGauge(ground.settings, ground.contracts, client), time.monotonic() + 90, -1
    while time.monotonic() < deadline:
        flow = gauge.look()
        if flow.drained(0) and flow.captured == before:
            client.indices.refresh(index="entities")
            return found
        before = flow.captured
        time.sleep(1)
    pytest.fail("the planted changes did not pass within 90 s")


def topic_bytes(ground: Ground, *, closed: bool) -> Iterator[tuple[str, bytes]]:
    """Yield (topic, all bytes of a message) of the closed part's topics, or of all others."""
    consumer = Consumer({"bootstrap.servers": ground.settings.kafka_bootstrap, "group.id": "canary", "enable.auto.commit": False})
    topics = consumer.list_topics(timeout=10).topics
    for topic in sorted(topics):
        if topic.startswith(CLOSED) is not closed:
            continue
        for partition in topics[topic].partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
            consumer.assign([TopicPartition(topic, partition, low)])
            while low < high:
                message = consumer.poll(10)
                assert message is not None, (topic, partition, low, high)
                assert message.error() is None
                low = (message.offset() or 0) + 1
                headers = b"".join((value or b"") for _, value in message.headers() or [])
                yield topic, (message.key() or b"") + (message.value() or b"") + headers
    consumer.close()


def store_bytes(ground: Ground) -> Iterator[tuple[str, bytes]]:
    with psycopg.connect(ground.settings.store_dsn.get_secret_value()) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
        for (table,) in tables:
            with connection.cursor().copy(SQL("copy {} to stdout (format binary)").format(Identifier(table))) as copy:
                yield f"store {table}", b"".join(map(bytes, copy))


def index_bytes(ground: Ground) -> Iterator[tuple[str, bytes]]:
    client = Elasticsearch(ground.settings.elasticsearch_url)
    for name in client.indices.get(index="*"):
        after = None
        while hits := client.search(index=name, size=1000, sort=[{"_seq_no": "asc"}], search_after=after)["hits"]["hits"]:
            yield f"index {name}", json.dumps(hits, ensure_ascii=False).encode()
            after = hits[-1]["sort"]


def log_bytes(ground: Ground) -> Iterator[tuple[str, bytes]]:
    for path in Path(ground.stack.home / "logs").iterdir():
        yield f"log {path.name}", path.read_bytes()


def places_with(values: dict[str, str], content: Iterable[tuple[str, bytes]]) -> list[str]:
    """Return where which column's value was found; JSON may escape Chinese."""
    needles = {column: (value.encode(), json.dumps(value)[1:-1].encode()) for column, value in values.items()}
    return sorted({f"{column} in {place}" for place, data in content for column, forms in needles.items() if any(f in data for f in forms)})


def test_every_withheld_column_was_marked(ground: Ground, planted: Planted) -> None:
    with_text: set[str] = set()
    for contract in ground.contracts:
        with psycopg.connect(ground.addresses[contract.provider]) as connection:
            for table in contract.tables:
                names = text_columns(connection, table)
                with_text |= {f"{contract.provider}.{table.name}.{name}" for name in table.withheld if name in names}
    assert set(planted.withheld) == with_text
    assert len(with_text) >= len(ground.contracts)
    assert planted.personal
    assert planted.open


def test_withheld_values_are_nowhere(ground: Ground, planted: Planted) -> None:
    for content in (
        topic_bytes(ground, closed=True),
        topic_bytes(ground, closed=False),
        store_bytes(ground),
        index_bytes(ground),
        log_bytes(ground),
    ):
        assert places_with(planted.withheld, content) == []


def test_personal_values_are_in_clear_in_the_closed_part_only(ground: Ground, planted: Planted) -> None:
    for content in (topic_bytes(ground, closed=False), store_bytes(ground), index_bytes(ground), log_bytes(ground)):
        assert places_with(planted.personal, content) == []


def test_the_search_for_canaries_can_find(ground: Ground, planted: Planted) -> None:
    """Personal values do stand on the closed topics, and open ones in the index: the tests above look where values are."""
    closed = places_with(planted.personal, topic_bytes(ground, closed=True))
    assert {place.split(" in ")[0] for place in closed} == set(planted.personal)
    indexed = places_with(planted.open, index_bytes(ground))
    kept = {column for column in planted.open if as_text(ground, column)}
    assert {place.split(" in ")[0] for place in indexed} == kept
    assert kept


def as_text(ground: Ground, place: str) -> bool:
    """Whether any words are a value of one of the column's fields; of an identifier they are unreadable, and so sealed."""
    provider, table_name, name = place.split(".")
    (contract,) = [each for each in ground.contracts if each.provider == provider]
    table = contract.table(table_name)
    fields = [target.split(".") for target, sensitivity in (table.columns[name].to or {}).items() if sensitivity in _CLEAR]
    return any(
        FIELDS[table.speaks_of[role]][field].kind in {"text", "organisation_name", "place_name", "address"} for role, field in fields
    )
