"""What must not be seen is not: withheld values nowhere after the source, personal values nowhere in clear after ``records``."""

import csv
import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec
from elasticsearch import Elasticsearch
from psycopg.sql import SQL, Identifier, Literal

from cli.demo.flow import FlowGauge
from cli.demo.ground import Ground
from connectors.door.keys import desk_key
from connectors.intake.core import Intake
from connectors.intake.files import submit
from connectors.intake.receipt import IntakeError, Row
from domain.contract import Contract, Table
from domain.contract_parts import Column
from domain.entities import FIELDS, Sensitivity

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
WITHHELD, PERSONAL, OPEN = "扣留金丝雀", "个人金丝雀", "公开金丝雀"
CLOSED = ("src.", "records")
EARLIEST, LATEST = OffsetSpec.earliest(), OffsetSpec.latest()
_CLEAR = {Sensitivity.OPEN, Sensitivity.INTERNAL}
_KEPT_AS_WORDS = {"text", "code", "organisation_name", "place_name", "address"}
_FREE_TEXT = {"character varying", "text"}


@dataclass(frozen=True)
class Planted:
    """Marked values by what may become of them; each is unique, so that a find names its column."""

    withheld: dict[str, str] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    open: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    """what was said to deliveries that held withheld columns"""

    def group(self, column: Column) -> tuple[str, dict[str, str]] | None:
        """Return the mark for a column's values and where they are noted; None for a column that is not marked."""
        if column.withhold is not None:
            return WITHHELD, self.withheld
        if column.to is None or column.codes is not None:
            return None
        if _CLEAR.intersection(column.to.values()):  # said of an organisation's open register too: then it stands in clear there
            return OPEN, self.open
        return PERSONAL, self.personal


def marked(kind: str, *numbers: int) -> str:
    """Return a value that only one column has."""
    return kind + "".join(chr(0x4E00 + 100 * turn + part) for turn, part in enumerate(numbers))


def address_of(ground: Ground, contract: Contract) -> str:
    """Return the address of the department's own DBA."""
    return ground.settings.source_url(contract.source.admin_url_env or "")


def text_columns(connection: psycopg.Connection, schema: str, table: str) -> dict[str, int]:
    """Return free-text columns and how many characters they take."""
    found = connection.execute(
        "select column_name, coalesce(character_maximum_length, 1000) from information_schema.columns "
        "where table_schema = %s and table_name = %s and data_type = any(%s) order by ordinal_position",
        (schema, table, list(_FREE_TEXT)),
    )
    return {name: size for name, size in found if size >= 12}


def write(connection: psycopg.Connection, place: Identifier, values: dict[str, str]) -> None:
    """Put the values into one row."""
    assignments = SQL(", ").join(SQL("{} = {}").format(Identifier(name), Literal(value)) for name, value in values.items())
    done = connection.execute(SQL("update {t} set {a} where ctid = (select min(ctid) from {t})").format(t=place, a=assignments))
    assert done.rowcount == 1


def plant_in_database(ground: Ground, number: int, contract: Contract, planted: Planted) -> None:
    """Write marked values into every free-text column of one row of every table, also of those of which nothing leaves."""
    with psycopg.connect(address_of(ground, contract)) as connection:
        for turn, table in enumerate(contract.tables):
            values: dict[str, str] = {}
            for column_number, (name, size) in enumerate(text_columns(connection, table.db_schema, table.name).items()):
                found = planted.group(table.columns[name]) if name in table.columns and name not in table.key else None
                if found is not None:
                    values[name] = marked(found[0], number, turn, column_number)[:size]
                    found[1][f"{contract.provider}.{table.name}.{name}"] = values[name]
            if values:
                write(connection, Identifier(table.db_schema, table.name), values)
        for turn, name in enumerate(contract.withheld_tables, len(contract.tables)):
            columns = text_columns(connection, "public", name)
            values = {column: marked(WITHHELD, number, turn, place)[:size] for place, (column, size) in enumerate(columns.items())}
            planted.withheld.update({f"{contract.provider}.{name}.{column}": value for column, value in values.items()})
            write(connection, Identifier("public", name), values)


def plant_in_delivery(ground: Ground, number: int, contract: Contract, planted: Planted, folder: Path) -> None:
    """Send one row with marked values; then, column by column, what is withheld, in a copy or in an entry: each must be refused."""
    intake = Intake(ground.settings)
    for turn, table in enumerate(contract.tables):
        base: dict[str, str | None] = dict.fromkeys(table.captured) | {name: str(table.sample.row[name]) for name in table.key}
        row = dict(base)
        for place, (name, column) in enumerate(table.columns.items()):
            found = planted.group(column) if name not in table.key else None
            if found is None:
                row[name] = next(iter(column.codes)) if column.codes and name not in table.key else row.get(name)
                continue
            value = marked(found[0], number, turn, place)
            found[1][f"{contract.provider}.{table.name}.{name}"] = value
            if column.withhold is None:
                row[name] = value
            else:
                planted.refusals.append(refused(ground, contract, table, base | {name: value}, folder))
        line = Row(1, "upsert", {name: row.get(name) for name in table.captured})
        digest = hashlib.sha256(f"{contract.provider}.{table.name}".encode()).digest()
        receipt = intake.accept(contract, table, [line], kind="entry", whole=False, name="canary", sha256=digest)
        assert (receipt.state, receipt.rejected) == ("done", 0), receipt
    for turn, name in enumerate(contract.withheld_tables, len(contract.tables)):
        value = marked(WITHHELD, number, turn)
        planted.withheld[f"{contract.provider}.{name}"] = value
        path = folder / f"{name}.csv"
        path.write_text(f"编号,内容\n1,{value}\n", encoding="utf-8")
        with pytest.raises(IntakeError) as caught:
            submit(ground.settings, intake, contract, path)
        planted.refusals.append(str(caught.value))


