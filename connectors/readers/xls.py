"""Reads old .xls workbooks with python-calamine; they hold at most 65,536 rows, so a sheet fits into memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from connectors.readers.book import Head, Line
from connectors.readers.cells import Cell, text_of
from connectors.readers.limits import ERROR_CELL, HEAD_ROWS, Limits, RefusedError
from connectors.readers.ole import Compound, refuse_unfit

_ERRORS = frozenset({"#N/A", "#DIV/0!", "#REF!", "#NAME?", "#NULL!", "#NUM!", "#VALUE!"})
_DAMAGED = "工作簿已损坏 the workbook is damaged: 用 Excel 或 WPS 打开后另存为 .xlsx open it, save it as .xlsx, and send that"


class Xls:
    """A workbook."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        """Look at its records first: what is unfit is not opened."""
        self._limits = limits
        refuse_unfit(Compound(file))
        file.seek(0)
        with _readable():
            self._book = CalamineWorkbook.from_filelike(file)
            self._sheets = [each for each in self._book.sheets_metadata if each.typ is SheetTypeEnum.WorkSheet][: limits.tables]

    def heads(self) -> list[Head]:
        """Return the worksheets."""
        heads = []
        for place, sheet in enumerate(self._sheets):
            rows = [(line, cells) for _, (line, cells) in zip(range(HEAD_ROWS), self._lines(self._sheet(place), HEAD_ROWS), strict=False)]
            heads.append(Head(sheet.name, rows, hidden=sheet.visible is not SheetVisibleEnum.Visible))
        return heads

    def rows(self, table: int, heading: int) -> Iterator[Line]:
        """Yield the rows below the headings."""
        sheet = self._sheet(table)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
            if top < heading <= bottom + 1 and left != right:
                raise RefusedError(
                    f"{sheet.name} 第 {heading} 行标题有合并单元格 headings in row {heading} are merged: "
                    "取消合并，每列一个标题 give each column its own"
                )
        return ((line, cells, 0) for line, cells in self._lines(sheet) if line > heading)

    def _sheet(self, place: int) -> CalamineSheet:
        with _readable():
            return self._book.get_sheet_by_name(self._sheets[place].name)

    def _lines(self, sheet: CalamineSheet, most: int | None = None) -> Iterator[tuple[int, list[Cell]]]:
        """Yield lines from the sheet's very top: calamine leaves out empty rows and columns at the margin unless told not to."""
        if (sheet.start or (0, 0))[1] + sheet.width > self._limits.columns:
            raise RefusedError(f"{sheet.name} 列数过多 has more than {self._limits.columns} columns: clear what stands beside the table")
        with _readable():
            rows = sheet.to_python(skip_empty_area=False, nrows=most)
        for line, cells in enumerate(rows, 1):
            yield line, [ERROR_CELL if cell in _ERRORS else text_of(cell) for cell in cells]


@contextmanager
def _readable() -> Iterator[None]:
    """Refuse what calamine cannot read; a panic in its Rust is no ordinary exception."""
    try:
        yield
    except (CalamineError, ValueError, OSError) as error:
        raise RefusedError(_DAMAGED) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise RefusedError(_DAMAGED) from error
        raise
