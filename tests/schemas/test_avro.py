"""The words: every field is explained, old messages stay readable, and the wire form is Confluent's."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.schema import parse
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient

from schemas.codec import AVRO_DIR, Decoder, Encoder, UndecodableError

CURRENT = sorted(AVRO_DIR.glob("*.avsc"))
PUBLISHED = sorted((AVRO_DIR / "published").glob("*.avsc"))
REJECT = {
    "stop": "normalise", "topic": "src.a.b", "partition": 1, "offset": 7,
    "reason": "r", "remedy": "m", "rejected_ms": 1, "payload": b"p",
}  # fmt: skip


def fields_of(schema: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, list):
        for branch in schema:
            yield from fields_of(branch, path)
    elif isinstance(schema, dict):
        for field in schema.get("fields", ()):
            yield f"{path}.{field['name']}", field
            yield from fields_of(field["type"], f"{path}.{field['name']}")
        for part in ("items", "values"):
            yield from fields_of(schema.get(part), path)
        if isinstance(schema.get("type"), dict | list):
            yield from fields_of(schema["type"], path)


def versions(name: str) -> list[Path]:
    found = [path for path in PUBLISHED if re.fullmatch(rf"{name}-\d+", path.stem)]
    return sorted(found, key=lambda path: int(path.stem.rsplit("-", 1)[1]))


@pytest.mark.parametrize("path", CURRENT, ids=lambda path: path.stem)
def test_every_field_is_explained(path: Path) -> None:
    schema = json.loads(path.read_text())
    assert schema["doc"]
    assert [name for name, field in fields_of(schema, schema["name"]) if not field.get("doc")] == []


@pytest.mark.parametrize("path", CURRENT, ids=lambda path: path.stem)
def test_the_current_schema_is_published(path: Path) -> None:
    newest = versions(path.stem)[-1]
    assert path.read_text() == newest.read_text(), f"copy {path.name} to published/ under the next number; published files never change"


@pytest.mark.parametrize("old", PUBLISHED, ids=lambda path: path.stem)
def test_old_messages_stay_readable(old: Path) -> None:
    reader = AVRO_DIR / f"{old.stem.rsplit('-', 1)[0]}.avsc"
    found = ReaderWriterCompatibilityChecker().get_compatibility(parse(reader.read_text()), parse(old.read_text()))
    assert found.compatibility is SchemaCompatibilityType.compatible, found.messages


def test_the_check_notices_a_breaking_change() -> None:
    old = json.loads((AVRO_DIR / "entity.avsc").read_text())
    new = json.loads((AVRO_DIR / "entity.avsc").read_text())
    new["fields"].append({"name": "score", "type": "int", "doc": "no default: old messages lack it"})
    found = ReaderWriterCompatibilityChecker().get_compatibility(parse(json.dumps(new)), parse(json.dumps(old)))
    assert found.compatibility is SchemaCompatibilityType.incompatible


@pytest.fixture
def registry() -> SchemaRegistryClient:
    return SchemaRegistryClient.new_client({"url": "mock://registry"})


def test_wire_form(registry: SchemaRegistryClient) -> None:
    data = Encoder(registry, "rejected", "rejected")(REJECT)
    assert data[0] == 0
    assert registry.get_schema(int.from_bytes(data[1:5], "big")).schema_str
    assert Decoder(registry)(data) == REJECT


@pytest.mark.parametrize(
    "damage",
    [lambda data: b"", lambda data: b"{}", lambda data: data[:5], lambda data: data[:-1], lambda data: b"\x01" + data[1:]],
    ids=["empty", "json", "no body", "cut", "magic"],
)
def test_damage_is_told(registry: SchemaRegistryClient, damage: Any) -> None:
    data = Encoder(registry, "rejected", "rejected")(REJECT)
    with pytest.raises(UndecodableError):
        Decoder(registry)(damage(data))


def test_schemas_of_others_are_read(registry: SchemaRegistryClient) -> None:
    number = registry.register_schema("x-value", Schema('"string"', "AVRO"))
    assert Decoder(registry)(b"\x00" + number.to_bytes(4, "big") + b"\x06abc") == "abc"
