"""The mapping follows FIELDS and the Avro schema, and is strict everywhere."""

import json
from typing import Any

import pytest

from domain.entities import FIELDS, Field, Kind
from schemas import indices
from schemas.codec import schema_text

HINT = "run `python -m schemas.indices`, then `huiliu index rebuild` where the index is old"


def properties() -> dict[str, Any]:
    found: dict[str, Any] = indices.definition()["mappings"]["properties"]
    return found


def test_open_and_token_fields_follow_the_fields_of_the_domain() -> None:
    assert properties()["open"]["properties"] == indices.open_fields(), HINT
    assert properties()["tokens"]["properties"] == indices.token_fields(), HINT


def test_a_new_field_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FIELDS[Kind.THING], "shoe_size", Field("text", searchable=True))
    assert properties()["open"]["properties"] != indices.open_fields()
    assert properties()["tokens"]["properties"] != indices.token_fields()


def test_every_field_of_an_entity_message_is_mapped() -> None:
    schema = json.loads(schema_text("entity"))
    assert set(properties()) == {field["name"] for field in schema["fields"]}
    members = next(field for field in schema["fields"] if field["name"] == "members")
    assert set(properties()["members"]["properties"]) == {field["name"] for field in members["type"]["items"]["fields"]}


def test_nothing_is_mapped_by_guess() -> None:
    mappings = indices.definition()["mappings"]
    nested = [mappings, *(each for each in mappings["properties"].values() if "properties" in each)]
    assert [each["dynamic"] for each in nested] == ["strict"] * 4


def test_sealed_values_cannot_be_searched() -> None:
    assert properties()["members"]["properties"]["sealed"] == {"type": "binary"}


def test_what_people_look_for_is_searchable() -> None:
    open_, tokens = properties()["open"]["properties"], properties()["tokens"]["properties"]
    assert open_["name"] == open_["address"] == open_["place_name"] == {"type": "text"}
    assert open_["uscc"]["type"] == tokens["citizen_id"]["type"] == tokens["name_gram"]["type"] == "keyword"
    assert open_["birth_date"]["index"] is False
    assert "birth_date" not in tokens


def test_index_names_carry_a_number() -> None:
    assert indices.index_name(7) == "entities-000007"
    assert indices.index_number("entities-000007") == 7
    assert indices.index_number("entities-write") is None
