"""Addresses: two spellings of one doorplate give one normal form, two doorplates never do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import parse
from domain.values.address import address_of
from domain.values.address_grammar import FORMER, LIYANG
from domain.values.divisions import Division, divisions, whole_name

NUMERALS = "零一二三四五六七八九"
FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")


@st.composite
def doorplates(draw: st.DrawFn) -> tuple[str, str, str, str, str, str]:
    """Town, road, number, building, unit and room of a synthetic door in Liyang."""
    town = draw(st.sampled_from(("溧城街道", "戴埠镇", "南渡镇", "天目湖镇", "昆仑街道")))
    road = draw(st.sampled_from(("燕山路", "平陵西路", "东大街", "昆仑南路", "罗湾路", "天目湖大道", "横涧村", "清安社区", "北山村3组")))
    number, building = draw(st.integers(1, 400)), draw(st.integers(1, 60))
    return town, road, str(number), str(building), str(draw(st.integers(1, 9))), str(draw(st.integers(101, 3299)))


def chinese(number: str) -> str:
    """Write a number below 1000 in Chinese numerals."""
    digits = [int(digit) for digit in number.zfill(3)]
    hundreds, tens, ones = digits
    text = f"{NUMERALS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else NUMERALS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (NUMERALS[ones] if ones else "")


def spellings(door: tuple[str, str, str, str, str, str]) -> list[str]:
    town, road, number, building, unit, room = door
    full = f"江苏省常州市溧阳市{town}{road}{number}号{building}幢{unit}单元{room}室"
    return [
        full,
        full.removeprefix("江苏省"),
        full.removeprefix("江苏省常州市"),
        full.removeprefix("江苏省常州市溧阳市"),
        full.replace("江苏省常州市溧阳市", "江苏溧阳"),
        full.replace("幢", "栋"),
        full.replace("幢", "号楼"),
        full.translate(FULL_WIDTH),
        f" {full[:9]} {town} {road} {number}号 {building}幢 {unit}单元 {room} ",
        f"溧阳市{town}{road}{chinese(number)}号{building}-{unit}-{room}",
        f"溧阳市{town}{road}{number}号{building}幢{unit}-{room}室",
        f"{town}{road}{number}＃{building}号楼{unit}单元{room}",
        f"{town},{road}0{number}号,{building}幢，{unit}单元{room}室。",
        f"{town}、{road}、{number}号、{building}幢、{unit}单元、{room[:-2]}楼、{room}室",  # the room names its floor
        f"{town}{road}{number}号{building}-{unit}-0{room}",
        f"{town}{road}{number}号{building}幢{unit}单元0{room}室",
    ]


@given(doorplates())
def test_spellings_of_one_door_agree_and_are_strong(door: tuple[str, str, str, str, str, str]) -> None:
    expected = spellings(door)[0]
    for spelling in spellings(door):
        value = parse("address", spelling)
        assert (value.normal, value.strong) == (expected, True), spelling


@given(doorplates(), doorplates(), st.data())
def test_two_doors_never_agree(
    one: tuple[str, str, str, str, str, str], other: tuple[str, str, str, str, str, str], data: st.DataObject
) -> None:
    if one != other:
        spelled = data.draw(st.sampled_from(spellings(one))), data.draw(st.sampled_from(spellings(other)))
        assert parse("address", spelled[0]).normal != parse("address", spelled[1]).normal


@pytest.mark.parametrize(
    ("raw", "normal", "flags", "strong"),
    [
        ("溧阳市戴埠横涧村3号", "江苏省常州市溧阳市戴埠镇横涧村3号", ("assumed_town",), False),
        ("溧阳市戴埠横涧村东村3号", "江苏省常州市溧阳市戴埠镇横涧村东村3号", ("assumed_town",), False),
        ("南渡口村3号", "江苏省常州市溧阳市南渡口村3号", ("assumed_city", "no_town"), False),
        ("溧阳市天目湖大道3号", "江苏省常州市溧阳市天目湖大道3号", ("no_town",), False),
        ("横涧村3号", "江苏省常州市溧阳市横涧村3号", ("assumed_city", "no_town"), False),  # two towns may have a village of one name
        ("宜兴市丁蜀镇解放路5号", "江苏省无锡市宜兴市丁蜀镇解放路5号", (), True),
        ("江苏宜兴市丁蜀镇解放路5号", "江苏省无锡市宜兴市丁蜀镇解放路5号", (), True),
        ("江苏省沛县沛城街道解放路5号", "江苏省徐州市沛县沛城街道解放路5号", (), True),
        ("江苏省鼓楼区宝塔镇中山路5号", "江苏省鼓楼区宝塔镇中山路5号", ("no_city",), False),  # of Nanjing, or of Xuzhou
        ("吉林市船营区大绥河镇解放路5号", "吉林省吉林市船营区大绥河镇解放路5号", (), True),
        ("淮安市洪泽区平桥镇解放路5号", "江苏省淮安市洪泽区平桥镇解放路5号", (), True),  # a town of that name elsewhere is not Liyang's
        ("燕山路三号", "江苏省常州市溧阳市燕山路3号", ("assumed_city", "no_town"), False),
        ("溧阳路5号", "江苏省常州市溧阳市溧阳路5号", ("assumed_city", "no_town"), False),
        ("戴埠镇燕山路12-3号", "江苏省常州市溧阳市戴埠镇燕山路12-3号", ("assumed_city",), True),
        ("溧城镇燕山路12-3号", "江苏省常州市溧阳市溧城镇燕山路12-3号", ("assumed_city",), False),  # which of its three parts?
        ("上沛镇上沛村3号", "江苏省常州市溧阳市上兴镇上沛村3号", ("assumed_city",), True),  # named after the town: nowhere else
        ("上沛镇余巷村3号", "江苏省常州市溧阳市上沛镇余巷村3号", ("assumed_city",), False),  # of its day, there may be another in 上兴镇
        ("南渡镇石街村西村1号", "江苏省常州市溧阳市南渡镇石街村西村1号", ("assumed_city",), True),
        ("社渚镇宜巷村7号", "江苏省常州市溧阳市社渚镇宜巷村7号", ("assumed_city",), True),
        ("溧阳市昆仑街道办事处平陵西路2号", "江苏省常州市溧阳市昆仑街道平陵西路2号", (), True),
        ("溧阳市社渚镇金峰村委会第十二组三号", "江苏省常州市溧阳市社渚镇金峰村12组3号", (), True),
        ("溧阳市南渡镇104国道12号", "江苏省常州市溧阳市南渡镇104国道12号", (), True),
        ("江苏南京市鼓楼区中山路5号", "江苏省南京市鼓楼区中山路5号", ("no_town",), False),
        ("常州市武进区湖塘镇人民路5号", "江苏省常州市武进区湖塘镇人民路5号", (), True),
        ("南京市中山路5号", "江苏省南京市中山路5号", ("no_city", "no_town"), False),
        ("溧城镇燕山路88号2-501", "江苏省常州市溧阳市溧城镇燕山路88号2-501", ("assumed_city", "unparsed"), False),
        ("溧城镇燕山新村12幢501室", "江苏省常州市溧阳市溧城镇燕山新村12幢501室", ("assumed_city",), False),
        ("溧城镇人民路?号", "江苏省常州市溧阳市溧城镇人民路?号", ("assumed_city", "unparsed", "lost_character"), False),
        ("溧城镇燕山路与平陵路交叉口", "江苏省常州市溧阳市溧城镇燕山路与平陵路交叉口", ("assumed_city", "unparsed"), False),
        ("不详", "不详", ("placeholder",), False),
        ("123", "123", ("no_city", "unparsed"), False),
    ],
)
def test_what_is_understood_and_what_is_not(raw: str, normal: str, flags: tuple[str, ...], strong: bool) -> None:  # noqa: FBT001  # parametrised
    value = parse("address", raw)
    assert (value.normal, value.flags, value.strong) == (normal, flags, strong)


LISTS = [
    "燕山路一、二号", "燕山路一,二号", "燕山路一.二号", "燕山路一。二号", "燕山路一 二号", "燕山路一、 二号", "燕山路1 2号", "燕山路一二号",
    "燕山路三、五号", "燕山路三五七号", "燕山路8号三、五幢", "燕山路88号一、二、三号楼", "燕山路88号一二三号楼", "横涧村二、三组5号",
    "横涧村二三组5号", "横涧村二三组燕山路5号", "燕山路88号一、二楼", "燕山路88号一二楼", "燕山路88号3幢一、二单元", "燕山路88号3幢一二层",
    "横涧村、山前村5号", "横涧社区、山前村5号", "桂林、平桥村5号",
    "、南渡镇横涧村5号", "燕山路、东巷5号", "东、西大街5号", "燕山路1号、2号楼", "燕山路1#、2#",
    "燕山路8号A、1座", "燕山路8号A,1座", "燕山路88号3幢101-102室", "燕山路88号3幢1-2室", "燕山路88号101-102-103室",
    "燕山路88号3幢101 102室", "燕山路12~14号", "燕山路12～14号", "燕山路12²号", "燕山路8号A²座", "燕山路12₂号", "燕山路12①号",
    "燕山路十㊀号",
]  # fmt: skip


@pytest.mark.parametrize("several", LISTS)
def test_several_doors_are_not_one(several: str) -> None:
    value = parse("address", f"溧阳市埭头镇{several}")
    assert (value.flags, value.strong) == (("unparsed",), False)
    again = parse("address", value.normal or "")
    assert (again.normal, again.strong) == (value.normal, False)


@given(
    st.lists(st.sampled_from([*"一二三四五六七八九123456789ABC"]), min_size=2, max_size=3),
    st.sampled_from(["、", ",", "，", ".", ";", "。", "、 "]),
    st.sampled_from(["{}号", "8号{}幢", "8号{}号楼", "8号{}座", "8号3幢{}单元", "8号3幢{}层", "8号3幢{}室", "3组{}号"]),
)
def test_no_list_is_strong(items: list[str], mark: str, place: str) -> None:
    assert not parse("address", f"溧阳市埭头镇燕山路{place.format(mark.join(items))}").strong


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("燕山路12之14号", "燕山路12-14号"),
        ("燕山路012之014号", "燕山路12-14号"),
        ("燕山路12之14号二三室", "燕山路12-14号23室"),  # before 室, and only there, each numeral is a digit
        ("横涧村,东村12之3号", "横涧村东村12-3号"),  # a village and its hamlet
        ("燕山路88号3幢2单元五楼五〇一室", "燕山路88号3幢2单元501室"),
        ("燕山路88号3幢2单元05层0501", "燕山路88号3幢2单元501室"),
        ("燕山路88号12层1203A室", "燕山路88号1203A室"),
        ("燕山路88号3幢2-0501室", "燕山路88号3-2-501"),
    ],
)
def test_one_door_in_two_spellings_has_one_key(one: str, other: str) -> None:
    values = [parse("address", f"溧阳市埭头镇{text}") for text in (one, other)]
    assert values[0].normal == values[1].normal
    assert values[0].strong
    assert values[1].strong


@pytest.mark.parametrize(
    ("written", "normal", "flags", "strong"),
    [
        ("经开区潘家镇人民路5号", "经开区潘家镇人民路5号", ("no_city",), False),
        ("江苏经开区潘家镇人民路5号", "江苏省经开区潘家镇人民路5号", ("no_city",), False),
        ("常州经开区潘家镇人民路5楼501室", "江苏省常州市经开区潘家镇人民路501室", (), False),
        ("常州经开区潘家镇人民路5号5楼501室", "江苏省常州市经开区潘家镇人民路5号501室", (), True),
    ],
)
def test_a_zone_that_every_city_has_needs_its_city(written: str, normal: str, flags: tuple[str, ...], strong: bool) -> None:  # noqa: FBT001  # parametrised
    value = parse("address", written)
    assert (value.normal, value.flags, value.strong) == (normal, flags, strong)


def test_parts_are_told_apart() -> None:
    address = address_of("溧城镇燕山路88号锦绣花园3号楼2单元5楼12室")
    assert (address.city, address.town, address.road, address.number) == ("江苏省常州市溧阳市", "溧城镇", "燕山路", "88号")
    assert (address.inner_compound, address.building, address.unit, address.floor, address.room) == (
        "锦绣花园",
        "3幢",
        "2单元",
        "5层",
        "12室",
    )
    assert address.rest == ""


def _spellings(place: Division) -> set[str]:
    """Return the ways to name a county-level place that leave only it."""
    province, prefecture, county = place
    short = province[:3] if province[0] in "黑内" else province[:2]
    spelled = {"".join(place), short + prefecture + county}
    if prefecture.endswith("市"):
        spelled.add(prefecture + county)
    if county.endswith("市"):
        spelled |= {county, province + county}
    return spelled


def test_every_county_has_one_name_however_much_is_left_out() -> None:
    """All of China's: and no two share a name."""
    names: dict[str, Division] = {}
    for place in divisions():
        expected = "".join(place)
        assert names.setdefault(expected, place) == place
        found = {parse("address", f"{spelled}某某镇人民路5号").normal for spelled in _spellings(place)}
        assert found == {f"{expected}某某镇人民路5号"}, place


