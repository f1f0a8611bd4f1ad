"""The text of an address before it is read: one width, one dash, digits for numerals, no blanks and marks but those of a list.

燕山路一、二号 are two doors. Without its mark, or with 一二 read as 12, it would be a third one, so what lists stays a list,
which no part of the grammar fits.
"""

import re

from domain.values.numerals import CHARACTERS, arabic
from domain.values.width import fold

_NUMERAL = re.compile(
    f"(?<![{CHARACTERS}0-9])[{CHARACTERS}]+(?=(?:号|幢|栋|座|单元|室|房|楼|层|弄|组|队|村民小组|小组)(?![村镇乡路街桥巷塘庄湾圩山]))"
)
_NUMERAL_CHARACTERS = frozenset(CHARACTERS)
_ONE_NUMBER = frozenset("零〇○十拾百佰千仟")
_ROOMS = "室房"
_DASHES = re.compile("[\u2010-\u2015\u2212_—]")  # not ~: 12-14号 is a door's annex, 12~14号 are several doors
_COUNTED = f"0-9A-Z{CHARACTERS}"
_BLANK_IN_NUMBER = re.compile(r"(?<=[0-9A-Z]) +(?=[0-9A-Z])(?!\d+号)")
_BLANK_IN_LIST = re.compile(f"(?<=[{_COUNTED}]) +(?=[{_COUNTED}])")
_MARKS = r",.;:、。'\""
_LISTED = rf"(?=[{_MARKS}]*?、)[{_MARKS}]++"  # commas also part a village from its hamlet
_UNIT_ENDS = "省市区县旗盟州镇乡道处办会委村组队路街巷弄里线段号幢栋座楼元层室房园苑寓庄都厦场心城府庭期#"


def _of_one_kind(before: str, units: str) -> str:
    """Return the expression of a list mark between two names of one kind: one that ends in ``units`` follows."""
    return rf"{before}{_LISTED}(?=[^\W\d_]{{1,10}}?(?:{units})(?![村镇乡路街巷弄道桥]))"


_MARK = re.compile(f"[{_MARKS}]+")
_list_mark = re.compile(
    "|".join(
        (
            f"(?<=[{_COUNTED}甲乙丙丁])[{_MARKS}]++(?=[{_COUNTED}甲乙丙丁])",
            rf"(?<=[^{_UNIT_ENDS}]){_LISTED}(?=\w)",  # 桂林、平桥村: both are villages; after a unit the mark may part two levels
            f"(?<=[号#]){_LISTED}(?=[{_COUNTED}]+[号#])",
            _of_one_kind("(?:(?<=[村会委])|(?<=社区))", "(?<!新)村|社区"),
            _of_one_kind("(?:(?<=[路街巷弄里])|(?<=大道))", "[路街巷弄里]|大道"),
            _of_one_kind("(?:(?<=[镇乡])|(?<=街道))", "[镇乡]|街道"),
        )
    )
).match
_ROUNDS = 4


def tidied(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the folded text in capitals, and the doubts of folding."""
    tidy, flags = fold(text)
    if tidy.isalnum() and tidy.upper() == tidy:
        return _with_digits(tidy), flags
    for _ in range(_ROUNDS):
        before = tidy
        tidy = _BLANK_IN_NUMBER.sub("-", _DASHES.sub("-", tidy.upper()))
        tidy = _BLANK_IN_LIST.sub("、", tidy).replace(" ", "")
        tidy = fold(_MARK.sub(_kept, tidy))[0]
        if tidy == before:
            break
    return _with_digits(tidy), flags


def _kept(mark: re.Match[str]) -> str:
    return mark[0] if _list_mark(mark.string, mark.start()) else ""


def has_unread_numeral(tidy: str) -> bool:
    """Return whether a tidied address counts several doors in one word (一二号楼), even where a name has swallowed it."""
    return not _NUMERAL_CHARACTERS.isdisjoint(tidy) and _NUMERAL.search(tidy) is not None


def _with_digits(tidy: str) -> str:
    if _NUMERAL_CHARACTERS.isdisjoint(tidy):
        return tidy
    return _NUMERAL.sub(_digits, tidy)


def _digits(numeral: re.Match[str]) -> str:
    """Return the digits; 一二 is no number but before 室 (五二一室): 一二号楼 are two buildings."""
    written = numeral[0]
    if len(written) > 1 and _ONE_NUMBER.isdisjoint(written) and numeral.string[numeral.end()] not in _ROOMS:
        return written
    return arabic(written) or written
