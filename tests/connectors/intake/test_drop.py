"""The drop folder takes finished files only, removes what was taken, and puts what is refused aside with its reason."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.intake import drop
from connectors.intake.drop import run_once
from connectors.intake.receipt import IntakeError, Receipt
from settings import Settings
from tests.connectors.intake.conftest import HERE

SLUG = "lodge_office"


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    """A home with one installed contract, and its drop folder."""
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / f"{SLUG}.yaml").write_text((HERE / "lodge_office.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "drop" / SLUG).mkdir(parents=True)
    here = "http://127.0.0.1:1"
    return Settings(
        home=tmp_path, kafka_bootstrap="127.0.0.1:1", connect_url=here, registry_url=here, registry_native_url=here, elasticsearch_url=here,
        store_dsn="postgresql://127.0.0.1:1/x", providers_dir=tmp_path / "none",
    )  # type: ignore[arg-type]  # fmt: skip  # pydantic turns text into a secret


@pytest.fixture
def look(home: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[str]]:
    """Look once, as if the files had been quiet for long; return what was submitted."""
    seen: list[str] = []

    def submit(_settings: Any, _intake: Any, contract: Any, path: Path) -> list[Receipt]:
        seen.append(path.name)
        if path.name.startswith("bad"):
            raise IntakeError("坏文件 bad file: mend it")
        return [Receipt(1, contract.provider, "keeper", "file", path.name, "done")]

    def looking() -> list[str]:
        seen.clear()
        run_once(home, None)  # type: ignore[arg-type]  # the stand-in above does not ask it
        return list(seen)

    monkeypatch.setattr(drop, "submit", submit)
    monkeypatch.setattr(drop, "_QUIET_SECONDS", 0.0)
    return looking


def test_finished_files_are_taken_and_removed(home: Settings, look: Callable[[], list[str]]) -> None:
    folder = home.home / "drop" / SLUG
    for name in ("a.csv", "~$a.xlsx", ".hidden", "b.xlsx.part", "c.csv"):
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "link.csv").symlink_to("/etc/hostname")
    (home.home / "drop" / "nobody").mkdir()
    (home.home / "drop" / "nobody" / "x.csv").write_text("x", encoding="utf-8")
    assert look() == ["a.csv", "c.csv"]
    assert sorted(path.name for path in folder.iterdir()) == [".hidden", "b.xlsx.part", "link.csv", "~$a.xlsx"]
    (folder / "b.xlsx.part").rename(folder / "b.xlsx")
    assert look() == ["b.xlsx"]


def test_a_refused_file_waits_aside_with_its_reason(home: Settings, look: Callable[[], list[str]]) -> None:
    folder = home.home / "drop" / SLUG
    for _ in range(2):
        (folder / "bad.xls").write_text("x", encoding="utf-8")
        assert look() == ["bad.xls"]
    assert look() == []
    assert sorted(path.name for path in (folder / "refused").iterdir()) == ["bad (2).xls", "bad (2).xls.txt", "bad.xls", "bad.xls.txt"]
    assert "bad file" in (folder / "refused" / "bad.xls.txt").read_text(encoding="utf-8")


def test_a_file_that_is_being_written_is_left_alone(home: Settings, look: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    path = home.home / "drop" / SLUG / "a.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("half")
        file.flush()
        assert look() == []
    monkeypatch.setattr(drop, "_QUIET_SECONDS", 60.0)
    os.utime(path, (0, time.time() - 3600))  # a copy may keep an old time of change
    assert look() == []
    monkeypatch.setattr(drop, "_QUIET_SECONDS", 0.0)
    assert look() == ["a.csv"]
