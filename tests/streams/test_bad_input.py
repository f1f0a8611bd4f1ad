"""Bad input through the normalising stop: a row is kept with flags or rejected with a reason, and stops or joins nothing."""

import io
import json
from collections.abc import Iterable, Mapping
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import fastavro
import pytest
from confluent_kafka.schema_registry import Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.contract import Table
from domain.entities import Kind
from domain.matching.blocking import CAP, pairs
from domain.matching.features import Features
from domain.matching.scorecard import Band, Scorecard
from domain.matching.scorecard_file import shipped
from domain.normalise import RowNormaliser
from schemas.codec import Decoder, Encoder, parsed
from schemas.rejects import Origin, Rejects
from schemas.topics import RECORDS, REJECTED
from settings.contracts import load_contract, load_contracts
from streams.normalise import Normalising

PROVIDERS = Path(__file__).parents[2] / "connectors" / "providers"
REGISTER = load_contract(PROVIDERS / "public_security.yaml").contract
RESIDENTS = REGISTER.tables[0]
PERSON = Scorecard(shipped(Kind.PERSON))
LARGEST = 64 << 10
"""Bytes that a row's message may have, whatever its cells held."""
GOOD = {
    "gmsfhm": "320440197510281818",
    "xm": "李伟松",
    "xb": "1",
    "csrq": "19751028",
    "hjdz": "溧阳市埭头镇邹家村东村1号",
    "lxdh": "15424611820",
    "fwcs": "溧阳市鑫源机械制造有限公司",
    "zxbs": "0",
}
STRANGER = {
    "gmsfhm": "320441198803051217",
    "xm": "王芳",
    "xb": "2",
    "csrq": "19880305",
    "hjdz": "溧阳市南渡镇石街村西村9号",
    "lxdh": "15424611955",
    "fwcs": "溧阳市天目湖茶叶有限公司",
    "zxbs": "0",
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


def _nullable(names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"name": name, "type": ["null", "string"], "default": None} for name in names]


class Stop:
    """The stop, and Debezium's messages for it of the register's rows."""

    def __init__(self) -> None:
        registry: Any = Registry()
        self.decode = Decoder(registry)
        rejects = Rejects("normalise", Encoder(registry, "rejected", REJECTED), bytes(range(32)), clock=lambda: 1.5)
        self.stop = Normalising([REGISTER], self.decode, Encoder(registry, "record", RECORDS), rejects)
        row = {"type": "record", "name": "Row", "fields": _nullable(RESIDENTS.captured)}
        source = [{"name": "lsn", "type": "long"}, {"name": "ts_ms", "type": "long"}, {"name": "snapshot", "type": "string"}]
        value = [
            {"name": "after", "type": ["null", row]},
            {"name": "source", "type": {"type": "record", "name": "Source", "fields": source}},
            {"name": "op", "type": "string"},
        ]
        self._schemas = {}
        for name, fields in (("Key", _nullable(RESIDENTS.key)), ("Envelope", value)):
            schema = {"type": "record", "name": name, "fields": fields}
            self._schemas[name] = registry.register_schema("", Schema(json.dumps(schema), "AVRO")), fastavro.parse_schema(schema)

    def _wire(self, name: str, value: dict[str, Any]) -> bytes:
        number, schema = self._schemas[name]
        body = io.BytesIO()
        fastavro.schemaless_writer(body, schema, value)
        return b"\x00" + number.to_bytes(4, "big") + body.getvalue()

    def __call__(self, row: Mapping[str, str | None]) -> list[tuple[str, dict[str, Any], int]]:
        """Return topic, message and size of all that a row becomes."""
        key = self._wire("Key", {name: row.get(name) or "7" for name in RESIDENTS.key})
        after = {name: row.get(name) for name in RESIDENTS.captured}
        value = self._wire("Envelope", {"after": after, "op": "c", "source": {"lsn": 9, "ts_ms": 77, "snapshot": "false"}})
        topic = next(topic for topic in self.stop.topics if topic.endswith(RESIDENTS.name))
        return [(topic, self.decode(value), len(value)) for topic, _, value in self.stop([Origin(topic, 3, 41, key, value)])]


@pytest.fixture(scope="module")
def stop() -> Stop:
    return Stop()


