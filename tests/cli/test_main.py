"""The command line: help with examples, one sentence for a known error, and exit codes that mean something."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import COMMANDS, app
from stack.errors import StackError
from stack.supervisor import Stack

run = CliRunner().invoke


@pytest.mark.parametrize("name", ["up", "down", "status", "logs"])
def test_every_command_shows_an_example(name: str) -> None:
    result = run(app, [name, "--help"])
    assert result.exit_code == 0
    assert f"例 Example: huiliu {name}" in result.stdout


def test_help_lists_every_command_and_examples() -> None:
    result = run(app, ["--help"])
    assert result.exit_code == 0
    assert "huiliu up kafka" in result.stdout
    for name in COMMANDS:
        assert name in result.stdout


def test_a_known_error_is_one_sentence_without_a_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StackError("磁盘空间不足 disk too full: [/data] has none; free some")

    monkeypatch.setattr(Stack, "up", fail)
    result = run(app, ["--home", str(tmp_path), "up"])
    assert result.exit_code == 1
    assert result.stderr == "磁盘空间不足 disk too full: [/data] has none; free some\n"
    assert result.stdout == ""


def test_an_unknown_server_is_a_usage_error(tmp_path: Path) -> None:
    result = run(app, ["--home", str(tmp_path), "logs", "kafka"])
    assert result.exit_code == 1
    assert "kafka was not started in this folder" in result.stderr


def test_an_empty_folder_has_no_status_and_that_is_no_error(tmp_path: Path) -> None:
    result = run(app, ["--home", str(tmp_path), "status"])
    assert result.exit_code == 0
    assert "run huiliu up" in result.stdout


def test_logs_shows_the_last_lines(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "kafka.log").write_text("one\ntwo\nthree\n")
    result = run(app, ["--home", str(tmp_path), "logs", "kafka", "-n", "2"])
    assert result.stdout == "two\nthree\n"
