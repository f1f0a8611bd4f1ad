"""Names: kept as registered, unified in writing, and comparable by simplified characters, pinyin and grams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from domain.values import parse
from domain.values.person_name import grams, pinyin, simplified
from domain.values.surnames import DOUBLE, SINGLE

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


@pytest.mark.parametrize(
    ("raw", "normal", "flags"),
    [
        ("王伟", "王伟", ()),
        (" 王　伟 ", "王伟", ()),
        ("張偉", "張偉", ()),
        ("𠮷田", "𠮷田", ()),
        ("䶮䶮", "䶮䶮", ()),
        ("ａｂｄｕ  ｒａｈｉｍ", "ABDU RAHIM", ()),
        ("José García", "JOSÉ GARCÍA", ()),
        ("\u202e王\u200b伟", "王伟", ("control_characters",)),
        ("王\x00伟", "王伟", ("control_characters",)),
        ("王?明", "王?明", ("lost_character",)),
        ("王＊", "王*", ("lost_character",)),
        ("王□", "王□", ("lost_character",)),
        ("王\ufffd", "王\ufffd", ("lost_character",)),
        ("王\ue000", "王\ue000", ("private_use",)),
        ("何", "何", ("single_character",)),
        ("王3", "王3", ("digits",)),
        ("张三(小)", "张三(小)", ("annotated",)),
    ],
)
def test_names_are_kept_as_registered(raw: str, normal: str, flags: tuple[str, ...]) -> None:
    value = parse("person_name", raw)
    assert (value.normal, value.flags, value.strong) == (normal, flags, False)


def test_half_a_character_is_a_lost_one() -> None:
    assert (parse("person_name", "王\ud800").normal, parse("person_name", "王\ud800").flags) == ("王\ufffd", ("lost_character",))


@pytest.mark.parametrize("dot", ["·", "•", "・", "‧", "･", ".", " · "])
def test_the_dots_of_minority_names_are_one(dot: str) -> None:
    assert parse("person_name", f"买买提{dot}艾力").normal == "买买提·艾力"


@pytest.mark.parametrize("raw", ["测试", "测试1", "不详", "无名氏", "***", "未知", "空", "?", "张某某", "test", "某某", "无"])
def test_placeholders_are_implausible(raw: str) -> None:
    value = parse("person_name", raw)
    assert "placeholder" in value.flags
    assert value.plausible is False


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("单雄信", "shanxiongxin"),
        ("單雄信", "shanxiongxin"),
        ("解缙", "xiejin"),
        ("仇英", "qiuying"),
        ("区海", "ouhai"),
        ("查良镛", "zhaliangyong"),
        ("尉迟敬德", "yuchijingde"),
        ("万俟卨", "moqixie"),
        ("萬俟卨", "moqixie"),
        ("长孙无忌", "zhangsunwuji"),
        ("吕布", "lvbu"),
        ("Lǚ Bù", "lvbu"),
        ("lv bu", "lvbu"),
        ("买买提·艾力", "maimaitiaili"),
        ("JOSÉ GARCÍA", "josegarcia"),
        ("王?伟", "wangwei"),
        ("", ""),
        ("***", "***"),
    ],
)
def test_pinyin_reads_surnames_as_surnames(name: str, reading: str) -> None:
    assert pinyin(name) == reading


def test_only_readings_that_differ_are_listed() -> None:
    assert not [name for name, reading in SINGLE.items() if lazy_pinyin(name)[0] == reading]
    assert not [name for name, reading in DOUBLE.items() if "".join(lazy_pinyin(c)[0] for c in name) == reading and name[0] not in SINGLE]


def test_simplified_is_for_comparing_only() -> None:
    assert simplified("張偉龍") == "张伟龙"
    assert parse("person_name", "張偉龍").normal == "張偉龍"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("王小伟", ("^王", "王小", "小伟", "伟$")),
        ("王伟", ("^王", "王伟", "伟$")),
        ("王", ("^王", "王$")),
        ("王?伟", ("^王", "伟$")),
        ("買買提·艾力", ("^买", "买买", "买提", "提$", "^艾", "艾力", "力$")),
        ("JOHN LI", ("^JO", "JOH", "OHN", "HN$", "^LI", "LI$")),
        ("𠮷田", ("^𠮷", "𠮷田", "田$")),
        ("José", ("^JO", "JOS", "OSE", "SE$")),
        ("", ()),
        ("***", ()),
    ],
)
def test_grams(name: str, expected: tuple[str, ...]) -> None:
    assert grams(name) == expected


@given(st.text(HAN, min_size=3, max_size=4), st.data())
def test_a_name_with_a_lost_character_is_found_by_its_grams(name: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(name) - 1))
    assert set(grams(f"{name[:at]}?{name[at + 1 :]}")) <= set(grams(name))


@given(st.text(HAN, min_size=2, max_size=4), st.text(HAN, min_size=2, max_size=4))
def test_all_grams_of_a_short_name_find_that_name_only(asked: str, held: str) -> None:
    if len(set(asked)) == len(asked) and len(held) <= len(asked) and simplified(asked) != simplified(held):
        assert not set(grams(asked)) <= set(grams(held))


@given(st.text(st.characters(), max_size=300))
def test_search_forms_never_raise(text: str) -> None:
    assert isinstance(pinyin(text), str)
    assert isinstance(simplified(text), str)
    assert len(grams(text)) <= 1000