def resident(stop: Stop, row: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the record that a row speaks of its resident; the row must be kept, as one message of bounded size."""
    ((topic, message, size),) = stop(row)
    assert topic == RECORDS
    assert size < LARGEST
    found: dict[str, Any] = next(record for record in message["records"] if record["role"] == "resident")
    return found


def features(record: Mapping[str, Any]) -> Features:
    return PERSON.features({**record["values"], **{f"raw.{field}": word for field, word in record["raw"].items()}})


BAD = [
    ("csrq", "2013-02-30", "birth_date:impossible_date"),
    ("csrq", "19751328", "birth_date:impossible_date"),
    ("csrq", "0000-00-00", "birth_date:placeholder"),
    ("csrq", "1900-01-01", "birth_date:placeholder"),
    ("csrq", "1753-01-01", "birth_date:placeholder"),
    ("csrq", "昨天", "birth_date:wrong_format"),
    ("csrq", "1975", "birth_date:year_only"),
    ("gmsfhm", "32044019751028181", "citizen_id:wrong_length"),
    ("gmsfhm", "3204401975102818188", "citizen_id:wrong_length"),
    ("gmsfhm", "320440751028181", "citizen_id:converted_15"),
    ("gmsfhm", "3.2044E+17", "citizen_id:scientific_notation"),
    ("gmsfhm", "320440197510281819", "citizen_id:bad_checksum"),
    ("gmsfhm", "123456789012345678", "citizen_id:sequence"),
    ("gmsfhm", "111111111111111111", "citizen_id:repeated"),
    ("gmsfhm", "000000000000000000", "citizen_id:placeholder"),
    ("gmsfhm", "无", "citizen_id:placeholder"),
    ("xm", "测试", "name:placeholder"),
    ("xm", "不详", "name:placeholder"),
    ("xm", "无名氏", "name:placeholder"),
    ("xm", "***", "name:placeholder"),
    ("xm", "无", "name:placeholder"),
    ("xm", "张三?", "name:placeholder"),
    ("xm", "李先生", "name:given_name_missing"),
    ("xm", "李?松", "name:lost_character"),
    ("xm", "李\x00伟松", "name:control_characters"),
    ("xm", "\u202e李伟松\u202c", "name:reordered"),
    ("xm", "李伟松" * 200, "name:too_long"),
    ("xm", "李\ue000松", "name:private_use"),
    ("lxdh", "00000000000", "mobile:placeholder"),
    ("lxdh", "13800138000", "mobile:placeholder"),
    ("lxdh", "13800000000", "mobile:repeated"),
    ("lxdh", "1542461182", "mobile:wrong_format"),
    ("lxdh", "154246118\u200b20", "mobile:control_characters"),
    ("lxdh", "15424611820、15424611821", "mobile:several_values"),
    ("xb", "3", "sex:unknown_code"),
    ("hjdz", "不详", "address:placeholder"),
    ("hjdz", "溧阳市不详", "address:placeholder"),
    ("hjdz", "溧阳市埭头镇邹家村?号", "address:lost_character"),
    ("fwcs", "无业", "employer:placeholder"),
    ("qyls", "第一行\x07第二行", "note:control_characters"),
    ("qyls", "长" * 20_001, "note:too_long"),
]


@pytest.mark.parametrize(("column", "cell", "flag"), BAD)
def test_a_bad_cell_is_kept_with_its_flag_and_the_rest_of_the_row_with_it(stop: Stop, column: str, cell: str, flag: str) -> None:
    record = resident(stop, GOOD | {column: cell})
    field = flag.partition(":")[0]
    assert flag in record["flags"]
    said = record["values"].keys() | record["raw"].keys()
    assert field in said, "the source's words are kept"
    clean = resident(stop, GOOD)
    for other in clean["values"].keys() - {field}:
        assert record["values"][other] == clean["values"][other]


@pytest.mark.parametrize(("column", "cell", "flag"), BAD)
def test_a_bad_cell_never_joins_two_people(stop: Stop, column: str, cell: str, flag: str) -> None:
    """Two strangers that share it have no key in common, and are no match; the strong key is gone where the bad cell was the ID."""
    del flag
    one, other = (resident(stop, row | {column: cell}) for row in (GOOD, STRANGER))
    assert set(one["keys"]).isdisjoint(other["keys"])
    assert PERSON.judge(features(one), features(other)).band is not Band.MATCH
    if column == "gmsfhm":
        assert not one["keys"]


@pytest.mark.parametrize(
    ("column", "cell", "flag"), [case for case in BAD if case[2].split(":")[1] in ("placeholder", "sequence", "repeated")]
)
def test_filler_alone_files_a_row_nowhere(stop: Stop, column: str, cell: str, flag: str) -> None:
    del flag
    record = resident(stop, {column: cell, "xb": "1", "zxbs": "0"})
    found = features(record)
    assert not PERSON.blocks(found)
    assert not record["keys"]
    assert PERSON.judge(found, found).band is Band.APART, "two rows of filler are not one person"


def test_rows_of_nothing_but_filler_are_not_one_person(stop: Stop) -> None:
    """The worst a form can send: every field filled, nothing said."""
    filler = {
        "gmsfhm": "111111111111111",
        "xm": "测试",
        "xb": "1",
        "csrq": "1900-01-01",
        "hjdz": "不详",
        "lxdh": "13800138000",
        "fwcs": "无",
        "zxbs": "0",
    }
    record = resident(stop, filler)
    found = features(record)
    assert not record["keys"]
    assert not PERSON.blocks(found)
    assert PERSON.judge(found, found).band is Band.APART
    assert len(record["flags"]) >= 6


@pytest.mark.parametrize("column", [name for name in RESIDENTS.captured if name not in RESIDENTS.key])
def test_ten_megabytes_in_a_cell_are_kept_as_their_beginning(stop: Stop, column: str) -> None:
    record = resident(stop, GOOD | {column: "村" * 3_400_000})
    (field,) = (target.partition(".")[2] for target in RESIDENTS.columns[column].to or () if target.startswith("resident."))
    assert {f"{field}:too_long", f"{field}:unreadable"} <= set(record["flags"])
    assert field not in record["values"]
    assert set(record["raw"][field]) == {"村"}
    assert record["keys"] == ["citizen_id:320440197510281818"]


def test_a_key_of_ten_megabytes_is_rejected_with_reason_and_remedy(stop: Stop) -> None:
    ((topic, reject, _),) = stop(GOOD | {"gmsfhm": "3" * 10_000_000})
    assert topic == REJECTED
    assert "longer than 4096" in reject["reason"]
    assert "shorter" in reject["remedy"]
    assert "333" not in reject["reason"] + reject["remedy"]


def test_a_look_alike_in_another_script_stays_apart(stop: Stop) -> None:
    """Cyrillic letters in a name, and an X of another script in an ID, are not what they look like."""
    latin, cyrillic = (resident(stop, {"xm": name, "csrq": "19751028"}) for name in ("ANNA PETROVA", "АNNА РЕТRОVА"))
    assert latin["values"]["name"] != cyrillic["values"]["name"]
    assert {block.key for block in PERSON.blocks(features(latin))}.isdisjoint(block.key for block in PERSON.blocks(features(cyrillic)))
    assert not resident(stop, GOOD | {"gmsfhm": "32044019751028181Х"})["keys"]


def test_one_mobile_number_of_thousands_joins_nobody_and_costs_little(stop: Stop) -> None:
    """An agent's number on 3,000 contracts: the rows are kept, the crowded block makes few pairs, and none of them is a match."""
    given_names = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平"
    names = [f"{surname}{one}{two}" for surname in "王李张刘陈杨赵黄" for one, two in combinations(given_names, 2)][:1500]
    days = [f"19{50 + number % 50}{1 + number % 12:02}{1 + number % 28:02}" for number in range(1500)]
    rows = [{"xm": name, "csrq": day, "lxdh": "15424611820"} for name, day in zip(names, days, strict=True)]
    found = [features(resident(stop, row)) for row in rows]
    holders: dict[str, list[tuple[str, bytes]]] = {}
    for number, each in enumerate(found):
        for block in PERSON.blocks(each):
            holders.setdefault(block.key, []).append((block.within, number.to_bytes(16, "big")))
    assert max(map(len, holders.values())) == len(rows) > CAP
    compared = set(chain.from_iterable(map(pairs, holders.values())))
    assert len(compared) < 2 * len(rows)
    for one, other in compared:
        assert PERSON.judge(found[int.from_bytes(one, "big")], found[int.from_bytes(other, "big")]).band is not Band.MATCH


ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)  # Avro text is UTF-8: it has no halves of characters
DIRT = st.lists(
    st.sampled_from(
        ["王", "伟", "测试", "不详", "***", "?", "\x00", "\u202e", "\u200b", "𠮷", "\ue000", "1", "0", "1900-01-01", "13800138000", "3204",
         "溧阳市", "镇", "路", "号", "x", "-", ".", "无", "有限公司", "9", "苏D", "E+17", "'", " ", "\u3000", "\ufffd", "①", "\ufdfa"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=200)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(RESIDENTS.captured, ANY | DIRT)))
