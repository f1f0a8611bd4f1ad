"""Dates as departments write them; the normal form is ``YYYY-MM-DD``, or ``YYYY-MM`` where no day was written.

ISO text with an offset or Z is an instant, and its date is China's. A number that is no YYYYMMDD is no date, nor is a year alone:
Debezium sends ISO text (``time.precision.mode=isostring``), and who reads a workbook turns its day numbers into dates.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone

from domain.values.filler import why_unreadable
from domain.values.numerals import CHARACTERS, arabic
from domain.values.value import Value, unreadable
from domain.values.width import fold

_CHINA = timezone(timedelta(hours=8))
_iso = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII).fullmatch
_TIME = r"(?:[T ]?(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})(?:[:分](?P<second>\d{1,2})?(?:\.\d{1,9})?秒?)?)?"
_parts = re.compile(
    r"(?P<year>\d{4}|\d{2}) ?(?:[-/.,·年]|\\) ?(?P<month>\d{1,2})(?: ?(?:[-/.,·月]|\\) ?(?P<day>\d{1,2})?[日号]?)?"
    rf"{_TIME} ?(?P<zone>Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
).fullmatch
_run = re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?P<time>\d{6})?", re.ASCII).fullmatch
_six = re.compile(r"\d{6}", re.ASCII).fullmatch
_chinese = re.compile(rf"([{CHARACTERS}]+)年([{CHARACTERS}]+)月(?:([{CHARACTERS}]+)[日号])?").fullmatch
_year_only = re.compile(r"(?:1[89]|20)\d\d年?", re.ASCII).fullmatch
_ENDLESS = frozenset({"长期", "永久", "长期有效", "永久有效", "无期限", "无固定期限"})
# The first and last days of databases, spreadsheets and forms; a person born on one of them cannot be told from a blank.
FILLER_DATES = frozenset(
    {
        "0001-01-01", "1000-01-01", "1111-11-11", "1753-01-01", "1800-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "2099-12-31",
        "2999-12-31", "9999-01-01", "9999-12-01", "9999-12-31",
    }
)  # fmt: skip
_FIRST, _LAST = 1880, 2100
_PIVOT = 30  # two-digit years from 30 on are of the 1900s


def parse(text: str) -> Value:
    """Read a date.

    Flags: two_digit_year, month_only, ambiguous, year_only, open_ended (长期), placeholder, impossible_date, implausible_year (before 1880,
    after 2100), wrong_format.
    """
    match = _iso(text)
    if match is not None:
        return _judge(match[1], match[2], match[3], ())
    folded, flags = fold(text)
    written = folded.upper()
    if not written:
        return unreadable(*flags, "empty")
    if written in _ENDLESS:
        return unreadable(*flags, "open_ended")
    for reading in (_of_parts, _of_run, _of_six, _of_chinese):
        value = reading(written, flags)
        if value is not None:
            return value
    return unreadable(*flags, "year_only" if _year_only(written) else why_unreadable(written, "wrong_format"))


def _judge(year: str, month: str, day: str | None, flags: tuple[str, ...]) -> Value:
    if len(year) == 2:  # noqa: PLR2004  # two digits of a year
        year, flags = ("20" if int(year) < _PIVOT else "19") + year, (*flags, "two_digit_year")
    try:
        real = date(int(year), int(month), int(day or 1))
    except ValueError:
        filler = len({*year, *month, *(day or "")}) == 1  # 0000-00-00, 9999-99-99
        return Value(None, (*flags, "placeholder" if filler else "impossible_date"), format=True, plausible=False)
    normal = real.isoformat()
    if normal in FILLER_DATES:
        return Value(normal, (*flags, "placeholder"), format=True, plausible=False)
    plausible = _FIRST <= real.year <= _LAST
    if not plausible:
        flags = (*flags, "implausible_year")
    if not day:
        return Value(normal[:7], (*flags, "month_only"), format=True, plausible=plausible)
    return Value(normal, flags, format=True, plausible=plausible)


def _of_parts(written: str, flags: tuple[str, ...]) -> Value | None:
    match = _parts(written)
    if match is None:
        return None
    if match["zone"] and match["hour"] and match["day"]:
        return _of_instant(match, flags)
    return _judge(match["year"], match["month"], match["day"], flags)


def _of_instant(match: re.Match[str], flags: tuple[str, ...]) -> Value:
    zone = match["zone"].replace(":", "")
    offset = timedelta() if zone == "Z" else timedelta(hours=int(zone[1:3]), minutes=int(zone[3:])) * (-1 if zone[0] == "-" else 1)
    try:
        there = datetime(int(match["year"]), int(match["month"]), int(match["day"]), int(match["hour"]), int(match["minute"]), tzinfo=UTC)
        here = (there - offset).astimezone(_CHINA)
    except (ValueError, OverflowError):
        return Value(None, (*flags, "impossible_date"), format=True, plausible=False)
    return _judge(f"{here.year:04}", f"{here.month}", f"{here.day}", flags)


def _of_run(written: str, flags: tuple[str, ...]) -> Value | None:
    match = _run(written)
    return _judge(match["year"], match["month"], match["day"], flags) if match is not None else None


def _of_six(written: str, flags: tuple[str, ...]) -> Value | None:
    """Read six digits as YYYYMM or YYMMDD; where both are dates the month is taken, flagged."""
    if not _six(written):
        return None
    month = _judge(written[:4], written[4:], None, flags) if written[:2] in ("19", "20") else unreadable()
    day = _judge(written[:2], written[2:4], written[4:], flags)
    if month.normal is None:
        return day
    return month if day.normal is None else Value(month.normal, (*month.flags, "ambiguous"), format=True, plausible=month.plausible)


def _of_chinese(written: str, flags: tuple[str, ...]) -> Value | None:
    match = _chinese(written)
    if match is None:
        return None
    year, month, day = (arabic(part) if part else None for part in match.groups())
    if year is None or month is None or len(year) not in (2, 4):
        return unreadable(*flags, "wrong_format")
    return _judge(year, month, day, flags)
