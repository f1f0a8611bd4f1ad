"""Vehicle plate 机动车号牌 (GA 36): province character, letter, five characters; six for new energy.

警 (police), 学, 挂 (trailers), 港, 澳 (both sides of the border), 领 (consulates) and 应急 may end it; embassies have 使 and six digits.

A mask (``*``, ``_``) stands for a character that is lost: without it another plate is read, an ordinary one for one of new energy.
"""

import re

from domain.values.filler import why_unreadable
from domain.values.value import Value, unreadable
from domain.values.width import compact

_PROVINCE = "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]"
_plate = re.compile(
    f"{_PROVINCE}[A-HJ-NP-Z](?:[A-HJ-NP-Z0-9]{{5}}|[A-HJ-NP-Z0-9]{{4}}[警学挂港澳领]|[A-HJK][A-HJ-NP-Z0-9][0-9]{{4}}|[0-9]{{5}}[A-HJK]|[0-9]{{4}}应急)"
    "|使[0-9]{6}",
    re.ASCII,
).fullmatch
_DOTS = "·•‧・∙⋅.。"
_FRAME = "*_"
_MASKS = frozenset("*_?□")
# One dot at each end, and one behind the letter: of 苏DD1234… the rest is lost.
_dotted = re.compile(f"[{_DOTS}]?(使[0-9]{{3}}|{_PROVINCE}[A-Z])[{_DOTS}]?([^{_DOTS}]+)[{_DOTS}]?", re.ASCII).fullmatch
_counts = re.compile("[1-9]").search
_three_letters = re.compile("(?:[^A-Z]*[A-Z]){3}[^A-Z]*").fullmatch
_NONE_YET = frozenset({"无牌", "无牌照", "无号牌", "未上牌", "未挂牌", "新车", "新车未上牌", "临时", "临牌"})


def parse(text: str) -> Value:
    """Read a plate; the normal form has no separators: a dot behind the letter, or a frame of marks around the whole.

    One number may stand on a car and on a motorcycle (号牌种类 tells them apart), which this value cannot see.
    Flags: placeholder (no plate yet, 00000, XXXXX), lost_character (masked), wrong_format (also three letters in the serial).
    """
    if _plate(text):
        return _judge(text, ())
    number, flags = compact(text)
    number = _bare(number)
    if _plate(number):
        return _judge(number, flags)
    if "lost_character" not in flags and not _MASKS.isdisjoint(number):
        flags += ("lost_character",)
    return unreadable(*flags, "placeholder" if number in _NONE_YET else why_unreadable(number, "wrong_format"))


def _judge(number: str, flags: tuple[str, ...]) -> Value:
    if _is_filler(number):
        return Value(number, (*flags, "placeholder"), format=True, plausible=False)
    if _three_letters(number[2:]):  # GA 36 gives two at most; four are the synthetic city's, so that nobody can bear them
        return Value(number, (*flags, "placeholder" if "XXX" in number else "wrong_format"), format=False, plausible=False)
    return Value(number, flags, format=True, plausible=True, strong=True)


def _bare(number: str) -> str:
    """Return a plate without frame and dots. A mark at its end alone stays: there new energy has an eighth character."""
    if number[:1] in _FRAME:
        number = number.strip(_FRAME)
    found = _dotted(number)
    return found[1] + found[2] if found is not None else number


def _is_filler(number: str) -> bool:
    """Return whether no digit is there, or several and all 0, whatever the letters; or a mask of X, or TEST."""
    return (not _counts(number) and number.count("0") != 1) or "XXXX" in number or "TEST" in number
