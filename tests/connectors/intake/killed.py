"""Submits a file in a process that is killed at a chosen point: ``python killed.py HOME CONTRACT.json FILE POINT``."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from confluent_kafka import Producer

from connectors.intake import core, ledger, sending
from connectors.intake.core import Intake
from connectors.intake.files import submit
from domain.contract import Contract
from schemas import producing
from settings import Settings

_AFTER = 700  # events


def _die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _DyingProducer:
    """Hands on the first events, sees that the broker has them, and dies."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._real, self._count = Producer(config), 0

    def produce(self, *event: Any, **more: Any) -> None:
        self._count += 1
        if self._count > _AFTER:
            self._real.flush()
            _die()
        self._real.produce(*event, **more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _arm(point: str) -> None:
    if point == "staging":
        core.difference = _die
    elif point == "committed":
        sending.Sender.send = _die  # type: ignore[method-assign]  # the test's purpose
    elif point == "half sent":
        producing.Producer = _DyingProducer  # type: ignore[assignment, misc]  # likewise
    elif point == "all sent":
        ledger.settle = _die


if __name__ == "__main__":
    _arm(sys.argv[4])
    _settings = Settings.load(Path(sys.argv[1]))
    submit(_settings, Intake(_settings), Contract.model_validate_json(Path(sys.argv[2]).read_text(encoding="utf-8")), Path(sys.argv[3]))
