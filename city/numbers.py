"""Identifiers that pass every checksum and still cannot be a real person's, company's or vehicle's.

How, kind by kind (``docs/synthetic-city.md`` tells it to readers):

* citizen ID (GB 11643): county codes xxxx40–xxxx79, which GB/T 2260 has never given to a county of the prefectures used;
* mobile: prefixes 154 (city) and 164 (live changes), which the ministry has not allotted to any operator;
* landline: 0519-2…, a leading digit not in use in area code 0519;
* USCC (GB 32100): the same unassigned county codes as the registering authority's region;
* VIN (ISO 3779, GB 16735): model-year character Z, which the standard leaves out of its year codes;
* plate (GA 36): serials with four letters and one digit, a pattern outside those issued.
"""

from typing import NamedTuple

from city.draws import SPAN

CITY_COUNTIES = tuple(range(40, 70))
LIVE_COUNTIES = tuple(range(70, 80))
MOBILE_PREFIX, LIVE_MOBILE_PREFIX = "154", "164"
UNUSED_MODEL_YEAR = "Z"
HOME_PREFECTURE = "3204"

_ORDERS = 490  # order numbers of one sex on one day in one county; 000 is never given, and x00 may be what a spreadsheet left of others
_DAYS = 365
_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_CHECK = "10X98765432"
_STRIDE = 61_803_399  # coprime to 10⁸: index → number is one to one
_MOBILES = 100_000_000
_MONTH_DAYS = tuple(
    f"{month:02d}{day:02d}" for month, days in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), 1) for day in range(1, days + 1)
)


def _partial(digits: str, start: int) -> int:
    return sum(int(digit) * _WEIGHTS[start + i] for i, digit in enumerate(digits))


_OF_YEAR = {year: _partial(str(year), 6) for year in range(1900, 2100)}
_OF_DAY = tuple(_partial(day, 10) for day in _MONTH_DAYS)
_OF_ORDER = tuple(_partial(f"{order:03d}", 14) for order in range(1000))
_OF_REGION: dict[str, int] = {}

MOST_PEOPLE = len(CITY_COUNTIES) * _ORDERS * _DAYS
"""So many citizen IDs the unassigned counties hold without a repetition, whatever the years of birth."""


class Birth(NamedTuple):
    """A person's citizen ID and the date of birth (YYYYMMDD) in it."""

    citizen_id: str
    date: str


def _scatter(slot: int) -> int:
    """Mix a slot's bits (MurmurHash3's finaliser, half of it), so that neighbours have unlike birthdays."""
    mixed = slot * 0x9E3779B1 % SPAN
    return (mixed ^ mixed >> 15) * 0x85EBCA6B % SPAN


def birth(index: int, year: int, sex: int, prefecture: str, counties: tuple[int, ...] = CITY_COUNTIES) -> Birth:
    """Return a citizen ID unique to ``index``: county and order come from its low digits, the day of the year from the rest.

    Two indices with the same low digits differ in the day, so no ID repeats below ``MOST_PEOPLE`` whatever year and sex are.
    """
    turn, slot = divmod(index, len(counties) * _ORDERS)
    county, order = divmod(slot, _ORDERS)
    day = (_scatter(slot) * _DAYS // SPAN + turn) % _DAYS
    order = 2 * (order + order // 49 + 1) + (sex & 1)
    region = f"{prefecture}{counties[county]:02d}"
    weight = _OF_REGION.get(region)
    if weight is None:
        weight = _OF_REGION[region] = _partial(region, 0)
    check = _CHECK[(weight + _OF_YEAR[year] + _OF_DAY[day] + _OF_ORDER[order]) % 11]
    date = f"{year}{_MONTH_DAYS[day]}"
    return Birth(f"{region}{date}{order:03d}{check}", date)


def mobile(index: int, prefix: str = MOBILE_PREFIX) -> str:
    """Return the mobile number of a slot; one to one below 10⁸."""
    return f"{prefix}{index * _STRIDE % _MOBILES:08d}"


def landline(index: int) -> str:
    """Return a landline number 0519-2NNNNNNN; one to one below 10⁷."""
    return f"0519-2{index * 6_180_339 % 10_000_000:07d}"


_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
_CODE_VALUE = {character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_CODE_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
COMPANY, SOLE_TRADER = "91", "92"


def organisation_code(index: int, series: str = "YY") -> str:
    """Return an organisation code (GB 11714): two letters of the series, six of the index, the check character."""
    body = series
    for power in (28_629_151, 923_521, 29_791, 961, 31, 1):
        body += _ALPHABET[index // power % 31]
    check = -sum(_CODE_VALUE[c] * w for c, w in zip(body, _CODE_WEIGHTS, strict=True)) % 11
    return body + ("X" if check == 10 else str(check))  # noqa: PLR2004  # the standard writes 10 as X


def uscc(index: int, category: str, series: str = "YY") -> str:
    """Return a unified social credit code (GB 32100) registered in a county that does not exist."""
    body = f"{category}{HOME_PREFECTURE}{CITY_COUNTIES[index % len(CITY_COUNTIES)]}{organisation_code(index, series)}"
    total = sum(_VALUE[c] * w for c, w in zip(body, _USCC_WEIGHTS, strict=True))
    return body + _ALPHABET[-total % 31]


_VIN = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"
_TRANSLITERATION = {
    **{str(d): d for d in range(10)},
    **dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)),
}
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_DESCRIPTIONS = 33**5


def vin(maker: str, description: int, index: int) -> str:
    """Return a VIN of a maker (3 characters) with its check character; unique by index below 3.5·10⁸."""
    section = ""
    for power in (1, 33, 1089, 35937, 1185921):
        section += _VIN[description % _DESCRIPTIONS // power % 33]
    high, low = divmod(index, 10_000)
    body = f"{maker}{section}0{UNUSED_MODEL_YEAR}{_VIN[high // 1089 % 33]}{_VIN[high // 33 % 33]}{_VIN[high % 33]}{low:04d}"
    check = sum(_TRANSLITERATION[c] * w for c, w in zip(body, _VIN_WEIGHTS, strict=True)) % 11
    return f"{body[:8]}{'X' if check == 10 else check}{body[9:]}"  # noqa: PLR2004  # the standard writes 10 as X


_PLATE = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def plate(index: int) -> str:
    """Return a plate 苏D with four letters and one digit; one to one below 1.6·10⁷."""
    rest, digit = divmod(index, 10)
    rest, place = divmod(rest, 5)
    letters = "".join(_PLATE[rest // power % 24] for power in (1, 24, 576, 13824))
    return f"苏D{letters[:place]}{digit}{letters[place:]}"
