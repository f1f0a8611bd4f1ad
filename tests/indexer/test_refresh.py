"""Refreshes are soon when cheap, seldom when dear, and none while messages wait."""

import threading
import time

import pytest

from indexer.refresh import LONGEST, SHARE, SHORTEST, Refresher, pause_after


@pytest.mark.parametrize(("took", "pause"), [(0.0, SHORTEST), (0.005, SHORTEST), (0.05, 0.05 / SHARE), (3.0, LONGEST)])
def test_the_pause_grows_with_the_cost(took: float, pause: float) -> None:
    assert pause_after(took) == pause


def test_many_writes_share_a_refresh_and_the_last_one_has_its_own() -> None:
    written, refreshed = 0, []
    done = threading.Event()

    def refresh() -> None:
        refreshed.append(written)
        done.set()

    refresher = Refresher(refresh)
    refresher.start()
    until = time.monotonic() + 3.5 * SHORTEST
    while time.monotonic() < until:
        written += 1
        refresher.written(backlog=False)
        time.sleep(0.002)
    done.clear()
    refresher.written(backlog=False)
    assert done.wait(5)
    refresher.close()
    assert refreshed[-1] == written
    assert 3 <= len(refreshed) <= 7


def test_a_backlog_is_left_to_the_index_s_own_interval_until_it_is_gone() -> None:
    refreshed: list[int] = []
    refresher = Refresher(lambda: refreshed.append(1))
    refresher.start()
    refresher.written(backlog=True)
    time.sleep(2 * SHORTEST)
    assert refreshed == []
    refresher.idle()
    time.sleep(2 * SHORTEST)
    refresher.idle()
    time.sleep(2 * SHORTEST)
    refresher.close()
    assert refreshed == [1]
