"""Reads what a MariaDB or MySQL server really has, as far as its capture user may see: settings, rights, tables, columns, the log."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import pymysql

if TYPE_CHECKING:
    from pymysql.cursors import DictCursor

from connectors.engines.binlog_grants import Rights, Table

Connection: TypeAlias = "pymysql.connections.Connection[DictCursor]"  # not subscriptable when run
_SETTINGS = (
    "SHOW GLOBAL VARIABLES WHERE Variable_name IN "
    "('version', 'log_bin', 'binlog_format', 'binlog_row_image', 'server_id', 'binlog_expire_logs_seconds', 'gtid_binlog_pos')"
)
_TABLES = "SELECT table_schema AS `schema`, table_name AS name, table_type AS type FROM information_schema.tables"
_COLUMNS = (
    "SELECT table_schema AS `schema`, table_name AS `table`, column_name AS name, data_type AS type, column_type AS full_type, "
    "column_key = 'PRI' AS in_key, extra LIKE '%%VIRTUAL%%' AS computed FROM information_schema.columns"
)
_RIGHTS = (
    ("server", "user_privileges", ""),
    ("databases", "schema_privileges", "table_schema AS `schema`, "),
    ("tables", "table_privileges", "table_schema AS `schema`, table_name AS `table`, "),
    ("columns", "column_privileges", "table_schema AS `schema`, table_name AS `table`, column_name AS `column`, "),
)
_RIGHTS_QUERY = "SELECT {names}privilege_type AS `right` FROM information_schema.{view} WHERE grantee = %s"
_ROLES = "SELECT role_name AS role FROM information_schema.applicable_roles WHERE grantee LIKE %s"


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column. ``type`` is the bare type's name, ``full_type`` as SQL writes it; ``computed``: made at reading, so never logged."""

    name: str
    type: str
    full_type: str
    in_key: bool
    computed: bool


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table or view with the columns that the asking user may see."""

    view: bool
    columns: Mapping[str, SourceColumn] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        """The primary key's columns."""
        return tuple(name for name, column in self.columns.items() if column.in_key)


def read_settings(connection: Connection) -> dict[str, str]:
    """Return the server's settings by lower-case name."""
    return {str(row["Variable_name"]).lower(): str(row["Value"]) for row in _rows(connection, _SETTINGS)}


def read_user(connection: Connection) -> str:
    """Return the user as the server knows it, quoted: ``'name'@'host'``."""
    name, _, host = str(_rows(connection, "SELECT current_user() AS me")[0]["me"]).rpartition("@")
    return f"{literal(name)}@{literal(host)}"


def read_rights(connection: Connection, user: str) -> Rights:
    """Return what the user itself has been granted; it may always ask."""
    found = {part: _rows(connection, _RIGHTS_QUERY.format(names=names, view=view), (user,)) for part, view, names in _RIGHTS}
    columns: dict[Table, dict[str, frozenset[str]]] = {}
    for row in found["columns"]:
        held = columns.setdefault((row["schema"], row["table"]), {})
        held[row["right"]] = held.get(row["right"], frozenset()) | {row["column"]}
    return Rights(
        server=frozenset(row["right"] for row in found["server"]),
        databases=_gathered((row["schema"], row["right"]) for row in found["databases"]),
        tables=_gathered(((row["schema"], row["table"]), row["right"]) for row in found["tables"]),
        columns=columns,
        roles=_roles(connection, user),
    )


def read_tables(connection: Connection, wanted: Iterable[Table]) -> dict[Table, SourceTable]:
    """Return the tables that are there and seen, by (database, table)."""
    asked = list(wanted)
    marks = ", ".join("(%s, %s)" for _ in asked)
    values = tuple(part for table in asked for part in table)
    columns: dict[Table, dict[str, SourceColumn]] = {}
    for row in _rows(connection, f"{_COLUMNS} WHERE (table_schema, table_name) IN ({marks}) ORDER BY ordinal_position", values):
        seen = SourceColumn(row["name"], str(row["type"]).lower(), _text(row["full_type"]), bool(row["in_key"]), bool(row["computed"]))
        columns.setdefault((row["schema"], row["table"]), {})[seen.name] = seen
    return {
        (row["schema"], row["name"]): SourceTable("VIEW" in row["type"], columns.get((row["schema"], row["name"]), {}))
        for row in _rows(connection, f"{_TABLES} WHERE (table_schema, table_name) IN ({marks})", values)
    }


def read_logs(connection: Connection) -> list[tuple[str, int]]:
    """Return the binlog's files with their sizes, oldest first."""
    return [(str(row["Log_name"]), int(row["File_size"])) for row in _rows(connection, "SHOW BINARY LOGS")]


def read_reader(connection: Connection) -> int | None:
    """Return the server's thread that sends this user the log; a user sees its own threads."""
    for row in _rows(connection, "SHOW PROCESSLIST"):
        if str(row["Command"]).startswith("Binlog Dump"):
            return int(row["Id"])
    return None


def literal(text: str) -> str:
    """Return the text as a quoted SQL string, as the information schema writes users."""
    return "'" + text.replace("'", "''") + "'"


def _roles(connection: Connection, user: str) -> frozenset[str]:
    name = user.rpartition("@")[0].strip("'")
    try:
        return frozenset(str(row["role"]) for row in _rows(connection, _ROLES, (f"{name}%",)))
    except pymysql.err.MySQLError:  # MySQL before 8.0.19 has no such view
        return frozenset()


def _gathered(pairs: Iterable[tuple[Any, str]]) -> dict[Any, frozenset[str]]:
    found: dict[Any, frozenset[str]] = {}
    for place, right in pairs:
        found[place] = found.get(place, frozenset()) | {right}
    return found


def _rows(connection: Connection, query: str, values: tuple[object, ...] = ()) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
