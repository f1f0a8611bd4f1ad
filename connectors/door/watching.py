"""Watches the drop folders in a thread, and finishes at start what an interruption left half sent."""

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from confluent_kafka import KafkaException
from psycopg import OperationalError

from connectors.intake.receipt import IntakeError, Receipt
from domain.contract import Contract

EVERY_SECONDS = 2.0
_AWAY = (KafkaException, OperationalError, OSError)
_log = logging.getLogger(__name__)


class Watcher:
    """Runs until told to stop. A server that is away, or a file that makes us fail, never ends it."""

    def __init__(
        self,
        home: Path,
        attached: Callable[[], Iterable[Contract]],
        resume: Callable[[], list[Receipt]],
        run_once: Callable[[], list[Receipt]],
    ) -> None:
        """``resume`` and ``run_once`` are intake's; ``attached`` gives the contracts whose feed is attached."""
        self._home = home
        self._attached = attached
        self._resume = resume
        self._run_once = run_once
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="drop", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End after the file under way."""
        self._stop.set()
        self._thread.join(10)

    def _run(self) -> None:
        resumed = False
        while not self._stop.is_set():
            resumed = resumed or self._once("resume", self._resume)
            self._once("drop folders", self._look)
            self._stop.wait(EVERY_SECONDS)

    def _look(self) -> list[Receipt]:
        for contract in self._attached():
            if contract.mode == "file":
                (self._home / "drop" / contract.provider).mkdir(mode=0o770, parents=True, exist_ok=True)
        return self._run_once()

    def _once(self, what: str, action: Callable[[], list[Receipt]]) -> bool:
        """Do one round and log its receipts by number; return whether it could be done."""
        try:
            receipts = action()
        except _AWAY as error:
            _log.warning("%s: %s; tried again", what, type(error).__name__)
            return False
        except IntakeError as error:
            _log.warning("%s: %s", what, error)  # its sentence holds no value
            return True
        except Exception as error:  # noqa: BLE001  # a fault of ours in one file must not end the watch; its message may quote a value
            _log.error("%s: fault %s", what, type(error).__name__)
            return True
        for receipt in receipts:
            _log.info("%s: receipt %d of %s/%s is %s", what, receipt.id, receipt.provider, receipt.table, receipt.state)
        return True
