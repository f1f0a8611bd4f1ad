"""Free text: kept as written, without invisible characters and outer blanks; line breaks stay."""

import re

from domain.values.value import Value, unreadable

_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LOST = re.compile("[\ud800-\udfff\ufffe\uffff\ufdd0-\ufdef]")


def parse(text: str) -> Value:
    """Read a text of up to 20 000 characters. Flags: control_characters, lost_character (U+FFFD stands for it), empty."""
    if text.isprintable():
        trimmed = text.strip()
        return Value(trimmed) if trimmed else unreadable("empty")
    trimmed, flags = _cleaned(text)
    return Value(trimmed, flags) if trimmed else unreadable(*flags, "empty")


def _cleaned(text: str) -> tuple[str, tuple[str, ...]]:
    broken = text.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = _UNWANTED.sub("", broken)
    written = _LOST.sub("\ufffd", cleaned)
    flags = (("control_characters",) if cleaned != broken else ()) + (("lost_character",) if written != cleaned else ())
    return written.strip(), flags
