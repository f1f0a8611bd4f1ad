"""Copies on real servers: only what changed is sent, in Debezium's envelope; whole or not at all, whenever the process is killed."""

import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import psycopg
import pytest

from connectors.intake.core import Intake
from connectors.intake.files import submit
from connectors.intake.receipt import IntakeError, Receipt
from connectors.intake.rejects import write_rejects
from domain.contract import Contract
from settings import Settings
from tests.connectors.intake.conftest import HEADINGS, HERE, Write, some
from tests.connectors.tap import Event, Tap

pytestmark = pytest.mark.servers


class Desk:
    """The office at work: sends files and sees what reached its topic."""

    def __init__(self, settings: Settings, intake: Intake, contract: Contract) -> None:
        self.settings, self.intake, self.contract = settings, intake, contract
        self.topic = f"src.{contract.provider}.keeper"
        self.tap = Tap(settings, [self.topic])

    def send(self, path: Path, **more: Any) -> Receipt:
        return submit(self.settings, self.intake, self.contract, path, **more)[0]

    def refusal(self, path: Path) -> str:
        with pytest.raises(IntakeError) as told:
            self.send(path)
        return str(told.value)

    def events(self) -> list[Event]:
        self.tap.read(1)
        return self.tap.events(self.topic)

    def new_events(self) -> list[Event]:
        before = len(self.tap.messages)
        return self.events()[before:]


@pytest.fixture
def desk(settings: Settings, intake: Intake, attached: Contract) -> Desk:
    return Desk(settings, intake, attached)


def counts(receipt: Receipt) -> tuple[int, ...]:
    return receipt.rows, receipt.created, receipt.updated, receipt.deleted, receipt.unchanged, receipt.rejected


def test_a_copy_becomes_changes(desk: Desk, keepers: Write) -> None:
    first = desk.send(keepers(some(10)))
    assert (first.state, counts(first)) == ("done", (10, 10, 0, 0, 0, 0))
    event = next(each for each in desk.new_events() if each.key == {"编号": "0003"})
    assert event.value
    assert event.value["after"] == {"编号": "0003", "姓名": "王伟", "手机": "13900000003", "开业日期": "2013-05-30"}
    assert (event.value["op"], event.value["source"]["connector"], event.value["source"]["snapshot"]) == ("c", "file", "false")
    assert event.value["source"]["lsn"] == first.id << 32 | 5
    assert event.value["source"]["name"] == f"src.{desk.contract.provider}"
    changed = [*some(9)[:8], ["0008", "李四", "13900000008", "2013-05-30"], ["0010", "赵六", "13900000010", "2013年5月"]]
    second = desk.send(keepers(changed))
    assert counts(second) == (10, 1, 1, 1, 8, 0)
    said = {
        event.key["编号"]: event.value and (event.value["op"], event.value["after"] and event.value["after"]["姓名"])
        for event in desk.new_events()
    }
    assert said == {"0008": ("u", "李四"), "0009": ("d", None), "0010": ("c", "赵六")}


def test_the_same_file_twice_does_nothing(desk: Desk, keepers: Write) -> None:
    path, other = keepers(some(10)), keepers(some(9), "b.csv")
    first = desk.send(path)
    again = desk.send(path)
    assert (again.state, again.id) == ("repeated", first.id)
    assert desk.send(other).deleted == 1
    assert desk.send(path).created == 1  # back to an earlier copy is a change


def test_beyond_its_limits_a_copy_waits_for_a_person(desk: Desk, keepers: Write) -> None:
    desk.send(keepers(some(10)))
    desk.new_events()
    path = keepers(some(5), "half.csv")
    waiting = desk.send(path)
    assert (waiting.state, waiting.deleted) == ("waiting", 5)
    assert "5 / 10" in waiting.reason
    assert desk.send(path).id == waiting.id
    assert not desk.new_events()
    with pytest.raises(IntakeError, match="who decides"):
        desk.intake.confirm(waiting.id, " ")
    assert desk.intake.confirm(waiting.id, "业务科").state == "done"
    assert [event.value["op"] for event in desk.new_events() if event.value] == ["d"] * 5
    with pytest.raises(IntakeError, match="does not wait"):
        desk.intake.confirm(waiting.id, "业务科")


def test_a_waiting_copy_is_cancelled_or_superseded(desk: Desk, keepers: Write) -> None:
    desk.send(keepers(some(10)))
    waiting = desk.send(keepers(some(5), "half.csv"))
    assert desk.intake.cancel(waiting.id, "业务科").state == "cancelled"
    waiting = desk.send(keepers(some(4), "less.csv"))
    assert desk.send(keepers(some(9), "mended.csv")).state == "done"
    assert desk.intake.receipt(waiting.id).state == "cancelled"
    assert {event.key["编号"] for event in desk.events() if event.value and event.value["op"] == "d"} == {"0009"}


def test_a_mere_check_keeps_nothing(desk: Desk, keepers: Write) -> None:
    receipt = desk.send(keepers(some(10)), dry=True)
    assert (receipt.id, receipt.state, receipt.created) == (0, "staged", 10)
    assert not desk.events()
    assert not desk.intake.history(desk.contract.provider, 9)


