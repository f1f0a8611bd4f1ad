"""Reads one record as a client sends it: ``{"table", "op", "values"}``; every cell becomes text, or a mistake with its place."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import orjson

from connectors.door.problems import ProblemError, Spot, pointer
from connectors.intake.receipt import Row
from domain.contract import Contract, Table

MOST_BYTES = 1 << 20
_MEMBERS = frozenset({"table", "op", "values"})
_OPS = ("upsert", "delete")
_LONGEST = 20_000  # characters; domain.values reads no longer text
_SAFE_DIGITS = 15  # of a number in IEEE 754 double precision, which most programs' JSON has


def read_record(body: bytes, contract: Contract) -> tuple[Table, Row]:
    """Return the record's table and its row (line 1).

    Raises:
        ProblemError: not JSON (400), or not a record of this contract (422); every mistake has its place.
    """
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise ProblemError(400, "not_json") from None
    if not isinstance(said, dict):
        raise ProblemError(400, "not_json")
    table = table_of(contract, said.get("table"))
    row, errors = row_of(table, said, 1)
    if table is None:
        errors = (Spot(pointer("table"), "unknown_table"), *errors)
    if table is None or row is None or errors:
        raise ProblemError(422, "bad_records", errors)
    return table, row


def table_of(contract: Contract, name: object) -> Table | None:
    """Return the contract's table of that name; its only one when none is named."""
    if name is None and len(contract.tables) == 1:
        return contract.tables[0]
    return next((table for table in contract.tables if table.name == name), None)


def row_of(table: Table | None, said: Any, line: int) -> tuple[Row | None, tuple[Spot, ...]]:  # noqa: ANN401  # any JSON
    """Return the row of one record, or its mistakes; without a table, columns are not looked at. The table's name is the caller's."""
    if not isinstance(said, dict):
        return None, (Spot("", "not_json"),)
    errors = [] if said.keys() <= _MEMBERS else [Spot("", "unknown_member")]  # its name was made up and may hold anything
    op = said.get("op", "upsert")
    if op not in _OPS:
        errors.append(Spot(pointer("op"), "unknown_op"))
    values = said.get("values")
    if not isinstance(values, dict):
        return None, (*errors, Spot(pointer("values"), "not_json"))
    cells, wrong = cells_of(table, values)
    errors += wrong
    if errors:
        return None, tuple(errors)
    if table is not None and op == "upsert":
        cells = dict.fromkeys(table.captured) | cells  # what is not said is empty: an upsert is the whole row
    return Row(line, op, cells), ()


def cells_of(table: Table | None, values: Mapping[str, Any]) -> tuple[dict[str, str | None], list[Spot]]:
    """Return the cells as text, and what is wrong with them; a column that the contract does not know is never named."""
    cells: dict[str, str | None] = {}
    errors: list[Spot] = []
    columns = table.columns if table else {}
    for name, cell in values.items():
        if table is not None and name not in columns:
            errors.append(Spot(pointer("values"), "unknown_column"))
        elif table is not None and columns[name].withhold is not None:
            errors.append(Spot(pointer("values", name), "withheld_column"))
        else:
            text, code = text_of(cell)
            if code is not None:
                errors.append(Spot(pointer("values", name) if table else pointer("values"), code))
            cells[name] = text
    return cells, list(dict.fromkeys(errors))


def text_of(cell: object) -> tuple[str | None, str | None]:
    """Return a cell as text, and the code of what is wrong with it, if anything is."""
    if cell is None:
        return None, None
    if isinstance(cell, bool):
        return ("true" if cell else "false"), None
    if isinstance(cell, datetime | date | time):
        return cell.isoformat(), None
    if isinstance(cell, int | float | Decimal):
        return _number(cell)
    return _written(cell) if isinstance(cell, str) else (None, "not_text")


def _written(cell: str) -> tuple[str | None, str | None]:
    if len(cell) > _LONGEST:
        return None, "too_long_text"
    return (None, "nul") if "\0" in cell else (cell, None)


def _number(cell: float | Decimal) -> tuple[str | None, str | None]:
    """Write a number without an exponent; one that is too long for a double is a name written wrongly, and has lost digits on its way."""
    text = _plain(cell) if isinstance(cell, float) else str(cell)
    return (None, "number_lost_digits") if sum(map(str.isdigit, text)) > _SAFE_DIGITS else (text, None)


def _plain(number: float) -> str:
    return f"{int(number)}" if number.is_integer() else format(Decimal(repr(number)), "f")
