"""Address 地址: read by a grammar and written in one form, so that two spellings of a doorplate agree and two doorplates never do.

What the grammar does not understand stays in the normal form word for word, and then the address joins nothing.
"""

import re
import string
from dataclasses import dataclass

from domain.values.address_grammar import ADDRESS, FORMER, LIYANG, PROVINCES, TODAYS_TOWNS, Found
from domain.values.address_text import has_unread_numeral, tidied
from domain.values.divisions import whole_name
from domain.values.filler import says_nothing
from domain.values.value import Value, unreadable

_BARE_ROOM = re.compile(r"-?(\d{3,4}[A-Z]?)").fullmatch
_ZERO_BEFORE_ROOM = re.compile(r"^0+(?=\d{3})")
_DIGITS_WITH_FLOOR = (3, 4)
_LOST = frozenset("?*\ufffd□■〓")
_ROUNDS = 4
_NOT_WHOLE = frozenset({"unparsed", "lost_character"})
_TOWN_DOUBTS = frozenset({"no_town", "assumed_town"})
_PROVINCE_OF = {name[:2]: name for name in PROVINCES}
_NOWHERE = (
    "不详", "不明", "未知", "未填", "不祥", "无", "待查", "待补", "同上", "测试", "测试地址", "无地址", "无固定住所", "无固定住址",
    "居无定所", "人户分离", "外地", "流动", "本地", "同户籍", "同户籍地", "同户籍地址", "户籍地址", "同身份证", "同身份证地址", "同户口本",
    "见附件",
)  # fmt: skip
_SHORTEST_VILLAGE = 2  # 南渡口村 is a village, not 口村 in 南渡镇
_NEARBY_COUNTIES = {"金坛市": "金坛区"}
_ZONE_OF_ANY_CITY = "经开区"  # Changzhou's only where it says so


_CITY, _TOWN, _VILLAGE, _ROAD, _NUMBER, _REST = 0, 1, 2, 4, 7, 13  # places in ``Address``


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address, each with its word (``燕山路``, ``12号``, ``2幢``), empty if missing; joined they are the normal form."""

    city: str
    town: str
    village: str
    group: str
    road: str
    lane: str
    compound: str
    number: str
    inner_compound: str
    building: str
    unit: str
    floor: str
    room: str
    rest: str


def parse(text: str) -> Value:
    """Read an address.

    The normal form names province, city and county first; an address that begins at a town, village, road or compound is taken to be
    Liyang's (flag assumed_city), and elsewhere what was left out is filled in where only one place has that name. A town of Liyang that
    is no more gives way to what it became where the village is named after it; a town's name without 镇 is read before a village
    (flag assumed_town).

    Flags: no_town (a road or village without its town), no_city (a city or county that could be several), unparsed (something was not
    understood), lost_character, placeholder, empty, control_characters.

    Verdicts: ``format`` a doorplate number on a road or in a village, ``region`` down to the county, ``plausible`` everything understood;
    ``strong`` all three, with a town that was written and is still one: two towns may have a road or village of one name, and only the
    doorplate master could tell which is meant.
    """
    tidy, flags = tidied(text)
    if not tidy:
        return unreadable(*flags, "empty")
    if is_nowhere(tidy):
        return Value(tidy, (*flags, "placeholder"), plausible=False)
    parts, doubts = _parts(tidy)
    normal = "".join(parts)
    if doubts:
        flags += tuple(doubt for doubt in doubts if doubt not in flags)
        if parts[_REST]:
            normal = _settled(normal)
    located = bool(parts[_CITY]) and "no_city" not in flags
    exact = bool(parts[_NUMBER]) and bool(parts[_ROAD] or parts[_VILLAGE])
    whole = _NOT_WHOLE.isdisjoint(flags)
    settled = not (parts[_CITY] == LIYANG and parts[_TOWN] in FORMER) and _TOWN_DOUBTS.isdisjoint(flags)
    strong = located and exact and whole and settled
    return Value(normal, flags, format=exact, region=located, plausible=whole, strong=strong)


def is_nowhere(normal: str) -> bool:
    """Return whether the text only says that there is no address to give, with or without the place's beginning (溧阳市不详)."""
    return normal.endswith(_NOWHERE) or says_nothing(normal)


def _settled(normal: str) -> str:
    """Read again what was not understood: putting a unit in its usual word may have made it readable."""
    for _ in range(_ROUNDS):
        before, normal = normal, "".join(_parts(tidied(normal)[0])[0])
        if normal == before:
            break
    return normal


def address_of(text: str) -> Address:
    """Return the parts of an address; what is not understood is in ``rest``."""
    return Address(*_parts(tidied(text)[0])[0])


