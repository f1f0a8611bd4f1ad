"""Reads what a department's database really has: tables, columns, keys, and whether its changes can be captured."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.database import Connection
from connectors.names import slot_name
from domain.contract import Contract

_SERVER = """
SELECT current_setting('server_version_num')::int AS version,
       current_setting('wal_level') AS wal_level,
       current_setting('max_replication_slots')::int AS max_slots,
       (SELECT count(*)::int FROM pg_replication_slots) AS slots,
       current_setting('max_slot_wal_keep_size') AS slot_keeps,
       (SELECT slot_name IS NOT NULL FROM pg_replication_slots WHERE slot_name = %(slot)s) IS TRUE AS has_slot
"""
_ROLE = """
SELECT rolcanlogin AS login, rolreplication AS replication, rolsuper AS superuser FROM pg_roles WHERE rolname = %(role)s
"""
_TABLES = """
SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind, c.relpersistence::text AS persistence,
       c.relreplident::text AS replica_identity, c.relrowsecurity AS row_security,
       (SELECT array_agg(a.attname::text ORDER BY k.position)
          FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(attnum, position)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
         WHERE i.indrelid = c.oid AND i.indisprimary) AS key
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest(%(schemas)s::text[], %(names)s::text[]))
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
# A domain counts as the type beneath it, as in the events.
_COLUMNS = """
SELECT n.nspname AS schema, c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
       coalesce(b.typname, t.typname)::text AS base, coalesce(b.typtype, t.typtype)::text AS typtype,
       coalesce(b.typcategory, t.typcategory)::text AS category, a.attgenerated::text <> '' AS generated
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
 WHERE (n.nspname, c.relname) IN (SELECT * FROM unnest(%(schemas)s::text[], %(names)s::text[]))
   AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attnum
"""


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column. ``type`` as SQL writes it; ``base``, ``typtype`` and ``category`` as pg_type has them, of the type beneath a domain."""

    name: str
    type: str
    base: str
    typtype: str
    category: str
    generated: bool = False


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table: ``kind``, ``persistence`` and ``replica_identity`` are pg_class's letters; ``key`` the primary key's columns."""

    kind: str
    persistence: str
    replica_identity: str
    row_security: bool
    key: tuple[str, ...]
    columns: Mapping[str, SourceColumn] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Role:
    """What the capture role may do in the cluster."""

    name: str
    login: bool
    replication: bool
    superuser: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A department's database, as far as the contract speaks of it. ``role`` is None when the capture role does not exist."""

    version: int
    wal_level: str
    max_slots: int
    slots: int
    has_slot: bool
    slot_keeps: str
    role: Role | None
    tables: Mapping[tuple[str, str], SourceTable]


def read_catalogue(connection: Connection, contract: Contract, role: str) -> Catalogue:
    """Return the catalogue; pg_catalog is open to every role, so any login can read it.

    Raises:
        psycopg.Error: the database refused or went away.
    """
    asked = {
        "schemas": [table.db_schema for table in contract.tables],
        "names": [table.name for table in contract.tables],
        "slot": slot_name(contract.provider),
        "role": role,
    }
    server = connection.execute(_SERVER, asked).fetchone() or {}
    found = connection.execute(_ROLE, asked).fetchone()
    columns: dict[tuple[str, str], dict[str, SourceColumn]] = {}
    for row in connection.execute(_COLUMNS, asked):
        place = (str(row.pop("schema")), str(row.pop("table")))
        columns.setdefault(place, {})[str(row["name"])] = SourceColumn(**row)  # type: ignore[arg-type]  # the query's types are the fields'
    tables: dict[tuple[str, str], SourceTable] = {}
    for row in connection.execute(_TABLES, asked):
        place = (str(row.pop("schema")), str(row.pop("name")))
        row["key"] = tuple(row["key"] or ())  # type: ignore[arg-type]  # an array of names
        tables[place] = SourceTable(**row, columns=columns.get(place, {}))  # type: ignore[arg-type]  # likewise
    return Catalogue(**server, role=Role(role, **found) if found else None, tables=tables)  # type: ignore[arg-type]  # likewise
