"""``huiliu review report``: what waits for people, what was refused and what is crowded, in words and as JSON, without a value."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from domain.matching.blocking import CAP, NOBODY
from domain.review import Verdict
from ops import crowds
from settings import Settings
from tests.query.review_store import Ground, ground
from tests.query.town import TIME_MS

servers = pytest.mark.servers


@pytest.fixture(scope="module")
def shared(stack_home: Path) -> Iterator[Ground]:
    with ground(Settings.load(stack_home).store_dsn.get_secret_value()) as own:
        yield own


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HUILIU_HOME", str(tmp_path))
    for name in ("KAFKA_BOOTSTRAP", "CONNECT_URL", "REGISTRY_URL", "REGISTRY_NATIVE_URL", "ELASTICSEARCH_URL"):
        monkeypatch.setenv(f"HUILIU_{name}", "x")
    monkeypatch.setenv("HUILIU_MASTER_KEY", "ab" * 32)
    monkeypatch.setenv("HUILIU_STORE_DSN", "postgresql://127.0.0.1:1/store?connect_timeout=1")
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *words: CliRunner().invoke(app, ["review", "report", *words])


@pytest.fixture
def store(shared: Ground, run: Any, monkeypatch: pytest.MonkeyPatch) -> Ground:
    """An open card, a settled one, a refused pair, and a mobile that too many share."""
    assert run
    shared.clear()
    monkeypatch.setenv("HUILIU_STORE_DSN", shared.dsn)
    shared.pair("P-a", "P-b")
    shared.pair("P-c", "P-d", band="match", refusal="torn", since_ms=TIME_MS - 86_400_000)
    asyncio.run(shared.review().decide(shared.pair("P-e", "P-f"), Verdict.DIFFERENT, "出生地不同", "li"))
    with shared.connect() as connection, connection.cursor() as cursor:
        cursor.execute("truncate block, strong_key")
        rows = [(bytes(16), NOBODY, number.to_bytes(16, "big")) for number in range(CAP + 1)]
        cursor.executemany("insert into block values (%s, %s, %s)", rows)
    return shared


@servers
def test_it_is_told_in_words(run: Any, store: Ground) -> None:
    assert store
    result = run()
    assert result.exit_code == 0
    for word in ("待复核 to review: 人 person", "等归并进程执行", "手机号 mobile", "257", "third entity"):
        assert word in result.stdout


@servers
def test_json_holds_the_same(run: Any, store: Ground) -> None:
    assert store
    told = json.loads(run("--json").stdout)
    assert told["reviews"]["person"]["count"] == 2
    assert told["reviews"]["person"]["oldest_seconds"] > 86_400
    assert told["refused"] == [{"kind": "person", "reason": "torn", "pairs": 1}]
    assert (told["decisions"]["resolver"]["count"], told["decisions"]["steward"]["count"]) == (1, 0)
    assert told["crowded"] == [{"what": "block", "of": "mobile", "values": 1, "largest": 257, "unmet": 257}]
    assert told["crowded_is"] == "whole"


@servers
def test_a_search_that_was_cut_says_so(run: Any, store: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    assert store
    monkeypatch.setattr(crowds, "_PIECE", 1)
    monkeypatch.setattr("cli.review_report._PIECE_SECONDS", 0)
    result = run("--seconds", "0")
    assert "未看完" in result.stdout
    assert json.loads(run("--seconds", "0", "--json").stdout)["crowded_is"] == "at_least"


def test_a_store_that_is_away_is_told_with_its_remedy(run: Any) -> None:
    result = run()
    assert result.exit_code == 1
    assert "huiliu up store" in result.stderr


@servers
def test_a_store_without_tables_is_told_with_its_remedy(run: Any, store: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUILIU_STORE_DSN", store.dsn.replace(f"dbname={store.dsn.split('dbname=')[1].split()[0]}", "dbname=postgres"))
    result = run()
    assert result.exit_code == 1
    assert "huiliu up streams-0" in result.stderr
