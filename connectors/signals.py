"""The signal table: how a running connector is asked to read tables again (Debezium's incremental snapshot).

The heartbeat needs no table: it is a logical message (``pg_logical_emit_message``), which leaves no row behind.
"""

from collections.abc import Iterable
from uuid import uuid4

import orjson
from psycopg.sql import SQL, Composed, Identifier

from connectors.names import HUILIU_SCHEMA, SIGNAL_TABLE

_TABLE = Identifier(HUILIU_SCHEMA, SIGNAL_TABLE)


def create_signal_table() -> list[Composed]:
    """Return the statements that make the signal table; its columns and widths are Debezium's own."""
    return [
        SQL("CREATE SCHEMA IF NOT EXISTS {}").format(Identifier(HUILIU_SCHEMA)),
        SQL("CREATE TABLE IF NOT EXISTS {} (id varchar(42) PRIMARY KEY, type varchar(32) NOT NULL, data varchar(2048))").format(_TABLE),
    ]


def drop_signal_table() -> list[Composed]:
    """Return the statement that removes the signal table."""
    return [SQL("DROP TABLE IF EXISTS {}").format(_TABLE)]


def drop_schema() -> list[Composed]:
    """Return the statement that removes huiliu's schema; the database refuses while somebody keeps something there."""
    return [SQL("DROP SCHEMA IF EXISTS {}").format(Identifier(HUILIU_SCHEMA))]


def snapshot_signal(tables: Iterable[tuple[str, str]]) -> Composed:
    """Return the statement that asks the connector to read these (schema, table) again beside the live stream."""
    data = {"type": "incremental", "data-collections": [f"{schema}.{name}" for schema, name in tables]}
    insert = SQL("INSERT INTO {} (id, type, data) VALUES ({}, 'execute-snapshot', {})")
    return insert.format(_TABLE, str(uuid4()), orjson.dumps(data).decode())
