"""A masked name shows the surname at most, and its length only as one or more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.masking import COMPOUND_SURNAMES, DOT, HIDDEN, STAR, mask_name, mask_plate
from domain.values.name_search import simplified

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=8)
ANY = st.one_of(
    HAN,
    st.text(max_size=40),
    st.lists(HAN, min_size=2, max_size=4).map(DOT.join),
    st.builds(lambda surname, given: surname + given, st.sampled_from(sorted(COMPOUND_SURNAMES)), HAN),
)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王伟", "王*"),
        ("王小明", "王**"),
        ("欧阳修", "欧阳*"),
        ("欧阳娜娜", "欧阳**"),
        ("歐陽娜娜", "歐陽**"),
        ("欧阳", "欧*"),
        ("阿不都·热合曼", "阿*·*"),
        ("古丽·买买提·艾力", "古*·*"),
        ("𠮷田明", "𠮷**"),
        ("王?明", "王**"),
        ("JOHN SMITH", "J*"),
        ("O'BRIEN", "O*"),
        ("王", HIDDEN),
        ("", HIDDEN),
        ("·", HIDDEN),
        ("??", STAR),
        ("?·明", "*·*"),
    ],
)
def test_names(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@given(ANY)
def test_no_more_than_the_surname_shows(name: str) -> None:
    masked = mask_name(name)
    shown = masked.replace(STAR, "").replace(DOT, "")
    assert len(shown) <= 2
    if len(shown) == 2:
        assert simplified(shown) in COMPOUND_SURNAMES
        assert len(name.strip()) > 2
    assert shown == "" or name.replace(DOT, "").strip().startswith(shown)
    assert len(shown) < len(name.strip()) or shown == ""


@given(HAN, HAN, st.sampled_from(sorted(COMPOUND_SURNAMES)))
def test_a_rare_length_does_not_stand_out(given_name: str, other: str, surname: str) -> None:
    assert mask_name(f"{surname}{given_name}明明") == mask_name(f"{surname}{other}华华")


@given(HAN, HAN)
def test_the_parts_of_a_minority_name_have_no_length(first: str, second: str) -> None:
    assert mask_name(f"{first}{DOT}{second}") == f"{first[0]}*·*"


def test_plates() -> None:
    assert mask_plate("苏D12345") == mask_plate("苏D123456") == "苏D*"
    assert mask_plate("LSVAA") == mask_plate("苏D") == HIDDEN


@given(st.text(max_size=20))
def test_a_plate_shows_its_place_only(plate: str) -> None:
    assert mask_plate(plate) in {HIDDEN, f"{plate[:2]}*"}