@given(st.sampled_from(divisions()), st.sampled_from(divisions()), st.data())
def test_two_counties_never_become_one(one: Division, other: Division, data: st.DataObject) -> None:
    if one != other:
        spelled = [data.draw(st.sampled_from(sorted(_spellings(place)))) for place in (one, other)]
        assert parse("address", f"{spelled[0]}人民路5号").normal != parse("address", f"{spelled[1]}人民路5号").normal


@pytest.mark.parametrize(
    ("written", "whole", "is_one"),
    [
        (("", "", "鼓楼区"), "鼓楼区", False),
        (("", "南京市", "鼓楼区"), "江苏省南京市鼓楼区", True),
        (("", "常州市", "武进市"), "江苏省常州市武进市", False),  # cut up between three districts since
        (("", "东莞市", ""), "广东省东莞市", True),
        (("", "南京市", ""), "江苏省南京市", False),
        (("湖北省", "仙桃市", ""), "湖北省仙桃市", True),
        (("浙江省", "南京市", ""), "浙江省南京市", False),
        (("北京市", "", "朝阳区"), "北京市朝阳区", True),
        (("", "亚特兰蒂斯市", ""), "亚特兰蒂斯市", False),
        (("", "", ""), "", False),
    ],
)
def test_only_what_one_name_leaves_is_filled_in(written: tuple[str, str, str], whole: str, is_one: bool) -> None:  # noqa: FBT001  # parametrised
    assert whole_name(*written) == (whole, is_one)


@given(doorplates(), st.sampled_from(sorted(FORMER)))
def test_a_former_town_gives_way_only_to_its_one_successor_and_for_the_village_named_after_it(
    door: tuple[str, str, str, str, str, str], former: str
) -> None:
    _, road, number, *_ = door
    kept = parse("address", f"{former}{road}{number}号")
    assert kept.normal == f"{LIYANG}{former}{road}{number}号"
    assert not kept.strong
    named = parse("address", f"{former}{former[:2]}村{number}号")
    (successor, *others) = sorted(FORMER[former])
    assert (named.normal, named.strong) == (f"{LIYANG}{former if others else successor}{former[:2]}村{number}号", not others)


def test_a_former_town_elsewhere_is_a_town() -> None:
    assert parse("address", "江苏省淮安市淮安区平桥镇平桥村3号").normal == "江苏省淮安市淮安区平桥镇平桥村3号"
    assert parse("address", "江苏省淮安市淮安区平桥镇平桥村3号").strong
