"""Person's name 姓名: kept as registered, traditional characters and rare ones outside the BMP included; only its writing is unified."""

import re

from domain.values.filler import says_nothing
from domain.values.name_search import LOST, grams, pinyin, simplified, without_brackets
from domain.values.surnames import COMMON, COMPOUND
from domain.values.value import Value, unreadable
from domain.values.width import fold

__all__ = ["grams", "parse", "pinyin", "simplified"]

_common = re.compile("[\u4e00-\u9fff]{2,4}").fullmatch
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_DOTS = re.compile("\\s*[·•‧・･∙⋅●▪・]\\s*|(?<=[\u3400-\u9fff])\\s*[.．。]\\s*(?=[\u3400-\u9fff])")
_BLANK_BY_HAN = re.compile(f"(?<=[{_HAN}·]) +(?=[{_HAN}·?*□\ufffd])|(?<=[?*□\ufffd]) +(?=[{_HAN}])")
_MARKS = str.maketrans("’‘`´‐‑‒–−", "''''-----")
_PLACEHOLDER = re.compile(
    "(?:测试|试用|演示|样例)[\\w]{0,4}|无名[氏字男女尸]*|无姓名|姓名|佚名|匿名|不愿透露|不知名|查无此人|[某XＸ]+|.{1,2}某{1,2}|某[甲乙丙丁男女人]|"
    "新生儿|婴儿|弃婴|.{2,4}之[子女婴]|未取名|未起名|未命名|本人|户主|死者|"
    "(?:张三|李四|王五|赵六)[\\d?*]{1,4}|[甲乙丙丁某]?(?:先生|女士|小姐|同志|老师)|"
    "(?:TEST|DEMO|ADMIN|ANONYMOUS|UNNAMED|ASDF|QWERTY|ABCD?|FNU|LNU|NO NAME)\\d{0,4}|(.)\\1{2,}"
)
# What became of somebody, or what they are to the form: common in the column of names, and borne by nobody.
_STANDING = frozenset({
    "业主", "房主", "房东", "产权人", "承租人", "租户", "租客", "住户", "空户", "家属", "亲属", "监护人", "联系人", "负责人",
    "经办人", "申请人", "当事人", "代理人", "受益人", "患者", "病人", "身份不明", "身份不详", "身份未知", "身份待查", "姓名不详",
    "姓名不明", "姓名未知", "未报姓名", "拒报姓名", "查无", "查无人", "无人", "无主", "失联", "下落不明", "死亡", "已死亡",
    "已故", "亡故", "逝者", "销户", "已销户", "死亡销户", "死亡注销", "注销", "已注销", "迁出", "已迁出", "空挂户", "搬走",
    "已搬走", "停机", "空号", "离职", "作废", "已作废",
})  # fmt: skip
_HONORIFICS = frozenset({"先生", "女士", "小姐", "同志", "老师"})
_TITLES = _HONORIFICS | {"太太", "师傅", "老板", "医生", "经理", "主任"}
_titled = re.compile(f".{{1,2}}(?:{'|'.join(sorted(_TITLES))})+").fullmatch
_HONOURED = re.compile(f"(?:[· ]*(?:{'|'.join(sorted(_HONORIFICS))}))+$")
_NO_BEARER = frozenset({"任课", "高中", "武术", "文化", "单位", "华侨"})  # begin with a surname, and are none's name
# Where a Chinese name has one of these, a character is withheld. X and O are letters where Latin goes on after them, or after a dot.
_SIGNS = "XO×✕╳☆★※_◯"
_GONE = "".join(sorted(LOST))
_WITHHELD = re.compile(
    f"(?<=[{_HAN}{_GONE}])(?: *(?:[{_SIGNS}{_GONE}]|某(?:[甲乙丙丁戊己庚辛壬癸](?![{_HAN}]))?))+(?![A-Z'])"
    f"|(?<=·)[{_SIGNS[2:]}某]+|^(?:[X×✕╳☆★※◯某] ?)+(?=[{_HAN}])"
)
_MARKS_OF_LOSS = frozenset(f"{_SIGNS}某〇")
_has_han = re.compile(f"[{_HAN}]").search
_SEVERAL = re.compile(f"[{_HAN}{_GONE}]{{2}} *[/、,;&|+\\\\] *[{_HAN}{_GONE}]{{2}}")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_LONGEST_HAN = 25
_IMPLAUSIBLE = frozenset({"placeholder", "given_name_missing", "digits", "too_many_characters", "several_values"})
_ROUNDS = 4


