"""Reads the catalogue of a MariaDB or MySQL database that nobody prepared: tables, columns, types, comments and keys; never a row."""

from typing import TYPE_CHECKING, Any, TypeAlias

import pymysql

if TYPE_CHECKING:
    from pymysql.cursors import DictCursor

from connectors.onboarding.found import FoundColumn, FoundTable

Connection: TypeAlias = "pymysql.connections.Connection[DictCursor]"  # not subscriptable when run
_TABLES = (
    "SELECT table_name AS name, table_type AS type, table_comment AS comment, table_rows AS `rows` FROM information_schema.tables "
    "WHERE table_schema = %s ORDER BY 1"
)
_COLUMNS = (
    "SELECT table_name AS `table`, column_name AS name, column_type AS type, column_comment AS comment, "
    "extra LIKE '%%VIRTUAL%%' AS generated FROM information_schema.columns WHERE table_schema = %s ORDER BY ordinal_position"
)
_KEYS = (
    "SELECT table_name AS `table`, index_name AS `index`, column_name AS `column` FROM information_schema.statistics "
    "WHERE table_schema = %s AND non_unique = 0 ORDER BY index_name, seq_in_index"
)
_PRIMARY = "PRIMARY"


def survey_binlog(connection: Connection, database: str) -> list[FoundTable]:
    """Return the database's tables, as far as the asking account has a right on them: others do not show there.

    Raises:
        pymysql.err.MySQLError: the server refused or went away.
    """
    columns: dict[str, list[FoundColumn]] = {}
    for row in _rows(connection, _COLUMNS, database):
        found = FoundColumn(row["name"], row["type"], row["comment"], generated=bool(row["generated"]))
        columns.setdefault(row["table"], []).append(found)
    keys: dict[str, dict[str, list[str]]] = {}
    for row in _rows(connection, _KEYS, database):
        keys.setdefault(row["table"], {}).setdefault(row["index"], []).append(row["column"])
    return [_table(row, columns, keys.get(row["name"], {})) for row in _rows(connection, _TABLES, database)]


def _table(row: dict[str, Any], columns: dict[str, list[FoundColumn]], keys: dict[str, list[str]]) -> FoundTable:
    others = [names for index, names in keys.items() if index != _PRIMARY]
    return FoundTable(
        schema="",
        name=row["name"],
        kind="v" if row["type"].endswith("VIEW") else "r",
        comment=row["comment"],
        rows=row["rows"],
        key=tuple(keys.get(_PRIMARY, ())),
        unique=tuple(others[0]) if others else (),
        columns=tuple(columns.get(row["name"], ())),
    )


def _rows(connection: Connection, query: str, database: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, (database,))
        return list(cursor.fetchall())
