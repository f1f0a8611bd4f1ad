"""Comparisons of two values of a field: each returns the number of the level that fits, 0 the closest.

Values come prepared (``features``), so that what depends on one value alone is done once a record, not once a pair.
A comparison is mostly asked about unequal prepared values; equal ones are at level 0. Levels are named in ``LEVELS``, the
weights for them stand in the scorecard.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler

from domain.values.address import address_of
from domain.values.address_grammar import FORMER

_distance, _likeness = OSA.distance, JaroWinkler.similarity
Compare = Callable[[Any, Any], int]

LEVELS: dict[str, tuple[str, ...]] = {
    "han_name": ("exact", "variant", "homophone", "former", "near", "nickname", "surname", "differs"),
    "latin_name": ("exact", "one_edit", "two_edits", "similar", "initial", "differs"),
    "words": ("exact", "one_edit", "two_edits", "similar", "alike", "differs"),
    "date": ("exact", "swapped", "one_digit", "two_digits", "year", "differs"),
    "identifier": ("exact", "typo", "digits", "differs"),
    "code": ("exact", "one_edit", "two_edits", "differs"),
    "category": ("exact", "one_edit", "differs"),
    "phone": ("exact", "typo", "differs"),
    "address": ("exact", "door", "building", "number", "street", "differs"),
    "organisation": ("exact", "form", "contained", "similar", "differs"),
}


def han_name(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """Compare (registered, simplified, pinyin, surname, former in simplified characters); empty strings say nothing."""
    _, name, sound, surname, former, *_ = a
    _, other, other_sound, other_surname, other_former, *_ = b
    if name == other or _fits(name, other):
        return 1
    if sound == other_sound:
        return 2
    if former == other or other_former == name:
        return 3
    if _is_nickname(name, other) or _is_nickname(other, name):
        return 5
    same_surname = surname == other_surname != ""
    least = 2 if same_surname else 4  # of two characters one is not near; without the surname only a long, transcribed name
    if len(name) > least and len(other) > least and _distance(name, other, score_cutoff=1) <= 1:
        return 4
    return 6 if same_surname else 7


def _fits(name: str, other: str) -> bool:
    """Return whether the names agree wherever neither lost a character (``?`` as prepared)."""
    if len(name) != len(other) or ("?" not in name and "?" not in other):
        return False
    return all(left in (right, "?") or right == "?" for left, right in zip(name, other, strict=True))


def _is_nickname(name: str, other: str) -> bool:
    return len(name) == 2 and name[0] in "小阿老" and name[1] == other[-1:]  # noqa: PLR2004  # 小伟, 阿伟


def latin_name(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """Compare (name, …) in letters only."""
    name, other = a[0], b[0]
    edits: int = _distance(name, other, score_cutoff=2)
    if edits <= 1:
        return edits
    if edits == 2 and len(name) > 4 and len(other) > 4:  # noqa: PLR2004  # two of four letters are another name
        return 2
    if _likeness(name, other) >= 0.88:  # noqa: PLR2004  # Winkler's band for one name written two ways
        return 3
    return 4 if name[:1] == other[:1] and (len(name) == 1 or len(other) == 1) else 5


def words(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """Compare (text without blanks, …)."""
    text, other = a[0], b[0]
    longest = max(len(text), len(other))
    edits: int = _distance(text, other, score_cutoff=max(2, longest // 3))
    if edits <= 1:
        return edits
    if edits == 2:  # noqa: PLR2004  # by its name
        return 2
    if edits * 4 <= longest:
        return 3
    return 4 if edits * 3 <= longest or _likeness(text, other) >= 0.85 else 5  # noqa: PLR2004  # Winkler's lower band


def date(a: str, b: str) -> int:
    """Compare eight digits YYYYMMDD, or fewer where the day is not known."""
    if a[:4] == b[:4]:
        if len(a) != len(b):
            return 1 if a.startswith(b) or b.startswith(a) else 4
        if a[4:6] == b[6:] and a[6:] == b[4:6]:
            return 1
    edits: int = _distance(a, b, score_cutoff=2)
    if edits <= 1:
        return 2
    if edits == 2:  # noqa: PLR2004  # by its name
        return 3
    return 4 if a[:4] == b[:4] else 5


def identifier(a: str, b: str) -> int:
    """Compare numbers: one digit wrong, left out, added or two swapped; two such; other."""
    edits: int = _distance(a, b, score_cutoff=2)
    return edits if edits <= 2 else 3  # noqa: PLR2004  # the last level


def code(a: str, b: str) -> int:
    """Compare short codes such as a postcode or a house number."""
    edits: int = _distance(a, b, score_cutoff=2)
    if edits <= 1:
        return 1
    return 2 if edits == 2 and len(a) > 2 and len(b) > 2 else 3  # noqa: PLR2004  # two of two digits are another code


def category(a: str, b: str) -> int:
    """Compare words of a short list."""
    return 1 if len(a) > 1 and len(b) > 1 and _distance(a, b, score_cutoff=1) <= 1 else 2


def phone(a: str, b: str) -> int:
    """Compare telephone numbers: one digit wrong, left out or two swapped; other."""
    return 1 if _distance(a, b, score_cutoff=1) <= 1 else 2


def address(a: str, b: str) -> int:
    """Compare normal forms by their parts; a town that is no more agrees with what it became."""
    town, street, number, building, room = door(a)
    other_town, other_street, other_number, other_building, other_room = door(b)
    if street != other_street or not street or not _may_be_one(town, other_town):
        return 5
    if number != other_number or not number:
        return 4
    if building == other_building and room == other_room:
        return 1
    return 2 if building == other_building and not (room and other_room) else 3


def _may_be_one(town: str, other: str) -> bool:
    return town == other or not town or not other or other in FORMER.get(town, ()) or town in FORMER.get(other, ())


class Door(NamedTuple):
    """An address in the parts that comparisons and blocking keys look at; empty if missing."""

    town: str
    street: str
    number: str
    building: str
    room: str


@lru_cache(1 << 16)
def door(normal: str) -> Door:
    """Return town, street or village, number, building with unit, and room with all the rest, of an address's normal form."""
    parts = address_of(normal)
    if parts.rest and not parts.number:  # not understood: the text itself is the place
        return Door(parts.town, parts.village + parts.road + parts.compound + parts.rest, "-", "", "")
    street = parts.road + parts.lane or parts.village + parts.group or parts.compound
    return Door(parts.town, street, parts.number or parts.compound, parts.building + parts.unit, parts.floor + parts.room + parts.rest)


def organisation(a: tuple[str, ...], b: tuple[str, ...]) -> int:
    """Compare (normal form, trade name, …): another legal form or district, one name within the other, similar, other."""
    trade, other = a[1], b[1]
    if trade == other and len(trade) > 1:
        return 1
    short, long = (trade, other) if len(trade) <= len(other) else (other, trade)
    if len(short) > 2 and short in long:  # noqa: PLR2004  # two characters are in too many names
        return 2
    return 3 if len(short) > 3 and _distance(trade, other, score_cutoff=1) <= 1 else 4  # noqa: PLR2004  # one of four characters


COMPARES: dict[str, Compare] = {
    "han_name": han_name,
    "latin_name": latin_name,
    "words": words,
    "date": date,
    "identifier": identifier,
    "code": code,
    "category": category,
    "phone": phone,
    "address": address,
    "organisation": organisation,
}
