"""Decimal numbers: plain digits without exponent, thousand separators or trailing zeros; never a binary float."""

import re
from decimal import Decimal

from domain.values.value import Value, unreadable
from domain.values.width import fold

_plain = re.compile(r"-?(?:0|[1-9]\d{0,17})", re.ASCII).fullmatch
_number = re.compile(
    r"(?P<sign>[+-]?)(?P<digits>\d{1,30}(?:\.\d{0,30})?|\d{1,3}(?:,\d{3}){1,9}(?:\.\d{0,30})?|\.\d{1,30})(?:E(?P<exponent>[+-]?\d{1,2}))?(?P<unit>百万|千万|万|亿)?",
    re.ASCII,
).fullmatch
_CURRENCY = re.compile(r"^(?:人民币|RMB|CNY|¥|￥)|(?:元整|圆整|元|圆|人民币|RMB|CNY)+$")
_UNITS = {"万": 4, "百万": 6, "千万": 7, "亿": 8}
_MINUS = str.maketrans("−–—", "---")


def parse(text: str) -> Value:
    """Read a number such as ``1,234.50``, ``１００万元``, ``1.5E7``; 万 and 亿 are multiplied out, exactly.

    Flags: unit (万, 亿 were multiplied out), scientific_notation (digits may be lost), wrong_format.
    """
    if _plain(text) and text != "-0":
        return Value(text, (), format=True)
    folded, flags = fold(text)
    written = _CURRENCY.sub("", folded.upper().replace(" ", "").translate(_MINUS))
    match = _number(written)
    if match is None:
        return unreadable(*flags, "wrong_format" if written else "empty")
    exponent = int(match["exponent"] or 0) + _UNITS.get(match["unit"], 0)
    number = Decimal(match["sign"] + match["digits"].replace(",", "")).as_tuple()
    if match["unit"]:
        flags += ("unit",)
    if match["exponent"]:
        flags += ("scientific_notation",)
    # Built from its tuple: arithmetic would round to the context's precision.
    return Value(_written(Decimal((number.sign, number.digits, int(number.exponent) + exponent))), flags, format=True)


def _written(number: Decimal) -> str:
    digits = format(number, "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    digits = digits.removeprefix("-").lstrip("0")
    if not digits or digits.startswith("."):
        digits = "0" + digits
    return f"-{digits}" if number.is_signed() and digits != "0" else digits
