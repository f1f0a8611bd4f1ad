"""The watched drop folders ``<home>/drop/<slug>/``: a finished file is submitted and removed; a refused one waits in ``refused/``."""

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from connectors.intake.core import Intake
from connectors.intake.files import submit
from connectors.intake.receipt import IntakeError, Receipt
from domain.contract import Contract
from settings import Settings
from settings.contracts import contract_paths, load_contract

REFUSED = "refused"
_QUIET_SECONDS = 2.0
_PARTIAL = (".part", ".partial", ".tmp", ".crdownload", ".filepart")


def run_once(settings: Settings, intake: Intake) -> list[Receipt]:
    """Submit every finished file and return the receipts; a refused file's too.

    Raises:
        psycopg.OperationalError: the store is away; the files stay.
        KafkaException: the broker is away; the files stay.
    """
    receipts: list[Receipt] = []
    contracts = contract_paths(*settings.contract_folders)
    for folder in sorted(path for path in (settings.home / "drop").glob("*") if path.is_dir() and path.name in contracts):
        files = list(_finished(folder))
        if files:
            contract = load_contract(contracts[folder.name]).contract
            for path in files:
                receipts += _take(settings, intake, contract, path)
    return receipts


def _take(settings: Settings, intake: Intake, contract: Contract, path: Path) -> list[Receipt]:
    try:
        receipts = submit(settings, intake, contract, path)
    except IntakeError as error:
        _refuse(path, str(error))
        return [error.receipt] if error.receipt else []
    path.unlink(missing_ok=True)
    return receipts


def _refuse(path: Path, reason: str) -> None:
    """Put the file aside; one refused earlier under the same name stays."""
    folder = path.parent / REFUSED
    folder.mkdir(mode=0o770, exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem} ({number}){path.suffix}"
    path.replace(target)
    target.with_name(f"{target.name}.txt").write_text(f"{reason}\n", encoding="utf-8")


def _finished(folder: Path) -> Iterator[Path]:
    """Yield the files that nobody writes any more: quiet for a while, and held open for writing by no one."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith(("~$", ".")) or path.name.lower().endswith(_PARTIAL):
            continue
        found = path.lstat()
        if stat.S_ISREG(found.st_mode) and time.time() - found.st_ctime >= _QUIET_SECONDS and not _being_written(path):
            yield path


def _being_written(path: Path) -> bool:
    """Ask the kernel for a read lease, which it refuses while someone has the file open for writing."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return True
    try:
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False  # not our file, or no leases here: being quiet must do
    finally:
        os.close(handle)
    return False
