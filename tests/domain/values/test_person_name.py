"""Names: kept as registered, unified in writing, and comparable by simplified characters, pinyin and grams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from domain.values import parse
from domain.values.name_search import former_name_told, without_brackets
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
        ("\u202d王\u200b伟", "王伟", ("control_characters", "reordered")),
        ("\u200f王\u200b伟", "王伟", ("control_characters",)),
        ("王\x00伟", "王伟", ("control_characters",)),
        ("王?明", "王?明", ("lost_character",)),
        ("王＊", "王*", ("lost_character",)),
        ("王□", "王□", ("lost_character",)),
        ("王\ufffd", "王\ufffd", ("lost_character",)),
        ("Feli*x", "FELI*X", ("lost_character",)),
        ("王\ue000", "王\ue000", ("private_use",)),
        ("何", "何", ("single_character",)),
        ("王3", "王3", ("digits",)),
        ("张三(小)", "张三(小)", ("annotated",)),
        ("张伟【已故】", "张伟【已故】", ("annotated",)),
        ("(张伟)", "(张伟)", ("annotated",)),
    ],
)
def test_names_are_kept_as_registered(raw: str, normal: str, flags: tuple[str, ...]) -> None:
    value = parse("person_name", raw)
    assert (value.normal, value.flags, value.strong) == (normal, flags, False)


@pytest.mark.parametrize(
    ("raws", "normal"),
    [
        (("约翰·史密斯", "约翰•史密斯", "约翰.史密斯", "约翰 · 史密斯"), "约翰·史密斯"),
        (("JOHN SMITH", "john  smith", "Ｊｏｈｎ\u3000Ｓｍｉｔｈ"), "JOHN SMITH"),
        (("O’NEIL", "O'Neil", "O‘Neil"), "O'NEIL"),
        (("JEAN–PIERRE", "Jean-Pierre", "Jean‐Pierre"), "JEAN-PIERRE"),
        (("阿卜杜热西提·阿卜杜拉", "阿卜杜热西提・阿卜杜拉"), "阿卜杜热西提·阿卜杜拉"),
    ],
)
def test_transliterated_names_are_written_one_way(raws: tuple[str, ...], normal: str) -> None:
    for raw in raws:
        value = parse("person_name", raw)
        assert (value.normal, value.plausible) == (normal, True)


@pytest.mark.parametrize("name", ["𠮷田", "王𠮷祥", "䶮䶮", "刘䶮", "陈𬀩", "𫖯"])
def test_rare_characters_come_through_every_form(name: str) -> None:
    """Beyond the BMP and in its extensions: kept, in the simplified form, in the grams, and evidence in the scorecard."""
    from domain.entities import Kind  # noqa: PLC0415  # only here
    from domain.matching.scorecard import Scorecard  # noqa: PLC0415  # likewise
    from domain.matching.scorecard_file import shipped  # noqa: PLC0415  # likewise

    value = parse("person_name", f" {name} ")
    assert value.normal == name
    assert value.plausible
    assert "lost_character" not in value.flags
    assert len(simplified(name)) == len(name)
    assert any(name[-1] in gram or simplified(name)[-1] in gram for gram in grams(name))
    card = Scorecard(shipped(Kind.PERSON))
    one, other = card.features({"name": name}), card.features({"name": name[:-1] + "伟"})
    assert card.judge(one, one).hundredths > 0
    assert one.slots != other.slots


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("张××", "张**"),
        ("张XX", "张**"),
        ("张ｘx", "张**"),
        ("张X", "张*"),
        ("张 X X", "张**"),
        ("张_", "张*"),
        ("张OO", "张**"),
        ("张〇〇", "张**"),
        ("張〇", "張*"),
        ("欧阳〇", "欧阳*"),
        ("歐陽×〇", "歐陽**"),
        ("张某甲", "张**"),
        ("张某伟", "张*伟"),
        ("张某乙伟", "张*乙伟"),
        ("王X伟", "王*伟"),
        ("X小伟", "*小伟"),
        ("某小伟", "*小伟"),
        ("阿×·×", "阿*·*"),
        ("阿某·某某", "阿*·**"),
    ],
)
def test_what_is_withheld_of_a_chinese_name_is_lost(raw: str, normal: str) -> None:
    value = parse("person_name", raw)
    assert (value.normal, value.flags) == (normal, ("lost_character",))
    assert parse("person_name", normal).normal == normal


@pytest.mark.parametrize(
    "name", ["MAX", "ALEX", "XU", "XX XU", "JOHN X SMITH", "OTTO", "张XIAO", "李 XU", "李O'NEIL", "马尔科姆·X", "李〇明", "张小〇"]
)
def test_letters_of_latin_names_and_a_zero_among_others_stay(name: str) -> None:
    value = parse("person_name", name)
    assert (value.normal, value.flags, value.plausible) == (name, (), True)


@pytest.mark.parametrize("raw", ["业主", "身份不明", "销户", "死亡", "查无", "已注销", "业主女士", "张某先生"])
def test_what_became_of_somebody_is_no_name(raw: str) -> None:
    value = parse("person_name", raw)
    assert "placeholder" in value.flags
    assert value.plausible is False


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("张小伟先生", "张小伟"),
        ("张伟 先生", "张伟"),
        ("張偉女士", "張偉"),
        ("欧阳修同志", "欧阳修"),
        ("张小伟老师先生", "张小伟"),
        ("买买提·艾力先生", "买买提·艾力"),
        ("John Smith先生", "JOHN SMITH"),
    ],
)
def test_an_honorific_behind_a_whole_name_goes(raw: str, normal: str) -> None:
    value = parse("person_name", raw)
    assert (value.normal, value.flags, value.plausible) == (normal, ("honorific",), True)


@pytest.mark.parametrize("raw", ["张伟/李四", "张伟、李四", "张小伟，李四", "张** / 李四"])
def test_two_names_are_nobodys(raw: str) -> None:
    value = parse("person_name", raw)
    assert "several_values" in value.flags
    assert value.plausible is False
    assert "several_values" not in parse("person_name", "张伟(曾用名张卫、张韦)").flags
    assert parse("person_name", "SMITH, JOHN").plausible


@pytest.mark.parametrize(
    ("name", "bare", "former"),
    [
        ("张伟(曾用名张卫)", "张伟", "张卫"),
        ("张伟(原名:张卫、张韦)", "张伟", "张卫"),
        ("张伟【又名张卫】(已故)", "张伟", "张卫"),
        ("张伟(已故", "张伟", ""),
        ("(户主)张伟", "张伟", ""),
        ("(张伟)", "张伟", ""),
        ("王(吉吉)祥", "王?祥", ""),
        ("JOHN (JACK) SMITH", "JOHN SMITH", ""),
        ("张伟", "张伟", ""),
        ("()", "()", ""),
    ],
)
def test_what_brackets_say_beside_a_name(name: str, bare: str, former: str) -> None:
    assert (without_brackets(name), former_name_told(name)) == (bare, former)


def test_half_a_character_is_a_lost_one() -> None:
    assert (parse("person_name", "王\ud800").normal, parse("person_name", "王\ud800").flags) == ("王\ufffd", ("lost_character",))


@pytest.mark.parametrize("dot", ["·", "•", "・", "‧", "･", ".", " · "])
def test_the_dots_of_minority_names_are_one(dot: str) -> None:
    assert parse("person_name", f"买买提{dot}艾力").normal == "买买提·艾力"


@pytest.mark.parametrize(
    "raw", ["测试", "测试1", "不详", "无名氏", "***", "未知", "空", "?", "张某某", "test", "某某", "无", "张三?", "查无此人", "王芳之子"]
)
def test_placeholders_are_implausible(raw: str) -> None:
    value = parse("person_name", raw)
    assert "placeholder" in value.flags
    assert value.plausible is False


@pytest.mark.parametrize(
    "raw", ["王先生", "李 女士", "欧阳小姐", "歐陽小姐", "张师傅", "陈老师", "小王老师", "语文老师", "任课老师", "王先生先生"]
)
def test_a_surname_with_a_title_is_no_name(raw: str) -> None:
    value = parse("person_name", raw)
    assert value.flags == ("given_name_missing",)
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
    assert isinstance(without_brackets(text), str)
    assert isinstance(former_name_told(text), str)
    assert len(grams(text)) <= 1000
