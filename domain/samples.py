"""Runs a contract's sample rows through the normaliser: what each must become is a test that the contract brings along."""

from collections.abc import Iterator
from typing import Any

from domain.contract import Contract, SampleRecord, Table
from domain.normalise import RejectError, RowNormaliser

Place = tuple[str | int, ...]


def sample_problems(contract: Contract) -> Iterator[tuple[Place, str]]:
    """Yield (place in the document, sentence) for each sample that does not become what the contract says."""
    for index, table in enumerate(contract.tables):
        for place, message in _table_problems(contract.provider, table):
            yield ("tables", index, "sample", *place), message


def _table_problems(provider: str, table: Table) -> Iterator[tuple[Place, str]]:
    row = table.sample.row
    absent = [name for name in row if name not in table.captured]
    for name in absent:
        yield ("row", name), f"样例含不离开源库的列 {name} never leaves the source, so a sample cannot hold it: remove it from the row"
    missing = [name for name in table.key if row.get(name) is None]
    for name in missing:
        yield ("row",), f"样例缺少主键 the sample row lacks key column {name}: add it"
    if absent or missing:
        return
    try:
        got = sample_records(provider, table)
    except RejectError as error:
        yield ("row",), f"样例被拒收 the sample row is rejected ({error.reason}): {error.remedy}"
        return
    yield from _differences({record["role"]: record for record in got}, table.sample.records)


def sample_records(provider: str, table: Table) -> list[dict[str, Any]]:
    """Return what the table's sample row becomes: role, values and flags of each record.

    Raises:
        RejectError: the normaliser refuses the row.
    """
    row = table.sample.row
    event = _event(dict.fromkeys(table.captured) | row)  # of a column that the sample does not mention the row has null
    return list(RowNormaliser(provider, table)({name: row.get(name) for name in table.key}, event)["records"])


def _event(row: dict[str, Any]) -> dict[str, Any]:
    """Return the change event that a snapshot makes of the row."""
    return {"op": "r", "after": dict(row), "source": {"lsn": 1, "ts_ms": 0, "snapshot": "true"}}


def _differences(got: dict[str, dict[str, Any]], expected: list[SampleRecord]) -> Iterator[tuple[Place, str]]:
    for index, record in enumerate(expected):
        made = got.pop(record.role, None)
        if made is None:
            yield (
                ("records", index),
                f"没有产生这条记录 the row makes no record in role {record.role}: correct the row, or remove the record",
            )
            continue
        yield from _value_differences(index, record, made["values"])
        if sorted(made["flags"]) != sorted(record.flags):
            said = ", ".join(sorted(made["flags"])) or "none"
            yield (
                ("records", index, "flags"),
                f"标记不符 the normaliser flags {said}: write flags: [{said.replace('none', '')}], or correct the row",
            )
    for role in got:
        yield ("records",), f"未预期的记录 the row also makes a record in role {role}: add what it must become"


def _value_differences(index: int, record: SampleRecord, made: dict[str, str]) -> Iterator[tuple[Place, str]]:
    for field in sorted(made.keys() | record.values.keys()):
        wanted, value = record.values.get(field), made.get(field)
        if wanted == value:
            continue
        place: Place = ("records", index, "values", field)
        if wanted is None:
            yield place, f"未写明的值 {record.role}.{field} becomes {value!r}: add it to values"
        elif value is None:
            yield place, f"没有产生这个值 {record.role}.{field} gets no value (see the row's flags): correct the row, or remove it"
        else:
            yield place, f"值不符 {record.role}.{field} becomes {value!r}, not {wanted!r}: correct the row or the expected value"
