"""The best value: a total order made of public facts, whatever the order in which records come."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.survivorship import BENIGN, doubts, standing

facts = st.fixed_dictionaries(
    {
        "authority": st.sets(st.sampled_from(["name", "address"])),
        "doubted": st.sets(st.sampled_from(["name", "address"])),
        "committed_ms": st.integers(0, 3),
        "handle": st.binary(min_size=1, max_size=1),
    }
)


def name(**given: Any) -> Any:
    return standing("name", **{"authority": (), "doubted": (), "committed_ms": 0, "handle": b"m", **given})


def test_each_rule_goes_before_those_after_it() -> None:
    """Authority, then no doubt, then freshness, then handle: what is better in one is better whatever the later ones say."""
    ordered = [
        name(authority={"name"}, handle=b"z"),
        name(authority={"name"}, doubted={"name"}, committed_ms=9),
        name(committed_ms=8),
        name(committed_ms=7, handle=b"a"),
        name(committed_ms=7, handle=b"b"),
        name(doubted={"name"}, committed_ms=9, handle=b"a"),
    ]
    assert ordered == sorted(ordered)


def test_authority_and_doubt_of_another_field_say_nothing() -> None:
    assert name(authority={"address"}, doubted={"address"}) == name()


@given(st.lists(facts, unique_by=lambda fact: fact["handle"], min_size=1), st.randoms(use_true_random=False))
def test_the_best_is_the_same_in_any_order(records: list[dict[str, Any]], rng: Any) -> None:
    best = min(records, key=lambda fact: name(**fact))
    rng.shuffle(records)
    assert min(records, key=lambda fact: name(**fact)) == best
    assert len({name(**fact) for fact in records}) == len(records)


@given(st.lists(facts, unique_by=lambda fact: fact["handle"], min_size=2))
def test_what_is_not_the_best_can_go_without_another_best(records: list[dict[str, Any]]) -> None:
    """A reader who may see fewer records sees the best of them by the same rule."""
    ordered = sorted(records, key=lambda fact: name(**fact))
    assert sorted(ordered[1:], key=lambda fact: name(**fact)) == ordered[1:]


def test_flags_are_doubts_unless_they_only_say_how_a_value_was_read() -> None:
    assert doubts(["citizen_id:bad_checksum", "name:control_characters", "address:no_town"]) == {"citizen_id", "address"}
    assert doubts([f"mobile:{flag}" for flag in BENIGN]) == set()
    assert doubts(["name:a flag of next year"]) == {"name"}
    assert doubts(["name:honorific"]) == set(), "张小伟先生 is surely called 张小伟"
