"""The store's database that a module of tests has to itself."""

from collections.abc import Iterator

import psycopg
import pytest

from settings import Settings
from streams.store import create_tables


@pytest.fixture(scope="module")
def dsn(settings: Settings) -> Iterator[str]:
    """A database of this module's own."""
    base = settings.store_dsn.get_secret_value()
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute("drop database if exists resolve_test with (force)")
        connection.execute("create database resolve_test")
    own = psycopg.conninfo.make_conninfo(base, dbname="resolve_test")
    create_tables(own)
    yield own
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute("drop database resolve_test with (force)")