def refused(ground: Ground, contract: Contract, table: Table, row: dict[str, str | None], folder: Path) -> str:
    """Send a row with a withheld column as the provider sends its rows, and return what is said to that."""
    if contract.mode == "file":
        path = folder / f"{contract.provider}-{table.name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerows([["说明"]] * ((table.file.heading_row if table.file else 1) - 1))
            writer.writerows([row.keys(), row.values()])
        with pytest.raises(IntakeError) as caught:
            submit(ground.settings, Intake(ground.settings), contract, path)
        return str(caught.value)
    answer = httpx.post(
        f"http://{ground.settings.door_host}:{ground.settings.door_port}/v1/providers/{contract.provider}/records",
        json={"table": table.name, "op": "upsert", "values": row},
        headers={"Authorization": f"Bearer {desk_key(ground.settings.home, contract.provider)}"},
    )
    assert answer.status_code == 422, answer.text
    return answer.text


@pytest.fixture(scope="module")
def planted(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """Plant at every provider, and wait until all has passed."""
    found, folder = Planted(), tmp_path_factory.mktemp("copies")
    for number, contract in enumerate(ground.contracts):
        if contract.mode == "cdc":
            plant_in_database(ground, number, contract, found)
        else:
            plant_in_delivery(ground, number, contract, found, folder)
    client = Elasticsearch(ground.settings.elasticsearch_url)
    gauge, deadline, before = FlowGauge(ground.settings, ground.contracts, client), time.monotonic() + 150, -1
    while time.monotonic() < deadline:
        flow = gauge.look()
        if flow.drained(0) and flow.captured == before:
            client.indices.refresh(index="entities")
            return found
        before = flow.captured
        time.sleep(1)
    pytest.fail("the planted changes did not pass within 150 s")


def topic_bytes(ground: Ground, *, closed: bool) -> Iterator[tuple[str, bytes]]:
    """Yield (topic, all bytes of a message) of the closed part's topics, or of all others: every partition at once, to its end."""
    consumer = Consumer({"bootstrap.servers": ground.settings.kafka_bootstrap, "group.id": "canary", "enable.auto.commit": False})
    topics = consumer.list_topics(timeout=10).topics
    places = [TopicPartition(t, p) for t in topics if t.startswith(CLOSED) is closed for p in topics[t].partitions]
    begins, ends = ({(p.topic, p.partition): p.offset for p in offsets(ground, places, spec)} for spec in (EARLIEST, LATEST))
    left = {place: end for place, end in ends.items() if end > begins[place]}
    consumer.assign([TopicPartition(*place, begins[place]) for place in left])
    deadline = time.monotonic() + 120
    while left:
        assert time.monotonic() < deadline, left
        for message in consumer.consume(1000, 1):
            assert message.error() is None
            place = (message.topic(), message.partition())
            if left.get(place) == (message.offset() or 0) + 1:
                del left[place]
            headers = b"".join((value or b"") for _, value in message.headers() or [])
            yield str(message.topic()), (message.key() or b"") + (message.value() or b"") + headers
    consumer.close()


def offsets(ground: Ground, places: list[TopicPartition], spec: OffsetSpec) -> list[TopicPartition]:
    """Return the partitions with the asked offset of each."""
    admin = AdminClient({"bootstrap.servers": ground.settings.kafka_bootstrap})
    found = admin.list_offsets(dict.fromkeys(places, spec), request_timeout=20)
    return [TopicPartition(place.topic, place.partition, answer.result().offset) for place, answer in found.items()]


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
    expected: set[str] = set()
    for contract in ground.contracts:
        if contract.mode != "cdc":
            expected |= {f"{contract.provider}.{table.name}.{name}" for table in contract.tables for name in table.withheld}
            expected |= {f"{contract.provider}.{name}" for name in contract.withheld_tables}
            continue
        with psycopg.connect(address_of(ground, contract)) as connection:
            for table in contract.tables:
                names = text_columns(connection, table.db_schema, table.name)
                expected |= {f"{contract.provider}.{table.name}.{name}" for name in table.withheld if name in names}
            for withheld in contract.withheld_tables:
                names = text_columns(connection, "public", withheld)
                assert names
                expected |= {f"{contract.provider}.{withheld}.{name}" for name in names}
    assert set(planted.withheld) == expected
    assert {contract.row for contract in ground.contracts} == set(range(1, 46)) - {11, 27}
    assert planted.personal
    assert planted.open


def test_a_delivery_with_a_withheld_column_is_refused_without_its_value(planted: Planted) -> None:
    assert planted.refusals
    assert places_with(planted.withheld, (("refusal", each.encode()) for each in planted.refusals)) == []


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
    assert len(kept) > len(ground.contracts)


def as_text(ground: Ground, place: str) -> bool:
    """Whether any words are a value of one of the column's fields; of an identifier they are unreadable, and so sealed."""
    provider, table_name, name = place.split(".")
    (contract,) = [each for each in ground.contracts if each.provider == provider]
    table = contract.table(table_name)
    fields = [target.split(".") for target, sensitivity in (table.columns[name].to or {}).items() if sensitivity in _CLEAR]
    return any(FIELDS[table.speaks_of[role]][field].kind in _KEPT_AS_WORDS for role, field in fields)
