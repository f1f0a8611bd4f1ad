"""Providers that are not captured: topics and a desk key for files and entries, and nothing for a unit that only has a role."""

from pathlib import Path

import pytest

from connectors.attach import attach
from connectors.check import check_live
from connectors.detach import detach
from connectors.feeds import feeds, withheld_of
from connectors.preview import preview
from connectors.worker import Worker
from domain.contract import ContractFile, read_contract
from settings import Settings
from tests.connectors.tap import forget_topics

SLUG = "quay_office"
ROLE = """
provider: lantern_bureau
row: 45
title: {zh: 灯会办, en: lantern bureau}
owner: 灯会办
liaison: {leader: 主任室, officer: 综合科}
legal_basis: [溧政办发〔2013〕59号]
mode: role
role: {zh: 督查考核, en: supervises}
"""


def _uncaptured(text: str, mode: str) -> ContractFile:
    lines = text.replace("harbour_office", SLUG).replace("mode: cdc", f"mode: {mode}").splitlines(keepends=True)
    start = next(number for number, line in enumerate(lines) if line.startswith("connection:"))
    return read_contract(
        "".join(lines[:start] + lines[start + 4 :]) + "withheld_tables: {crew_medical: 健康信息不出港务所 health data}\n", "x"
    )


def test_a_whole_withheld_table_is_told_as_a_column_of_all(harbour_text: str) -> None:
    told = withheld_of(_uncaptured(harbour_text, "file").contract)
    assert told[-1] == {"table": "crew_medical", "column": "*", "reason": "健康信息不出港务所 health data"}
    assert {each["column"] for each in told} == {"health", "secret_number", "diary", "guard_phone", "*"}


@pytest.mark.servers
@pytest.mark.parametrize("mode", ["file", "entry"])
def test_files_and_entries_get_topics_and_a_key(mode: str, harbour_text: str, settings: Settings, worker: Worker) -> None:
    forget_topics(settings, SLUG)
    key = settings.home / "keys" / "desk" / SLUG
    key.unlink(missing_ok=True)
    file = _uncaptured(harbour_text, mode)
    assert f"topics src.{SLUG}.boatman" in preview(file.contract, settings)
    assert [feed.state for feed in feeds([file.contract], settings, worker.states())] == ["not_attached"]
    first = attach(file, settings, worker)
    assert (first.ok, first.new_source) == (True, True)
    assert key.stat().st_mode & 0o777 == 0o600
    secret = key.read_text()
    second = attach(file, settings, worker)
    assert {change.state for change in second.changes} == {"unchanged"}
    assert (second.new_source, key.read_text()) == (False, secret)
    assert secret not in str(first)
    (feed,) = feeds([file.contract], settings, None)  # Connect has no part in it
    assert (feed.state, feed.mode, feed.slot_bytes) == ("open", mode, None)
    assert worker.state(f"src.{SLUG}").state == "not_attached"
    assert check_live(file, settings) == []
    gone = detach(file.contract, settings, worker)
    assert gone.ok
    assert gone.changes == []
    assert "nothing is taken away" in gone.notes[0]
    assert key.exists()
    forget_topics(settings, SLUG)


@pytest.mark.servers
def test_a_role_has_nothing_to_attach(settings: Settings, worker: Worker, tmp_path: Path) -> None:
    file = read_contract(ROLE, str(tmp_path / "lantern_bureau.yaml"))
    report = attach(file, settings, worker)
    assert (report.ok, report.changes) == (True, [])
    assert "nothing to attach" in preview(file.contract, settings)
    (feed,) = feeds([file.contract], settings, worker.states())
    assert (feed.state, feed.role, feed.tables, feed.withheld) == ("role", "督查考核", [], [])
    assert detach(file.contract, settings, worker).ok
