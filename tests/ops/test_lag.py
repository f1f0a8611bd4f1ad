"""Lag in seconds is the age of the oldest unread message; where there is no basis it is unknown."""

from hypothesis import given
from hypothesis import strategies as st

from ops.lag import PartitionLag, Timeline


def test_a_group_at_the_end_is_not_late() -> None:
    timeline = Timeline()
    timeline.add(10, 100)
    assert timeline.age(100, now=500) == 0


def test_age_is_read_between_two_points() -> None:
    timeline = Timeline()
    timeline.add(0, 0)
    timeline.add(10, 100)
    timeline.add(20, 100)
    assert timeline.age(50, now=20) == 15


def test_a_flat_stretch_counts_from_when_the_message_came() -> None:
    timeline = Timeline()
    for second in range(100):
        timeline.add(second, 5)
    timeline.add(100, 6)
    assert timeline.age(5, now=160) == 61  # message 5 came after second 99


def test_before_the_first_point_is_unknown() -> None:
    timeline = Timeline()
    assert timeline.age(0, now=1) is None
    timeline.add(5, 100)
    assert timeline.age(40, now=9) is None


@given(st.lists(st.tuples(st.floats(0.1, 10), st.integers(0, 50)), min_size=1, max_size=40))
def test_the_further_behind_the_older(steps: list[tuple[float, int]]) -> None:
    timeline, now, end = Timeline(), 0.0, 0
    timeline.add(now, end)
    for wait, more in steps:
        now, end = now + wait, end + more
        timeline.add(now, end)
    ages = [timeline.age(offset, now) for offset in range(end + 1)]
    known = [age for age in ages if age is not None]
    assert known == sorted(known, reverse=True)
    assert len(known) == len(ages)


def test_messages_are_never_negative() -> None:
    assert PartitionLag("g", "t", 0, committed=9, end=7, seconds=0).messages == 0
