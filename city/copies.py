"""Writes the periodic copies of a department that sends files, as its office software would: without what is withheld."""

import csv
import re
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dbf  # type: ignore[import-untyped]  # no type stubs are published
import xlwt  # type: ignore[import-untyped]  # likewise
from openpyxl import Workbook

from city.dirt import Dirt
from city.errors import CityError
from city.tables import Cell, Department, Source, Table
from city.world import World
from domain.contract import Contract

_SHEET_NAME = 31  # characters
_XLS_ROWS = 65_536
_DBF_WIDTH = 254
_day = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII).fullmatch
_ENCODINGS = {"csv_gb18030": "gb18030", "csv_utf8": "utf-8"}

Rows = Iterator[list[Cell]]
Value = str | int | date | None


def write_copies(world: World, department: Department, contract: Contract, folder: Path) -> list[Path]:
    """Write one workbook or database file, or one CSV or DBF file a table, into ``folder``; return the files.

    Args:
        world: the city.
        department: one whose way is ``file``.
        contract: what says which columns are withheld, and what the worksheets are called.
        folder: is made; files of the same name are replaced.

    Raises:
        CityError: the department sends no files, or an .xls cannot hold its rows.
    """
    if department.format is None:
        raise CityError(f"{department.slug} 不报送文件 sends no files: it is captured, or enters its rows")
    folder.mkdir(parents=True, exist_ok=True)
    copies = [_Copy(world, table, contract) for table in department.shared]
    if department.format in _ENCODINGS:
        return [_write_csv(folder / f"{copy.sheet}.csv", copy, _ENCODINGS[department.format]) for copy in copies]
    if department.format == "dbf":
        return [_write_dbf(folder / f"{copy.table.name}.dbf", copy) for copy in copies]
    path = folder / f"{department.slug}.{department.format}"
    path.unlink(missing_ok=True)
    {"xlsx": _write_xlsx, "xls": _write_xls, "sqlite": _write_sqlite}[department.format](path, copies)
    return [path]


class _Copy:
    """One table's copy."""

    def __init__(self, world: World, table: Table, contract: Contract) -> None:
        """Leave out the contract's withheld columns."""
        self._world, self.table = world, table
        shape = contract.table(table.name)
        self.sheet = (shape.file.sheet if shape.file and shape.file.sheet else table.name)[:_SHEET_NAME]
        self._taken = [place for place, column in enumerate(table.columns) if column.name not in shape.withheld]
        self.headings: list[Cell] = [table.columns[place].name for place in self._taken]

    def rows(self) -> Rows:
        """Yield the cells below the headings."""
        source = Source(self._world, Dirt())
        for block in self._world.between(0, self._world.blocks):
            for entry in self.table.rows(source, block):
                yield [entry.cells[place] for place in self._taken]

    def typed_rows(self) -> Iterator[list[Value]]:
        """Yield the cells as a spreadsheet keeps them: days and small numbers are no text there."""
        types = [self.table.columns[place].type.split()[0].lower() for place in self._taken]
        for row in self.rows():
            yield [_typed(kind, cell) for kind, cell in zip(types, row, strict=True)]


def _write_csv(path: Path, copy: _Copy, encoding: str) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(copy.headings)
        writer.writerows(copy.rows())
    return path


def _write_xlsx(path: Path, copies: list[_Copy]) -> None:
    book = Workbook(write_only=True)
    for copy in copies:
        sheet = book.create_sheet(copy.sheet)
        sheet.append(copy.headings)
        for row in copy.typed_rows():
            sheet.append(row)
    book.save(path)


def _write_xls(path: Path, copies: list[_Copy]) -> None:
    book, dated = xlwt.Workbook(encoding="utf-8"), xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for copy in copies:
        sheet = book.add_sheet(copy.sheet)
        for place, heading in enumerate(copy.headings):
            sheet.write(0, place, heading)
        for line, row in enumerate(copy.typed_rows(), 1):
            if line == _XLS_ROWS:
                raise CityError(f"{path.name}: .xls 只容 {_XLS_ROWS:,} 行 holds no more rows: make a smaller city, or use xlsx")
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write(line, place, cell, dated)
                elif cell is not None:
                    sheet.write(line, place, cell)
    book.save(str(path))


def _write_sqlite(path: Path, copies: list[_Copy]) -> None:
    connection = sqlite3.connect(path)
    with connection:
        for copy in copies:
            columns = ", ".join(f'"{name}" text' for name in copy.headings)
            places = ", ".join("?" * len(copy.headings))
            connection.execute(f'create table "{copy.table.name}" ({columns})')
            connection.executemany(f'insert into "{copy.table.name}" values ({places})', copy.rows())  # noqa: S608  # the city's own names
    connection.close()


def _write_dbf(path: Path, copy: _Copy) -> Path:
    """Write a table of character fields, each as wide as its longest value, for a dBASE field has a fixed width in bytes."""
    widths = [1] * len(copy.headings)
    for row in copy.rows():
        for place, cell in enumerate(row):
            widths[place] = max(widths[place], len((cell or "").encode("gbk", "replace")))
    fields = "; ".join(f"{name} C({min(width, _DBF_WIDTH)})" for name, width in zip(copy.headings, widths, strict=True))
    path.unlink(missing_ok=True)
    with dbf.Table(str(path), fields, codepage="cp936", on_disk=True).open(mode=dbf.READ_WRITE) as table:
        for row in copy.rows():
            table.append(tuple(cell or "" for cell in row))
    return path


def _typed(kind: str, cell: Cell) -> Value:
    if cell is None:
        return None
    if kind == "date" and _day(cell):
        return date.fromisoformat(cell)
    if kind in ("integer", "smallint") and cell.isdecimal() and str(int(cell)) == cell:
        return int(cell)
    return cell
