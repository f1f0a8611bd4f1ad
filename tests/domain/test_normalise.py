"""A row becomes records: keys that follow from a value, words that can be sent on, and rejects that say what is wrong."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as unified

from domain.contract import Table
from domain.entities import Kind
from domain.matching.keys import key_of
from domain.normalise import LONGEST_KEY, RejectError, RowNormaliser
from domain.tokens import Tokeniser
from domain.values import LONGEST, organisation_code

TABLE = Table.model_validate(
    {
        "name": "member",
        "title": {"zh": "会员", "en": "members"},
        "key": ["id"],
        "speaks_of": {"unit": "organisation", "head": "person"},
        "columns": {
            "id": {"ignore": "own number"},
            "code": {"to": {"unit.organisation_code": "open"}},
            "uscc": {"to": {"unit.uscc": "open"}},
            "name": {"to": {"unit.name": "open"}},
            "note": {"to": {"unit.note": "open"}},
            "head": {"to": {"head.name": "personal"}},
        },
        "expect": {"rows_min": 0, "rows_max": 1, "freshness": 1},
        "sample": {"row": {}, "records": []},
    }
)
NORMALISE = RowNormaliser("guild", TABLE)
USCC = "91350100M000100Y43"
CODE = "D2143569X"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def event(row: Mapping[str, Any], **source: Any) -> dict[str, Any]:
    after = {"id": 1, "code": None, "uscc": None, "name": None, "note": None, "head": None} | dict(row)
    return {"op": "c", "after": after, "source": {"lsn": 5, "ts_ms": 7} | source}


def unit(**row: Any) -> dict[str, Any]:
    message = NORMALISE({"id": 1}, event(row))
    found: dict[str, Any] = next(record for record in message["records"] if record["role"] == "unit")
    return found


def uscc_of(code: str) -> str:
    body = "91320481" + code
    return body + unified.calc_check_digit(body + "0")


def test_a_uscc_gives_the_key_of_its_organisation_code() -> None:
    assert unit(uscc=USCC)["keys"] == [f"uscc:{USCC}", "organisation_code:M000100Y4"]


def test_an_old_and_a_new_record_share_a_key() -> None:
    tokeniser = Tokeniser(bytes(32))
    old, new = (
        {key_of(tokeniser, Kind.ORGANISATION, key) for key in unit(**row)["keys"]} for row in ({"code": "M000100Y-4"}, {"uscc": USCC})
    )
    assert old
    assert old < new


@given(st.text(ALPHABET, min_size=8, max_size=8).filter(lambda body: len(set(body)) > 4))
def test_every_uscc_shares_the_key_of_its_code(body: str) -> None:
    code = body + organisation_code.check_character(body)
    assert unit(code=code)["keys"] == [f"organisation_code:{code}"]
    assert unit(uscc=uscc_of(code))["keys"] == [f"uscc:{uscc_of(code)}", f"organisation_code:{code}"]
    assert unit(uscc=uscc_of(code), code=code)["keys"] == [f"uscc:{uscc_of(code)}", f"organisation_code:{code}"]


def test_a_code_that_is_not_the_usccs_joins_nothing_and_is_told() -> None:
    record = unit(uscc=USCC, code=CODE)
    assert record["keys"] == [f"uscc:{USCC}", "organisation_code:M000100Y4"]
    assert "organisation_code:organisation_code_mismatch" in record["flags"]
    assert record["values"]["organisation_code"] == CODE


@pytest.mark.parametrize(
    "uscc", ["91350100M000100Y44", "000000000000000000", "123456789012345678", uscc_of("M000100Y5"), uscc_of("000000000")]
)
def test_a_doubtful_uscc_implies_nothing(uscc: str) -> None:
    assert not any(key.startswith("organisation_code:") for key in unit(uscc=uscc)["keys"])


def test_a_doubtful_code_beside_a_valid_uscc_is_no_key() -> None:
    assert unit(uscc=USCC, code="M000100Y5")["keys"] == [f"uscc:{USCC}", "organisation_code:M000100Y4"]


def test_a_person_has_no_organisations_key() -> None:
    message = NORMALISE({"id": 1}, event({"uscc": USCC, "head": "王小伟"}))
    assert [record["keys"] for record in message["records"] if record["role"] == "head"] == [[]]


def test_ten_megabytes_are_kept_as_their_beginning() -> None:
    record = unit(name="村" * 10_000_000, uscc=USCC)
    assert record["flags"] == ["name:too_long", "name:unreadable"]
    assert record["raw"] == {"name": "村" * LONGEST}
    assert record["values"] == {"uscc": USCC}


def test_half_a_character_is_kept_as_one_lost() -> None:
    record = unit(name="溧阳\ud842商店", note="备注\udfb7", code="\ud800")
    assert record["values"] == {"name": "溧阳\ufffd商店", "note": "备注\ufffd"}
    assert {"name:lost_character", "note:lost_character", "organisation_code:lost_character"} <= set(record["flags"])
    assert all(word.encode() for word in (*record["values"].values(), *record["raw"].values()))


@pytest.mark.parametrize(
    ("key", "source", "reason"),
    [
        ({"id": "1" * LONGEST_KEY}, {}, "longer than 4096"),
        ({"id": "\ud800"}, {}, "half a character"),
        ({"id": None}, {}, "lacks a key column"),
        ({"id": 1}, {"ts_ms": None}, "no commit time"),
        ({"id": 1}, {"ts_ms": "soon"}, "no commit time"),
    ],
)
def test_what_cannot_be_filed_is_rejected_with_reason_and_remedy(key: dict[str, Any], source: dict[str, Any], reason: str) -> None:
    with pytest.raises(RejectError, match=reason) as caught:
        NORMALISE(key, event({"name": "溧阳市商店"}, **source))
    assert caught.value.remedy
    assert "1111" not in str(caught.value)


@pytest.mark.parametrize("cell", [3.5, float("nan"), float("inf"), -0.0, 10**400, True, "", " ", "\u3000", "\x00"])
def test_a_cell_of_another_type_or_of_nothing_is_no_fault(cell: Any) -> None:
    message = NORMALISE({"id": 1}, event({"uscc": cell, "name": cell, "head": "王小伟"}))
    assert [record["keys"] for record in message["records"]] in ([[]], [[], []])


@pytest.mark.parametrize("cell", [b"\x00\xff", [1], {"a": 1}, object()], ids=["bytes", "list", "map", "object"])
def test_a_cell_that_is_neither_text_nor_a_number_is_rejected_by_its_column(cell: Any) -> None:
    with pytest.raises(RejectError, match="column name holds"):
        NORMALISE({"id": 1}, event({"name": cell}))


ANY = st.text(st.characters(), max_size=40)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(("code", "uscc", "name", "note", "head"), ANY)))
def test_any_row_gives_records_that_can_be_written(row: dict[str, str]) -> None:
    message = NORMALISE({"id": 1}, event(row))
    for record in message["records"]:
        for word in (*record["values"].values(), *record["raw"].values(), *record["keys"], *record["flags"]):
            word.encode()
        said = {field for field in ("code", "uscc", "name", "note") if row.get(field)} if record["role"] == "unit" else {"head"}
        assert len(record["values"].keys() | record["raw"].keys()) == len(said)
