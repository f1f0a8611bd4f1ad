"""A department that keeps its data in MariaDB, on a real server: attached, followed, withheld from, and left without a trace."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.attach import attach
from connectors.check import check_live
from connectors.detach import detach
from connectors.feeds import feeds
from connectors.preview import preview
from connectors.report import Report
from connectors.worker import Worker
from domain.contract import ContractFile, read_contract
from domain.normalise import RowNormaliser
from settings import Settings
from tests.connectors.ferry import PASSWORD, SLUG, VARIABLE, Unavailable, connected, ferry_text, make_department, mariadb_server
from tests.connectors.harbour import CANARY, canaries
from tests.connectors.tap import Event, Tap, forget_topics

pytestmark = pytest.mark.servers

BOATMEN = f"src.{SLUG}.boatman"
Client = Any


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    try:
        with mariadb_server(tmp_path_factory.mktemp("mariadb")) as port:
            yield port
    except Unavailable as error:
        pytest.skip(f"NO MARIADB SERVER, so nothing of MariaDB is tested here: {error}")


@pytest.fixture(scope="module")
def ferry(harbour_text: str) -> ContractFile:
    return read_contract(ferry_text(harbour_text), f"{SLUG}.yaml")


@pytest.fixture(scope="module")
def dba(port: int, settings: Settings, worker: Worker) -> Iterator[Client]:
    worker.remove(f"src.{SLUG}")
    forget_topics(settings, SLUG)
    capture_url, dba_url = make_department(port, SLUG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, capture_url)
        patch.setenv(f"{VARIABLE}_ADMIN", dba_url)
        with connected(port, f"{SLUG}_dba", PASSWORD, SLUG) as connection:
            yield connection


@pytest.fixture(scope="module")
def attached(dba: Client, ferry: ContractFile, settings: Settings, worker: Worker) -> Iterator[Report]:
    _run(
        dba,
        "INSERT INTO boatman (id, citizen_id, name, born, grade, hired, seen, tonnage, health, secret_number, diary) VALUES "
        "(1, '11010519491231002X', '张三', '1949-12-31', '1', '2013-05-30 22:00:01.5', '2013-05-30 22:00:01', 12.50, %s, %s, %s)",
        *canaries("rest"),
    )
    _run(dba, "INSERT INTO berth VALUES ('东港', '12', %s)", CANARY)
    yield attach(ferry, settings, worker)
    worker.remove(f"src.{SLUG}")


@pytest.fixture(scope="module")
def tap(attached: Report, settings: Settings) -> Iterator[Tap]:
    assert attached.ok, attached.problems
    own = [f"src.{SLUG}.huiliu_signal", f"heartbeat.src.{SLUG}", f"history.src.{SLUG}"]
    connect = [f"huiliu-connect-{kind}" for kind in ("config", "offset", "status")]
    tap = Tap(settings, [BOATMEN, f"src.{SLUG}.berth", *own, *connect])
    yield tap
    tap.close()


def _run(dba: Client, statement: str, *values: object) -> None:
    with dba.cursor() as cursor:
        cursor.execute(statement, values or None)


def _last(tap: Tap, number: int, op: str) -> Event:
    def found() -> list[Event]:
        return [event for event in tap.events(BOATMEN, id=number) if event.value and event.value["op"] == op]

    tap.until(lambda: bool(found()))
    return found()[-1]


def _row(event: Event) -> dict[str, object]:
    assert event.value
    return dict(event.value["after"])


def test_a_second_run_changes_nothing(attached: Report, ferry: ContractFile, settings: Settings, worker: Worker, dba: Client) -> None:
    assert attached.ok, attached.problems
    assert any("the only layer" in note for note in attached.notes)
    again = attach(ferry, settings, worker)
    assert again.ok, again.problems
    assert {change.state for change in again.changes} == {"unchanged"}
    assert "nothing to do" in preview(ferry.contract, settings)
    assert check_live(ferry, settings) == []
    (feed,) = feeds([ferry.contract], settings, worker.states())
    assert (feed.state, feed.slot_bytes) == ("running", None)
    assert dba.open


def test_a_row_at_rest_and_its_values(tap: Tap, ferry: ContractFile) -> None:
    event = _last(tap, 1, "r")
    assert _row(event) == {
        "id": 1, "citizen_id": "11010519491231002X", "name": "张三", "born": "1949-12-31", "grade": "1", "remarks": None,
        "hired": "2013-05-30T22:00:01.5", "seen": "2013-05-30T22:00:01Z", "tonnage": "12.50",
    }  # fmt: skip
    row = RowNormaliser(SLUG, ferry.contract.table("boatman"))(event.key, event.value or {})
    assert row["records"][0]["values"]["birth_date"] == "1949-12-31"
    assert row["records"][0]["values"]["position"] == "一等船长"


def test_large_texts_are_flagged_or_stay_and_the_feed_goes_on(tap: Tap, dba: Client, ferry: ContractFile, worker: Worker) -> None:
    _run(dba, "INSERT INTO boatman (id, remarks, diary) VALUES (60, repeat('x', 65000), concat(%s, repeat('y', 10485760)))", CANARY)
    _run(dba, "UPDATE boatman SET name = '乙' WHERE id = 60")
    event = _last(tap, 60, "u")
    (record,) = RowNormaliser(SLUG, ferry.contract.table("boatman"))(event.key, event.value or {})["records"]
    assert record["flags"] == ["name:single_character", "note:too_long", "note:unreadable"]
    assert worker.state(f"src.{SLUG}").state == "running"


def test_changes_of_one_row_in_one_transaction_keep_their_order(tap: Tap, dba: Client, ferry: ContractFile) -> None:
    dba.begin()
    _run(dba, "INSERT INTO boatman (id, name) VALUES (10, '甲'), (11, '乙')")
    _run(dba, "UPDATE boatman SET name = '丙' WHERE id = 10")
    _run(dba, "UPDATE boatman SET name = '丁' WHERE id >= 10")
    _run(dba, "UPDATE boatman SET id = 12 WHERE id = 10")
    _run(dba, "DELETE FROM boatman WHERE id = 11")
    dba.commit()
    _last(tap, 11, "d")
    normaliser = RowNormaliser(SLUG, ferry.contract.table("boatman"))
    rows = [normaliser(event.key, event.value or {}) for number in (10, 11, 12) for event in tap.events(BOATMEN, id=number)]
    places = {(row["row_id"], row["lsn"], row["order"]) for row in rows}
    assert len(places) == len(rows) == 4 + 3 + 1
    for number, ops in ((10, ["upsert"] * 3 + ["delete"]), (11, ["upsert", "upsert", "delete"]), (12, ["upsert"])):
        own = [row for row in rows if row["row_id"].endswith(f"/{number}")]
        assert [row["op"] for row in sorted(own, key=lambda row: (row["lsn"], row["order"]))] == ops
    at_rest = normaliser({"id": 1}, _last(tap, 1, "r").value or {})
    assert all(row["lsn"] >= at_rest["lsn"] for row in rows)


def test_a_newly_captured_column_is_read_again(
    tap: Tap, ferry: ContractFile, harbour_text: str, settings: Settings, worker: Worker
) -> None:
    narrow = ferry_text(harbour_text).replace("tonnage: {to: {boatman.amount: internal}}", "tonnage: {ignore: not needed yet}")
    report = attach(read_contract(narrow, ferry.file), settings, worker)
    assert report.ok, report.problems
    assert any("excess select tonnage" in change.detail for change in report.changes)
    before = len(tap.events(BOATMEN, id=1))
    report = attach(ferry, settings, worker)
    assert report.ok, report.problems
    assert [change.detail for change in report.changes if "snapshot" in change.piece] == [f"{SLUG}.boatman"]
    tap.until(lambda: len(tap.events(BOATMEN, id=1)) > before)
    event = tap.events(BOATMEN, id=1)[-1]
    assert event.value
    assert event.value["source"]["snapshot"] == "incremental"
    assert _row(event)["tonnage"] == "12.50"


def test_rights_beyond_the_contract_are_taken_back(
    ferry: ContractFile, settings: Settings, worker: Worker, attached: Report, dba: Client
) -> None:
    assert attached.ok
    for right in ("SELECT (health)", "UPDATE"):
        _run(dba, f"GRANT {right} ON boatman TO {SLUG}_cap")
    _run(dba, f"GRANT SELECT ON wages TO {SLUG}_cap")
    report = attach(ferry, settings, worker)
    assert report.ok, report.problems
    (altered,) = [change.detail for change in report.changes if change.state == "altered"]
    assert altered == (f"{SLUG}.wages: not in the contract; {SLUG}.boatman: excess select health; {SLUG}.boatman: excess UPDATE")


def test_drift_is_told(ferry: ContractFile, settings: Settings, attached: Report, dba: Client) -> None:
    assert attached.ok
    _run(dba, "ALTER TABLE boatman ADD COLUMN weight int, RENAME COLUMN remarks TO notes")
    try:
        found = {problem.path: problem.message for problem in check_live(ferry, settings)}
    finally:
        _run(dba, "ALTER TABLE boatman DROP COLUMN weight, RENAME COLUMN notes TO remarks")
    assert "no column remarks" in found["tables.0.columns.remarks"]
    assert "is not in the contract" in found["tables.0.columns"]


@pytest.mark.parametrize(("setting", "bad", "good"), [("binlog_row_image", "MINIMAL", "FULL"), ("binlog_format", "MIXED", "ROW")])
@pytest.mark.usefixtures("attached")
def test_a_server_that_logs_too_little_is_refused(
    ferry: ContractFile, settings: Settings, port: int, setting: str, bad: str, good: str
) -> None:
    with connected(port) as root:
        _run(root, f"SET GLOBAL {setting} = '{bad}'")
        try:
            found = check_live(ferry, settings)
        finally:
            _run(root, f"SET GLOBAL {setting} = '{good}'")
    assert [f"set {setting}={good}" in problem.message for problem in found] == [True]


def test_a_wrong_password_is_one_sentence(
    ferry: ContractFile, settings: Settings, worker: Worker, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, f"mariadb://nobody:wrong@127.0.0.1:{port}/{SLUG}")
    (problem,) = attach(ferry, settings, worker).problems
    assert problem == f"127.0.0.1:{port}/{SLUG}: 密码或用户不对 the password or the user is wrong: correct {VARIABLE}"


def test_no_canary_anywhere(tap: Tap, stack_home: Path, worker: Worker, dba: Client, port: int) -> None:
    _run(dba, "INSERT INTO boatman (id, name, health, secret_number, diary) VALUES (50, '己', %s, %s, %s)", *canaries("50"))
    _run(dba, "UPDATE boatman SET health = %s, secret_number = %s, diary = %s, name = '庚' WHERE id = 50", *canaries("51"))
    _run(dba, "UPDATE boatman SET id = 52 WHERE id = 50")
    _run(dba, "DELETE FROM boatman WHERE id = 52")
    with connected(port, database=SLUG) as root:  # a statement in the log instead of its rows
        _run(root, "SET SESSION binlog_format = 'STATEMENT'")
        _run(root, "INSERT INTO boatman (id, name, health) VALUES (58, '辛', %s)", f"{CANARY}-statement")
    _run(dba, "INSERT INTO boatman (id, name, diary) VALUES (59, '末', %s)", CANARY)
    _last(tap, 59, "c")
    time.sleep(1)
    tap.read()
    parts = list(tap.parts())
    assert any("庚".encode() in part for part in parts)
    for secret in (CANARY, PASSWORD):
        assert not any(secret.encode() in part for part in parts)
        for log in (stack_home / "logs").iterdir():
            assert secret.encode() not in log.read_bytes(), log.name
        for path in ("/connectors?expand=info&expand=status", f"/connectors/src.{SLUG}/tasks"):
            assert secret not in worker._ask("GET", path).text


def test_a_log_that_begins_again_is_refused_until_it_counts_on(
    tap: Tap, ferry: ContractFile, settings: Settings, worker: Worker, dba: Client, port: int
) -> None:
    with connected(port) as root:
        for _ in range(3):
            _run(root, "FLUSH BINARY LOGS")
        _run(dba, "INSERT INTO boatman (id, name) VALUES (70, '前')")
        before = _last(tap, 70, "c")
        deadline = time.monotonic() + 20
        while (worker.binlog_place(f"src.{SLUG}") or ("",))[0] != (before.value or {})["source"]["file"]:
            assert time.monotonic() < deadline
            time.sleep(0.3)
        worker._ask("PUT", f"/connectors/src.{SLUG}/stop")
        time.sleep(1)
        _run(root, "RESET MASTER")
        (problem,) = attach(ferry, settings, worker).problems
        number = int((before.value or {})["source"]["file"].rpartition(".")[2])
        assert f"RESET MASTER TO {number + 1}" in problem
        _run(root, f"RESET MASTER TO {number + 1}")
        (problem,) = attach(ferry, settings, worker).problems
        assert "commit any change" in problem
    _run(dba, "INSERT INTO boatman (id, name) VALUES (71, '中')")
    report = attach(ferry, settings, worker)
    assert report.ok, report.problems
    _run(dba, "UPDATE boatman SET name = '后' WHERE id = 70")
    after = _last(tap, 70, "u")
    normaliser = RowNormaliser(SLUG, ferry.contract.table("boatman"))
    assert normaliser(after.key, after.value or {})["lsn"] > normaliser(before.key, before.value or {})["lsn"]


def test_detaching_leaves_no_trace(tap: Tap, ferry: ContractFile, settings: Settings, worker: Worker, dba: Client, port: int) -> None:
    assert tap.messages
    report = detach(ferry.contract, settings, worker)
    assert report.ok, report.problems
    with connected(port) as root, root.cursor() as cursor:
        cursor.execute(f"SHOW GRANTS FOR {SLUG}_cap")
        assert len(cursor.fetchall()) == 1  # what its DBA gave it
        cursor.execute("SHOW DATABASES LIKE 'huiliu%%'")
        assert not cursor.fetchall()
    assert detach(ferry.contract, settings, worker).ok  # once more: nothing is there
    assert dba.open
