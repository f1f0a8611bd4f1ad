"""Vehicle plate 机动车号牌 (GA 36): province character, letter, five characters; six for new energy.

警 (police), 学, 挂 (trailers), 港, 澳 (both sides of the border), 领 (consulates) and 应急 may end it; embassies have 使 and six digits.
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
_MARKS = re.compile(r"[·•‧・∙⋅.。_*]")
_NONE_YET = frozenset({"无牌", "无牌照", "无号牌", "未上牌", "未挂牌", "新车", "新车未上牌", "临时", "临牌"})


def parse(text: str) -> Value:
    """Read a plate; the normal form has no separators.

    One number may stand on a car and on a motorcycle (号牌种类 tells them apart), which this value cannot see.
    Flags: placeholder (no plate yet, 00000), wrong_format.
    """
    if _plate(text):
        return _judge(text, ())
    number, flags = compact(text)
    number = _MARKS.sub("", number)
    if _plate(number):
        return _judge(number, flags)
    return unreadable(*flags, "placeholder" if number in _NONE_YET else why_unreadable(number, "wrong_format"))


def _judge(number: str, flags: tuple[str, ...]) -> Value:
    if number[2:].strip("0"):
        return Value(number, flags, format=True, plausible=True, strong=True)
    return Value(number, (*flags, "placeholder"), format=True, plausible=False)
