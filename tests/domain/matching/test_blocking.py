"""Records of one entity meet in a block, no block grows without bound, and who meets whom is a function of the set."""

import random
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from domain.entities import Kind
from domain.matching.blocking import CAP, Block, pairs
from domain.matching.scorecard import Scorecard
from domain.matching.scorecard_file import shipped

PERSON = Scorecard(shipped(Kind.PERSON))
WANG = {"name": "王小伟", "birth_date": "1975-10-28", "mobile": "15424611820", "address": "江苏省常州市溧阳市埭头镇邹家村东村1号"}


def keys(values: dict[str, str], card: Scorecard = PERSON) -> set[str]:
    return {block.key for block in card.blocks(card.features(values))}


def meet(one: dict[str, str], other: dict[str, str], card: Scorecard = PERSON) -> bool:
    return not keys(one, card).isdisjoint(keys(other, card))


def test_people_meet_by_any_two_of_their_facts() -> None:
    assert meet(WANG, {"name": "王小伟", "mobile": "15424611820"})
    assert meet(WANG, {"name": "小伟", "mobile": "15424611820"}), "a telephone number alone"
    assert meet(WANG, {"name": "王曉偉", "citizen_id": "320440197510281818"}), "name by sound, birth date from the ID"
    assert meet(WANG, {"name": "王小伟", "address": "江苏省常州市溧阳市上黄镇邹家村东村1号"}), "the town does not count"
    assert meet({"name": "王芳", "former_name": "王招娣", "birth_date": "1975-10-28"}, {"name": "王招娣", "birth_date": "1975-10-28"})
    assert meet({"name": "王芳", "employer_uscc": "91320446YY00002471"}, {"name": "王芳", "employer_uscc": "91320446YY00002471"})


def test_a_permit_numbered_as_a_citizen_id_gives_the_birth_date() -> None:
    number = "810000199408230021"
    assert meet({"name": "陈大文", "citizen_id": number}, {"name": "陈大文", "hmt_permit": number})
    assert meet({"name": "陈大文", "birth_date": "1981-08-03"}, {"name": "陈大文", "foreign_card": "911124198108030024"})


def test_what_stands_beside_a_name_does_not_keep_it_apart() -> None:
    born = {"name": "张小伟", "birth_date": "1975-10-28"}
    for written in ("张小伟先生", "张小伟(已故)", "张晓伟(曾用名张小伟)", "王芳(曾用名张小伟)"):
        assert meet(born, {**born, "name": written})


def test_a_name_alone_is_no_key() -> None:
    assert not keys({"name": "王伟"})


def test_foreigners_meet_though_several_fields_are_wrong() -> None:
    green = {"surname": "GREEN", "given_name": "MITCHELL", "birth_date": "1956-04-09", "street": "wallaby place", "suburb": "cleveland"}
    slips = {"surname": "MITCHELL", "given_name": "GREENE", "birth_date": "1965-04-09", "street": "wallaby palce", "suburb": "loftus"}
    assert meet(green, slips)
    assert meet({"suburb": "cleveland", "postcode": "2119"}, {"suburb": "clevelnad", "postcode": "2119"}), "without any name"


def test_a_common_foreign_name_is_filed_with_a_further_field() -> None:
    smith = {"surname": "WHITE", "given_name": "JOSHUA", "birth_date": "1956-04-09", "suburb": "cleveland"}
    assert not any(key.startswith("fn:") and key.count(":") == 1 for key in keys(smith))
    assert any(key.startswith("fn:") and key.count(":") == 1 for key in keys({**smith, "surname": "KLANDER"}))


def test_other_kinds_meet() -> None:
    firm, thing, place = (Scorecard(shipped(kind)) for kind in (Kind.ORGANISATION, Kind.THING, Kind.ADDRESS))
    assert meet({"uscc": "91350100M000100Y43"}, {"organisation_code": "M000100Y-4"}, firm)
    assert meet({"name": "溧阳市鑫源机械制造有限公司"}, {"name": "江苏鑫源机械制造有限责任公司"}, firm)
    assert meet({"engine_number": "N178BB225026", "make": "久保田"}, {"engine_number": "N178BB225026"}, thing)
    assert meet({"address": "江苏省常州市溧阳市溧城镇燕山路1号"}, {"address": "江苏省常州市溧阳市溧城街道燕山路1号"}, place)


def handles(number: int) -> list[bytes]:
    return [each.to_bytes(16, "big") for each in range(number)]


def test_a_crowded_block_pairs_only_those_that_agree_further() -> None:
    """A telephone number with 10⁵ holders: families of three by name."""
    holders = [(f"name{place // 3}", handle) for place, handle in enumerate(handles(99_999))]
    found = list(islice(pairs(holders), 200_000))
    assert len(found) == 99_999
    assert all(int.from_bytes(one, "big") // 3 == int.from_bytes(other, "big") // 3 for one, other in found)


def test_what_stays_crowded_or_has_nothing_further_makes_no_pairs() -> None:
    crowd = handles(2 * CAP + 2)
    assert not list(pairs([("王伟", handle) for handle in crowd]))
    assert not list(pairs([("", handle) for handle in crowd]))
    assert not list(pairs([("" if place < 3 else str(place), handle) for place, handle in enumerate(crowd)])), (
        "nothing further is no agreement"
    )
    assert len(list(pairs([("", handle) for handle in crowd[:CAP]]))) == CAP * (CAP - 1) // 2


@given(
    st.lists(st.tuples(st.sampled_from(["", "a", "b"]), st.integers(0, 600)), max_size=700, unique_by=lambda pair: pair[1]), st.randoms()
)
def test_the_pairs_are_a_function_of_the_set(holders: list[tuple[str, int]], rng: random.Random) -> None:
    block = [(within, number.to_bytes(16, "big")) for within, number in holders]
    again = rng.sample(block, len(block))
    assert set(pairs(block)) == set(pairs(again))
    assert all(one < other for one, other in pairs(block))


def test_no_key_comes_twice() -> None:
    blocks = PERSON.blocks(
        PERSON.features({"surname": "ANN", "given_name": "ANN", "street": "annst", "premises": "annst", "suburb": "ann"})
    )
    assert len({block.key for block in blocks}) == len(blocks)
    assert all(isinstance(block, Block) for block in blocks)
