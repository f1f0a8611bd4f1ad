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
NAMES = ["王伟", "王玮", "陈建国", "李娜", "欧阳修竹", "刘德华", "赵子龙", ""]


def prepared(name: str, former: str = "") -> tuple[str, ...]:
    found: tuple[str, ...] = PERSON.features({"name": name, "former_name": former}).slots[NAME]
    return found


def parted(names: dict[bytes, str]) -> list[list[bytes]] | None:
    return parts({handle: pinyin(name) for handle, name in names.items()}, lambda a, b: contest(prepared(names[a]), prepared(names[b])))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王伟", "王玮"),
        ("王偉", "王伟"),
        ("王小明", "王小红"),
        ("小伟", "王伟"),
        ("阿卜杜拉·买买提", "阿布都拉·买买提"),
        ("王?伟", "王小伟"),
    ],
)
def test_ways_to_write_one_name_are_not_contested(one: str, other: str) -> None:
    assert not contest(prepared(one), prepared(other))


@pytest.mark.parametrize(("one", "other"), [("王伟", "李娜"), ("王建国", "王小明"), ("陈建国", "欧阳修竹")])
def test_other_peoples_names_are(one: str, other: str) -> None:
    assert contest(prepared(one), prepared(other))


def test_a_former_name_is_no_contest() -> None:
    assert not contest(prepared("李娜", "王伟"), prepared("王伟"))


def test_those_without_a_name_are_of_the_largest_part() -> None:
    found = parted({b"1": "王伟", b"2": "李娜", b"3": "李娜", b"4": ""})
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
