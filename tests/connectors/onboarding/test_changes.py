"""What widens access is told as widening, whatever else changes; the other direction narrows."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from connectors.onboarding.changes import changes, remapped, widenings
from domain.contract import Contract, read_contract
from domain.entities import Sensitivity
from tests.connectors.onboarding.contracts import contracts

ID = "id: {ignore: the department's own number}"
HEALTH = "health: {withhold: health data have no purpose here}"
NAME = "name: {to: {boatman.name: personal}}"
WIDENS = [
    (HEALTH, "health: {to: {boatman.certificate: sensitive}}", {"boatman.health"}),
    (HEALTH, "health: {ignore: nobody needs it}", {"boatman.health"}),
    (HEALTH, "", {"boatman.health"}),
    (ID, "id: {to: {boatman.plate: internal}}", {"boatman.id"}),
    (NAME, "name: {to: {boatman.name: internal}}", {"boatman.name"}),
    (NAME, "name: {to: {boatman.name: personal, boatman.former_name: personal}}", {"boatman.name"}),
    ("purposes: [vessel_safety]", "purposes: [vessel_safety, taxation]", {"purposes"}),
    ("schema: port", "schema: other", {"berth"}),
    ("speaks_of: {boatman: person}", "speaks_of: {boatman: matter}", {"boatman.speaks_of"}),
    ("withheld_tables: {wages: nobody needs them}", "", {"wages"}),
]
BOTH_WAYS = [*WIDENS[:7], *WIDENS[9:]]  # another schema or kind is another thing, and so widens both ways
NEITHER = [
    ("title: {zh: 港务所", "title: {zh: 港务局", "title"),
    ("rows_max: 1000,", "rows_max: 2000,", "boatman.expect"),
    ("key: [harbour, number]", "key: [number, harbour]", "berth.key"),
    ('"1": 一等船长', '"1": 船长', "boatman.grade"),
    (HEALTH, "health: {withhold: another reason}", "boatman.health"),
    ("nobody needs them", "another reason", "wages"),
]


@pytest.fixture(scope="module")
def text(harbour_text: str) -> str:
    """The harbour office's contract, with a withheld table."""
    return harbour_text + "withheld_tables: {wages: nobody needs them}\n"


def _contract(text: str) -> Contract:
    return read_contract(text, "harbour_office.yaml").contract


def _edited(text: str, old: str, new: str) -> tuple[Contract, Contract]:
    assert old in text
    edited = text.replace(old, new)
    if "boatman: matter" in new:  # a matter has other fields
        for field in ("citizen_id", "name", "birth_date", "position", "valid_from", "status"):
            edited = edited.replace(f"boatman.{field}:", f"boatman.{dict(zip(FIELDS, OTHERS, strict=True))[field]}:")
    return _contract(text), _contract(edited)


FIELDS = ("citizen_id", "name", "birth_date", "position", "valid_from", "status")
OTHERS = ("number", "title", "valid_to", "type", "area", "status")


@pytest.mark.parametrize(("old", "new", "places"), WIDENS, ids=[f"{old} → {new}" for old, new, _ in WIDENS])
def test_what_widens(text: str, old: str, new: str, places: set[str]) -> None:
    before, after = _edited(text, old, new)
    assert places <= {change.place for change in widenings(before, after)}


@pytest.mark.parametrize(
    ("old", "new", "places"), WIDENS[:7] + WIDENS[9:], ids=[f"{new} → {old}" for old, new, _ in WIDENS[:7] + WIDENS[9:]]
)
def test_the_other_way_narrows(text: str, old: str, new: str, places: set[str]) -> None:
    before, after = _edited(text, old, new)
    assert {(change.effect, change.place) for change in changes(after, before)} == {("narrows", place) for place in places}


@pytest.mark.parametrize(("old", "new", "place"), NEITHER, ids=[place for _, _, place in NEITHER])
def test_what_does_neither(text: str, old: str, new: str, place: str) -> None:
    assert [(change.effect, change.place) for change in changes(*_edited(text, old, new))] == [("other", place)]


def test_a_new_table_widens_by_each_column_it_maps_and_its_end_narrows(text: str) -> None:
    whole = _contract(text)
    less = whole.model_copy(update={"tables": whole.tables[:1]})
    wider = {change.place for change in widenings(less, whole)}
    assert wider == {"berth.harbour", "berth.number"}
    assert {change.effect for change in changes(whole, less)} == {"narrows"}


def test_a_column_that_becomes_part_of_the_key_leaves_the_source(text: str) -> None:
    before, after = _edited(text, "updated: {ignore: technical time stamp}", "updated: {ignore: technical time stamp} ")
    table = after.tables[0].model_copy(update={"key": ["id", "updated"]})
    later = after.model_copy(update={"tables": [table, *after.tables[1:]]})
    assert [change.place for change in widenings(before, later)] == ["boatman.updated"]


def test_tables_that_become_other_records_are_named(text: str) -> None:
    for old, new in ((HEALTH, "health: {to: {boatman.certificate: sensitive}}"), (NAME, "name: {to: {boatman.name: internal}}")):
        before, after = _edited(text, old, new)
        assert remapped(before, after) == remapped(after, before) == ["boatman"]
    assert remapped(*_edited(text, HEALTH, "health: {ignore: nobody needs it}")) == []
    assert remapped(*_edited(text, "rows_max: 1000,", "rows_max: 2000,")) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contracts(), contracts())
def test_nothing_that_opens_goes_unsaid(one: Contract, other: Contract) -> None:
    assert changes(one, one) == []
    for before, after in ((one, other), (other, one)):
        had = dict(_open_fields(before))
        opened = any(rank < had.get(place, 99) for place, rank in _open_fields(after))
        asks = set(after.purposes) - set(before.purposes)
        assert bool(widenings(before, after)) >= (opened or bool(asks))


def _open_fields(contract: Contract) -> Iterator[tuple[tuple[str, ...], int]]:
    ranks = list(Sensitivity)
    for table in contract.tables:
        for name, column in table.columns.items():
            for target, sensitivity in (column.to or {}).items():
                yield (table.db_schema, table.name, name, target), ranks.index(sensitivity)
