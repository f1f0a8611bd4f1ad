"""Schema drift is loud: told as a finding while it lasts, closed when it is mended, and it drops nothing."""

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from connectors.drift import drifted, look
from connectors.names import publication_name
from connectors.report import Report
from domain.contract import Contract
from schemas.quality import create_table, history
from settings import Settings

pytestmark = pytest.mark.servers


def details(harbour: Contract, settings: Settings) -> dict[tuple[str, str], tuple[float, str]]:
    return {(each.table, each.subject): (each.value, each.detail) for each in drifted(harbour, settings)}


def test_a_feed_as_attach_left_it_has_not_drifted(attached: Report, harbour: Contract, settings: Settings) -> None:
    assert attached.ok
    assert {value for value, _ in details(harbour, settings).values()} <= {1}


def test_drift_is_told_until_it_is_mended(attached: Report, harbour: Contract, settings: Settings, dba: psycopg.Connection) -> None:
    assert attached.ok
    with psycopg.connect(settings.store_dsn.get_secret_value(), autocommit=True) as store:
        create_table(store)
        store.execute("delete from quality where provider = %s", (harbour.provider,))
    before = details(harbour, settings)
    dba.execute("ALTER TABLE boatman ADD COLUMN shoe_size int")
    try:
        found = look([harbour], settings)
        (told,) = [each for each in found if "shoe_size" in each.detail]
        assert (told.table, told.kept, told.value) == ("boatman", False, 1)
    finally:
        dba.execute("ALTER TABLE boatman DROP COLUMN shoe_size")
    look([harbour], settings)
    assert details(harbour, settings) == before
    with psycopg.connect(settings.store_dsn.get_secret_value(), autocommit=True) as store:
        past = [each for each in history(store, harbour.provider, 50) if each.place == told.place]
        store.execute("delete from quality where provider = %s", (harbour.provider,))
    assert [each.kept for each in past] == [True, False]


def test_a_lost_publication_is_told(attached: Report, harbour: Contract, settings: Settings, dba: psycopg.Connection) -> None:
    assert attached.ok
    name = Identifier(publication_name(harbour.provider))
    dba.execute(SQL("ALTER PUBLICATION {} DROP TABLE port.berth").format(name))
    try:
        stops = [detail for value, detail in details(harbour, settings).values() if value == 2]
        assert any("contract attach harbour_office" in detail for detail in stops)
    finally:
        dba.execute(SQL("ALTER PUBLICATION {} ADD TABLE port.berth (harbour, number)").format(name))
    assert 2 not in {value for value, _ in details(harbour, settings).values()}
