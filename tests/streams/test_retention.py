"""The past goes when its retention ends, by one worker's thread, and a store that is away stops nothing."""

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from settings import Settings
from streams import retention
from streams.retention import Retention, keep

DAY = 24 * 3600
NOW = 1_780_000_000
DAYS = 30


def of(dsn: str, **more: Any) -> Settings:
    places = dict.fromkeys(("kafka_bootstrap", "connect_url", "registry_url", "registry_native_url", "elasticsearch_url"), "127.0.0.1:1")
    return Settings(home=Path("none"), store_dsn=dsn, history_days=DAYS, **places, **more)


@pytest.mark.servers
def test_what_ended_before_the_retention_is_gone_and_the_rest_is_kept(dsn: str) -> None:
    before = (NOW - DAYS * DAY) * 1000
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("truncate member_past; update past_horizon set since_ms = 0")
        connection.cursor().executemany("insert into member_past values (%s, %s, 'P-1')", [(b"a" * 16, before), (b"b" * 16, before + 1)])
        assert Retention(of(dsn), threading.Event(), lambda: NOW).once()
        assert connection.execute("select handle from member_past").fetchall() == [(b"b" * 16,)]
        assert connection.execute("select since_ms from past_horizon").fetchone() == (before,)
        assert Retention(of(dsn), threading.Event(), lambda: NOW - DAY).once()
        assert connection.execute("select since_ms from past_horizon").fetchone() == (before,)  # what is gone does not come back


def test_a_store_that_is_away_is_asked_again_sooner(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    waited: list[float] = []
    answers = iter([False, True])

    class Stop(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout or 0)
            return len(waited) == 2

    assert not Retention(of("postgresql://127.0.0.1:1/store?connect_timeout=1"), threading.Event()).once()
    assert "huiliu status" in caplog.text
    thread = Retention(of("x"), Stop())
    monkeypatch.setattr(thread, "once", lambda: next(answers))
    thread.run()
    assert waited == [600, DAY]


def test_only_the_first_worker_of_a_machine_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[int] = []
    monkeypatch.setattr(retention.Retention, "start", lambda _: began.append(1))
    keep(of("x", worker_index=1))
    assert began == []
    keep(of("x"))
    assert began == [1]
