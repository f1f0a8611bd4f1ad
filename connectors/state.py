"""Reads what huiliu has already made at a department's database, so that attaching again changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.database import Connection
from connectors.names import HUILIU_SCHEMA, SIGNAL_TABLE, publication_name, slot_name

_PUBLICATION = """
SELECT puballtables AS all_tables, pubinsert AND pubupdate AND pubdelete AND NOT pubtruncate AND pubviaroot AS options_right
  FROM pg_publication WHERE pubname = %(publication)s
"""
_PUBLISHED = """
SELECT schemaname::text AS schema, tablename::text AS name, attnames::text[] AS columns, rowfilter IS NOT NULL AS filtered
  FROM pg_publication_tables WHERE pubname = %(publication)s
"""
# What the role can read by whatever way: its own grants, PUBLIC's, or a membership's.
_READABLE = """
SELECT n.nspname::text AS schema, c.relname::text AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
   AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%%'
   AND has_schema_privilege(%(role)s, n.oid, 'USAGE') AND has_column_privilege(%(role)s, c.oid, a.attnum, 'SELECT')
 GROUP BY 1, 2
"""
_WRITABLE = """
SELECT n.nspname::text AS schema, c.relname::text AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%%'
   AND has_schema_privilege(%(role)s, n.oid, 'USAGE')
   AND (has_any_column_privilege(%(role)s, c.oid, 'INSERT, UPDATE') OR has_table_privilege(%(role)s, c.oid, 'DELETE, TRUNCATE'))
"""
_GRANTED = """
SELECT n.nspname::text AS schema, c.relname::text AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE (SELECT oid FROM pg_roles WHERE rolname = %(role)s) IN (
         SELECT grantee FROM aclexplode(c.relacl)
         UNION ALL SELECT x.grantee FROM pg_attribute a, aclexplode(a.attacl) x WHERE a.attrelid = c.oid)
"""
_SLOT = """
SELECT plugin::text AS plugin, database::text AS database, active, active_pid, wal_status::text AS wal_status,
       coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::bigint AS bytes
  FROM pg_replication_slots WHERE slot_name = %(slot)s
"""

Columns = Mapping[tuple[str, str], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication as it is. ``exact`` is False when it has a row filter or other options than ours."""

    all_tables: bool
    exact: bool
    columns: Columns


@dataclass(frozen=True, slots=True)
class Slot:
    """A replication slot. ``reader`` is the backend that reads it, ``bytes`` the log it holds back; ``lost`` when that log was given up."""

    plugin: str | None
    database: str | None
    reader: int | None
    lost: bool
    bytes: int


def read_publication(connection: Connection, provider: str) -> Publication | None:
    """Return the provider's publication, or None."""
    asked = {"publication": publication_name(provider)}
    found = connection.execute(_PUBLICATION, asked).fetchone()
    if found is None:
        return None
    rows = connection.execute(_PUBLISHED, asked).fetchall()
    exact = bool(found["options_right"]) and not any(row["filtered"] for row in rows)
    return Publication(bool(found["all_tables"]), exact, _columns(rows))


def read_readable(connection: Connection, role: str) -> Columns:
    """Return every column that the role can read, by (schema, table)."""
    return _columns(connection.execute(_READABLE, {"role": role}).fetchall())


def read_writable(connection: Connection, role: str) -> frozenset[tuple[str, str]]:
    """Return every (schema, table) that the role can change."""
    return frozenset((str(row["schema"]), str(row["name"])) for row in connection.execute(_WRITABLE, {"role": role}))


def read_granted(connection: Connection, role: str) -> frozenset[tuple[str, str]]:
    """Return every (schema, table) with a grant to the role itself."""
    return frozenset((str(row["schema"]), str(row["name"])) for row in connection.execute(_GRANTED, {"role": role}))


def has_signal_table(connection: Connection) -> bool:
    """Tell whether the signal table exists."""
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL AS there", (f"{HUILIU_SCHEMA}.{SIGNAL_TABLE}",)).fetchone()
    return bool(row and row["there"])


def read_slot(connection: Connection, provider: str) -> Slot | None:
    """Return the provider's replication slot, or None."""
    row = connection.execute(_SLOT, {"slot": slot_name(provider)}).fetchone()
    if row is None:
        return None
    return Slot(
        plugin=str(row["plugin"]) if row["plugin"] else None,
        database=str(row["database"]) if row["database"] else None,
        reader=int(str(row["active_pid"])) if row["active"] else None,
        lost=row["wal_status"] == "lost",
        bytes=int(str(row["bytes"])),
    )


def _columns(rows: list[dict[str, object]]) -> dict[tuple[str, str], frozenset[str]]:
    return {(str(row["schema"]), str(row["name"])): frozenset(row["columns"] or ()) for row in rows}  # type: ignore[call-overload]  # arrays of names
