"""The door checks by the stream's own rules, and nothing of a row stands in clear in what is staged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.intake.checking import Checked, Checker
from connectors.intake.core import waits_for
from connectors.intake.receipt import Fault, Row
from connectors.intake.staging import Counts
from domain.contract import Contract, read_contract
from domain.normalise import row_id
from domain.tokens import Tokeniser
from tests.connectors.intake.conftest import HERE

MASTER = b"m" * 32
GOOD: dict[str, str | None] = {"编号": "7", "姓名": "王伟", "手机": None, "开业日期": "2013-05-30"}
LODGE = read_contract((HERE / "lodge_office.yaml").read_text(encoding="utf-8"), "lodge_office.yaml").contract


def check(row: Row) -> Checked:
    return next(Checker(LODGE.provider, LODGE.table("keeper"), MASTER)([row]))


def test_a_good_row() -> None:
    checked = check(Row(2, "upsert", GOOD))
    name = row_id(LODGE.provider, "keeper", ["7"])
    assert (checked.op, checked.flagged, checked.fault) == ("u", False, None)
    assert checked.handle == Tokeniser(MASTER).raw("row", name)
    assert checked.records == Tokeniser(MASTER).raw("record", f"{name}/keeper")
    assert check(Row(9, "upsert", GOOD)).digest == checked.digest
    assert check(Row(2, "upsert", GOOD | {"手机": "13900000002"})).digest != checked.digest
    assert check(Row(2, "upsert", GOOD | {"备注": "ignored"})).digest == checked.digest


@pytest.mark.parametrize(
    ("values", "column"),
    [(GOOD | {"编号": None}, "编号"), (GOOD | {"编号": ""}, "编号"), (GOOD | {"姓名": None}, "姓名"), ({"编号": "7"}, "姓名")],
)
def test_rows_that_are_rejected(values: dict[str, str | None], column: str) -> None:
    checked = check(Row(2, "upsert", values))
    assert checked.op == "x"
    assert checked.fault
    assert checked.fault.column == column
    assert (checked.handle is None) == (not values.get("编号"))


def test_a_row_that_no_message_could_hold_is_rejected() -> None:
    checked = check(Row(2, "upsert", GOOD | {"手机": "1" * (9 << 20)}))
    assert checked.op == "x"
    assert checked.fault
    assert "larger than 8 MB" in checked.fault.reason


def test_a_doubtful_value_is_flagged_not_rejected() -> None:
    checked = check(Row(2, "upsert", GOOD | {"开业日期": "昨天"}))
    assert (checked.op, checked.flagged) == ("u", True)


def test_a_fault_of_the_reader_rejects_the_row() -> None:
    assert check(Row(2, "upsert", GOOD, Fault("手机", "r", "m"))).op == "x"


def test_a_deletion_needs_only_its_key() -> None:
    assert check(Row(2, "delete", {"编号": "7"})).op == "d"
    assert check(Row(2, "delete", {"姓名": "王伟"})).op == "x"


def marked(text: str) -> str:
    """Return the text between signs that no message of the door has, so that what is found of it is the value itself."""
    return f"⟦{text}⟧"


@given(st.dictionaries(st.sampled_from(["编号", "姓名", "手机", "开业日期"]), st.text().map(marked)))
def test_no_value_stands_in_clear(values: dict[str, str | None]) -> None:
    checked = check(Row(2, "upsert", values))
    staged = b"|".join(
        cell if isinstance(cell, bytes) else str(cell).encode("utf-8", "surrogatepass")
        for cell in checked.cells()
        if not isinstance(cell, bool)
    )
    assert not [value for value in values.values() if value and value.encode("utf-8", "surrogatepass") in staged]


@pytest.mark.parametrize(
    ("counts", "waits"),
    [
        ({"deleted": 20, "before": 100}, False),
        ({"deleted": 21, "before": 100}, True),
        ({"updated": 60, "before": 100}, False),
        ({"updated": 61, "before": 100}, True),
        ({"created": 500, "before": 100}, False),
        ({"deleted": 1, "keyless": 1, "before": 100}, True),
        ({"keyless": 1, "before": 100}, False),
        ({"created": 5, "before": 0}, False),
    ],
)
def test_a_copy_beyond_its_limits_waits(counts: dict[str, int], waits: bool) -> None:  # noqa: FBT001  # a parameter of the test
    none = dict.fromkeys(("rows", "created", "updated", "deleted", "withdrawn", "rejected", "flagged", "keyless", "before"), 0)
    assert bool(waits_for(_contract(), Counts(**(none | counts)))) == waits


def _contract() -> Contract:
    return LODGE
