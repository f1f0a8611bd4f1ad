"""Place name 地名: of a village, road, compound or building, as the naming office registers it."""

import re

from domain.values.filler import says_nothing
from domain.values.value import Value, unreadable
from domain.values.width import fold

_BLANK_BY_HAN = re.compile("(?<=[\u3400-\u9fff]) | (?=[\u3400-\u9fff])")


def parse(text: str) -> Value:
    """Read a place name; the normal form is folded, without blanks beside Chinese characters. Flags: placeholder, lost_character, empty."""
    normal, flags = fold(text)
    normal = fold(_BLANK_BY_HAN.sub("", normal))[0]
    if not normal:
        return unreadable(*flags, "empty")
    if says_nothing(normal.upper()):
        return Value(normal, (*flags, "placeholder"), plausible=False)
    if "lost_character" not in flags and any(mark in normal for mark in "?*\ufffd□"):
        flags += ("lost_character",)
    return Value(normal, flags)
