"""How common a value is: what two records share by chance says less, so 王伟 counts less than 尉迟琰.

``frequencies/<n>.json`` holds shares in a million, made without labels by ``estimate``; values seen fewer than two times are left
out, since a list of rare names would be a list of persons. A value that is not listed is as rare as the table can tell.
A Chinese name is taken to be a surname and characters drawn one by one; given names are too many to list.
"""

from functools import cache, lru_cache
from importlib.resources import files
from math import log2
from typing import Any

import orjson

VERSION = 1
_MILLION = 1_000_000
_CACHED = 1 << 15
STEEPEST = 800  # hundredths of a bit that commonness may take away or rarity add


@cache
def tables(version: int = VERSION) -> dict[str, dict[str, Any]]:
    """Return the shipped tables by field: ``least`` (share of an unlisted value), ``mean`` (chance that two agree), ``shares``."""
    text = (files("domain.matching") / "frequencies" / f"{version}.json").read_bytes()
    loaded: dict[str, dict[str, Any]] = orjson.loads(text)
    return loaded


@lru_cache(_CACHED)
def share(field: str, value: str) -> float:
    """Return the share of records that have ``value`` in ``field``, 0 < share ≤ 1; 1 for a field without a table."""
    table = tables().get(field)
    if table is None:
        return 1.0
    if field == "name":
        return _name_share(table, value)
    return float(table["shares"].get(value, table["least"])) / _MILLION


def _name_share(table: dict[str, Any], name: str) -> float:
    least, surnames, characters = table["least"] / _MILLION, table["surnames"], table["characters"]
    surname = name[:2] if name[:2] in surnames and len(name) > 2 else name[:1]  # noqa: PLR2004  # a given name follows
    given = name[len(surname) :]
    chance = (
        surnames.get(surname, table["least"]) / _MILLION * (table["single"] if len(given) == 1 else _MILLION - table["single"]) / _MILLION
    )
    for character in given[:3]:
        chance *= characters.get(character, table["least"]) / _MILLION
    return float(max(chance, least**3))


@lru_cache(_CACHED)
def rarity(field: str, value: str) -> int:
    """Return hundredths of a bit that agreement on ``value`` says more (or, negative, less) than agreement on an average value."""
    table = tables().get(field)
    if table is None:
        return 0
    return max(-STEEPEST, min(STEEPEST, round(100 * log2(table["mean"] / share(field, value)))))
