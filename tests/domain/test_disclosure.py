"""Personal values leave the split only as tokens or in the sealed part; a class nobody stated counts as sensitive."""

from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from domain.disclosure import RAW, Disclosure
from domain.entities import FIELDS, Kind
from domain.tokens import Tokeniser
from domain.values.person_name import grams, pinyin
from settings.contracts import load_contract
from tests.query.town import MASTER, contracts

PROVIDERS = Path(__file__).parents[2] / "connectors" / "providers"
TOKENISER = Tokeniser(MASTER)
SPLIT = Disclosure(contracts(), TOKENISER)
PERSON = {
    "citizen_id": "11010519491231002X",
    "name": "王小明",
    "address": "江苏省常州市溧阳市溧城街道幸福路12号",
    "mobile": "13911112222",
    "birth_date": "1949-12-31",
    "note": "only in this note",
}


def record(values: dict[str, str], kind: Kind = Kind.PERSON, **more: Any) -> dict[str, Any]:
    return {"role": "subject", "kind": str(kind), "values": values, "raw": {}, "flags": [], **more}


def test_personal_values_are_sealed_and_have_tokens() -> None:
    split = SPLIT("public_security", "register", record(PERSON))
    assert split.sealed == PERSON
    assert split.public["open"] == {}
    assert split.public["fields"] == sorted(PERSON)
    text = TOKENISER.text
    assert split.public["tokens"]["citizen_id"] == [text("citizen_id", PERSON["citizen_id"])]
    assert split.public["tokens"]["name_gram"] == [text("name_gram", gram) for gram in grams("王小明")]
    assert split.public["tokens"]["name_pinyin"] == [text("name_pinyin", pinyin("王小明"))]
    assert "birth_date" not in split.public["tokens"]  # not searchable: no token to compare
    assert "note" not in split.public["tokens"]


@given(st.dictionaries(st.sampled_from(sorted(FIELDS[Kind.PERSON])), st.text(min_size=4, max_size=30), min_size=1))
def test_no_personal_value_is_public(values: dict[str, str]) -> None:
    split = SPLIT("public_security", "register", record(values, raw=dict(values)))
    assert split.public["open"] == {}
    shown = {text for tokens in split.public["tokens"].values() for text in tokens} | set(split.public["fields"])
    assert shown.isdisjoint(set(values.values()) - set(FIELDS[Kind.PERSON]))
    assert split.sealed == values | {RAW + field: value for field, value in values.items()}


def test_open_values_stay_in_clear_without_tokens() -> None:
    values = {"uscc": "91350100M000100Y43", "name": "溧阳汇流科技有限公司"}
    split = SPLIT("industry_commerce", "register", record(values, Kind.ORGANISATION))
    assert split.public["open"] == values
    assert split.public["tokens"] == {}
    assert split.sealed == {}


def test_a_class_nobody_stated_is_sensitive() -> None:
    split = SPLIT("industry_commerce", "register", record({"name": "溧阳汇流", "note": "内部"}, Kind.ORGANISATION))
    assert split.public["open"] == {"name": "溧阳汇流"}
    assert split.sealed == {"note": "内部"}
    for provider, table in (("nobody", "register"), ("industry_commerce", "other")):
        assert SPLIT(provider, table, record({"name": "溧阳汇流"}, Kind.ORGANISATION)).public["open"] == {}


def test_the_sources_words_are_sealed_even_for_open_fields() -> None:
    split = SPLIT("industry_commerce", "register", record({"name": "溧阳汇流"}, Kind.ORGANISATION, raw={"name": "  溧阳匯流 "}))
    assert split.sealed == {"raw.name": "  溧阳匯流 "}


def test_flags_are_kept_and_hold_no_value() -> None:
    split = SPLIT("public_security", "register", record(PERSON, flags=["name:lost_character"]))
    assert split.public["flags"] == ["name:lost_character"]
    assert "王小明".encode() not in orjson.dumps(split.public)


def test_a_constant_of_a_person_is_sealed_and_of_anything_else_in_clear() -> None:
    loaded = load_contract(PROVIDERS / "civil_affairs.yaml").contract
    split = Disclosure([loaded], TOKENISER)
    table = next(table for table in loaded.tables if "deceased.status" in table.constants)
    person = {"role": "deceased", "kind": "person", "values": {"status": "deceased"}, "raw": {}, "flags": []}
    assert split("civil_affairs", table.name, person).public["open"] == {}
    assert split("civil_affairs", table.name, person).sealed == {"status": "deceased"}
    rental = load_contract(PROVIDERS / "industry_commerce.yaml").contract
    (name,) = [table.name for table in rental.tables if "vehicle.note" in table.constants]
    vehicle = {"role": "vehicle", "kind": "thing", "values": {"note": "rental vehicle"}, "raw": {}, "flags": []}
    assert Disclosure([rental], TOKENISER)("industry_commerce", name, vehicle).public["open"] == {"note": "rental vehicle"}
