"""Identifiers are valid, unique, and outside every range in use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from city.numbers import (
    CITY_COUNTIES,
    COMPANY,
    LIVE_COUNTIES,
    LIVE_MOBILE_PREFIX,
    MOBILE_PREFIX,
    MOST_PEOPLE,
    SOLE_TRADER,
    birth,
    landline,
    mobile,
    plate,
    uscc,
    vin,
)
from domain.values import parse
from domain.values.regions import last_year

PREFECTURES = ("3204", "3401", "4101", "3601", "5101", "5201", "6101", "4301", "6501", "5401", "4501", "6401")
UNALLOTTED = {"142", "143", "154", "161", "164", "194"}
people = st.integers(0, MOST_PEOPLE - 1)


@given(people, st.integers(1915, 2024), st.sampled_from((1, 2)), st.sampled_from(PREFECTURES))
def test_citizen_id_is_valid_but_for_a_county_that_never_was(index: int, year: int, sex: int, prefecture: str) -> None:
    citizen_id, date = birth(index, year, sex, prefecture)
    value = parse("citizen_id", citizen_id)
    assert (value.normal, value.strong, value.flags) == (citizen_id, True, ("unknown_county",))
    assert citizen_id[6:14] == date
    assert int(citizen_id[16]) % 2 == sex % 2


@pytest.mark.parametrize("prefecture", PREFECTURES)
def test_counties_were_never_assigned(prefecture: str) -> None:
    assert not set(CITY_COUNTIES) & set(LIVE_COUNTIES)
    assert [county for county in (*CITY_COUNTIES, *LIVE_COUNTIES) if last_year(f"{prefecture}{county}") is not None] == []


@given(st.sets(people, min_size=2, max_size=50))
def test_two_people_never_share_an_id_even_with_the_same_year_and_sex(indices: set[int]) -> None:
    assert len({birth(index, 1970, 1, "3204").citizen_id for index in indices}) == len(indices)


def test_people_of_one_slot_differ_in_the_day() -> None:
    slots = len(CITY_COUNTIES) * 490
    assert len({birth(7 + turn * slots, 1970, 1, "3204").citizen_id for turn in range(365)}) == 365


@given(st.integers(0, 10**8 - 1), st.sampled_from((MOBILE_PREFIX, LIVE_MOBILE_PREFIX)))
def test_mobile_reads_well_and_is_nobodys(index: int, prefix: str) -> None:
    number = mobile(index, prefix)
    assert parse("mobile", number).normal == number
    assert number[:3] in UNALLOTTED


@given(st.sets(st.integers(0, 10**8 - 1), max_size=50))
def test_mobiles_do_not_repeat(indices: set[int]) -> None:
    assert len({mobile(index) for index in indices}) == len(indices)


@given(st.integers(0, 10**7 - 1))
def test_landline_reads_well(index: int) -> None:
    assert parse("landline", landline(index)).normal == landline(index)


@given(st.integers(0, 10**7), st.sampled_from((COMPANY, SOLE_TRADER)))
def test_uscc_is_strong_in_a_county_that_never_was(index: int, category: str) -> None:
    code = uscc(index, category)
    value = parse("uscc", code)
    assert value.strong or "repeated" in value.flags
    assert "bad_checksum" not in value.flags
    assert "organisation_code_mismatch" not in value.flags
    assert last_year(code[2:8]) is None


@given(st.integers(0, 2**32 - 1), st.integers(0, 3 * 10**8))
def test_vin_is_strong_with_a_year_that_never_was(description: int, index: int) -> None:
    number = vin("LSV", description, index)
    value = parse("vin", number)
    assert (value.normal, value.checksum, value.strong) == (number, True, True)
    assert number[9] == "Z"


@given(st.sets(st.integers(0, 24**4 * 50 - 1), min_size=1, max_size=50))
def test_plates_are_strong_with_four_letters(indices: set[int]) -> None:
    plates = {plate(index) for index in indices}
    assert len(plates) == len(indices)
    assert all(parse("plate", each).strong or "XXXX" in each or "TEST" in each for each in plates)
    assert all(sum(character.isdigit() for character in each[2:]) == 1 for each in plates)
