"""Forms of a person's name for searching and matching: simplified characters, pinyin without tones, and grams.

A name is kept as registered; these forms are only for comparing. Everything here takes normal forms and never raises.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from domain.values.surnames import DOUBLE, SINGLE

if TYPE_CHECKING:
    from opencc import OpenCC

LOST = frozenset("?*\ufffd□■〓○")  # what stands where a character was lost
LONGEST = 200  # characters that are looked at
_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_is_han = re.compile(f"[{_HAN}]").match
_all_han = re.compile(f"[{_HAN}]*").fullmatch
_PART = re.compile(f"[{_HAN}]+|[^\\W_{_HAN}]+")
_VARIATION = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_UMLAUT = re.compile("(?<=[lnLN])[uU]\u0304?\u0308")
_BRACKETS = "([{<【〔《〈)]}>】〕》〉"
_IN_BRACKETS = frozenset(_BRACKETS)
_OPEN, _SHUT = re.escape(_BRACKETS[:8]), re.escape(_BRACKETS[8:])
_BRACKETED = re.compile(f"(?:[{_OPEN}][^{_SHUT}]*(?:[{_SHUT}]|$))+")  # what is never closed ends with the name
_FORMERLY = re.compile(f"(?:曾用名|曾名|原名|又名|[别別]名|亦名|化名|[旧舊]名|小名|乳名)[:是为為叫]*([^、,;/{_OPEN}{_SHUT}]+)")
_START, _END = "^", "$"
_LATIN_GRAM = 3


def simplified(name: str) -> str:
    """Return the name in simplified characters and without variation selectors: 張偉 → 张伟."""
    plain = _VARIATION.sub("", _SURROGATES.sub("\ufffd", name[:LONGEST]))
    return plain if plain.isascii() else _to_simplified().convert(plain)


def without_brackets(name: str) -> str:
    """Return the name without remarks: 张伟(已故) → 张伟. Between Chinese characters they describe one that could not be typed: ``?``."""
    if _IN_BRACKETS.isdisjoint(name):
        return name
    bare = _BRACKETED.sub(_left_by_brackets, name)
    return " ".join(bare.strip("· ").split()) or name.strip(_BRACKETS + "· ") or name


def _left_by_brackets(found: re.Match[str]) -> str:
    beside = found.string[found.start() - 1 : found.start()], found.string[found.end() : found.end() + 1]
    return "?" if all(map(_is_han, beside)) else " "


def former_name_told(name: str) -> str:
    """Return the former or other name that brackets tell, empty if none: 张伟(曾用名:张卫) → 张卫."""
    if _IN_BRACKETS.isdisjoint(name):
        return ""
    told = next(filter(None, map(_FORMERLY.search, _BRACKETED.findall(name))), None)
    return told[1].strip() if told is not None else ""


def pinyin(name: str) -> str:
    """Return the reading in lower-case letters only, ü as v, surnames read as surnames: 单雄信 → shanxiongxin, 吕布 → lvbu.

    Typed pinyin gives the same (``Lǚ Bù``, ``lv bu``), and so do Latin names without their accents (``JOSÉ`` → jose).
    """
    plain = simplified(name)
    if not plain.isascii() and not _all_han(plain):
        plain = _UMLAUT.sub("v", unicodedata.normalize("NFD", plain))
    surname = _surname(plain)
    spoken = surname[1] + "".join(map(_reading, plain[surname[0] :]))
    return spoken or plain


def grams(name: str) -> tuple[str, ...]:
    """Return the pieces whose tokens find the name, without repeats, in order.

    Each part between dots and blanks is taken alone, so parts are found in any order. Chinese parts give bigrams with marks
    for start and end: 王小伟 → ^王 王小 小伟 伟$. Latin parts give trigrams likewise: LI → ^LI LI$. Lost characters (?, *, □) give
    none: 王?伟 → ^王 伟$, which 王小伟 has too. To search, look for documents that have all grams of what was typed; leave out
    the last (…$) for a name's beginning. Two characters are the least that tells names apart and survives a wrong third;
    single characters are left out: their frequencies would give away the tokens of common surnames beyond what ^王 already does.
    """
    found: dict[str, None] = {}
    plain = simplified(name)
    for match in _PART.finditer(plain if plain.isascii() else _without_accents(plain)):
        part = match[0]
        opened = _START if _opens(plain, match.start()) else ""
        closed = _END if _closes(plain, match.end()) else ""
        marked = opened + part.upper() + closed
        size = 2 if _is_han(part) else _LATIN_GRAM
        found.update(dict.fromkeys(marked[at : at + size] for at in range(max(len(marked) - size + 1, 1))))
    return tuple(gram for gram in found if len(gram) > 1)


def _opens(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] not in LOST


def _closes(text: str, at: int) -> bool:
    return at >= len(text) or text[at] not in LOST


@cache
def _to_simplified() -> "OpenCC":
    """Load OpenCC's dictionaries on first use (20 ms)."""
    from opencc import OpenCC  # noqa: PLC0415  # slow to load, and most processes never need it

    return OpenCC("t2s")


def _surname(name: str) -> tuple[int, str]:
    """Return how many characters the surname has, and its reading; (0, "") where the usual reading will do."""
    double = DOUBLE.get(name[:2])
    if double is not None and len(name) > 2:  # noqa: PLR2004  # 单于 alone is 单 and 于
        return 2, double
    single = SINGLE.get(name[:1])
    return (1, single) if single is not None else (0, "")


@lru_cache(maxsize=16384)  # single characters: nothing personal
def _reading(character: str) -> str:
    from pypinyin import lazy_pinyin  # noqa: PLC0415  # 0.2 s and 30 MB, only where names are compared

    if _is_han(character):
        return str(lazy_pinyin(character)[0])
    return "".join(letter for letter in unicodedata.normalize("NFKD", character.lower()) if letter.isalnum())


def _without_accents(text: str) -> str:
    return "".join(unicodedata.normalize("NFKD", letter)[0] if letter.isalpha() and not _is_han(letter) else letter for letter in text)