def test_a_rejected_row_is_neither_sent_nor_deleted_and_comes_back_mended(desk: Desk, keepers: Write, tmp_path: Path) -> None:
    desk.send(keepers(some(10)))
    desk.new_events()
    rows = some(11)
    rows[3][1], rows[10][1] = "", ""
    rows += [["0004", "=HYPERLINK(1)", "13900000004", ""], ["", "无号", "", ""]]
    receipt = desk.send(keepers(rows, "b.csv"))
    assert counts(receipt) == (13, 0, 0, 0, 9, 4)
    assert [(each.line, each.column) for each in receipt.rejects] == [(5, "姓名"), (12, "姓名"), (13, "编号"), (14, "编号")]
    assert "line 6" in receipt.rejects[2].reason
    assert not desk.new_events()
    path = tmp_path / "退回.xlsx"
    assert write_rejects(desk.settings, receipt.id, path) == 4
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["行 line", "列 column", "原因 reason", "处理 remedy", *HEADINGS]
    assert [cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None] == ["s"] * sum(
        cell.value is not None for row in sheet.iter_rows() for cell in row
    )
    assert sheet["F4"].value == "=HYPERLINK(1)"
    for line, name in ((2, "钱七"), (3, "孙八")):
        sheet.cell(line, 6).value = name
    sheet.delete_rows(4, 2)
    book.save(path)
    mended = desk.send(path)
    assert counts(mended) == (2, 1, 1, 0, 0, 0)
    assert {event.key["编号"]: event.value["after"]["姓名"] for event in desk.new_events() if event.value} == {
        "0003": "钱七",
        "0010": "孙八",
    }


def test_withheld_things_refuse_the_file_and_leave_nothing(desk: Desk, keepers: Write, settings: Settings) -> None:
    path = keepers([["1", "王伟", "", "", "canary7d1f"]], headings=(*HEADINGS, "健康"))
    assert "健康" in desk.refusal(path)
    assert not desk.events()
    assert desk.intake.history(desk.contract.provider, 9)[0].state == "refused"
    with psycopg.connect(settings.store_dsn.get_secret_value()) as store:
        for table in ("intake_submission", "intake_change", "intake_reject", "intake_row", "intake_trace", "intake_feed"):
            assert store.execute(f"select count(*) from {table} t where t::text like '%canary7d1f%'").fetchone() == (0,)


def test_a_zip_with_one_bad_table_sends_nothing(desk: Desk, keepers: Write, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "客栈"
    book.active.append(["门牌", "名称"])
    book.active.append(["12", "=1+1"])
    book.save(tmp_path / "客栈.xlsx")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(keepers(some(3)), "掌柜.csv")
        archive.write(tmp_path / "客栈.xlsx", "客栈.xlsx")
    assert "formula" in desk.refusal(tmp_path / "all.zip")
    assert not desk.events()


def test_no_value_stands_in_the_store(desk: Desk, keepers: Write, settings: Settings) -> None:
    desk.send(keepers(some(20)))
    desk.send(keepers([*some(20)[:12], ["0013", "", "13955555555", ""]], "b.csv"))  # waits, with a reject
    with psycopg.connect(settings.store_dsn.get_secret_value()) as store:
        for table in ("intake_submission", "intake_change", "intake_reject", "intake_row", "intake_trace"):
            for row in store.execute(f"select * from {table}"):
                text = b"|".join(cell if isinstance(cell, bytes) else str(cell).encode() for cell in row)
                assert "王伟".encode() not in text
                assert b"139" + b"0" * 6 not in text
                assert b"13955555555" not in text


def test_not_attached_is_told(settings: Settings, intake: Intake, lodge: Contract, keepers: Write) -> None:
    with pytest.raises(IntakeError, match="not attached"):
        submit(settings, intake, lodge, keepers(some(1)))


@pytest.mark.parametrize("point", ["staging", "committed", "half sent", "all sent"])
def test_killed_at_any_point_it_is_sent_whole_or_not_at_all(desk: Desk, keepers: Write, tmp_path: Path, point: str) -> None:
    rows = some(2_000)
    desk.send(keepers(rows))
    desk.events()
    changed = [[number, "李四", mobile, day] for number, _, mobile, day in rows[:1_000]] + rows[1_000:1_900]
    path = keepers(changed, "b.csv")
    contract = tmp_path / "contract.json"
    contract.write_text(desk.contract.model_dump_json(by_alias=True), encoding="utf-8")
    command = [sys.executable, str(HERE / "killed.py"), str(desk.settings.home), str(contract), str(path), point]
    assert subprocess.run(command, check=False, timeout=60).returncode == -9  # noqa: S603  # our own
    resumed = [each for each in desk.intake.resume() if each.provider == desk.contract.provider]
    if point == "staging":
        assert not resumed
        assert not desk.new_events()
        assert counts(desk.send(path)) == (1_900, 0, 1_000, 100, 900, 0)
    else:
        assert [(each.state, each.updated, each.deleted) for each in resumed] == [("done", 1_000, 100)]
        assert desk.send(path).state == "repeated"
    sent = {(event.key["编号"], event.value["op"], event.value["source"]["lsn"]) for event in desk.events()[2_000:] if event.value}
    assert Counter(op for _, op, _ in sent) == {"u": 1_000, "d": 100}  # an event that was sent twice has one position
    assert counts(desk.send(keepers([*changed, ["9999", "孙八", "", ""]], "c.csv"))) == (1_901, 1, 0, 0, 1_900, 0)
