"""One attached provider on real servers: what its topics hold, and what they never hold."""

import time
from pathlib import Path

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from connectors.address import Address
from connectors.attach import attach
from connectors.debezium import connector_config
from connectors.names import connector_name
from connectors.report import Report
from connectors.signals import snapshot_signal
from connectors.state import read_slot
from connectors.worker import Worker
from domain.contract import Contract, ContractFile
from domain.normalise import UNAVAILABLE, RowNormaliser
from settings import Settings
from tests.connectors.harbour import CANARY, PASSWORD, canaries
from tests.connectors.tap import Event, Tap

pytestmark = pytest.mark.servers

BOATMEN, BERTHS, HEARTBEATS = "src.harbour_office.boatman", "src.harbour_office.berth", "heartbeat.src.harbour_office"
# Debezium hands these on to what reads them, so its own list of options does not have them.
_HANDED_ON = ("key.converter.", "value.converter.", "topic.heartbeat.prefix", "column.truncate.to.")


def _last(tap: Tap, identifier: int, op: str, count: int = 1) -> Event:
    """Return the latest event of a boatman with this operation, once there are ``count`` of them."""

    def found() -> list[Event]:
        return [event for event in tap.events(BOATMEN, id=identifier) if event.value and event.value["op"] == op]

    tap.until(lambda: len(found()) >= count)
    return found()[-1]


def _row(event: Event) -> dict[str, object]:
    assert event.value
    return dict(event.value["after"])


def test_debezium_knows_every_option(worker: Worker, harbour: Contract, settings: Settings) -> None:
    config = connector_config(harbour, Address("127.0.0.1", 9, "d", "u", "p"), "p", settings.registry_native_url)
    verdict = worker.validate(config | {"name": "src.harbour_office"})
    known = {each["value"]["name"] for each in verdict["configs"]}
    assert [name for name in config if name not in known and not name.startswith(_HANDED_ON)] == []
    wrong = {each["value"]["name"]: each["value"]["errors"] for each in verdict["configs"] if each["value"]["errors"]}
    assert set(wrong) <= {"database.hostname"}  # port 9 answers nobody


def test_first_attach_makes_every_piece(attached: Report) -> None:
    assert attached.ok, attached.problems
    assert [change.state for change in attached.changes] == ["created"] * 6
    assert attached.notes == []


def test_second_attach_changes_nothing(attached: Report, harbour_file: ContractFile, settings: Settings, worker: Worker) -> None:
    again = attach(harbour_file, settings, worker)
    assert again.ok, again.problems
    assert [(change.piece, change.state) for change in again.changes] == [(change.piece, "unchanged") for change in attached.changes]


def test_snapshot_becomes_the_contracts_record(tap: Tap, harbour: Contract) -> None:
    event = _last(tap, 1, "r")
    assert set(_row(event)) == set(harbour.table("boatman").captured)
    record = RowNormaliser("harbour_office", harbour.table("boatman"))(event.key, event.value or {})["records"][0]
    assert record["values"] == {
        "citizen_id": "11010519491231002X", "name": "张三", "birth_date": "1949-12-31", "position": "一等船长",
        "valid_from": "2013-05-30", "event_date": "2013-05-30", "amount": "12.5", "status": "registered",
    }  # fmt: skip
    assert record["flags"] == []


@pytest.mark.usefixtures("attached")
def test_capture_role_cannot_read_what_is_withheld(harbour_addresses: tuple[str, str]) -> None:
    with psycopg.connect(harbour_addresses[0], autocommit=True) as capture:
        assert capture.execute("SELECT name FROM boatman WHERE id = 1").fetchone() == ("张三",)
        for statement in ("SELECT health FROM boatman", "SELECT * FROM boatman", "TABLE wages", "DELETE FROM boatman"):
            with pytest.raises(InsufficientPrivilege):
                capture.execute(statement)


