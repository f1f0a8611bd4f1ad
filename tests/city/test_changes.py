"""Live changes are deterministic, cover every path, and carry values that only they have."""

from itertools import islice
from pathlib import Path

from city.changes import DEPARTMENTS_THAT_CHANGE, ROUNDS_A_BLOCK, Action, Change, Finding, changes
from city.live_values import COMPANY_NAMES, NAMES, company_name, new_mobile, new_name, newcomer
from city.numbers import LIVE_COUNTIES, LIVE_MOBILE_PREFIX
from city.world import World
from domain.contract import read_contract
from domain.entities import Kind

PROVIDERS = Path(__file__).parents[2] / "connectors" / "providers"
WORLD = World(3000, 7)
SOME = list(islice(changes(WORLD), 2000))


def findings(some: list[Change]) -> list[Finding]:
    return [finding for change in some for finding in change.expectations]


def test_equal_worlds_give_equal_changes_from_any_round() -> None:
    assert list(islice(changes(World(3000, 7)), 2000)) == SOME
    later = [change for change in SOME if change.lane >= 5]
    assert list(islice(changes(WORLD, 5), len(later))) == later


def test_every_path_is_taken_in_every_department() -> None:
    assert {change.action for change in SOME[:20]} == set(Action)
    assert {change.slug for change in SOME[:20]} == set(DEPARTMENTS_THAT_CHANGE)


def test_values_prove_their_change() -> None:
    """What is found by number is found once: no two changes claim the same value for different neighbours."""
    exact = [finding for finding in findings(SOME) if finding.found and finding.field in ("mobile", "vin", "citizen_id", "name")]
    claimed = [(finding.kind, finding.field, finding.value) for finding in exact]
    assert len(set(claimed)) == len(claimed)


def test_findings_are_in_normal_form() -> None:
    assert all(finding == finding.normal for finding in findings(SOME))
    addresses = [finding.value for finding in findings(SOME) if finding.field == "address"]
    assert all(address.startswith("江苏省常州市溧阳市") for address in addresses)


def test_withheld_only_changes_touch_nothing_else() -> None:
    path = PROVIDERS / "labour_social_security.yaml"
    withheld = read_contract(path.read_text(encoding="utf-8"), path.name).contract.table("ac02").withheld
    only = [change for change in SOME if change.action is Action.WITHHELD_ONLY]
    assert only
    for change in only:
        assert change.statement.split(" SET ")[1].split(" = ")[0] in withheld
        assert [finding.found for finding in change.findings] == [False]


def test_an_un_merge_moves_the_number_to_another_person() -> None:
    change = next(change for change in SOME if change.action is Action.UN_MERGE)
    there, gone = change.expectations
    assert (there.found, gone.found) == (True, False)
    assert there.value == gone.value
    assert there.beside != gone.beside


def test_newcomers_are_nobody() -> None:
    people = [newcomer(index) for index in range(3000)]
    assert len({person.citizen_id for person in people}) == len({person.mobile for person in people}) == 3000
    assert all(int(person.citizen_id[4:6]) in LIVE_COUNTIES and person.mobile.startswith(LIVE_MOBILE_PREFIX) for person in people)
    assert not {new_mobile(number, place) for number in range(1000) for place in range(5)} & {person.mobile for person in people}


def test_names_do_not_repeat() -> None:
    assert len({new_name(number, place) for number in range(3000) for place in range(4)}) == 12_000
    assert len({company_name(number) for number in range(3000)}) == 3000
    assert NAMES % 1_000_003
    assert COMPANY_NAMES % 1_000_003


def test_base_rows_are_taken_in_turn() -> None:
    """Within a city's length no base row is changed twice in the same columns."""
    span = list(islice(changes(WORLD), 17 * ROUNDS_A_BLOCK * WORLD.blocks // 2))
    updates = [
        (change.statement, change.values[-1])
        for change in span
        if change.action is Action.UPDATE and change.slug != "labour_social_security"
    ]
    assert len(set(updates)) == len(updates)


def test_a_finding_knows_its_kind() -> None:
    assert {finding.kind for finding in findings(SOME)} == set(Kind) - {Kind.MATTER}
