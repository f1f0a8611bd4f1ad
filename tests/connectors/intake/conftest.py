"""A made-up lodge office that sends copies: its contract, and on real servers its topics, made anew for each test."""

import csv
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from connectors.intake.core import Intake
from domain.contract import Contract, read_contract
from schemas.topics import ensure_topics, source_topics
from settings import Settings

HERE = Path(__file__).parent
HEADINGS = ("编号", "姓名", "手机", "开业日期")
Write = Callable[..., Path]


@pytest.fixture
def lodge() -> Contract:
    """The contract, of a provider that handed nothing in yet."""
    contract = read_contract((HERE / "lodge_office.yaml").read_text(encoding="utf-8"), "lodge_office.yaml").contract
    return contract.model_copy(update={"provider": f"lodge_{time.time_ns() % 10**12}"})


@pytest.fixture
def attached(lodge: Contract, settings: Settings) -> Contract:
    """The contract with its topics there."""
    ensure_topics(settings.kafka_bootstrap, source_topics(lodge), 2)
    return lodge


@pytest.fixture
def intake(settings: Settings) -> Intake:
    """The intake of this process."""
    return Intake(settings)


@pytest.fixture
def keepers(tmp_path: Path) -> Write:
    """Write a CSV of keepers: rows are (number, name, mobile, day)."""

    def write(rows: Sequence[Sequence[str]], name: str = "掌柜.csv", headings: Sequence[str] = HEADINGS) -> Path:
        path = tmp_path / name
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows([headings, *rows])
        return path

    return write


def some(count: int) -> list[list[str]]:
    """Return ``count`` keepers."""
    return [[f"{number:04}", "王伟", f"139{number:08}", "2013-05-30"] for number in range(count)]
