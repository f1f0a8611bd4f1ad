"""``huiliu demo --once`` from outside: as a user runs it, twice in a row, and with a process or server killed meanwhile."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cli.demo.ground import Ground
from tests.journey.conftest import PEOPLE, SEED

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
LIVE = "现场变更 live changes"


class Demo:
    """A running ``huiliu demo --once --json``."""

    def __init__(self, ground: Ground, log: Path, *options: str) -> None:
        command = [sys.executable, "-m", "cli.main", "demo", "--once", "--json", "--keep", "--people", str(PEOPLE), "--seed", str(SEED)]
        self._log = log
        self._process = subprocess.Popen(  # noqa: S603  # our own command
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=log.open("w"),
            text=True,
            env={**os.environ, "HUILIU_HOME": str(ground.stack.home)},
        )

    def wait_until_live(self) -> None:
        deadline = time.monotonic() + 120
        while LIVE not in self._log.read_text():
            assert time.monotonic() < deadline, self._log.read_text()
            assert self._process.poll() is None, self._log.read_text()
            time.sleep(0.1)

    def result(self) -> dict[str, Any]:
        """Return the JSON of the last line, once it ended well."""
        out, _ = self._process.communicate(timeout=400)
        assert self._process.returncode == 0, self._log.read_text() + out
        found: dict[str, Any] = json.loads(out.splitlines()[-1])
        return found


@pytest.mark.parametrize("turn", ["first", "second"])
def test_every_row_is_accounted_for_and_every_change_is_found(ground: Ground, tmp_path: Path, turn: str) -> None:
    result = Demo(ground, tmp_path / turn, "--providers", "all", "--seconds", "6", "--changes-per-second", "60").result()
    assert result["ok"] is True
    assert result["providers"] == 46
    assert result["rows"] > PEOPLE
    assert result["records"] > result["entities"] > PEOPLE
    assert result["changes"] == 360
    assert result["findings"]["looked_for"] >= 300
    assert result["findings"]["asked_of_api"] > 0
    assert result["latency_ms"]["p50"] > 0


@pytest.mark.parametrize("victim", ["streams-0", "indexer", "kafka", "elasticsearch"])
def test_kill_9_and_restart_lose_nothing(ground: Ground, tmp_path: Path, victim: str) -> None:
    demo = Demo(ground, tmp_path / victim, "--seconds", "20", "--changes-per-second", "60")
    demo.wait_until_live()
    (pid,) = [each.pid for each in ground.stack.status() if each.name == victim]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    time.sleep(2)
    assert {each.name: each.state for each in ground.stack.status()}[victim] == "crashed"
    ground.stack.up([victim])
    result = demo.result()
    assert result["ok"] is True
    assert result["missing"] == 0
    assert result["findings"]["failed"] == 0
