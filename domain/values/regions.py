"""Knows the administrative division codes (GB/T 2260): provinces, and counties with the last year each was in use.

Source: ``python-stdnum``'s table ``cn/loc``. Its own check by birth year is not used: it refuses everybody born before
their county's code was first assigned, although identity numbers were issued decades after many births.
"""

from functools import lru_cache

from stdnum import numdb

PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()  # noqa: SIM905  # reads as the table
)
RESIDENCE_PERMITS = frozenset({"810000", "820000", "830000"})  # Hong Kong, Macau, Taiwan residents' permits
_ALWAYS = 9999


@lru_cache(maxsize=8192)
def last_year(code: str) -> int | None:
    """Return the last year the six-digit county code was in use, 9999 if it still is, None if there never was such a code."""
    if code in RESIDENCE_PERMITS:
        return _ALWAYS
    parts = numdb.get("cn/loc").info(code)
    names = parts[-1][1].get("county", "") if sum(len(part) for part, _ in parts) == len(code) else ""
    if not names:
        return None
    return max(_end(name) for name in names.split(","))


def county_flags(code: str, year: int) -> tuple[str, ...]:
    """Return the doubts about a county code in a number that was first given out in ``year`` or later."""
    last = last_year(code)
    if last is None:
        return ("unknown_county",)
    return ("county_not_in_use",) if year > last else ()


def _end(name: str) -> int:
    """Read the end of ``[1983-1990]溧阳县``, ``[1990-]溧阳市`` or ``溧阳市``."""
    if not name.startswith("["):
        return _ALWAYS
    end = name.partition("]")[0].rpartition("-")[2]
    return int(end) if end.isdigit() else _ALWAYS
