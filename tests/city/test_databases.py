"""The city in real databases: made once, kept, dropped; changed live."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import psycopg
import pytest

from city.changes import Action, changes
from city.databases import Made, create, drop
from city.departments import DEPARTMENTS
from city.errors import CityError
from city.live import Pace, next_round, run
from city.sources import CAPTURE, DBA, Sources
from city.truth import truth
from city.world import World
from settings import Settings

pytestmark = pytest.mark.servers
PEOPLE, SEED = 600, 3
DATABASES = {slug: department for slug, department in DEPARTMENTS.items() if department.way == "database"}


@pytest.fixture(scope="module")
def dsn(settings: Settings) -> str:
    assert settings.departments_dsn is not None
    return settings.departments_dsn.get_secret_value()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("city")


@pytest.fixture(scope="module")
def made(dsn: str, home: Path) -> Iterator[Made]:
    seen: list[tuple[int, int]] = []
    yield create(dsn, home, PEOPLE, SEED, lambda done, total: seen.append((done, total)))
    assert seen[-1] == (PEOPLE, PEOPLE)
    drop(dsn, home)


@pytest.fixture(scope="module")
def addresses(made: Made, home: Path) -> dict[str, str]:
    assert not made.already
    sources = Sources(home)
    return {slug: sources.address(department, DBA) for slug, department in DATABASES.items()}


def value(address: str, query: str) -> object:
    with psycopg.connect(address) as connection:
        row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def test_databases_hold_the_rows_that_the_truth_knows(made: Made, addresses: dict[str, str]) -> None:
    keys = Counter((slug, table) for slug, table, _ in {each[:3] for each in truth(World(PEOPLE, SEED)) if each.provider in DATABASES})
    for (slug, table), count in keys.items():
        assert value(addresses[slug], f"SELECT count(*) FROM {table}") == count == made.rows[f"{slug}.{table}"]


def test_the_same_city_again_is_a_no_op_and_another_is_refused(made: Made, dsn: str, home: Path) -> None:
    assert made.people == PEOPLE
    before = (home / "sources.env").read_text()
    assert create(dsn, home, PEOPLE, SEED).already
    assert (home / "sources.env").read_text() == before
    with pytest.raises(CityError, match="huiliu city drop"):
        create(dsn, home, PEOPLE, SEED + 1)


def test_an_interrupted_load_is_begun_anew(made: Made, dsn: str, home: Path) -> None:
    with psycopg.connect(dsn, autocommit=True) as server:
        server.execute(f"COMMENT ON DATABASE transport IS 'huiliu synthetic city people={PEOPLE} seed={SEED}'".encode())
    again = create(dsn, home, PEOPLE, SEED)
    assert again.rows == {name: count for name, count in made.rows.items() if name.startswith("transport.")}


def test_capture_users_replicate_but_read_nothing(addresses: dict[str, str], home: Path) -> None:
    for slug, department in DATABASES.items():
        address = Sources(home).address(department, CAPTURE)
        assert value(address, "SELECT rolreplication AND NOT rolsuper FROM pg_roles WHERE rolname = current_user") is True
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            value(address, f"SELECT 1 FROM {department.tables[0].name}")
        other = next(each for each in addresses if each != slug)
        with pytest.raises(psycopg.OperationalError):
            value(address.replace(f"/{slug}", f"/{other}"), "SELECT 1")


def test_long_texts_are_out_of_line(addresses: dict[str, str]) -> None:
    query = "SELECT pg_relation_size(reltoastrelid) > 0 FROM pg_class WHERE relname = 'hj_czrk'"
    assert value(addresses["public_security"], query) is True


@pytest.mark.parametrize("per_transaction", [1, 20])
def test_live_changes_arrive_in_order_and_at_the_rate(addresses: dict[str, str], per_transaction: int) -> None:
    first = next_round(addresses)
    world = World(PEOPLE, SEED)
    told: list[int] = []
    applied = asyncio.run(run(addresses, changes(world, first), Pace(400, 1, per_transaction), lambda _, ms: told.append(ms)))
    assert len(applied) == len(told) == 400
    assert sorted(each.committed_ms for each in applied) == sorted(told)
    assert {each.change.action for each in applied} == set(Action)
    done = set(islice(changes(world, first), 400))
    assert {each.change for each in applied} == done
    for change in done:
        if change.action is Action.UN_MERGE:
            query = f"SELECT cert_nbr FROM cust_acct WHERE acct_id = '{change.values[-1]}'"
            assert value(addresses["telecom_ct"], query) == change.values[0]
        if change.action is Action.KEY_CHANGE:
            query = f"SELECT count(*) FROM hj_czrk WHERE gmsfhm IN ('{change.values[0]}', '{change.values[1]}')"
            assert value(addresses["public_security"], query) == 1
        if change.action is Action.DELETE:
            query = f"SELECT count(*) FROM cust_acct WHERE acct_id = '{change.values[-1]}'"
            assert value(addresses["telecom_ct"], query) == 0
    assert next_round(addresses) == max(change.lane for change in done) + 1


def test_a_refused_change_is_told_without_its_values(addresses: dict[str, str]) -> None:
    again = changes(World(PEOPLE, SEED), next_round(addresses) - 2)
    with pytest.raises(CityError, match="UniqueViolation") as caught:
        asyncio.run(run(addresses, again, Pace(100, 1)))
    assert "320470" not in str(caught.value)


def test_a_foreign_database_is_left_alone(dsn: str, tmp_path: Path, made: Made) -> None:
    assert made.people == PEOPLE
    with psycopg.connect(dsn, autocommit=True) as server:
        server.execute("COMMENT ON DATABASE transport IS 'somebody else''s'")
    try:
        with pytest.raises(CityError, match="不是 huiliu 建的"):
            create(dsn, tmp_path, PEOPLE, SEED)
        assert not (tmp_path / "sources.env").exists()
    finally:
        with psycopg.connect(dsn, autocommit=True) as server:
            server.execute(f"COMMENT ON DATABASE transport IS 'huiliu synthetic city people={PEOPLE} seed={SEED} complete'".encode())


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(CityError, match=r"127\.0\.0\.1:1 ") as caught:
        create("postgresql://huiliu:secret-word@127.0.0.1:1/postgres", tmp_path, PEOPLE, SEED)
    assert "secret-word" not in str(caught.value)
