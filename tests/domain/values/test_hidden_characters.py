"""Characters that nobody sees, that change the order shown, or that only look like others: never a wrong join."""

import pytest

from domain.values import parse

REORDERED = [("citizen_id", "11010519491231002X"), ("uscc", "91350100M000100Y43"), ("plate", "苏D12345"), ("vin", "1M8GDM9AXKP042788")]


@pytest.mark.parametrize(("kind", "number"), REORDERED)
def test_invisible_characters_are_cleaned_and_told(kind: str, number: str) -> None:
    """What a reader cannot see is no part of a number: a zero-width space changes neither what is shown nor what is meant."""
    for mark in ("\u200b", "\u200f", "\ufeff", "\x00", "\u00ad"):
        value = parse(kind, f"{number[:3]}{mark}{number[3:]}")
        assert (value.normal, value.strong) == (number, True)
        assert "control_characters" in value.flags


@pytest.mark.parametrize(("kind", "number"), REORDERED)
@pytest.mark.parametrize("override", ["\u202d", "\u202e"])
def test_a_number_shown_in_another_order_joins_nothing(kind: str, number: str, override: str) -> None:
    """Under an override a clerk sees other digits than the machine: neither is trusted alone."""
    for raw in (f"{override}{number}", f"{number[:4]}{override}{number[4:]}\u202c"):
        value = parse(kind, raw)
        assert value.normal == number
        assert not value.strong
        assert value.flags[-1] == "reordered"
    shown_like = parse(kind, f"{override}{number[::-1]}")
    assert shown_like.normal != number


@pytest.mark.parametrize(("kind", "number"), [("uscc", "91350100М000100Y43"), ("plate", "苏Ⅾ1234О"), ("citizen_id", "11010519491231002Х")])
def test_letters_of_another_script_are_not_taken_for_latin(kind: str, number: str) -> None:
    """Cyrillic М, О and Х look Latin: such a number is not read, so it cannot join its look-alike."""
    assert parse(kind, number).normal is None


@pytest.mark.parametrize("two", ["²", "₂", "②"])
def test_raised_and_numbered_signs_are_no_digits(two: str) -> None:
    """Compatibility folding alone would read 11² as 112."""
    numbers = {"citizen_id": "11010519491231002X", "imei": "490154203237518", "plate": "苏D12345"}
    for kind, number in numbers.items():
        for sign in (two, f"\u200b{two}\u200b"):
            assert parse(kind, number.replace("2", sign, 1)).normal is None


@pytest.mark.parametrize("digits", ["٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९"])
def test_digits_of_another_script_are_not_read(digits: str) -> None:
    foreign = str.maketrans("0123456789", digits)
    for kind, number in (("citizen_id", "110105194912310021"), ("mobile", "13912345679"), ("imei", "490154203237518")):
        assert parse(kind, number.translate(foreign)).normal is None
