"""Days are drawn from the years asked for, and written in each department's way."""

import pytest

from city.dates import Day, drawn, first_of_month, iso, of_year, read, touched, until_now
from city.draws import Dice
from city.household import AS_OF

DICE = Dice(7)
DAY = Day(2013, 5, 30)


def test_ways_to_write_a_day() -> None:
    assert [DAY.padded(), DAY.padded("-"), DAY.padded("/")] == ["20130530", "2013-05-30", "2013/05/30"]
    assert [DAY.bare("."), DAY.bare("/"), DAY.chinese] == ["2013.5.30", "2013/5/30", "2013年5月30日"]
    assert read("20130530") == DAY
    assert iso("20130530") == DAY.padded("-")


def test_other_years_and_the_next_month_keep_the_day() -> None:
    assert (DAY.later(5), DAY.in_year(1990), DAY.next_month) == (Day(2018, 5, 30), Day(1990, 5, 30), Day(2013, 6, 30))


@pytest.mark.parametrize("place", [0, 4])
def test_drawn_days_fill_their_years(place: int) -> None:
    draws = [DICE(1, index) for index in range(3000)]
    days = [drawn(2010, 3, each, place) for each in draws]
    assert {day.year for day in days} == {2010, 2011, 2012}
    assert {day.month for day in days} == set(range(1, 13))
    assert {day.day for day in days} == set(range(1, 29))
    assert {until_now(AS_OF - 2, each, place).year for each in draws} == {AS_OF - 2, AS_OF - 1}
    assert [of_year(day.year, each, place + 1) for day, each in zip(days, draws, strict=True)] == days
    assert [first_of_month(2010, 3, each, place) for each in draws] == [day._replace(day=1) for day in days]


def test_rows_were_touched_in_the_last_year() -> None:
    stamps = [touched(DICE(1, index)) for index in range(3000)]
    assert {stamp[:4] for stamp in stamps} == {str(AS_OF - 1)}
    assert {stamp[11:13] for stamp in stamps} == {f"{hour:02d}" for hour in range(24)}
    assert all(stamp.endswith(":00+08") and len(stamp) == 22 for stamp in stamps)
