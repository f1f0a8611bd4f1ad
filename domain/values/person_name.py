"""Person's name 姓名: kept as registered, traditional characters and rare ones outside the BMP included; only its writing is unified."""

import re

from domain.values.filler import says_nothing
from domain.values.name_search import LOST, grams, pinyin, simplified
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
    "(?:张三|李四|王五|赵六)[\\d?*]{1,4}|[甲乙丙丁某]?(?:先生|女士|小姐|同志)|"
    "(?:TEST|DEMO|ADMIN|ANONYMOUS|UNNAMED|ASDF|QWERTY|ABCD?|FNU|LNU|NO NAME)\\d{0,4}|(.)\\1{2,}"
)
_TITLED = re.compile(".{1,2}(?:先生|女士|小姐|太太|同志|师傅|老板|老师|医生|经理|主任)").fullmatch
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_LONGEST_HAN = 25
_IMPLAUSIBLE = frozenset({"placeholder", "given_name_missing", "digits", "too_many_characters"})
_ROUNDS = 4


def parse(text: str) -> Value:
    """Read a name. Blanks inside a Chinese name go, the dots of minority names become ``·``, Latin letters become upper case.

    Flags: placeholder (测试, 不详, 无名氏, ***, 张三?), given_name_missing (王先生), lost_character (?, *, □, U+FFFD: match weakly),
    private_use (a rare character of some department's own font), single_character, digits, annotated (brackets),
    too_many_characters, control_characters, empty.
    """
    if _common(text) and not says_nothing(text) and not _PLACEHOLDER.fullmatch(text) and not _TITLED(text):
        return Value(text, (), format=True, plausible=True)
    normal, flags = _unified(text)
    if not normal:
        return unreadable(*flags, "empty")
    flags += tuple(flag for flag in _doubts(normal) if flag not in flags)
    return Value(normal, flags, format=True, plausible=_IMPLAUSIBLE.isdisjoint(flags))


def _unified(text: str) -> tuple[str, tuple[str, ...]]:
    """Unify the writing until nothing changes: taking one blank away may bring two halves of a letter together."""
    normal, flags = fold(text)
    for _ in range(_ROUNDS):
        before = normal
        normal = _BLANK_BY_HAN.sub("", _DOTS.sub("·", normal.translate(_MARKS))).strip("· ")
        normal = fold(normal.upper())[0]
        if normal == before:
            break
    return normal, flags


def _doubts(name: str) -> list[str]:
    doubts = []
    if says_nothing(name) or _PLACEHOLDER.fullmatch(name) or not any(character.isalpha() for character in name):
        doubts.append("placeholder")
    elif _TITLED(name):
        doubts.append("given_name_missing")
    if not LOST.isdisjoint(name):
        doubts.append("lost_character")
    if _PRIVATE.search(name):
        doubts.append("private_use")
    if len(name) == 1:
        doubts.append("single_character")
    if any(character.isdigit() for character in name):
        doubts.append("digits")
    if "(" in name or "[" in name:
        doubts.append("annotated")
    if len(name) > _LONGEST_HAN and not name.isascii():
        doubts.append("too_many_characters")
    return doubts
