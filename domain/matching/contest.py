"""Strong keys whose records contradict one another: a citizen ID on the records of people with quite different names.

An ID may be typed wrong and be another person's, belong to the parent of who is meant, or be a specimen copied into a form. So the
records of one such key are parted by their names: what shares less than half of a name's characters, and is no nickname, former
name or homophone, is not joined by the key; a person must judge it. A key on more than ``MOST_PARTS`` such names says nothing.
"""

from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

from rapidfuzz.distance import OSA

from domain.matching.comparisons import LEVELS, han_name

MOST_PARTS = 4
"""Names apart from one another from which on a key joins nothing at all: it is a specimen, or a stand-in for a missing number."""
SAMPLE = 4
"""Records of each sound of a name, by handle, whose names are compared."""
_UNLIKE = LEVELS["han_name"].index("surname")


def sound(public: Mapping[str, Any]) -> str:
    """Return tokens of how a record's names sound, or a name that stands in clear; empty without one. ``public``: its public part."""
    tokens = public["tokens"].get("name_pinyin")
    return " ".join(sorted(tokens)) if tokens else public["open"].get("name", "")


def contest(name: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Return whether two prepared names (``features.name``) are of different people, though an ID says they are one."""
    if name[1] == other[1] or han_name(name, other) < _UNLIKE:
        return False
    return OSA.distance(name[1], other[1]) * 2 > max(len(name[1]), len(other[1]))


def parts(sounds: Mapping[bytes, str], contests: Callable[[bytes, bytes], bool]) -> list[list[bytes]] | None:
    """Part the records of one key; None where nothing is contested.

    Args:
        sounds: handle → its name's sound or any token of it, empty where it gives no name.
        contests: whether two of these records have names of different people.

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
    group_of = {sound: sound for sound in by_sound}
    for one, other in combinations(by_sound, 2):
        if group_of[one] != group_of[other] and not _apart(by_sound[one][:SAMPLE], by_sound[other][:SAMPLE], contests):
            kept, lost = group_of[one], group_of[other]
            group_of = {sound: kept if group == lost else group for sound, group in group_of.items()}
    groups: dict[str, list[bytes]] = {}
    for sound, group in group_of.items():
        groups.setdefault(group, []).extend(by_sound[sound])
    if len(groups) == 1:
        return None
    if len(groups) > MOST_PARTS:
        return []
    first, *others = sorted((sorted(handles) for handles in groups.values()), key=lambda handles: (-len(handles), handles))
    return [sorted([*first, *nameless]), *others]


def _apart(left: list[bytes], right: list[bytes], contests: Callable[[bytes, bytes], bool]) -> bool:
    return all(contests(one, other) for one in left for other in right)
