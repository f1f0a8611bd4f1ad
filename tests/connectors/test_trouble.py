"""Each bad state on real servers is one sentence with place and remedy, and leaves nothing half made."""

from urllib.parse import urlsplit

import psycopg
import pytest

from connectors.attach import attach
from connectors.check import check_live
from connectors.detach import detach
from connectors.worker import Worker
from domain.contract import ContractFile, read_contract
from settings import Settings
from tests.connectors.harbour import PASSWORD, TABLES, make_department

pytestmark = pytest.mark.servers

SLUG, VARIABLE = "ferry_office", "HUILIU_SOURCE_FERRY_OFFICE"


@pytest.fixture(scope="module")
def urls(cluster: psycopg.Connection) -> tuple[str, str]:
    return make_department(cluster, SLUG, TABLES)


@pytest.fixture
def ferry(harbour_text: str, urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> ContractFile:
    monkeypatch.setenv(VARIABLE, urls[0])
    monkeypatch.setenv(f"{VARIABLE}_ADMIN", urls[1])
    return read_contract(harbour_text.replace("harbour_office", SLUG).replace("HARBOUR_OFFICE", "FERRY_OFFICE"), f"{SLUG}.yaml")


def _problem(file: ContractFile, settings: Settings, worker: Worker) -> str:
    report = attach(file, settings, worker)
    (problem,) = report.problems
    assert "\n" not in problem
    assert PASSWORD not in problem
    assert worker.state(f"src.{SLUG}").state == "not_attached"
    return problem


def test_wrong_password(
    ferry: ContractFile, urls: tuple[str, str], settings: Settings, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, urls[0].replace(urlsplit(urls[0]).password or "", "wrong"))
    problem = _problem(ferry, settings, worker)
    assert "the password or the user is wrong" in problem
    assert VARIABLE in problem
    assert [(found.path, found.line) for found in check_live(ferry, settings)] == [("connection.url_env", 11)]


def test_database_down(ferry: ContractFile, settings: Settings, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "postgresql://u:p@127.0.0.1:9/d")
    assert _problem(ferry, settings, worker) == "127.0.0.1:9/d: 数据库不可达 the database is down: start it"


def test_detaching_from_a_database_that_is_down_says_what_is_left(
    ferry: ContractFile, settings: Settings, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "postgresql://u:p@127.0.0.1:9/d")
    (problem,) = detach(ferry.contract, settings, worker).problems
    assert "the slot and the publication are still there" in problem


def test_no_such_database(
    ferry: ContractFile, urls: tuple[str, str], settings: Settings, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, urls[0].rpartition("/")[0] + "/nowhere")
    assert "there is no such database" in _problem(ferry, settings, worker)


def test_variable_not_set(ferry: ContractFile, settings: Settings, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE)
    assert f"{VARIABLE} is not set" in _problem(ferry, settings, worker)


def test_connect_down(ferry: ContractFile, settings: Settings) -> None:
    with Worker("http://127.0.0.1:9") as nobody:
        (problem,) = attach(ferry, settings, nobody).problems
    assert "does not answer at http://127.0.0.1:9" in problem


def test_role_without_replication(ferry: ContractFile, settings: Settings, worker: Worker, cluster: psycopg.Connection) -> None:
    cluster.execute("ALTER ROLE ferry_office_capture NOREPLICATION")
    try:
        assert "ALTER ROLE ferry_office_capture REPLICATION" in _problem(ferry, settings, worker)
    finally:
        cluster.execute("ALTER ROLE ferry_office_capture REPLICATION")


def test_wal_level_is_not_logical(ferry: ContractFile, settings: Settings, worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(settings.store_dsn.get_secret_value(), autocommit=True) as store:
        elsewhere, _ = make_department(store, SLUG, TABLES)
        monkeypatch.setenv(VARIABLE, elsewhere)
        try:
            report = attach(ferry, settings, worker)
        finally:
            store.execute("DROP DATABASE ferry_office WITH (FORCE)")
    assert any("wal_level" in problem and "set wal_level=logical" in problem for problem in report.problems)


def test_a_column_that_is_gone_and_one_that_is_new(ferry: ContractFile, urls: tuple[str, str], settings: Settings, worker: Worker) -> None:
    with psycopg.connect(urls[1], autocommit=True) as dba:
        dba.execute("ALTER TABLE boatman RENAME COLUMN born TO birthday")
        try:
            report = attach(ferry, settings, worker)
            checked = {found.path: found for found in check_live(ferry, settings)}
        finally:
            dba.execute("ALTER TABLE boatman RENAME COLUMN birthday TO born")
    assert len(report.problems) == 1
    assert "has no column born" in report.problems[0]
    assert "column birthday (date) of boatman is not in the contract" in report.notes[0]
    assert set(checked) == {"tables.0.columns", "tables.0.columns.born"}
    assert checked["tables.0.columns.born"].line == 23


def test_a_slot_of_somebody_else(ferry: ContractFile, settings: Settings, worker: Worker, cluster: psycopg.Connection) -> None:
    cluster.execute("SELECT pg_create_logical_replication_slot('huiliu_ferry_office', 'pgoutput')")
    try:
        assert "belongs to postgres" in _problem(ferry, settings, worker)
    finally:
        cluster.execute("SELECT pg_drop_replication_slot('huiliu_ferry_office')")


def test_without_a_dba_address_the_sql_is_handed_over(
    harbour_text: str, ferry: ContractFile, urls: tuple[str, str], settings: Settings, worker: Worker
) -> None:
    with psycopg.connect(urls[1], autocommit=True) as dba:
        dba.execute("DROP PUBLICATION IF EXISTS huiliu_ferry_office; DROP TABLE IF EXISTS huiliu.huiliu_signal")
        dba.execute("REVOKE ALL ON boatman, port.berth FROM ferry_office_capture")
        lines = harbour_text.replace("harbour_office", SLUG).replace("HARBOUR_OFFICE", "FERRY_OFFICE").splitlines(keepends=True)
        alone = read_contract("".join(line for line in lines if "admin_url_env" not in line), ferry.file)
        first = attach(alone, settings, worker)
        assert [problem.split(" ")[0] for problem in first.problems] == ["信号表", "列授权", "发布"]
        assert all("have the DBA run the SQL below" in problem for problem in first.problems)
        for statement in first.script.split(";\n"):
            if statement:
                dba.execute(statement)  # type: ignore[call-overload]  # text as printed
        worker_state = worker.state(f"src.{SLUG}").state
        assert worker_state == "not_attached"
        second = attach(alone, settings, worker)
    try:
        assert second.ok, second.problems
        assert second.script == ""
    finally:
        worker.remove(f"src.{SLUG}")
        with psycopg.connect(urls[0], autocommit=True) as capture:
            capture.execute("SELECT pg_drop_replication_slot('huiliu_ferry_office')")
