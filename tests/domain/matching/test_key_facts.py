"""What identifiers say of two records, in words; and of identifiers that are in doubt."""

import re
from typing import get_args

import pytest

from domain.entities import Kind
from domain.matching.key_facts import Doubt, Standing, key_said, keys_say
from domain.matching.keys import CODES

ID, PLATE = CODES[Kind.PERSON, "citizen_id"], CODES[Kind.THING, "plate"]


def key(code: int, value: int) -> bytes:
    return bytes((code,)) + bytes(15) + bytes((value,))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ([key(ID, 1)], [key(ID, 1)], [("citizen_id", True)]),
        ([key(ID, 1)], [key(ID, 2)], [("citizen_id", False)]),
        ([key(ID, 1)], [], []),
        ([key(PLATE, 1)], [key(PLATE, 1)], [("plate", True)]),
        ([key(PLATE, 1)], [key(PLATE, 2)], []),
        ([key(ID, 1), key(ID, 2)], [key(ID, 2)], [("citizen_id", True)]),
    ],
)
def test_what_identifiers_say(one: list[bytes], other: list[bytes], expected: list[tuple[str, bool]]) -> None:
    """A plate may change, so two of them say nothing; two valid citizen IDs say two."""
    assert [(fact.field, fact.same) for fact in keys_say(one, other)] == expected
    assert keys_say(one, other) == keys_say(other, one)


@pytest.mark.parametrize("doubt", get_args(Doubt))
def test_an_identifier_in_doubt_speaks_for_nobody(doubt: Doubt) -> None:
    for code in (ID, PLATE):
        (fact,) = keys_say([key(code, 1)], [key(code, 1)], {key(code, 1): doubt})
        assert (fact.same, fact.doubt) == (True, doubt)
        for words in (fact, key_said(key(code, 1), doubt)):
            assert re.search("[\u4e00-\u9fff]", words.zh)
            assert not re.search("[{}]|同一实体", words.zh)
            assert not re.search("[{}]|one entity", words.en)
    (relied,) = keys_say([key(ID, 1), key(ID, 2)], [key(ID, 1), key(ID, 2)], {key(ID, 1): doubt})
    assert relied.doubt is None


def test_only_a_crowded_identifier_lets_two_be_one() -> None:
    """A number on too many records says nothing; one on unlike names is somebody's all the same."""
    one, other = [key(ID, 1)], [key(ID, 2)]
    assert [fact.doubt for fact in keys_say(one, other, {key(ID, 2): "crowded"})] == ["crowded"]
    assert [fact.doubt for fact in keys_say(one, other, {key(ID, 2): "contested"})] == [None]
    assert "不同实体" not in keys_say(one, other, {key(ID, 2): "crowded"})[0].zh
    assert keys_say([key(PLATE, 1)], [key(PLATE, 2)], {key(PLATE, 2): "crowded"}) == []


def test_a_contested_identifier_joins_within_its_parts() -> None:
    one, two, three = (bytes(15) + bytes((number,)) for number in range(3))
    standing = Standing("contested", (frozenset({one, two}), frozenset({three})))
    assert [standing.joins(*pair) for pair in ((one, two), (two, three), (three, one))] == [True, False, False]
    assert not Standing("specimen").joins(one, two)
