"""A scorecard estimated anew finds the shares its records were made with, keeps what they never show, and tells a class of relatives."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from domain.entities import Kind
from domain.matching.blocking import RULES
from domain.matching.estimate_card import FIXED, Anew, Sample, anew, fixed_by, samples, without_idle_doubts
from domain.matching.scorecard import Scorecard
from domain.matching.scorecard_file import shipped

CARD = Scorecard(shipped(Kind.PERSON))
Values = dict[str, str]


def word(rng: random.Random, letters: int) -> str:
    return "".join(rng.choice("abcdefghiklmnoprstuvw") for _ in range(letters))


def person(rng: random.Random, home: Values | None = None) -> Values:
    """A made-up foreigner, in a home of one's own or in ``home`` with its surname."""
    own = {
        "given_name": word(rng, 6).upper(),
        "birth_date": f"{rng.randint(1940, 2005)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
        "foreign_number": f"{rng.randrange(10**9):09}",
    }
    shared = home or {
        "surname": word(rng, 7).upper(),
        "street": f"{word(rng, 8)} street",
        "suburb": word(rng, 7),
        "postcode": f"{rng.randint(1000, 9999)}",
        "street_number": str(rng.randint(1, 300)),
        "state": rng.choice(("NSW", "VIC", "QLD", "WA")),
    }
    return {**shared, **own}


def soiled(rng: random.Random, values: Values, rate: float = 0.1) -> Values:
    """A second record of one person: each value is another one at the rate."""
    other = person(rng)
    return {field: other[field] if rng.random() < rate else value for field, value in values.items()}


def register(rng: random.Random, people: int, relatives: int) -> list[Sample]:
    once = [person(rng) for _ in range(people)]
    homes = [
        {field: value for field, value in each.items() if field not in {"given_name", "birth_date", "foreign_number"}} for each in once
    ]
    family = [person(rng, home) for home in homes[:relatives]]
    return samples(CARD, [(values, ()) for values in (*once, *(soiled(rng, each) for each in once), *family)])


@pytest.fixture(scope="module")
def found() -> Callable[[int], Anew]:
    kept: dict[int, Anew] = {}

    def estimated(relatives: int) -> Anew:
        if relatives not in kept:
            kept[relatives] = anew(CARD.file.text, [register(random.Random(11), 700, relatives)], "made up", random_pairs=20_000)  # noqa: S311  # repeatable
        return kept[relatives]

    return estimated


@pytest.mark.parametrize("field", ["given_name", "birth_date", "street", "foreign_number"])
def test_the_share_of_exact_agreement_is_found(found: Callable[[int], Anew], field: str) -> None:
    level = found(0).card.profiles["foreign"].fields[field].levels["exact"]
    assert level.m == pytest.approx(0.9, abs=0.03)
    assert level.u < 0.01


def test_what_the_records_never_show_is_kept(found: Callable[[int], Anew]) -> None:
    before, after = CARD.file.text.profiles, found(0).card.profiles
    assert after["register"].fields == before["register"].fields  # no record of a register is among them
    assert after["foreign"].fields["surname"].levels["initial"] == before["foreign"].fields["surname"].levels["initial"]
    assert "surname: initial" in found(0).kept["foreign"]
    assert after["foreign"].fields["given_name"].levels["differs"] != before["foreign"].fields["given_name"].levels["differs"]


def test_thresholds_needs_and_doubts_stay(found: Callable[[int], Anew]) -> None:
    before, after = CARD.file.text.profiles["foreign"], found(0).card.profiles["foreign"]
    assert (after.match_bits, after.review_bits, after.needs, after.doubts) == (
        before.match_bits,
        before.review_bits,
        before.needs,
        before.doubts,
    )


def test_relatives_show_as_more_than_independent_fields_explain(found: Callable[[int], Anew]) -> None:
    (alone,), (family,) = found(0).doubts, found(200).doubts
    assert alone.seen < 1.5 * alone.independent
    assert family.seen > 2 * family.independent


def test_a_doubt_of_relatives_is_dropped_only_where_there_are_none(found: Callable[[int], Anew]) -> None:
    before = CARD.file.text.profiles["foreign"].doubts
    assert without_idle_doubts(found(200)) == found(200).card
    alone = without_idle_doubts(found(0)).profiles["foreign"]
    assert (before != [], alone.doubts) == (True, [])
    assert alone.fields == found(0).card.profiles["foreign"].fields


def test_a_doubt_that_too_few_pairs_could_show_is_kept(found: Callable[[int], Anew]) -> None:
    (seen,) = found(0).doubts
    assert seen.idle
    assert not replace(seen, pairs=99.0).idle
    few = replace(found(0), doubts=[replace(seen, pairs=99.0)])
    assert without_idle_doubts(few) == found(0).card


def test_the_same_seed_gives_the_same_scorecard() -> None:
    records = register(random.Random(3), 300, 0)  # noqa: S311  # repeatable
    first, second = (anew(CARD.file.text, [records], "made up", seed=5, random_pairs=12_000).card for _ in range(2))
    assert first == second


def test_every_blocking_rule_has_its_fields() -> None:
    assert FIXED.keys() == RULES.keys()


def test_a_strong_key_fixes_what_is_drawn_from_it() -> None:
    assert fixed_by("key:citizen_id", CARD) == {"citizen_id", "birth_date", "sex"}


def test_what_an_identifier_silences_is_estimated_all_the_same() -> None:
    """Where both records say the citizen ID their birth dates are not weighed, but their shares can be learned from such pairs."""
    rng = random.Random(2)  # noqa: S311  # repeatable
    rows: list[tuple[Values, tuple[str, ...]]] = []
    for number in range(600):
        day, other_day = (f"{rng.randint(1940, 2005)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}" for _ in range(2))
        identity = f"320445{day.replace('-', '')}{number:03}X"
        said = {"citizen_id": identity, "birth_date": day, "mobile": f"199{number:08}"}
        rows += [(each, (f"citizen_id:{identity}",)) for each in (said, {**said, "birth_date": other_day if rng.random() < 0.2 else day})]
    found = anew(CARD.file.text, [samples(CARD, rows)], "made up", random_pairs=20_000).card.profiles["register"]
    assert found.fields["birth_date"].levels["exact"].m == pytest.approx(0.8, abs=0.05)
    assert found.silences == CARD.file.text.profiles["register"].silences
