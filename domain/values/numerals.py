"""Reads Chinese numerals 一二三, 十二, 一百零五, 二〇三 as numbers."""

_DIGITS = {
    character: digit
    for digit, characters in enumerate(("零〇○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for character in characters
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
CHARACTERS = "".join((*_DIGITS, *_UNITS))


def arabic(numeral: str) -> str | None:
    """Return decimal digits for a Chinese numeral below 10 000 or a row of digits (二〇三 → 203); None if it is neither."""
    if not numeral:
        return None
    if not any(character in _UNITS for character in numeral):
        digits = [_DIGITS.get(character) for character in numeral]
        return None if None in digits else "".join(map(str, digits))
    return _with_units(numeral)


def _with_units(numeral: str) -> str | None:
    total, digit, unit_before = 0, None, 10_000
    for character in numeral:
        if character in _UNITS:
            unit = _UNITS[character]
            if unit >= unit_before or digit == 0 or (digit is None and (unit, total) != (10, 0)):
                return None
            total += (1 if digit is None else digit) * unit
            digit, unit_before = None, unit
        elif character in _DIGITS and digit in (None, 0):
            digit = _DIGITS[character]
        else:
            return None
    return str(total + (digit or 0))
