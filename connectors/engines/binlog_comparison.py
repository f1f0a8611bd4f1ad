"""Compares a contract with a MariaDB or MySQL server: what is unknown, unmapped, keyless, of a wrong type or cannot be captured. Pure."""

from collections.abc import Iterator, Mapping

from connectors.address import Address
from connectors.comparison import Difference, Path
from connectors.engines.binlog_catalogue import SourceColumn, SourceTable
from connectors.engines.binlog_grants import REPLICATION, Rights, Table, server_excess
from connectors.engines.binlog_names import place
from domain.contract import Contract
from domain.contract import Table as ContractTable
from domain.entities import FIELDS

_WHERE: Path = ("connection", "url_env")
_BYTES = frozenset({"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "bit", "vector"})
_SHAPES = frozenset({"geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection"})
_TEMPORAL = frozenset({"date", "datetime", "timestamp"})
_NO_DATE = frozenset({"time", "year", "float", "double", "decimal", "json", "uuid"})
_KEPT_SECONDS = 24 * 3600
_NEEDED = (
    ("log_bin", ("ON", "1"), "没有开启 binlog the server writes no binary log: set log_bin and restart it"),
    ("binlog_format", ("ROW",), "binlog_format 不是 ROW, so that rows would be missed: set binlog_format=ROW"),
    ("binlog_row_image", ("FULL",), "binlog_row_image 不是 FULL, so that unchanged columns would be missing: set binlog_row_image=FULL"),
)


def server_differences(kind: str, settings: Mapping[str, str], rights: Rights, user: str) -> Iterator[Difference]:
    """Yield what is wrong with the server or with the user's rights on all of it."""
    for name, good, message in _NEEDED:
        if settings.get(name, "").upper() not in good:
            yield Difference(_WHERE, f"{name}={settings.get(name, '?')}: {message}")
    if settings.get("server_id") == "0":
        yield Difference(_WHERE, "server_id 是 0, with which no replica may read the log: set server_id to a number of its own")
    kept = float(settings.get("binlog_expire_logs_seconds") or 0)
    if 0 < kept < _KEPT_SECONDS:
        message = f"binlog 只保留 {kept:.0f} 秒 the log is kept for less than a day, so a feed that stands is read anew: keep it for 3 days"
        yield Difference(_WHERE, message, stops=False)
    missing = REPLICATION[kind] - rights.server
    if missing:
        rights_text = ", ".join(sorted(REPLICATION[kind]))
        yield Difference(_WHERE, f"捕获用户缺少权限 {user} lacks {', '.join(sorted(missing))}: GRANT {rights_text} ON *.* TO {user}")
    excess = server_excess(kind, rights)
    if excess:
        named = ", ".join(sorted(excess))
        how = f"REVOKE {named} ON *.* FROM {user}"
        message = f"捕获用户权限过大 {user} has {named} on the whole server, and so no grant withholds anything from it: {how}"
        yield Difference(_WHERE, message)
    if rights.roles:
        named = ", ".join(sorted(rights.roles))
        yield Difference(_WHERE, f"捕获用户有角色 {user} may become {named}, whose rights are not compared: REVOKE {named} FROM {user}")


def table_differences(
    contract: Contract, address: Address, found: Mapping[Table, SourceTable], *, all_columns: bool
) -> Iterator[Difference]:
    """Yield what is wrong with the tables. ``all_columns``: the asking user sees every column, so that unmapped ones can be told."""
    for index, table in enumerate(contract.tables):
        path: Path = ("tables", index)
        where = place(table, address)
        source = found.get(where)
        if source is None:
            yield Difference((*path, "name"), f"库中没有此表 the database has no table {'.'.join(where)}: correct the name or the schema")
        elif source.view:
            yield Difference((*path, "name"), f"{table.name} 是视图 a view, whose changes cannot be captured: name the table beneath it")
        else:
            yield from _key_differences(path, table, source)
            yield from _column_differences(path, table, source, all_columns=all_columns)


def _key_differences(path: Path, table: ContractTable, source: SourceTable) -> Iterator[Difference]:
    if not source.key:
        message = f"{table.name} 没有主键 has no primary key, so its rows have no name: ask the department to add one"
        yield Difference((*path, "key"), message)
    elif set(table.key) != set(source.key):
        message = f"主键不符 the primary key of {table.name} is ({', '.join(source.key)}): write key: [{', '.join(source.key)}]"
        yield Difference((*path, "key"), message)


def _column_differences(path: Path, table: ContractTable, source: SourceTable, *, all_columns: bool) -> Iterator[Difference]:
    for name, column in table.columns.items():
        where: Path = (*path, "columns", name)
        there = source.columns.get(name)
        if there is None:
            if all_columns or name in table.captured:
                message = f"库中没有此列 {table.name} has no column {name}: correct the name, or remove it from the contract"
                yield Difference(where, message, stops=name in table.captured)
            continue
        if name in table.captured and there.computed:
            message = f"{name} 是虚拟列 is a virtual column, which is not logged: map the columns it is made of, and ignore it"
            yield Difference(where, message)
        for target in column.to or ():
            role, field = target.split(".")
            message = _type_mismatch(there, FIELDS[table.speaks_of[role]][field].kind)
            if message:
                yield Difference(where, message)
    for name, there in source.columns.items():
        if name not in table.columns:
            message = (
                f"未登记的列 column {name} ({there.full_type}) of {table.name} is not in the contract, and so does not leave: "
                "say to, ignore or withhold"
            )
            yield Difference((*path, "columns"), message, stops=False)


def _type_mismatch(column: SourceColumn, kind: str) -> str:
    """Return why values of the column's type cannot fill a field of this kind, or nothing."""
    if column.type in _BYTES | _SHAPES:
        remedy = "withhold or ignore it, or offer it as text"
        return f"类型不能映射 {column.name} is {column.full_type}, which is neither text nor a number: {remedy}"
    if column.type in _TEMPORAL and kind not in {"date", "text"}:
        return f"类型不符 {column.name} is {column.full_type}, but the field holds a {kind}: map it to a date field"
    if kind == "date" and column.type in _NO_DATE:
        return f"类型不符 {column.name} is {column.full_type}, which holds no date: map it to another field"
    return ""
