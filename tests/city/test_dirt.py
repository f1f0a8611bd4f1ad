"""Dirt comes at its rates, and what it makes of a value is what a department's clerk would."""

from dataclasses import replace

import pytest

from city.dirt import CLEAN, Dirt, Rates
from city.draws import Dice
from city.places import door
from domain.values import parse

DRAWS = [draw for index in range(4000) for draw in Dice(3)(999, index)]
ID, NAME, MOBILE = "320440197510281818", "刘爱国", "15424611820"
DOOR = door(34)


def share(cells: list[bool]) -> float:
    return sum(cells) / len(cells)


def test_clean_leaves_everything() -> None:
    dirt = Dirt(CLEAN)
    for draw in DRAWS[:1000]:
        assert dirt.citizen_id(ID, draw) == dirt.key_citizen_id(ID, draw) == ID
        assert (dirt.name(NAME, draw), dirt.mobile(MOBILE, draw), dirt.address(DOOR, draw)) == (NAME, MOBILE, DOOR.text)


def test_rates_hold() -> None:
    rates, dirt = Rates(), Dirt()
    ids = [dirt.citizen_id(ID, draw) for draw in DRAWS]
    assert share([cell is None for cell in ids]) == pytest.approx(rates.id_missing, rel=0.15)
    assert share([cell is not None and len(cell) == 15 for cell in ids]) == pytest.approx(rates.id_15_digits, rel=0.15)
    assert share([cell is not None and "bad_checksum" in parse("citizen_id", cell).flags for cell in ids]) == pytest.approx(0.005, rel=0.25)
    towns = [dirt.address(DOOR, draw) for draw in DRAWS]
    assert share(["溧城镇" in text for text in towns]) == pytest.approx(rates.address_old_town, rel=0.15)
    assert share([dirt.mobile(MOBILE, draw) is None for draw in DRAWS]) == pytest.approx(rates.mobile_missing, rel=0.15)


def test_a_key_is_never_empty() -> None:
    dirt = Dirt(replace(CLEAN, id_missing=1))
    assert all(dirt.key_citizen_id(ID, draw) == ID for draw in DRAWS[:100])
    assert all(dirt.citizen_id(ID, draw) is None for draw in DRAWS[:100])


@pytest.mark.parametrize("kind", ["id_full_width", "id_padded", "id_15_digits"])
def test_dirty_ids_read_back(kind: str) -> None:
    dirt = Dirt(replace(CLEAN, **{kind: 1.0}))
    cell = dirt.citizen_id(ID, 1)
    assert cell is not None
    assert cell != ID
    assert parse("citizen_id", cell).normal == ID


def test_lower_case_x_only_for_ids_with_one() -> None:
    dirt = Dirt(replace(CLEAN, id_lower_x=1))
    assert dirt.citizen_id("32044019350729218X", 0) == "32044019350729218x"
    assert dirt.citizen_id(ID, 0) == ID


def test_a_wrong_check_digit_is_always_wrong() -> None:
    dirt = Dirt(replace(CLEAN, id_wrong_check=1))
    for citizen_id in (ID, "32044019350729218X"):
        assert all(parse("citizen_id", dirt.key_citizen_id(citizen_id, draw)).checksum is False for draw in DRAWS[:500])


@pytest.mark.parametrize("kind", ["mobile_prefixed", "mobile_grouped", "mobile_full_width"])
def test_dirty_mobiles_read_back(kind: str) -> None:
    dirt = Dirt(replace(CLEAN, **{kind: 1.0}))
    cells = {dirt.mobile(MOBILE, draw) for draw in (0, 1)}
    assert MOBILE not in cells
    assert {parse("mobile", cell or "").normal for cell in cells} == {MOBILE}


def test_names_get_old_and_lose_characters() -> None:
    assert Dirt(replace(CLEAN, name_traditional=1)).name(NAME, 5) == "劉愛國"
    assert Dirt(replace(CLEAN, name_lost_character=1)).name("王𠮷", 5, old_system=True) == "王?"
    assert Dirt(replace(CLEAN, name_lost_character=1)).name("王𠮷", 5) == "王𠮷"
    assert parse("person_name", Dirt().name("阿依古丽·艾力", 4)).normal == "阿依古丽·艾力"


@pytest.mark.parametrize("kind", ["address_short", "address_with_prefecture", "address_full_width"])
def test_dirty_addresses_read_back(kind: str) -> None:
    text = Dirt(replace(CLEAN, **{kind: 1.0})).address(DOOR, 5)
    assert text != DOOR.text
    assert parse("address", text).normal == parse("address", DOOR.text).normal


def test_a_rate_is_a_share() -> None:
    with pytest.raises(ValueError, match="id_missing is a share"):
        Rates(id_missing=1.5)