def _parts(tidy: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the fourteen words of ``Address`` and the doubts."""
    match = ADDRESS.match(tidy)
    if match is None:  # cannot be: every part may be missing
        return ("",) * 13 + (tidy,), ["unparsed"]
    found, assumed = _with_bare_town(Found(*match.groups("")))
    tail = _tail(found)
    below = (
        _town(found),
        _village(found),
        f"{_plain(found.group)}组" if found.group else "",
        found.road,
        found.lane,
        found.compound,
        _number(found),
        found.inner_compound,
        *tail,
    )
    city, doubts = _city(found, any(below[:6]))
    if assumed:
        doubts.append("assumed_town")
    if (found.road or found.village or found.hamlet) and not below[0]:
        doubts.append("no_town")
    if tail[-1] or has_unread_numeral(tidy):
        doubts.append("unparsed")
    if not _LOST.isdisjoint(tidy):
        doubts.append("lost_character")
    return (city, *below), doubts


def _city(found: Found, placed: bool) -> tuple[str, list[str]]:  # noqa: FBT001  # whether anything below the county was read
    if found.local:
        return LIYANG, []
    if found.nearby == _ZONE_OF_ANY_CITY and not found.nearby_city:
        return found.nearby, ["no_city"]
    if found.nearby:
        return "江苏省常州市" + _NEARBY_COUNTIES.get(found.nearby, found.nearby), []
    if found.province or found.other_city:
        return _elsewhere(found)
    return (LIYANG, ["assumed_city"]) if placed else ("", ["no_city"])


def _is_here(found: Found) -> bool:
    return bool(found.local) or not (found.nearby or found.province or found.other_city)


def _with_bare_town(found: Found) -> tuple[Found, bool]:
    """Read 戴埠横涧村 as 戴埠镇横涧村, and say whether that was done."""
    if found.town or found.zone or not found.village or not _is_here(found):
        return found, False
    town = next((name for name in TODAYS_TOWNS if found.village.startswith(name)), "")
    village = found.village[len(town) :]
    if not town or len(village) < _SHORTEST_VILLAGE:
        return found, False
    return found._replace(town=town, town_form="镇", village=village), True


def _elsewhere(found: Found) -> tuple[str, list[str]]:
    """Fill in the province and prefecture where the names that are written leave only one."""
    province = _PROVINCE_OF[found.province[:2]] if found.province else ""
    city, county = (found.city, found.county) if province else (found.other_city, found.other_county)
    whole, is_one = whole_name(province, city, county)
    told = is_one or bool(county and city and (province or whole != city + county))
    return whole, [] if told else ["no_city"]


def _town(found: Found) -> str:
    form = found.town_form
    town = found.town + ("街道" if form.startswith("街道") else form)
    if town in FORMER and found.village == found.town and _is_here(found):
        (town,) = FORMER[town] if len(FORMER[town]) == 1 else (town,)  # the village named after the town is nowhere else
    return found.zone or town


def _village(found: Found) -> str:
    if not found.village:
        return found.hamlet
    form = "社区" if "居" in found.village_form or "社区" in found.village_form else "村"
    return found.village + form + found.hamlet


def _number(found: Found) -> str:
    number = found.number or found.bare_number
    if not number:
        return ""
    plate = "-".join(map(_plain, number.replace("之", "-").split("-")))
    annex = found.annex
    return f"{plate}号" + (annex if not annex or annex.endswith("号") else f"{annex}号")


def _tail(found: Found) -> tuple[str, str, str, str, str]:
    """Return building, unit, floor, room and rest."""
    building = found.chain_building or found.building
    unit = found.chain_unit or found.short_unit or found.unit
    room = found.chain_room or found.short_room or found.room
    rest = found.rest
    if not room and (building or unit or found.number) and (bare := _BARE_ROOM(rest)) is not None:
        room, rest = bare[1], ""
    room = _ZERO_BEFORE_ROOM.sub("", room)
    floor = _plain(found.floor) if found.floor else ""
    return (
        f"{_plain(building)}幢" if building else "",
        f"{_plain(unit)}单元" if unit else "",
        f"{floor}层" if floor and floor != _floor_of(room) else "",
        f"{room}室" if room else "",
        rest,
    )


def _floor_of(room: str) -> str:
    """Return the floor that a room's number names: 5 of 501, 12 of 1203A."""
    digits = room.rstrip(string.ascii_uppercase)
    return digits[:-2] if len(digits) in _DIGITS_WITH_FLOOR else ""


def _plain(number: str) -> str:
    """Drop leading zeros: doorplates are not numbered 003 beside 3."""
    return number.lstrip("0") or "0"
