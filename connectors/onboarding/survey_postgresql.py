"""Reads the catalogue of a PostgreSQL database that nobody prepared: tables, columns, types, comments and keys; never a row."""

from collections.abc import Iterable

from connectors.database import Connection
from connectors.names import HUILIU_SCHEMA
from connectors.onboarding.found import FoundColumn, FoundTable

# Partitions are left out: the contract names their root.
_TABLES = """
SELECT n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS kind,
       coalesce(obj_description(c.oid, 'pg_class'), '') AS comment,
       (SELECT coalesce(sum(greatest(p.reltuples, 0)), 0)::bigint FROM pg_class p
         WHERE p.relkind = 'r' AND p.oid IN (SELECT relid FROM pg_partition_tree(c.oid) UNION SELECT c.oid)) AS rows,
       coalesce((SELECT array_agg(a.attname::text ORDER BY k.position)
          FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k(attnum, position)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
         WHERE i.indrelid = c.oid AND i.indisprimary), '{}') AS key,
       coalesce((SELECT array_agg(a.attname::text ORDER BY a.attnum)
          FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
         WHERE i.indexrelid = (SELECT min(u.indexrelid) FROM pg_index u
                                WHERE u.indrelid = c.oid AND u.indisunique AND NOT u.indisprimary
                                  AND u.indpred IS NULL AND u.indexprs IS NULL)
       ), '{}') AS unique
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('information_schema', %(own)s) AND n.nspname NOT LIKE 'pg\\_%%'
   AND (%(schema)s::text IS NULL OR n.nspname = %(schema)s)
 ORDER BY 1, 2
"""
_COLUMNS = """
SELECT n.nspname::text AS schema, c.relname::text AS "table", a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
       coalesce(col_description(c.oid, a.attnum), '') AS comment, a.attgenerated::text <> '' AS generated
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
   AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%%'
 ORDER BY a.attnum
"""


def survey_postgresql(connection: Connection, schema: str | None) -> list[FoundTable]:
    """Return the tables of one schema, or of all but the system's and huiliu's own; pg_catalog is open to every role.

    Raises:
        psycopg.Error: the database refused or went away.
    """
    columns: dict[tuple[str, str], list[FoundColumn]] = {}
    for row in connection.execute(_COLUMNS):
        place = (str(row.pop("schema")), str(row.pop("table")))
        columns.setdefault(place, []).append(FoundColumn(**row))  # type: ignore[arg-type]  # the query's types are the fields'
    tables = []
    for row in connection.execute(_TABLES, {"schema": schema, "own": HUILIU_SCHEMA}):
        found = tuple(columns.get((str(row["schema"]), str(row["name"])), ()))
        row |= {"key": _names(row["key"]), "unique": _names(row["unique"])}
        tables.append(FoundTable(**row, columns=found))  # type: ignore[arg-type]  # likewise
    return tables


def _names(array: object) -> tuple[str, ...]:
    return tuple(map(str, array)) if isinstance(array, Iterable) else ()
