"""Cells as text: dates ISO, numbers plain, and what a spreadsheet has lost of a long number is never guessed."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

from connectors.readers.limits import Limits, RefusedError

Cell = str | int | None
"""Text, nothing, or a fault's number (``limits.CELL_FAULTS``)."""

LARGEST_EXACT = 10**15
"""A spreadsheet keeps 15 significant digits of a number."""
DIGITS_LOST = "\0digits"
"""Stands for a number that lost digits, until it is known whether the column is wanted."""


def trimmed(text: str) -> str | None:
    """Return the text without surrounding white space (full-width too), None where nothing is left."""
    return text.strip() or None


def number_text(value: float) -> str:
    """Return a spreadsheet's number: 3.0 is ``3``, 0.1 is ``0.1``; a whole number of more than 15 digits is ``DIGITS_LOST``."""
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  # not a number is not itself
        return ""
    if value == int(value):
        return str(int(value)) if abs(value) < LARGEST_EXACT else DIGITS_LOST
    return repr(float(value)) if abs(value) >= 1e-4 else f"{Decimal(repr(float(value))):f}"  # noqa: PLR2004  # repr turns to 1e-05


def moment_text(value: date | datetime | time | timedelta) -> str:
    """Return ISO text; a day without a time of day is a mere date."""
    if isinstance(value, datetime):
        rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0)  # Excel's fractions of a day are inexact
        return rounded.date().isoformat() if rounded.time() == time() else rounded.isoformat(" ")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return value.isoformat()


def text_of(value: object) -> Cell:  # noqa: PLR0911  # one a type
    """Return what a library read as text."""
    if value is None or isinstance(value, str):
        return trimmed(value) if value else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return number_text(value) or None
    if isinstance(value, date | time | timedelta):
        return moment_text(value)
    return trimmed(str(value))


def column_name(index: int) -> str:
    """Return a spreadsheet's name of the 0-based column: A, B, … AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


class Picker:
    """Takes the wanted cells of a row, and refuses what a whole file is refused for."""

    def __init__(self, table: str, columns: list[int], limits: Limits) -> None:
        """``columns`` are 0-based."""
        self._table, self._columns, self._limits = table, columns, limits

    def __call__(self, line: int, cells: list[Cell]) -> list[Cell] | None:
        """Return the wanted cells, or None if the row is empty."""
        if not any(cell is not None for cell in cells):
            return None
        width = len(cells)
        picked = [cells[at] if at < width else None for at in self._columns]
        for at, cell in zip(self._columns, picked, strict=True):
            if isinstance(cell, str) and (len(cell) > self._limits.cell or "\0" in cell):
                self._refuse(line, at, cell)
        return picked

    def _refuse(self, line: int, at: int, cell: str) -> None:
        place = f"{self._table} 第 {line} 行 {column_name(at)} 列 (row {line}, column {column_name(at)})"
        if cell == DIGITS_LOST:
            raise RefusedError(
                f"{place}: 超过 15 位的号码存成了数字，末位已丢失 a long number was stored as a number and has lost its last digits: "
                "把该列设为文本后重新填写再送 format the column as text, fill it in anew, and send again"
            )
        if "\0" in cell:
            raise RefusedError(f"{place}: 含空字符 NUL 字节 holds a NUL byte: 从系统重新导出 export the file again")
        raise RefusedError(
            f"{place}: 单元格超过 {self._limits.cell:,} 字 the cell is longer than {self._limits.cell:,} characters: shorten it"
        )
