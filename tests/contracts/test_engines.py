"""One suite for every kind of database that can be run here: prepared step by step, seen as ready, and left as it was."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from connectors.engines import engine_of
from domain.contract import Contract, read_contract
from settings import Settings
from tests.connectors.ferry import Unavailable, mariadb_server
from tests.connectors.ferry import make_department as make_mariadb
from tests.connectors.harbour import PASSWORD, TABLES
from tests.connectors.harbour import make_department as make_postgresql

pytestmark = pytest.mark.servers

SLUG = "lock_keeper"
TEXT = (Path(__file__).parent.parent / "connectors" / "harbour_office.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=["postgresql", "mariadb"])
def contract(request: pytest.FixtureRequest, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contract]:
    """A department in a real database of that kind, and its addresses in the environment."""
    text = (
        TEXT.replace("harbour_office", SLUG).replace("HARBOUR_OFFICE", SLUG.upper()).replace("kind: postgresql", f"kind: {request.param}")
    )
    if request.param == "mariadb":
        text = text.replace("    schema: port\n", "")
    with pytest.MonkeyPatch.context() as patch:
        for addresses in _department(request.param, settings, tmp_path_factory):
            patch.setenv(f"HUILIU_SOURCE_{SLUG.upper()}", addresses[0])
            patch.setenv(f"HUILIU_SOURCE_{SLUG.upper()}_ADMIN", addresses[1])
            yield read_contract(text, f"{SLUG}.yaml").contract


def _department(kind: str, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    if kind == "postgresql":
        assert settings.departments_dsn
        with psycopg.connect(settings.departments_dsn.get_secret_value(), autocommit=True) as cluster:
            yield make_postgresql(cluster, SLUG, TABLES)
        return
    try:
        with mariadb_server(tmp_path_factory.mktemp("mariadb")) as port:
            yield make_mariadb(port, SLUG)
    except Unavailable as error:
        pytest.skip(f"NO MARIADB SERVER, so nothing of MariaDB is tested here: {error}")


def test_what_the_steps_make_is_seen_and_what_undoes_them_leaves_nothing(contract: Contract, settings: Settings) -> None:
    engine = engine_of(contract)
    with engine.opened(contract, settings) as source:
        assert [difference for difference in source.differences() if difference.stops] == []
        todo = source.steps()
        assert [step.piece for step in todo] == list(source.pieces)
        assert {step.state for step in todo} == {"created"}
        engine.apply(contract, settings, [statement for step in todo for statement in step.statements])
        assert source.steps() == []
        assert list(source.differences()) == []
        assert source.beyond() == []
        undoing = source.undoing()
        assert {step.piece for step in undoing} == set(source.pieces)
        engine.apply(contract, settings, [statement for step in undoing for statement in step.statements])
        assert [step.piece for step in source.steps()] == list(source.pieces)
        assert all(not step.statements for step in source.undoing())


def test_the_address_and_its_password_stay_apart(contract: Contract, settings: Settings) -> None:
    engine = engine_of(contract)
    with engine.opened(contract, settings) as source:
        assert source.address.password == PASSWORD
        assert PASSWORD not in repr(source.address)
        assert PASSWORD not in str(engine.config(contract, source.address, "${directory:/x:y}", settings))


def test_nothing_is_widened_for_a_feed_that_never_ran(contract: Contract, settings: Settings) -> None:
    with engine_of(contract).opened(contract, settings) as source:
        assert source.widened(None) == []
        assert source.reader() is None