def test_toast_key_change_delete_and_truncate(tap: Tap, dba: psycopg.Connection) -> None:
    long = "长" * 30 + canaries("long")[2].replace(CANARY, "")
    dba.execute("INSERT INTO boatman (id, name, remarks, diary) VALUES (20, '甲', %s, %s)", (long, canaries("20")[2]))
    dba.execute("UPDATE boatman SET name = '乙' WHERE id = 20")
    dba.execute("UPDATE boatman SET id = 21 WHERE id = 20")
    dba.execute("DELETE FROM boatman WHERE id = 21")
    dba.execute("INSERT INTO port.berth VALUES ('西港', '1', %s)", (CANARY,))
    dba.execute("TRUNCATE port.berth")
    assert _row(_last(tap, 20, "c"))["remarks"] == long
    assert _row(_last(tap, 20, "u"))["remarks"] == UNAVAILABLE
    gone, come, deleted = _last(tap, 20, "d"), _last(tap, 21, "c"), _last(tap, 21, "d")
    assert gone.value
    assert come.value
    assert gone.value["source"]["lsn"] == come.value["source"]["lsn"]  # a move, at one position
    assert _row(come)["name"] == "乙"
    assert deleted.value
    assert deleted.value["before"]["id"] == 21
    tap.until(lambda: bool(tap.events(BERTHS, harbour="西港", number="1")))
    tap.read()
    assert {event.value["op"] for event in tap.events(BERTHS) if event.value} <= {"r", "c"}  # no truncate: it would name no row
    assert all(event.value is not None for event in tap.events(BOATMEN))  # no tombstone


def test_update_of_a_withheld_column_shows_only_that_something_changed(tap: Tap, dba: psycopg.Connection) -> None:
    dba.execute("INSERT INTO boatman (id, name) VALUES (30, '丙')")
    dba.execute("UPDATE boatman SET health = %s, secret_number = %s, diary = %s WHERE id = 30", canaries("30"))
    assert _row(_last(tap, 30, "u")) == _row(_last(tap, 30, "c"))


def test_signal_reads_a_table_again(tap: Tap, dba: psycopg.Connection, harbour: Contract) -> None:
    before = len(tap.events(BOATMEN, id=1))
    dba.execute(snapshot_signal([("public", "boatman")]))
    tap.until(lambda: len(tap.events(BOATMEN, id=1)) > before)
    event = tap.events(BOATMEN, id=1)[-1]
    assert event.value
    assert event.value["source"]["snapshot"] == "incremental"
    assert RowNormaliser("harbour_office", harbour.table("boatman"))(event.key, event.value)["lsn"] > 0
    assert dba.execute("SELECT count(*) FROM huiliu.huiliu_signal WHERE id LIKE '%-open' OR id LIKE '%-close'").fetchone() == (0,)


def test_heartbeat_moves_the_slot_of_an_idle_database(tap: Tap, dba: psycopg.Connection) -> None:
    def confirmed() -> str:
        row = dba.execute("SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE slot_name = 'huiliu_harbour_office'").fetchone()
        assert row
        return str(row[0])

    tap.read()
    start, events = confirmed(), len(tap.events(BOATMEN))
    deadline = time.monotonic() + 25
    while confirmed() == start:
        assert time.monotonic() < deadline, "the slot did not move"
        time.sleep(0.2)
    tap.read()
    assert len(tap.events(BOATMEN)) == events
    assert any(message.topic() == HEARTBEATS for message in tap.messages)


def test_a_newly_mapped_column_is_read_again(
    tap: Tap, harbour_file: ContractFile, settings: Settings, worker: Worker, dba: psycopg.Connection
) -> None:
    narrower = ", ".join(column for column in harbour_file.contract.table("boatman").captured if column != "tonnage")
    dba.execute(f"ALTER PUBLICATION huiliu_harbour_office SET TABLE boatman ({narrower}), port.berth (harbour, number)")
    before = len(tap.events(BOATMEN, id=1))
    report = attach(harbour_file, settings, worker)
    states = {change.piece.split()[-1]: change.state for change in report.changes}
    assert states["publication"] == "altered"
    assert states["snapshot"] == "created"
    tap.until(lambda: len(tap.events(BOATMEN, id=1)) > before)


@pytest.mark.usefixtures("attached")
def test_drifted_rights_and_publication_are_mended(
    harbour_file: ContractFile, settings: Settings, worker: Worker, dba: psycopg.Connection
) -> None:
    dba.execute("GRANT SELECT (health), UPDATE ON boatman TO harbour_office_capture")
    dba.execute("GRANT SELECT ON wages TO harbour_office_capture")
    dba.execute("ALTER PUBLICATION huiliu_harbour_office ADD TABLE wages")
    report = attach(harbour_file, settings, worker)
    assert report.ok, report.problems
    altered = {change.piece.split()[-1]: change.detail for change in report.changes if change.state == "altered"}
    assert altered["grants"] == "public.boatman: excess health, excess write; public.wages: not in the contract"
    assert altered["publication"] == "public.wages"
    assert dba.execute("SELECT has_table_privilege('harbour_office_capture', 'wages', 'SELECT')").fetchone() == (False,)


