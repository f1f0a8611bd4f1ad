"""The drop folders: made for who is attached by file, looked at again and again, whatever goes wrong in between."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from psycopg import OperationalError

from connectors.door import watching
from connectors.door.watching import Watcher
from connectors.intake.receipt import IntakeError, Receipt
from domain.contract import Contract
from tests.connectors.door.test_records import ferry

SECRET = "王伟"


def by_file() -> Contract:
    return ferry().model_copy(update={"mode": "file", "provider": "lock_office"})


def watch(home: Path, resume: Callable[[], list[Receipt]], once: Callable[[], list[Receipt]], rounds: int) -> None:
    """Run until ``once`` was asked ``rounds`` times."""
    done = threading.Event()
    left = [rounds]

    def counted() -> list[Receipt]:
        left[0] -= 1
        if left[0] <= 0:
            done.set()
        return once()

    watcher = Watcher(home, lambda: [ferry(), by_file()], resume, counted)
    watcher.start()
    assert done.wait(5)
    watcher.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "EVERY_SECONDS", 0.01)


def test_only_who_hands_in_files_gets_a_folder(tmp_path: Path) -> None:
    watch(tmp_path, list, list, 1)
    assert [path.name for path in (tmp_path / "drop").iterdir()] == ["lock_office"]


def test_resume_is_tried_until_the_servers_are_there_and_then_no_more(tmp_path: Path) -> None:
    tried: list[int] = []

    def resume() -> list[Receipt]:
        tried.append(1)
        if len(tried) < 3:
            raise OperationalError(SECRET)
        return []

    watch(tmp_path, resume, list, 6)
    assert len(tried) == 3


@pytest.mark.parametrize("error", [OperationalError(SECRET), IntakeError("不行 no: mend it"), RuntimeError(SECRET), OSError(SECRET)])
def test_nothing_that_goes_wrong_ends_the_watch_or_tells_a_value(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def once() -> list[Receipt]:
        raise error

    watch(tmp_path, list, once, 3)
    assert caplog.records
    assert SECRET not in caplog.text


def test_receipts_are_logged_by_number(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    receipt = replace(Receipt(5, "lock_office", "ferryman", "file", SECRET, "done"))
    watch(tmp_path, list, lambda: [receipt], 1)
    assert "receipt 5 of lock_office/ferryman is done" in caplog.text
    assert SECRET not in caplog.text
