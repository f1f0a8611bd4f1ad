"""Days of the synthetic city: drawn by chance, and the ways in which departments write them."""

from functools import lru_cache
from typing import NamedTuple

from city.draws import Draws, below
from city.household import AS_OF

_MONTHS, _LAST = 12, 28
"""Days are drawn from those that every month has."""


class Day(NamedTuple):
    """A day of the calendar."""

    year: int
    month: int
    day: int

    def padded(self, mark: str = "") -> str:
        """Write eight digits, with a mark between the parts: 20130530, 2013-05-30, 2013/05/30."""
        return f"{self.year}{mark}{self.month:02d}{mark}{self.day:02d}"

    def bare(self, mark: str) -> str:
        """Write without leading zeros: 2013.5.30, 2013/5/30."""
        return f"{self.year}{mark}{self.month}{mark}{self.day}"

    @property
    def chinese(self) -> str:
        """Write 2013年5月30日."""
        return f"{self.year}年{self.month}月{self.day}日"

    def in_year(self, year: int) -> "Day":
        """Return the same day of another year."""
        return Day(year, self.month, self.day)

    @property
    def next_month(self) -> "Day":
        """The same day a month on, of a day before December."""
        return Day(self.year, self.month + 1, self.day)

    def later(self, years: int) -> "Day":
        """Return the same day so many years on."""
        return Day(self.year + years, self.month, self.day)


@lru_cache(None)  # years are few and days are drawn by the hundred thousand
def _days(year: int) -> tuple[Day, ...]:
    return tuple(Day(year, month, day) for month in range(1, _MONTHS + 1) for day in range(1, _LAST + 1))


def of_year(year: int, draws: Draws, place: int) -> Day:
    """Draw a day of the year; uses the draws ``place`` and ``place + 1``."""
    return _days(year)[below(_MONTHS, draws[place]) * _LAST + below(_LAST, draws[place + 1])]


def drawn(first: int, years: int, draws: Draws, place: int) -> Day:
    """Draw a day of the years ``first`` to ``first + years - 1``; uses three draws from ``place`` on."""
    return of_year(first + below(years, draws[place]), draws, place + 1)


def first_of_month(first: int, years: int, draws: Draws, place: int) -> Day:
    """Draw the first day of a month of the years ``first`` to ``first + years - 1``; uses two draws from ``place`` on."""
    return Day(first + below(years, draws[place]), below(_MONTHS, draws[place + 1]) + 1, 1)


def until_now(first: int, draws: Draws, place: int) -> Day:
    """Draw a day from the year ``first`` until the world's present; uses three draws from ``place`` on."""
    return drawn(first, AS_OF - first, draws, place)


def read(date: str) -> Day:
    """Read YYYYMMDD, as the world has its dates."""
    return Day(int(date[:4]), int(date[4:6]), int(date[6:]))


def iso(date: str) -> str:
    """Write YYYYMMDD as PostgreSQL's date."""
    return f"{date[:4]}-{date[4:6]}-{date[6:]}"


_DATES = tuple(f"{day.padded('-')} " for day in _days(AS_OF - 1))
_TIMES = tuple(f"{hour:02d}:{minute:02d}:00+08" for hour in range(24) for minute in range(60))


def touched(draws: Draws) -> str:
    """Return the row's last update, somewhere in the world's last year."""
    chance = draws[15]
    return _DATES[chance % _MONTHS * _LAST + chance // 16 % _LAST] + _TIMES[chance // 512 % 24 * 60 + chance // 16384 % 60]