@pytest.mark.usefixtures("attached")
def test_a_right_through_public_is_not_overlooked(
    harbour_file: ContractFile, settings: Settings, worker: Worker, dba: psycopg.Connection
) -> None:
    dba.execute("GRANT SELECT (health) ON boatman TO PUBLIC")
    try:
        report = attach(harbour_file, settings, worker)
        assert not report.ok
        assert "excess health" in report.problems[0]
        assert "PUBLIC" in report.problems[0]
    finally:
        dba.execute("REVOKE ALL ON boatman FROM PUBLIC")


def test_a_lost_slot_reads_the_tables_again(
    tap: Tap, harbour_file: ContractFile, settings: Settings, worker: Worker, dba: psycopg.Connection, cluster: psycopg.Connection
) -> None:
    name = connector_name("harbour_office")
    worker._ask("PUT", f"/connectors/{name}/stop")
    deadline = time.monotonic() + 10
    while cluster.execute("SELECT active FROM pg_replication_slots WHERE slot_name = 'huiliu_harbour_office'").fetchone() == (True,):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    cluster.execute("SELECT pg_drop_replication_slot('huiliu_harbour_office')")
    dba.execute("INSERT INTO boatman (id, name) VALUES (40, '丁')")
    report = attach(harbour_file, settings, worker)
    assert report.ok, report.problems
    assert report.changes[-1].detail == "resumed"
    assert _row(_last(tap, 40, "r"))["name"] == "丁"
    dba.execute("UPDATE boatman SET name = '戊' WHERE id = 40")
    assert _row(_last(tap, 40, "u"))["name"] == "戊"


@pytest.mark.usefixtures("attached")
def test_a_failed_task_says_why_and_attaching_mends_it(
    harbour_file: ContractFile, settings: Settings, worker: Worker, dba: psycopg.Connection
) -> None:
    name = connector_name("harbour_office")
    dba.execute("DROP PUBLICATION huiliu_harbour_office")
    worker.restart(name)
    deadline = time.monotonic() + 20
    while (state := worker.state(name)).state != "failed":
        assert time.monotonic() < deadline, state
        time.sleep(0.2)
    assert "publication" in state.reason
    report = attach(harbour_file, settings, worker)
    assert report.ok, report.problems
    assert [change.piece.split()[-1] for change in report.changes if change.state == "created"] == ["publication", "snapshot"]
    assert worker.state(name).state == "running"


def test_no_canary_anywhere(
    tap: Tap, stack_home: Path, worker: Worker, dba: psycopg.Connection, harbour_addresses: tuple[str, str]
) -> None:
    dba.execute("INSERT INTO boatman (id, name, health, secret_number, diary) VALUES (50, '己', %s, %s, %s)", canaries("50"))
    dba.execute("UPDATE boatman SET health = %s, secret_number = %s, diary = %s, name = '庚' WHERE id = 50", canaries("51"))
    dba.execute("UPDATE boatman SET id = 52 WHERE id = 50")
    dba.execute("DELETE FROM boatman WHERE id = 52")
    dba.execute("INSERT INTO boatman (id, name, diary) VALUES (59, '末', %s)", (CANARY,))
    _last(tap, 59, "c")
    tap.read()
    parts = list(tap.parts())
    assert len(parts) > 50
    assert any("庚".encode() in part for part in parts)  # what may leave did
    for secret in (CANARY, PASSWORD):
        assert not any(secret.encode() in part for part in parts)
        logs = [path.read_bytes() for path in (stack_home / "logs").iterdir() if path.is_file()]
        assert logs
        assert not any(secret.encode() in log for log in logs)
        shown = [
            worker._ask("GET", path).text for path in ("/connectors?expand=info&expand=status", "/connectors/src.harbour_office/tasks")
        ]
        assert all(secret not in text and repr(secret)[1:-1] not in text for text in shown)
    with psycopg.connect(harbour_addresses[0], row_factory=psycopg.rows.dict_row, autocommit=True) as capture:
        assert read_slot(capture, "harbour_office")