def parse(text: str) -> Value:
    """Read a name. Blanks inside a Chinese name go, the dots of minority names become ``·``, Latin letters become upper case.

    What is withheld of a Chinese name (张××, 张XX, 张_, 张〇〇, 张某甲) is written ``*``, and an honorific behind a whole name goes.

    Flags: placeholder (测试, 不详, 业主, ***, 张三?), given_name_missing (王先生), honorific (张小伟先生), several_values (张伟/李四),
    lost_character (?, *, □, U+FFFD: match weakly), private_use (a rare character of some department's own font), single_character,
    digits, annotated (brackets), too_many_characters, control_characters, empty.
    """
    if _common(text) and _is_plain(text):
        return Value(text, (), format=True, plausible=True)
    normal, flags = _unified(text)
    if not normal:
        return unreadable(*flags, "empty")
    flags += tuple(flag for flag in _doubts(normal) if flag not in flags)
    return Value(normal, flags, format=True, plausible=_IMPLAUSIBLE.isdisjoint(flags))


def _is_plain(text: str) -> bool:
    """Return whether two to four Chinese characters are a name as it should be."""
    return (
        "某" not in text
        and text[-2:] not in _TITLES
        and text not in _STANDING
        and not says_nothing(text)
        and not _PLACEHOLDER.fullmatch(text)
    )


def _unified(text: str) -> tuple[str, tuple[str, ...]]:
    """Unify the writing until nothing changes: taking one blank away may bring two halves of a letter together."""
    normal, flags = fold(text)
    for _ in range(_ROUNDS):
        before = normal
        normal = _BLANK_BY_HAN.sub("", _DOTS.sub("·", normal.translate(_MARKS))).strip("· ")
        normal = fold(normal.upper())[0]
        named = _without_honorific(normal)
        if named != normal and "honorific" not in flags:
            flags += ("honorific",)
        normal = named if _MARKS_OF_LOSS.isdisjoint(named) else _with_lost_characters(named)
        if normal == before:
            break
    return normal, flags


def _without_honorific(name: str) -> str:
    """Return the name without what it is addressed by, if one is left that is more than a surname."""
    if name[-2:] not in _HONORIFICS:
        return name
    bare = _HONOURED.sub("", name)
    return bare if _names_somebody(simplified(bare)) else name


def _names_somebody(bare: str) -> bool:
    if len(bare) > 2:  # noqa: PLR2004  # longer than a surname
        return " " in bare or _has_han(bare) is not None
    named = bare[:1] in COMMON and bare not in COMPOUND and bare not in _NO_BEARER  # 语文老师 is none
    return len(bare) == 2 and (named or bare in _STANDING)  # noqa: PLR2004  # as short as a name can be


def _with_lost_characters(name: str) -> str:
    """Return a Chinese name with ``*`` for every character that a sign, X or 某 stands for."""
    if not _has_han(name) or ("某" in name and _PLACEHOLDER.fullmatch(name)):
        return name
    name = _WITHHELD.sub(lambda run: "".join(each if each in LOST else "*" for each in run[0] if each != " "), name)
    if "〇" not in name:
        return name
    surname = 0 if not name.strip("〇") else 2 if simplified(name[:2]) in COMPOUND else 1
    withheld = not name[surname:].strip(f"〇{_GONE}")  # 李〇明 may be called so
    return name[:surname] + name[surname:].replace("〇", "*") if withheld else name


def _doubts(name: str) -> list[str]:
    doubts = []
    if _is_filler(name):
        doubts.append("placeholder")
    elif _titled(name):
        doubts.append("given_name_missing")
    if not LOST.isdisjoint(name):
        doubts.append("lost_character")
    if _PRIVATE.search(name):
        doubts.append("private_use")
    if len(name) == 1:
        doubts.append("single_character")
    if any(character.isdigit() for character in name):
        doubts.append("digits")
    bare = without_brackets(name)
    if len(bare) < len(name):
        doubts.append("annotated")
    if _SEVERAL.search(bare):
        doubts.append("several_values")
    if len(name) > _LONGEST_HAN and not name.isascii():
        doubts.append("too_many_characters")
    return doubts


def _is_filler(name: str) -> bool:
    nothing = name in _STANDING or says_nothing(name) or _PLACEHOLDER.fullmatch(name) is not None
    return nothing or not any(character.isalpha() for character in name)
