"""Codes of departments' own making: certificate, licence and doorplate codes; compared without regard to width and case."""

from domain.values.filler import filler_flags, says_nothing
from domain.values.value import Value, unreadable
from domain.values.width import fold

_ROUNDS = 4
_SERIAL = 6  # digits from which one repeated or a count is nobody's number: below, 11 is a house and 2222 a postcode
_NO_ZEROS = 4


def parse(text: str) -> Value:
    """Read a code; the normal form is folded and in upper case, with inner hyphens and single blanks kept.

    Flags: placeholder, repeated (one character), sequence, empty.
    """
    normal, flags = _upper(text) if not (text.isascii() and text.isalnum()) else (text.upper(), ())
    if not normal:
        return unreadable(*flags, "empty")
    filler = _filler(normal)
    return Value(normal, flags + filler, plausible=False) if filler else Value(normal, flags)


def _filler(normal: str) -> tuple[str, ...]:
    if says_nothing(normal):
        return () if normal.isdigit() else ("placeholder",)
    if len(normal) >= _SERIAL:
        found = filler_flags(normal)
        return () if found == ("repeated",) and len(set(normal)) > 1 else found
    return ("repeated",) if len(normal) >= _NO_ZEROS and not normal.strip("0") else ()


def _upper(text: str) -> tuple[str, tuple[str, ...]]:
    """Fold and capitalise until neither changes anything: a few letters' capitals are not NFKC."""
    normal, flags = fold(text)
    for _ in range(_ROUNDS):
        before, normal = normal, fold(normal.upper())[0]
        if normal == before:
            break
    return normal, flags
