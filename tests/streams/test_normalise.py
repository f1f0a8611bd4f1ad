"""Normalising a batch: each source message becomes a message on ``records`` or a reject that names its position; none is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.schema_registry import Schema
from confluent_kafka.schema_registry.error import SchemaRegistryError
from hypothesis import given
from hypothesis import strategies as st

from domain.contract import Contract
from domain.normalise import UNAVAILABLE, RejectError, RowNormaliser
from domain.sealing import Sealer
from schemas.codec import Decoder, Encoder
from schemas.registry import AWAY
from schemas.rejects import Origin, Payload, Rejects, payload_of
from schemas.topics import RECORDS, REJECTED
from settings.contracts import load_contract
from streams.normalise import Normalising

MASTER = bytes(range(32))
TOPIC = "src.telecom_ct.cust_acct"
KEY = {"type": "record", "name": "Key", "fields": [{"name": "acct_id", "type": "string"}]}
COLUMNS = load_contract(Path(__file__).parents[2] / "connectors" / "providers" / "telecom_ct.yaml").contract.tables[0].captured
ROW_TYPE = {"type": "record", "name": "Row", "fields": [{"name": name, "type": ["null", "string"]} for name in COLUMNS]}
SOURCE_TYPE = {
    "type": "record",
    "name": "Source",
    "fields": [{"name": "lsn", "type": ["null", "long"]}, {"name": "ts_ms", "type": "long"}, {"name": "snapshot", "type": "string"}],
}
VALUE = {
    "type": "record",
    "name": "Envelope",
    "fields": [
        {"name": "after", "type": ["null", ROW_TYPE]},
        {"name": "source", "type": SOURCE_TYPE},
        {"name": "op", "type": "string"},
    ],
}


class Registry:
    """The two calls that codec makes of a registry; schemas by id."""

    def __init__(self) -> None:
        self.schemas: list[Schema] = []

    def register_schema(self, subject: str, schema: Schema) -> int:
        del subject
        self.schemas.append(schema)
        return len(self.schemas)

    def get_schema(self, number: int) -> Schema:
        return self.schemas[number - 1]


class Bench:
    """A normalising stop with its own registry, and messages for it."""

    def __init__(self, contract: Contract) -> None:
        registry: Any = Registry()
        self.decode = Decoder(registry)
        rejects = Rejects("normalise", Encoder(registry, "rejected", REJECTED), MASTER, clock=lambda: 1.5)
        self.stop = Normalising([contract], self.decode, Encoder(registry, "record", RECORDS), rejects)
        self._key, self._value = (registry.register_schema("", Schema(json.dumps(schema), "AVRO")) for schema in (KEY, VALUE))

    def message(self, op: str, row: dict[str, str | None] | None, lsn: int | None = 9, key: str = "A1") -> Origin:
        import io  # noqa: PLC0415  # this writer stands for Debezium's converter

        import fastavro  # noqa: PLC0415  # likewise

        out = []
        after = row and {name: row.get(name) for name in COLUMNS}
        envelope = {"after": after, "op": op, "source": {"lsn": lsn, "ts_ms": 77, "snapshot": "false"}}
        for number, schema, value in ((self._key, KEY, {"acct_id": key}), (self._value, VALUE, envelope)):
            body = io.BytesIO(b"\x00" + number.to_bytes(4, "big"))
            body.seek(5)
            fastavro.schemaless_writer(body, fastavro.parse_schema(schema), value)
            out.append(body.getvalue())
        return Origin(TOPIC, 3, 41, out[0], out[1])

    def sent(self, *messages: Origin) -> list[tuple[str, dict[str, Any]]]:
        return [(topic, self.decode(value)) for topic, _, value in self.stop(messages)]


@pytest.fixture(scope="module")
def bench() -> Bench:
    path = Path(__file__).parents[2] / "connectors" / "providers" / "telecom_ct.yaml"
    return Bench(load_contract(path).contract)


ROW: dict[str, str | None] = {"acct_id": "A1", "cust_name": "王小明", "acc_nbr": "１５４ 4953 4184"}


def test_a_row_becomes_one_message_with_its_position(bench: Bench) -> None:
    ((topic, row),) = bench.sent(bench.message("c", ROW))
    assert topic == RECORDS
    assert (row["row_id"], row["lsn"], row["order"], row["committed_ms"], row["op"]) == ("telecom_ct/cust_acct/A1", 9, 1, 77, "upsert")
    (record,) = row["records"]
    assert record["values"]["name"] == "王小明"
    assert record["values"]["mobile"] == "15449534184"
    assert record["raw"]["mobile"] == "１５４ 4953 4184"


def test_a_delete_and_its_tombstone(bench: Bench) -> None:
    delete = bench.message("d", None)
    ((_, row),) = bench.sent(delete, Origin(TOPIC, 3, 42, delete.key, None))
    assert (row["op"], row["order"], row["records"]) == ("delete", 0, [])


@pytest.mark.parametrize(
    ("damaged", "reason"),
    [
        (lambda b: Origin(TOPIC, 3, 41, b.message("c", ROW).key, b"poison"), "wire format"),
        (lambda b: b.message("t", None), "not create, update, delete or read"),
        (lambda b: b.message("u", None), "without a row"),
        (lambda b: b.message("c", ROW, lsn=None), "no source position"),
        (lambda b: Origin(TOPIC, 3, 41, b.message("c", ROW).value, b.message("c", ROW).value), "lacks a key column"),
        (lambda b: Origin("src.telecom_ct.unknown", 3, 41, b"", b"x"), "fault in normalising"),
    ],
    ids=["no avro", "truncate", "update without row", "no position", "foreign key", "unknown topic"],
)
def test_poison_is_rejected_with_position_reason_and_remedy(bench: Bench, damaged: Any, reason: str) -> None:
    message = damaged(bench)
    ((topic, reject),) = bench.sent(message)
    assert topic == REJECTED
    assert (reject["topic"], reject["partition"], reject["offset"]) == (message.topic, 3, 41)
    assert reason in reject["reason"]
    assert reject["remedy"]
    assert payload_of(Sealer(MASTER), reject["payload"]) == Payload(message.key or b"", message.value)
    assert "王" not in json.dumps(reject, default=str, ensure_ascii=False)


def test_a_column_that_the_source_dropped_stops_the_row_and_is_named() -> None:
    envelope = {"after": {"acct_id": "A1", "cust_name": "王小明"}, "op": "u", "source": {"lsn": 9, "ts_ms": 77, "snapshot": "false"}}
    table = load_contract(Path(__file__).parents[2] / "connectors" / "providers" / "telecom_ct.yaml").contract.tables[0]
    with pytest.raises(RejectError, match="lacks acc_nbr"):
        RowNormaliser("telecom_ct", table)({"acct_id": "A1"}, envelope)


def test_poison_stops_nobody_else(bench: Bench) -> None:
    sent = bench.sent(bench.message("c", ROW), Origin(TOPIC, 0, 1, b"", b"\x00bad"), bench.message("u", ROW))
    assert [topic for topic, _ in sent] == [RECORDS, REJECTED, RECORDS]


def test_an_empty_row_takes_back_what_it_said_and_is_told(bench: Bench) -> None:
    sent = bench.sent(bench.message("u", {"acct_id": "A1", "cust_name": None, "acc_nbr": ""}))
    assert [topic for topic, _ in sent][:1] == [RECORDS]
    assert sent[0][1]["op"] == "upsert"


def test_a_row_that_no_message_could_hold_is_rejected(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.normalise._MOST", 100)
    ((topic, reject),) = bench.sent(bench.message("c", ROW))
    assert (topic, reject["reason"]) == (REJECTED, "what the row becomes is larger than a message may be")


def test_a_large_value_lost_in_a_key_change_is_told(bench: Bench) -> None:
    sent = bench.sent(bench.message("c", ROW | {"cust_name": UNAVAILABLE}))
    assert [topic for topic, _ in sent] == [RECORDS, REJECTED]
    assert "large columns" in sent[1][1]["reason"]
    assert [topic for topic, _ in bench.sent(bench.message("u", ROW | {"cust_name": UNAVAILABLE}))] == [RECORDS]


def test_a_fault_is_logged_with_its_place_and_without_its_message(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("王小明 is not what I expected")

    monkeypatch.setattr(RowNormaliser, "_records", fail)
    ((topic, _),) = bench.sent(bench.message("c", ROW))
    assert topic == REJECTED
    assert "ValueError at test_normalise.py" in caplog.text
    assert f"{TOPIC}/3/41" in caplog.text
    assert "王小明" not in caplog.text


def test_a_registry_that_is_away_rejects_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise SchemaRegistryError(503, 50003, "away")

    known = bench.message("c", ROW)
    monkeypatch.setattr(Registry, "get_schema", away)
    unknown = Origin(TOPIC, 0, 0, known.key, b"\x00\x00\x00\x03\xe7" + (known.value or b"")[5:])
    with pytest.raises(AWAY):
        bench.stop([unknown])


@given(st.binary(max_size=60))
def test_no_bytes_stop_the_stream(bench: Bench, data: bytes) -> None:
    good = bench.message("c", ROW)
    for message in (
        Origin(TOPIC, 0, 0, good.key, data),
        Origin(TOPIC, 0, 0, data, good.value),
        Origin(TOPIC, 0, 0, good.key, b"\x00\x00\x00\x00\x04" + data),
    ):
        assert len(bench.stop([message])) >= 1
