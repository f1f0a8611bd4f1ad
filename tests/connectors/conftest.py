"""A made-up harbour office: its contract, and on real servers its database."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from connectors.attach import attach
from connectors.detach import detach
from connectors.names import connector_name
from connectors.report import Report
from connectors.worker import Worker
from domain.contract import Contract, ContractFile, read_contract
from settings import Settings
from tests.connectors.harbour import CANARY, TABLES, canaries, make_department
from tests.connectors.tap import Tap, forget_topics

CONNECT_TOPICS = ("huiliu-connect-config", "huiliu-connect-offset", "huiliu-connect-status")
HARBOUR = Path(__file__).parent / "harbour_office.yaml"


@pytest.fixture(scope="session")
def harbour_text() -> str:
    """The contract's YAML text."""
    return HARBOUR.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def harbour_file(harbour_text: str) -> ContractFile:
    """The contract with its document."""
    return read_contract(harbour_text, "harbour_office.yaml")


@pytest.fixture(scope="session")
def harbour(harbour_file: ContractFile) -> Contract:
    """The contract."""
    return harbour_file.contract


@pytest.fixture(scope="session")
def cluster(settings: Settings) -> Iterator[psycopg.Connection]:
    """A superuser's connection to the departments' cluster."""
    assert settings.departments_dsn
    with psycopg.connect(settings.departments_dsn.get_secret_value(), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def harbour_addresses(cluster: psycopg.Connection, harbour: Contract, settings: Settings, worker: Worker) -> Iterator[tuple[str, str]]:
    """The harbour office's database, made anew, and its addresses in the environment: (capture role's, DBA's)."""
    worker.remove(connector_name(harbour.provider))
    forget_topics(settings, harbour.provider)
    urls = make_department(cluster, harbour.provider, TABLES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(harbour.source.url_env, urls[0])
        patch.setenv(str(harbour.source.admin_url_env), urls[1])
        yield urls


@pytest.fixture(scope="session")
def dba(harbour_addresses: tuple[str, str]) -> Iterator[psycopg.Connection]:
    """The harbour office at work in its own database."""
    with psycopg.connect(harbour_addresses[1], autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def worker(settings: Settings) -> Iterator[Worker]:
    """Connect."""
    with Worker(settings.connect_url) as worker:
        yield worker


@pytest.fixture(scope="session")
def attached(harbour_file: ContractFile, settings: Settings, worker: Worker, dba: psycopg.Connection) -> Iterator[Report]:
    """The harbour office attached, with rows at rest that hold canaries in what is withheld; detached at the end."""
    dba.execute(
        "INSERT INTO boatman (id, citizen_id, name, born, grade, hired, seen, tonnage, health, secret_number, diary) VALUES "
        "(1, '11010519491231002X', '张三', '1949-12-31', '1', '2013-05-30 22:00:01.5', '2013-05-30 22:00:01.5+08', 12.50, %s, %s, %s)",
        canaries("rest"),
    )
    dba.execute("INSERT INTO port.berth VALUES ('东港', '12', %s)", (CANARY,))
    yield attach(harbour_file, settings, worker)
    detach(harbour_file.contract, settings, worker)


@pytest.fixture(scope="session")
def tap(attached: Report, settings: Settings) -> Iterator[Tap]:
    """Every topic that the harbour office's connector writes, and Connect's own."""
    assert attached.ok, attached.problems
    own = ["src.harbour_office.huiliu_signal", "heartbeat.src.harbour_office"]
    tap = Tap(settings, ["src.harbour_office.boatman", "src.harbour_office.berth", *own, *CONNECT_TOPICS])
    yield tap
    tap.close()
