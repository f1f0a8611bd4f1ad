"""Whatever the text: no kind raises, reading a normal form again changes nothing, and work is bounded by length."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import values
from domain.entities import FIELDS
from domain.values import KINDS, LONGEST, LONGEST_TEXT, Value, parse

ANY = st.text(st.characters(), max_size=60)  # lone surrogates too
# Letters that matter to some grammar, and what folding has to do with.
WORDS = [
    "江苏省", "常州市", "溧阳市", "溧阳", "溧城", "镇", "街道", "村", "村委会", "居委会", "社区", "新村", "组", "路", "大道",
    "街", "巷", "弄", "里", "号", "号楼", "幢", "栋", "座", "楼", "层", "单元", "室", "房", "#", "-", "之", "附", "甲", "A",
    "1", "2", "12", "501", "0", "一", "二", "十", "百", "零", "〇", "第", "小区", "花园", "期", "东", "区", "县", "市", "省",
    "(", ")", "（", "）", "【", "】", "，", "、", "。", ".", "·", "•", "・", "?", "*", "□", "王", "伟", "測", "试", "某", "无",
    "不详", "年", "月", "日", ":", "T", "Z", "+", "86", "0519", "139", "苏", "D", "x", "e", "E", "e+", "万", "元", "亿",
    "有限公司", "ß", "ŉ", "ﬁ", "㈱", "①", "²", "Ⅷ", "ｱﾞ", "ａ", "１", "－", "´", "¨", "\u0308", "\u200b", "\u202e", "\u00a0",
    "\u3000", "\x00", "\t", "\n", "\ud800", "\ufffe", "\ufeff", "\u3164", "\u115f", "𠮷", "\ue000", "\U000e0100",
]  # fmt: skip
DIRT = st.lists(st.sampled_from(WORDS), max_size=14).map("".join)
SPACED_DIRT = st.lists(st.sampled_from(WORDS), max_size=10).map(" ".join)


def test_every_field_has_its_kind() -> None:
    assert {field.kind for fields in FIELDS.values() for field in fields.values()} <= KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_any_text_is_read_without_raising_and_reading_again_changes_nothing(kind: str) -> None:
    @settings(max_examples=150)
    @given(ANY | DIRT | SPACED_DIRT)
    def holds(text: str) -> None:
        value = parse(kind, text)
        assert isinstance(value, Value)
        assert all(flag.isidentifier() and flag == flag.lower() for flag in value.flags)
        assert len(set(value.flags)) == len(value.flags)
        if value.normal is None:
            assert not value.strong
            return
        assert value.normal
        value.normal.encode()  # no lone surrogate is left
        assert parse(kind, value.normal).normal == value.normal

    holds()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_ten_megabytes_are_refused_by_their_length_alone(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No character is looked at: the parser is not called, so the work is the same for any length above the longest."""
    read: list[int] = []
    parser = values._PARSERS[kind]
    monkeypatch.setitem(values._PARSERS, kind, lambda text: read.append(len(text)) or parser(text))
    longest = LONGEST_TEXT if kind == "text" else LONGEST
    for length in (10_000_000, longest + 1):
        assert parse(kind, "村路号室1-" * (length // 6) + "1" * (length % 6)) == Value(None, ("too_long",), format=False)
    assert not read
    parse(kind, "1" * longest)
    assert read == [longest]


@pytest.mark.parametrize("kind", ["address", "code", "organisation_name", "person_name", "place_name"])
def test_what_folding_makes_too_long_is_refused(kind: str) -> None:
    """U+FDFA stands for eighteen characters, three of them blanks."""
    for text in ("\ufdfa" * LONGEST, "\ufdfa" * (LONGEST // 15 + 1)):
        assert parse(kind, text) == Value(None, ("too_long",), format=False)


def test_what_the_city_makes_too_long_is_refused() -> None:
    """An address gets the name of its city; with it, it must still be one that can be read."""
    street = "燕山路?"
    assert parse("address", street + "1" * (LONGEST - len(street))) == Value(None, ("too_long",), format=False)


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize(
    "unit", ["1", "一", "村", "1-", "路1号", " ", "·", "A ", "(", "\ufdfa", "e", "0,", "市", "￥", "某", "张三", "省市"]
)
@pytest.mark.timeout(20)  # microseconds; an expression that goes back over its text without end would not come home in hours
def test_the_longest_text_comes_home(kind: str, unit: str) -> None:
    text = (unit * LONGEST_TEXT)[: LONGEST_TEXT if kind == "text" else LONGEST]
    for tail in ("", "!", "号", "x"):
        value = parse(kind, text[: -len(tail)] + tail if tail else text)
        assert not value.strong


def test_an_unknown_kind_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        parse("shoe_size", "43")
