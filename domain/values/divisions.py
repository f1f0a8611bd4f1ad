"""Finds the province and prefecture in which a city, county or district lies, where its name leaves only one (GB/T 2260).

Source: ``python-stdnum``'s table ``cn/loc``, the names in use now. A name that two places bear, such as 鼓楼区, says nothing
without its city, and what has been merged or renamed since is not guessed.
"""

from functools import cache
from typing import NamedTuple

from stdnum import numdb

_DIRECT = "90"  # counties under the province itself are numbered as if in a prefecture 90
_NO_NAMES = frozenset({"市辖区", "县"})  # a level of the code that no address has


class Division(NamedTuple):
    """A county-level place; ``prefecture`` is empty in municipalities and for counties under the province itself."""

    province: str
    prefecture: str
    county: str


class _Table(NamedTuple):
    prefectures: dict[str, tuple[str, ...]]
    """Prefecture → its provinces."""
    counties: dict[str, tuple[Division, ...]]
    """County → where there is one of that name."""
    bare: frozenset[str]
    """Prefectures without counties, such as 东莞市."""


def whole_name(province: str, city: str, county: str) -> tuple[str, bool]:
    """Return the name with what was left out, and whether it is that of one county-level place in use now.

    Each may be empty; ``city`` is a prefecture or a city of county level. What the table cannot tell stays as written.
    """
    table = _table()
    found = [
        division
        for division in table.counties.get(county or city, ())
        if province in ("", division.province) and (not county or city in ("", division.prefecture))
    ]
    if len(found) == 1:
        return "".join(found[0]), True
    provinces = [each for each in table.prefectures.get(city, ()) if province in ("", each)]
    if len(provinces) == 1:
        return provinces[0] + city + county, city in table.bare and not county
    return province + city + county, False


@cache
def divisions() -> tuple[Division, ...]:
    """Return every county-level place in use now."""
    return tuple(division for found in _table().counties.values() for division in found)


@cache
def _table() -> _Table:
    prefectures: dict[str, list[str]] = {}
    counties: dict[str, list[Division]] = {}
    filled = set()
    for _, _, _, properties, below in numdb.get("cn/loc").prefixes:
        province = properties["province"]
        names = {number: _in_use(entry.get("county", "")) for _, number, _, entry, _ in below}
        for number, name in names.items():
            prefecture = names.get(f"{number[:2]}00")
            if not name or name in _NO_NAMES or number in ("0000", f"{_DIRECT}00"):
                continue
            if number.endswith("00"):
                prefectures.setdefault(name, []).append(province)
            elif number[:2] == _DIRECT or prefecture in _NO_NAMES:
                counties.setdefault(name, []).append(Division(province, "", name))
            elif prefecture:
                counties.setdefault(name, []).append(Division(province, prefecture, name))
                filled.add(prefecture)
    return _Table(
        {name: tuple(found) for name, found in prefectures.items()},
        {name: tuple(found) for name, found in counties.items()},
        frozenset(prefectures.keys() - filled),
    )


def _in_use(names: str) -> str:
    """Return the name in use now of ``[1983-1990]溧阳县,[1990-]溧阳市``, or nothing."""
    for name in names.split(","):
        if not name.startswith("["):
            return name
        years, _, plain = name.partition("]")
        if years.endswith("-"):
            return plain
    return ""
