"""Fills a store with copies of the city in it, under other tokens, so that a large city's store can be measured on."""

from collections.abc import Callable
from typing import LiteralString, NamedTuple

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composed, Identifier

_HANDLE: LiteralString = "substring(sha256({0} || int4send(copy)) for 16)"
_RULED: LiteralString = "substring({0} for 1) || substring(sha256({0} || int4send(copy)) for length({0}) - 1)"
_ID: LiteralString = "left({0}, 2) || left(encode(sha256(convert_to({0}, 'UTF8') || int4send(copy)), 'hex'), 22)"

_COPIED: dict[str, dict[str, LiteralString]] = {
    "source_row": {"handle": _HANDLE},
    "record": {"handle": _HANDLE, "row_handle": _HANDLE, "entity_id": _ID},
    "mention": {"row_handle": _HANDLE, "handle": _HANDLE},
    "strong_key": {"token": _RULED, "handle": _HANDLE},
    "block": {"token": _RULED, "handle": _HANDLE},
    "edge": {
        "one": "least(" + _HANDLE + ", substring(sha256(other || int4send(copy)) for 16))",
        "other": "greatest(" + _HANDLE + ", substring(sha256(one || int4send(copy)) for 16))",
    },
    "entity": {"id": _ID, "redirect": _ID},
    "sealing_key": {"handle": _HANDLE},
}
"""Tables that grow with a city, and what becomes of the columns by which their rows are found."""

_TUNED: tuple[LiteralString, ...] = (
    "set maintenance_work_mem = '1GB'",
    "set synchronous_commit = off",
    "set max_parallel_maintenance_workers = 1",
)


class _Index(NamedTuple):
    """An index or a primary key: how to drop it, and how to make it again."""

    drop: Composed
    make: str


def fill(dsn: str, copies: int, told: Callable[[str], None]) -> None:
    """Put that many copies of all that the store holds in its place; nothing of what it held can be found any more.

    A copy's records stand to one another as the city's do: same keys, blocks, edges and entities, named by other tokens. Their sealed
    values do not open.

    Args:
        dsn: the store's database; no worker is at work on it.
        copies: how many.
        told: called with the name of each table before it is filled.
    """
    with psycopg.connect(dsn) as connection:
        for statement in _TUNED:
            connection.execute(statement)
        for table, shifted in _COPIED.items():
            told(table)
            _fill(connection, table, shifted, copies)
    with psycopg.connect(dsn, autocommit=True) as connection:
        told("vacuum")
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def _fill(connection: Connection[TupleRow], table: str, shifted: dict[str, LiteralString], copies: int) -> None:
    indexes = _indexes(connection, table)
    kept, name = Identifier(f"{table}_kept"), Identifier(table)
    connection.execute(SQL("create temporary table {} as table {}").format(kept, name))
    connection.execute(SQL("truncate {}").format(name))  # in one transaction with what follows, so that no log is written
    for index in indexes:
        connection.execute(index.drop)
    columns = [column.name for column in connection.execute(SQL("select * from {} limit 0").format(name)).description or ()]
    values = [SQL(shifted[column]).format(Identifier(column)) if column in shifted else Identifier(column) for column in columns]
    connection.execute(
        SQL("insert into {} select {} from generate_series(1, {}) as copy cross join {}").format(name, SQL(", ").join(values), copies, kept)
    )
    connection.execute(SQL("drop table {}").format(kept))
    for index in indexes:
        connection.execute(index.make.encode())


def _indexes(connection: Connection[TupleRow], table: str) -> list[_Index]:
    """Return the table's indexes, its primary key first."""
    found = connection.execute(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname, pg_get_constraintdef(c.oid) "
        "from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'p' "
        "where i.indrelid = %s::regclass order by c.conname nulls last",
        (table,),
    )
    indexes = []
    for name, made, constraint, key in found:
        if constraint:
            dropped = SQL("alter table {} drop constraint {}").format(Identifier(table), Identifier(constraint))
            indexes.append(_Index(dropped, f'alter table "{table}" add constraint "{constraint}" {key}'))
        else:
            indexes.append(_Index(SQL("drop index {}").format(Identifier(name)), made))
    return indexes
