"""Stewards' decisions: a replay whose result one line changes and one line takes back, and the rule of two stewards."""

from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.matching.clusters import Pin
from domain.review import MOST_FOR_ONE_STEWARD, Line, Verdict, Weight, conflict, last_words, pins, waiting

A, B, C = (bytes([n]) * 16 for n in range(3))
SAME, DIFFERENT, UNSURE = Verdict

word = st.tuples(st.sampled_from([(A, B), (A, C), (B, C)]), st.sampled_from(list(Verdict)), st.booleans(), st.booleans())


def log_of(words: list[tuple[tuple[bytes, bytes], Verdict, bool, bool]]) -> list[Line]:
    return [Line(n, pair, verdict, None, second, consented) for n, (pair, verdict, second, consented) in enumerate(words, 1)]


def test_the_last_word_of_a_pair_holds() -> None:
    log = [Line(1, (A, B), SAME), Line(2, (A, C), DIFFERENT), Line(3, (A, B), DIFFERENT)]
    assert pins(log) == {Pin(A, B, same=False, decision=3), Pin(A, C, same=False, decision=2)}


def test_an_unsure_binds_nothing_but_replaces_what_bound() -> None:
    log = [Line(1, (A, B), SAME), Line(2, (A, B), UNSURE)]
    assert pins(log) == set()
    assert last_words(log) == {(A, B): UNSURE}


def test_an_undo_lets_the_word_before_hold_again() -> None:
    log = [Line(1, (A, B), DIFFERENT), Line(2, (A, B), SAME), Line(3, (A, B), None, 2)]
    assert pins(log) == {Pin(A, B, same=False, decision=1)}
    assert pins([*log, Line(4, (A, B), None, 1)]) == set()


def test_what_waits_leaves_what_held() -> None:
    log = [Line(1, (A, B), DIFFERENT), Line(2, (A, B), SAME, needs_second=True)]
    assert pins(log) == {Pin(A, B, same=False, decision=1)}
    assert waiting(log) == {2}
    assert pins([log[0], log[1]._replace(consented=True)]) == {Pin(A, B, same=True, decision=2, seconded=True)}
    assert waiting([*log, Line(3, (A, B), UNSURE)]) == set(), "a newer line overtakes it"


@given(st.lists(word, max_size=12), st.randoms())
def test_a_replay_in_any_order_gives_the_same(words: list[tuple[tuple[bytes, bytes], Verdict, bool, bool]], rng: object) -> None:
    log = log_of(words)
    shuffled = list(log)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert pins(shuffled) == pins(log)
    assert waiting(shuffled) == waiting(log)


@given(st.lists(word, min_size=1, max_size=12))
def test_taking_back_every_line_from_the_end_leads_back_to_nothing(words: list[tuple[tuple[bytes, bytes], Verdict, bool, bool]]) -> None:
    log = log_of(words)
    states = [pins(log[:n]) for n in range(len(log) + 1)]
    undone, numbers = list(log), count(len(log) + 1)
    for n in reversed(range(len(log))):
        undone.append(Line(next(numbers), log[n].pair, None, log[n].id))
        assert pins(undone) == states[n]


@given(
    before=st.sampled_from([None, *Verdict]),
    after=st.sampled_from([None, *Verdict]),
    together=st.booleans(),
    touches=st.integers(0, 99),
    against=st.booleans(),
)
def test_the_rule_of_two_never_asks_for_what_changes_nothing(
    *, before: Verdict | None, after: Verdict | None, together: bool, touches: int, against: bool
) -> None:
    weight = Weight(before, after, together, touches, against)
    if weight.needs_second:
        assert before != after
        assert touches > MOST_FOR_ONE_STEWARD or (against and after is SAME)


@pytest.mark.parametrize(
    ("weight", "second"),
    [
        (Weight(None, SAME, False, 50, False), False),
        (Weight(None, SAME, False, 51, False), True),
        (Weight(None, SAME, False, 2, True), True),
        (Weight(None, SAME, True, 51, False), False),
        (Weight(None, DIFFERENT, True, 51, False), True),
        (Weight(None, DIFFERENT, True, 50, True), False),
        (Weight(None, DIFFERENT, False, 51, True), False),
        (Weight(None, UNSURE, True, 51, True), False),
        (Weight(SAME, UNSURE, True, 51, False), True),
        (Weight(SAME, None, True, 51, False), True),
        (Weight(DIFFERENT, None, False, 51, False), True),
        (Weight(DIFFERENT, SAME, False, 2, True), True),
        (Weight(UNSURE, None, False, 51, True), False),
        (Weight(SAME, SAME, True, 51, True), False),
    ],
)
def test_the_rule_of_two(weight: Weight, *, second: bool) -> None:
    assert weight.needs_second is second


def test_two_values_of_an_exclusive_key_are_a_conflict() -> None:
    def key(code: int, value: int) -> bytes:
        return bytes([code]) + bytes([value]) * 16

    assert conflict([key(0x10, 1)], [key(0x10, 2)])
    assert not conflict([key(0x10, 1)], [key(0x10, 1)])
    assert not conflict([key(0x10, 1)], [])
    assert not conflict([key(0x38, 1)], [key(0x38, 2)]), "a plate is not exclusive"
