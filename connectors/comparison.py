"""Compares a contract with the database it speaks of: what is unknown, unmapped, keyless, of a wrong type or cannot be captured."""

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.catalogue import Catalogue, SourceColumn, SourceTable
from domain.contract import Contract, Table
from domain.entities import FIELDS

Path = tuple[str | int, ...]
_COLUMN_LISTS = 150_000  # the first PostgreSQL version whose publications have column lists
# Types that arrive as text or a number; everything else arrives as bytes, an array or a structure.
_CATEGORIES = frozenset("BDEINRSTU")  # pg_type.typcategory: boolean, date, enum, network, number, range, string, timespan, user-defined
_USER_DEFINED = frozenset({"uuid", "json", "jsonb", "xml", "citext", "macaddr", "macaddr8"})
_TEMPORAL = frozenset({"date", "timestamp", "timestamptz"})
_NO_DATE = frozenset({"bool", "time", "timetz", "interval", "uuid", "json", "jsonb", "float4", "float8", "numeric"})
_KINDS = {"v": "视图 a view", "m": "物化视图 a materialized view", "f": "外部表 a foreign table"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: place in the contract's document, sentence, and whether the feed cannot work (else it is only loud)."""

    path: Path
    message: str
    stops: bool = True


def differences(contract: Contract, found: Catalogue) -> Iterator[Difference]:
    """Yield every difference between the contract and its database."""
    yield from _server_differences(found)
    for index, table in enumerate(contract.tables):
        path: Path = ("tables", index)
        source = found.tables.get((table.db_schema, table.name))
        if source is None:
            message = f"库中没有此表 the database has no table {table.db_schema}.{table.name}: correct the name or the schema"
            yield Difference((*path, "name"), message)
        elif source.kind in _KINDS:
            message = f"{table.name} 是{_KINDS[source.kind]}, whose changes cannot be captured: name the table beneath it"
            yield Difference((*path, "name"), message)
        else:
            yield from _table_differences(path, table, source)
            yield from _column_differences(path, table, source)


def _server_differences(found: Catalogue) -> Iterator[Difference]:
    path: Path = ("connection", "url_env")
    if found.version < _COLUMN_LISTS:
        yield Difference(
            path, f"版本过低 PostgreSQL {found.version // 10_000} has no column lists in publications: upgrade it to 15 or later"
        )
    if found.wal_level != "logical":
        yield Difference(path, f"wal_level 是 {found.wal_level}, not logical: set wal_level=logical and restart the database")
    if found.slots >= found.max_slots and not found.has_slot:
        yield Difference(path, f"复制槽已满 all {found.max_slots} replication slots are taken: raise max_replication_slots and restart")
    if found.slot_keeps == "-1":
        message = "未限制复制槽占用的日志 max_slot_wal_keep_size is unlimited, so a standing feed can fill the disk: set it to e.g. 10GB"
        yield Difference(path, message, stops=False)
    if found.role is None or not found.role.login:
        yield Difference(
            path, "没有捕获用户 the capture role does not exist or may not log in: CREATE ROLE … LOGIN REPLICATION PASSWORD '…'"
        )
    elif found.role.superuser:
        name = found.role.name
        message = f"捕获用户是超级用户 {name} is a superuser, whom no grant withholds anything from: ALTER ROLE {name} NOSUPERUSER"
        yield Difference(path, message)
    elif not found.role.replication:
        yield Difference(path, f"捕获用户无复制权限 {found.role.name} lacks REPLICATION: ALTER ROLE {found.role.name} REPLICATION")


def _table_differences(path: Path, table: Table, source: SourceTable) -> Iterator[Difference]:
    if not source.key:
        message = f"{table.name} 没有主键 has no primary key, so its rows have no name: ask the department to add one"
        yield Difference((*path, "key"), message)
    elif set(table.key) != set(source.key):
        message = f"主键不符 the primary key of {table.name} is ({', '.join(source.key)}): write key: [{', '.join(source.key)}]"
        yield Difference((*path, "key"), message)
    if source.replica_identity != "d":
        message = (
            f"{table.name} 的复制标识不是主键 has another replica identity than its primary key, so the column list would block the "
            f"department's own updates: ALTER TABLE {table.db_schema}.{table.name} REPLICA IDENTITY DEFAULT"
        )
        yield Difference((*path, "name"), message)
    if source.persistence != "p":
        yield Difference(
            (*path, "name"), f"{table.name} 不写日志 is unlogged or temporary, so nothing can be captured: ALTER TABLE … SET LOGGED"
        )
    if source.row_security:
        message = (
            f"{table.name} 有行级安全 has row security, so the snapshot may miss rows that the stream shows: give the role a policy for all"
        )
        yield Difference((*path, "name"), message, stops=False)


def _column_differences(path: Path, table: Table, source: SourceTable) -> Iterator[Difference]:
    for name, column in table.columns.items():
        place: Path = (*path, "columns", name)
        there = source.columns.get(name)
        if there is None:
            message = f"库中没有此列 {table.name} has no column {name}: correct the name, or remove it from the contract"
            yield Difference(place, message, stops=name in table.captured)
            continue
        if name in table.captured and there.generated:
            yield Difference(
                place, f"{name} 是生成列 is a generated column, which is not published: map the columns it is made of, and ignore it"
            )
        for target in column.to or ():
            role, field = target.split(".")
            kind = FIELDS[table.speaks_of[role]][field].kind
            message = _type_mismatch(there, kind)
            if message:
                yield Difference(place, message)
    for name in source.columns:
        if name not in table.columns:
            message = (
                f"未登记的列 column {name} ({source.columns[name].type}) of {table.name} is not in the contract, and so does not leave: "
                "say to, ignore or withhold"
            )
            yield Difference((*path, "columns"), message, stops=False)


def _type_mismatch(column: SourceColumn, kind: str) -> str:
    """Return why values of the column's type cannot fill a field of this kind, or nothing."""
    textual = column.typtype == "e" or (
        column.typtype in "br" and column.category in _CATEGORIES and (column.category != "U" or column.base in _USER_DEFINED)
    )
    if not textual:
        return (
            f"类型不能映射 {column.name} is {column.type}, which is neither text nor a number: withhold or ignore it, or offer it as text"
        )
    if column.base in _TEMPORAL and kind not in {"date", "text"}:
        return f"类型不符 {column.name} is {column.type}, but the field holds a {kind}: map it to a date field"
    if kind == "date" and column.base in _NO_DATE:
        return f"类型不符 {column.name} is {column.type}, which holds no date: map it to another field"
    if column.category == "B" and kind not in {"text", "code", "sex"}:
        return f"类型不符 {column.name} is {column.type}, but the field holds a {kind}: map it to a text field, with codes"
    return ""
