"""``huiliu call`` refuses in one sentence what it cannot do; on servers it is tested at the door (tests/connectors/door)."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli import call as command
from cli.main import app
from connectors.door.calls import Call
from connectors.door.errors import CallError
from connectors.door.keys import known_key

MADE: list[Call] = []


class MemoryCalls:
    """The store's calls in memory."""

    def __init__(self, *_: object) -> None:
        pass

    def create_tables(self) -> None:
        pass

    def make(self, call: Call) -> Call:
        MADE.append(call)
        return call

    def all(self) -> list[Call]:
        return MADE

    def close(self, call_id: int, by: str, now_ms: int) -> Call:
        raise CallError(f"没有 {call_id} 号即报 there is no call {call_id}: see `huiliu call --list` ({by}, {bool(now_ms)})")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    MADE.clear()
    monkeypatch.setattr(command, "StoreCalls", MemoryCalls)
    monkeypatch.setenv("HUILIU_HOME", str(tmp_path))
    for name in ("KAFKA_BOOTSTRAP", "CONNECT_URL", "REGISTRY_URL", "REGISTRY_NATIVE_URL", "ELASTICSEARCH_URL", "STORE_DSN"):
        monkeypatch.setenv(f"HUILIU_{name}", "x")
    monkeypatch.setenv("HUILIU_MASTER_KEY", "ab" * 32)
    return lambda *words: CliRunner().invoke(app, ["call", *words])


def test_a_call_is_made_and_the_desk_can_be_opened(run: Any, tmp_path: Path) -> None:
    result = run("transport", "--matter", " 今日停驶车辆 ", "--minutes", "30", "--office", "值班室", "--json")
    assert result.exit_code == 0, result.output
    (made,) = MADE
    assert (made.provider, made.matter, made.office, made.due_ms - made.called_ms) == ("transport", "今日停驶车辆", "值班室", 1_800_000)
    assert '"state": "open"' in result.stdout
    assert known_key(tmp_path, "transport")


def test_the_list_can_be_of_one_provider(run: Any) -> None:
    for slug in ("transport", "civil_affairs"):
        run(slug, "--matter", "x", "--office", "y")
    assert run("--list", "--json").stdout.count("\n") == 2
    assert run("transport", "--list", "--json").stdout.count("\n") == 1
    assert "待答" in run("--list").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "no provider is named"),
        (("nobody", "--matter", "x", "--office", "y"), "there is no provider nobody"),
        (("transport", "--office", "y"), "--matter is missing"),
        (("transport", "--matter", "长" * 1001, "--office", "y"), "longer than 1000"),
        (("transport", "--matter", "x"), "--office is missing"),
        (("transport", "--matter", "x", "--office", "y", "--table", "none"), "has no such table"),
        (("--close", "3"), "--office is missing"),
        (("--close", "3", "--office", "y"), "there is no call 3"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(run: Any, words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 1
    assert said in result.output
    assert not MADE
