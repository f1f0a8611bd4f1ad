"""A department that nobody prepared joins a running stack: one file, one command, and its rows are in the index."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pymysql
import pytest
from elasticsearch import Elasticsearch

from cli.demo.ground import Ground
from domain.tokens import Tokeniser
from schemas.indices import ALIAS
from settings import Settings
from tests.connectors.ferry import Unavailable, connected, mariadb_server
from tests.connectors.ferry import make_department as make_mariadb
from tests.connectors.harbour import make_department as make_postgresql

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

TABLES = """
CREATE SCHEMA lamp;
CREATE TABLE lamp.keeper (badge integer PRIMARY KEY, sfz varchar(18), xm varchar(40), pension_account text);
INSERT INTO lamp.keeper VALUES (1, '110105199105050535', '张三', 'never-leaves');
"""
CONTRACT = """
provider: {slug}
row: 17
title: {{zh: 灯塔管理处, en: lighthouse office}}
owner: 灯塔管理处
liaison: {{leader: 处长室, officer: 值班室}}
legal_basis: [溧政办发〔2013〕59号]
mode: cdc
connection: {{kind: {kind}, url_env: HUILIU_SOURCE_{upper}, admin_url_env: HUILIU_SOURCE_{upper}_ADMIN}}
purposes: [vessel_safety]
tables:
  - name: {table}
    schema: {schema}
    title: {{zh: 看守, en: keepers}}
    key: [{key}]
    speaks_of: {{keeper: person}}
    columns:
      {key}: {{ignore: the department's own number}}
      {number}: {{to: {{keeper.citizen_id: personal}}}}
      {name}: {{to: {{keeper.name: personal}}}}
{rest}
    expect: {{rows_min: 0, rows_max: 1000, freshness: 3600}}
    sample:
      row: {{{key}: 1, {number}: 11010519491231002X, {name}: 张三}}
      records: [{{role: keeper, values: {{citizen_id: 11010519491231002X, name: 张三}}}}]
"""


@pytest.fixture
def home(ground: Ground) -> Path:
    """The home of the running stack."""
    return ground.stack.home


@pytest.fixture
def settings(home: Path) -> Settings:
    """The running stack's settings."""
    return Settings.load(home)


@contextmanager
def _attached(home: Path, contract: Path, addresses: tuple[str, str]) -> Iterator[None]:
    """Attach by one command; at the end detach, and take the installed contract out, for the other tests' sake."""
    _contract(home, "attach", contract, addresses)
    try:
        yield
    finally:
        _contract(home, "detach", contract, addresses)
        (home / "providers" / contract.name).unlink(missing_ok=True)


def _contract(home: Path, verb: str, contract: Path, addresses: tuple[str, str]) -> None:
    """Run ``huiliu contract attach FILE`` (or detach) as a user does."""
    variable = f"HUILIU_SOURCE_{contract.stem.upper()}"
    command = [sys.executable, "-m", "cli.main", "contract", verb, str(contract)]
    environment = {**os.environ, "HUILIU_HOME": str(home), variable: addresses[0], f"{variable}_ADMIN": addresses[1]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=240)  # noqa: S603  # our own command
    assert done.returncode == 0, done.stdout + done.stderr


def _await_indexed(settings: Settings, citizen_id: str, seconds: float) -> float:
    """Search the index for the person by the keyed token, until it is there; return the seconds it took."""
    token = Tokeniser(settings.master_key_bytes()).text("citizen_id", citizen_id)
    start = time.monotonic()
    with Elasticsearch(settings.elasticsearch_url) as client:
        while not client.count(index=ALIAS, query={"term": {"tokens.citizen_id": token}}, ignore_unavailable=True)["count"]:
            assert time.monotonic() - start < seconds, "not in the index"
            time.sleep(0.1)
    return time.monotonic() - start


def test_a_postgresql_database_nobody_prepared(home: Path, settings: Settings, tmp_path: Path) -> None:
    slug = "lighthouse_office"
    rest = "      pension_account: {withhold: bank account of the keeper}"
    words = {"kind": "postgresql", "table": "keeper", "schema": "lamp", "key": "badge", "number": "sfz", "name": "xm", "rest": rest}
    file = tmp_path / f"{slug}.yaml"
    file.write_text(CONTRACT.format(slug=slug, upper=slug.upper(), **words), encoding="utf-8")
    assert settings.departments_dsn
    with psycopg.connect(settings.departments_dsn.get_secret_value(), autocommit=True) as cluster:
        addresses = make_postgresql(cluster, slug, TABLES)
    with _attached(home, file, addresses):
        _await_indexed(settings, "110105199105050535", 60)
        with psycopg.connect(addresses[1], autocommit=True) as department:
            department.execute("INSERT INTO lamp.keeper VALUES (2, '110105199003070412', '王五', 'never-leaves')")
        assert _await_indexed(settings, "110105199003070412", 20) < 10


@pytest.fixture
def mariadb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    try:
        with mariadb_server(tmp_path_factory.mktemp("mariadb")) as port:
            yield port
    except Unavailable as error:
        pytest.skip(f"NO MARIADB SERVER, so nothing of MariaDB is tested here: {error}")


def test_a_mariadb_database_nobody_prepared(home: Path, settings: Settings, tmp_path: Path, mariadb: int) -> None:
    slug = "pilot_office"
    withheld = ("born", "grade", "remarks", "hired", "seen", "tonnage", "updated", "health", "secret_number", "diary")
    rest = "\n".join(f"      {name}: {{withhold: stays with the pilots}}" for name in withheld)
    words = {"kind": "mariadb", "table": "boatman", "schema": "public", "key": "id", "number": "citizen_id", "name": "name", "rest": rest}
    file = tmp_path / f"{slug}.yaml"
    file.write_text(CONTRACT.format(slug=slug, upper=slug.upper(), **words), encoding="utf-8")
    addresses = make_mariadb(mariadb, slug)
    with connected(mariadb, database=slug) as department:
        _insert(department, 1, "110105198801010014")
        with _attached(home, file, addresses):
            _await_indexed(settings, "110105198801010014", 60)
            _insert(department, 2, "110105197702020036")
            assert _await_indexed(settings, "110105197702020036", 20) < 10


def _insert(department: "pymysql.connections.Connection[pymysql.cursors.DictCursor]", number: int, citizen_id: str) -> None:
    with department.cursor() as cursor:
        cursor.execute("INSERT INTO boatman (id, citizen_id, name) VALUES (%s, %s, '赵六')", (number, citizen_id))