def test_no_text_whatever_stops_the_stream(stop: Stop, row: dict[str, str]) -> None:
    for topic, message, size in stop(row):
        assert size < LARGEST
        if topic == REJECTED:
            assert "fault" not in message["reason"]
            assert message["remedy"]
            continue
        for record in message["records"]:
            if record["kind"] == "person":
                found = features(record)
                PERSON.blocks(found)
                PERSON.judge(found, found)


CONTRACTS = load_contracts(PROVIDERS)
TABLES = [(contract.provider, table) for contract in CONTRACTS for table in contract.tables]
CARDS = {str(kind): Scorecard(shipped(kind)) for kind in (Kind.PERSON, Kind.ORGANISATION, Kind.THING, Kind.ADDRESS)}


@pytest.mark.parametrize(("provider", "table"), TABLES, ids=[f"{provider}.{table.name}" for provider, table in TABLES])
def test_no_text_whatever_breaks_a_table(provider: str, table: Table) -> None:
    """Every column of every contract takes any text: what comes out can be written, filed and compared."""
    normalise = RowNormaliser(provider, table)
    schema = parsed("record")
    key = dict.fromkeys(table.key, "1")

    @settings(max_examples=12)
    @given(st.fixed_dictionaries(dict.fromkeys(table.captured, st.none() | ANY | DIRT)))
    def holds(row: dict[str, str | None]) -> None:
        message = normalise(key, {"op": "c", "after": row, "source": {"lsn": 9, "ts_ms": 77}})
        fastavro.schemaless_writer(io.BytesIO(), schema, message)
        for record in message["records"]:
            if (card := CARDS.get(record["kind"])) is not None:
                found = card.features({**record["values"], **{f"raw.{field}": word for field, word in record["raw"].items()}})
                card.blocks(found)
                card.judge(found, found)

    holds()
