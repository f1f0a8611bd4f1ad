"""Strong keys whose records contradict one another: a citizen ID on the records of people with quite different names.

An ID may be typed wrong and be another person's, belong to the parent of who is meant, or be a specimen copied into a form. So the
records of one such key are parted by their names: what shares less than half of a name's characters, and is no nickname, former
name or homophone, is not joined by the key; a person must judge it. Of a name with lost characters only what is legible can contest, and
it vouches for no two others being one. A key on more than ``MOST_PARTS`` such names says nothing.
"""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

from rapidfuzz.distance import OSA, LCSseq

from domain.matching.comparisons import LEVELS, han_name

MOST_PARTS = 4
"""Names apart from one another from which on a key joins nothing at all: it is a specimen, or a stand-in for a missing number."""
SAMPLE = 4
"""Records of each sound of a name, by handle, whose names are compared."""
_UNLIKE = LEVELS["han_name"].index("surname")
Sounds = Mapping[str, list[bytes]]
"""Records by the sound of their names."""
Names = Mapping[bytes, tuple[str, ...]]
"""Prepared names by record."""


def sound(public: Mapping[str, Any]) -> str:
    """Return tokens of how a record's names sound, or a name that stands in clear; empty without one. ``public``: its public part."""
    tokens = public["tokens"].get("name_pinyin")
    return " ".join(sorted(tokens)) if tokens else public["open"].get("name", "")


def contest(name: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether two prepared names (``features.name``) are of different people, though an ID says they are one."""
    if name[1] == other[1] or han_name(name, other) < _UNLIKE:
        return False
    if "?" in name[1] or "?" in other[1]:
        return _legible_differs(name, other)
    return OSA.distance(name[1], other[1]) * 2 > max(len(name[1]), len(other[1]))


def _legible_differs(name: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether the surnames differ, or most of what is legible; a mark may stand for several characters, 欧** for 欧阳明."""
    short, long = sorted((name[3], other[3]), key=len)
    if not long.startswith(short):  # empty if it is not known
        return True
    if "?" in name[1] and "?" in other[1]:
        first, other_first = name[1][0], other[1][0]
        return first != other_first and "?" not in first + other_first
    lossy, whole = (name[1], other[1]) if "?" in name[1] else (other[1], name[1])
    legible = lossy.replace("?", "")
    return (len(legible) - LCSseq.similarity(legible, whole)) * 2 > len(legible)


def parts(sounds: Mapping[bytes, str], named: Callable[[bytes], tuple[str, ...] | None]) -> list[list[bytes]] | None:
    """Part the records of one key; None where nothing is contested.

    Args:
        sounds: handle → its name's sound or any token of it, empty where it gives no name.
        named: a record's prepared name; None if it gives none that says who is meant, such as 户主, or none that can be read any more.

    Returns:
        Records that the key joins, in parts of like names: the largest first, then by their least handles; those without a name
        are of the first. Empty if the key says nothing.
    """
    by_sound: dict[str, list[bytes]] = {}
    for handle in sorted(sounds):
        by_sound.setdefault(sounds[handle], []).append(handle)
    nameless = by_sound.pop("", [])
    if len(by_sound) <= 1:
        return None
    prepared = {handle: name for handles in by_sound.values() for handle in handles if (name := named(handle)) is not None}
    # A name that says nothing is unlike none, so it would join all the others.
    nameless += [handle for handles in by_sound.values() for handle in handles if handle not in prepared]
    by_sound = {sound: told for sound, handles in by_sound.items() if (told := [each for each in handles if each in prepared])}
    if len(by_sound) <= 1:
        return None
    groups = sorted(map(sorted, _grouped(by_sound, prepared)), key=_largest_first)
    if len(groups) == 1:
        return None
    if len(groups) > MOST_PARTS:
        return []
    first, *others = groups
    return [sorted([*first, *nameless]), *others]


def _grouped(by_sound: Sounds, prepared: Names) -> list[list[bytes]]:
    """Group the records of like names. 张** is like both 张伟 and 张建国: it goes with the more numerous, and does not make them one."""
    whole: dict[str, list[bytes]] = {}
    lossy: dict[str, list[bytes]] = {}
    for sound, handles in by_sound.items():
        for handle in handles:
            (lossy if "?" in prepared[handle][1] else whole).setdefault(sound, []).append(handle)
    groups = _linked(whole, prepared)
    found = [[handle for sound in group for handle in whole[sound]] for group in groups]
    strangers: dict[str, list[bytes]] = {}
    for sound, handles in lossy.items():
        fits = (at for at, group in enumerate(groups) if any(not _apart(handles, whole[each], prepared) for each in group))
        if (at := next(fits, None)) is None:
            strangers[sound] = handles
        else:
            found[at] += handles
    return found + [[handle for sound in group for handle in strangers[sound]] for group in _linked(strangers, prepared)]


def _linked(by_sound: Sounds, prepared: Names) -> list[list[str]]:
    """Link sounds of like names, each with any of its group's; the group of most records first."""
    group_of = {sound: sound for sound in by_sound}
    for one, other in combinations(by_sound, 2):
        if group_of[one] != group_of[other] and not _apart(by_sound[one], by_sound[other], prepared):
            kept, lost = group_of[one], group_of[other]
            group_of = {sound: kept if group == lost else group for sound, group in group_of.items()}
    groups: dict[str, list[str]] = {}
    for sound, group in group_of.items():
        groups.setdefault(group, []).append(sound)
    return sorted(groups.values(), key=lambda group: _largest_first(sorted(handle for sound in group for handle in by_sound[sound])))


def _largest_first(handles: list[bytes]) -> tuple[int, list[bytes]]:
    return -len(handles), handles


def _apart(left: list[bytes], right: list[bytes], prepared: Names) -> bool:
    return all(contest(prepared[one], prepared[other]) for one in left[:SAMPLE] for other in right[:SAMPLE])
