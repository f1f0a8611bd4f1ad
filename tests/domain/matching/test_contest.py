"""One ID on the records of unlike names: who is parted, whatever the order."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entities import Kind
from domain.matching.clusters import partition
from domain.matching.contest import MOST_PARTS, contest, parts
from domain.matching.scorecard import Scorecard
from domain.matching.scorecard_file import shipped
from domain.values.name_search import pinyin

PERSON = Scorecard(shipped(Kind.PERSON))
NAME = PERSON.fields.index("name")
KEY = b"\x10" + bytes(16)
NAMES = ["王伟", "王玮", "陈建国", "李娜", "欧阳修竹", "刘德华", "赵子龙", "王**", "王?国", "李*", "王伟/李娜", ""]


def prepared(name: str, former: str = "") -> tuple[str, ...]:
    found: tuple[str, ...] = PERSON.features({"name": name, "former_name": former}).slots[NAME]
    return found


def parted(names: dict[bytes, str]) -> list[list[bytes]] | None:
    return parts({handle: pinyin(name) for handle, name in names.items()}, lambda handle: prepared(names[handle]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王伟", "王玮"),
        ("王偉", "王伟"),
        ("王小明", "王小红"),
        ("小伟", "王伟"),
        ("阿卜杜拉·买买提", "阿布都拉·买买提"),
        ("王?伟", "王小伟"),
        ("张伟", "张**"),
        ("张小伟", "张*"),
        ("张小伟", "张XX"),
        ("张小伟", "张?明"),
        ("张小伟", "*伟"),
        ("欧阳明", "欧**"),
        ("欧阳明", "欧阳×"),
        ("阿卜杜拉·买买提", "阿*·*"),
        ("张**", "张小*"),
        ("张伟", "张伟(曾用名张卫)"),
        ("李娜", "王伟(曾用名:李娜)"),
        ("张小伟", "张小伟(已故)"),
        ("张小伟", "张小伟先生"),
    ],
)
def test_ways_to_write_one_name_are_not_contested(one: str, other: str) -> None:
    assert not contest(prepared(one), prepared(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王伟", "李娜"),
        ("王建国", "王小明"),
        ("陈建国", "欧阳修竹"),
        ("张伟", "李**"),
        ("李*", "张*"),
        ("张小伟", "李?伟"),
        ("张小明", "?伟"),
        ("阿*·*", "买*·*"),
        ("王建国(已故)", "王小明"),
    ],
)
def test_other_peoples_names_are(one: str, other: str) -> None:
    assert contest(prepared(one), prepared(other))


def test_a_former_name_is_no_contest() -> None:
    assert not contest(prepared("李娜", "王伟"), prepared("王伟"))


def test_a_name_with_lost_characters_does_not_make_two_others_one() -> None:
    """It goes with the more numerous of those it may be; with none of them, it is one more."""
    names = {b"1": "张伟", b"2": "张建国", b"3": "张建国", b"4": "张**", b"5": "李**"}
    assert parted(names) == [[b"2", b"3", b"4"], [b"1"], [b"5"]]
    assert parted({b"1": "张伟", b"2": "张XX", b"3": "张伟"}) is None
    assert parted({b"1": "张**", b"2": "张*明"}) is None


def test_two_names_in_one_place_contest_nothing_and_join_nothing() -> None:
    names = {b"1": "张伟", b"2": "李建国", b"3": "李建国", b"4": "张伟/李建国"}
    assert parted(names) == [[b"2", b"3", b"4"], [b"1"]]
    assert parted({b"1": "张伟", b"2": "张伟/李建国"}) is None


def test_those_without_a_name_are_of_the_largest_part() -> None:
    found = parted({b"1": "王伟", b"2": "李娜", b"3": "李娜", b"4": ""})
    assert found == [[b"2", b"3", b"4"], [b"1"]]


@pytest.mark.parametrize("said", ["户主", "本人", "无名氏", "测试"])
def test_a_name_that_says_nothing_does_not_bring_others_together(said: str) -> None:
    assert prepared(said) is None
    assert parted({b"1": "王伟", b"2": "李建娜", b"3": "李建娜", b"4": said}) == [[b"2", b"3", b"4"], [b"1"]]


def test_what_cannot_be_read_any_more_is_of_the_largest_part() -> None:
    names = {b"1": "王伟", b"2": "李建娜", b"3": "李建娜", b"4": "王伟"}
    sounds = {handle: pinyin(name) for handle, name in names.items()}
    found = parts(sounds, lambda handle: None if handle == b"4" else prepared(names[handle]))
    assert found == [[b"2", b"3", b"4"], [b"1"]]


def test_a_number_on_many_names_joins_nobody() -> None:
    names = ["王伟", "陈建国", "李娜", "欧阳修竹", "刘德华"]
    assert len(names) > MOST_PARTS
    assert parted({bytes([place]): name for place, name in enumerate(names)}) == []
    assert len(parted({bytes([place]): name for place, name in enumerate(names[:MOST_PARTS])}) or []) == MOST_PARTS


@given(st.dictionaries(st.binary(min_size=2, max_size=2), st.sampled_from(NAMES), min_size=1), st.randoms(use_true_random=False))
def test_the_order_does_not_matter_and_nobody_is_lost(names: dict[bytes, str], rng: random.Random) -> None:
    shuffled = list(names.items())
    rng.shuffle(shuffled)
    found = parted(names)
    assert parted(dict(shuffled)) == found
    if found:
        assert sorted(handle for part in found for handle in part) == sorted(names)
    contested = {} if found is None else {KEY: found}
    clusters = partition({handle: [KEY] for handle in names}, contested=contested).clusters
    assert sorted(cluster.handles for cluster in clusters) == sorted(
        tuple(part) for part in (found or ([[handle] for handle in names] if found == [] else [sorted(names)]))
    )
    assert [cluster.anchor for cluster in clusters].count(KEY) == (found != [])
