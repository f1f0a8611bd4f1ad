"""Judges whether a date can be the birth date of somebody who is registered."""

from datetime import UTC, date, datetime, timedelta, timezone

EARLIEST = date(1880, 1, 1)
_SURELY_PAST = date(2026, 1, 1)  # before this day there is no need to ask the clock
_CHINA = timezone(timedelta(hours=8))


def today() -> date:
    """Return the current date in China."""
    return datetime.now(UTC).astimezone(_CHINA).date()


def is_plausible_birth(digits: str) -> bool:
    """Return whether ``YYYYMMDD`` is a real day from 1880 to today."""
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return born >= EARLIEST and (born < _SURELY_PAST or born <= today())
