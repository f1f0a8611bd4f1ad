"""Codes of departments' own making: certificate, licence and doorplate codes; compared without regard to width and case."""

from domain.values.filler import NOTHING
from domain.values.value import Value, unreadable
from domain.values.width import fold

_ROUNDS = 4


def parse(text: str) -> Value:
    """Read a code; the normal form is folded and in upper case, with inner hyphens and single blanks kept. Flags: placeholder, empty."""
    normal, flags = _upper(text) if not (text.isascii() and text.isalnum()) else (text.upper(), ())
    if normal in NOTHING and not normal.isdigit():
        return Value(normal, (*flags, "placeholder"), plausible=False)
    return Value(normal, flags) if normal else unreadable(*flags, "empty")


def _upper(text: str) -> tuple[str, tuple[str, ...]]:
    """Fold and capitalise until neither changes anything: a few letters' capitals are not NFKC."""
    normal, flags = fold(text)
    for _ in range(_ROUNDS):
        before, normal = normal, fold(normal.upper())[0]
        if normal == before:
            break
    return normal, flags
