"""Reads .xlsx worksheets as a stream, in bounded memory, whatever their length; a formula anywhere refuses the workbook.

openpyxl's read-only mode takes five times as long, and python-calamine holds the whole worksheet (docs/decisions).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any
from xml.parsers import expat
from zipfile import ZipFile

from openpyxl.utils.datetime import from_excel, from_ISO8601
from openpyxl.utils.escape import unescape

from connectors.readers.archive import DAMAGE
from connectors.readers.book import Head, Line
from connectors.readers.cells import Cell, column_name, moment_text, number_text, trimmed
from connectors.readers.limits import ERROR_CELL, HEAD_ROWS, Limits, RefusedError
from connectors.readers.strings import SharedStrings
from connectors.readers.xlsx_parts import Sheet, Workbook, damaged, read_workbook

_PIECE = 1 << 18
_reference = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII).fullmatch
_range = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})", re.ASCII).fullmatch


class Xlsx:
    """A workbook."""

    def __init__(self, archive: ZipFile, limits: Limits) -> None:
        """Read the small parts and the shared strings."""
        self._archive, self._limits = archive, limits
        self._workbook: Workbook = read_workbook(archive)
        self._strings = SharedStrings()
        if self._workbook.strings:
            _parse(archive, self._workbook.strings, _Strings(self._strings, limits))

    def heads(self) -> list[Head]:
        """Return the worksheets."""
        return [self._head(sheet) for sheet in self._workbook.sheets[: self._limits.tables]]

    def _head(self, sheet: Sheet) -> Head:
        rows: list[tuple[int, list[Cell]]] = []
        for line, cells in self._stream(sheet, _Rows(sheet.name, self._workbook, self._strings, self._limits)):
            rows.append((line, cells))
            if len(rows) == HEAD_ROWS:
                break
        return Head(sheet.name, rows, hidden=sheet.hidden)

    def rows(self, table: int, heading: int) -> Iterator[Line]:
        """Yield the rows below the headings; merged headings are known only at the worksheet's end, and refuse it then."""
        sheet = self._workbook.sheets[table]
        reading = _Rows(sheet.name, self._workbook, self._strings, self._limits)
        for line, cells in self._stream(sheet, reading):
            if line > heading:
                yield line, cells, 0
        for merged in reading.merged:
            found = _range(merged)
            if found and int(found[2]) <= heading <= int(found[4]) and found[1] != found[3]:
                raise RefusedError(
                    f"{sheet.name} 第 {heading} 行标题有合并单元格 the headings {merged} are merged: "
                    "取消合并，每列一个标题 give each column its own"
                )

    def _stream(self, sheet: Sheet, reading: "_Rows") -> Iterator[tuple[int, list[Cell]]]:
        for _ in _pieces(self._archive, sheet.part, reading):
            yield from reading.done
            reading.done.clear()


class _Handler:
    """Gets the elements of one part."""

    def start(self, name: str, attributes: list[str]) -> None:
        raise NotImplementedError

    def end(self, name: str) -> None:
        raise NotImplementedError

    text: list[str]
    wants_text: Callable[[bool], None]


def _parse(archive: ZipFile, part: str, handler: _Handler) -> None:
    for _ in _pieces(archive, part, handler):
        pass


def _pieces(archive: ZipFile, part: str, handler: _Handler) -> Iterator[None]:
    """Parse a part piece by piece; a document type, and with it every entity trick, is refused."""
    parser = expat.ParserCreate(namespace_separator=None)
    parser.buffer_text, parser.buffer_size, parser.ordered_attributes = True, 1 << 16, True

    def wants_text(on: bool) -> None:  # noqa: FBT001  # a switch
        parser.CharacterDataHandler = handler.text.append if on else None

    def doctype(*_: object) -> None:
        raise damaged()

    def root(name: str, _: list[str]) -> None:
        """Names have a prefix or have none throughout a part; cutting it off costs a third of the time."""
        prefixed = ":" in name
        parser.StartElementHandler = (lambda name, given: handler.start(name.rpartition(":")[2], given)) if prefixed else handler.start
        parser.EndElementHandler = (lambda name: handler.end(name.rpartition(":")[2])) if prefixed else handler.end

    handler.wants_text = wants_text
    parser.StartElementHandler = root
    parser.StartDoctypeDeclHandler = doctype
    try:
        with archive.open(part) as stream:
            while piece := stream.read(_PIECE):
                parser.Parse(piece, False)
                yield
            parser.Parse(b"", True)
        yield
    except (*DAMAGE, expat.ExpatError) as error:
        raise damaged() from error


class _Strings(_Handler):
    """Collects shared strings; what a phonetic guide says is no part of one."""

    def __init__(self, strings: SharedStrings, limits: Limits) -> None:
        self.text: list[str] = []
        self._strings, self._limits, self._phonetic = strings, limits, False

    def start(self, name: str, attributes: list[str]) -> None:
        del attributes
        if name == "rPh":
            self._phonetic = True
        elif name == "t" and not self._phonetic:
            self.wants_text(True)

    def end(self, name: str) -> None:
        if name == "t":
            self.wants_text(False)
        elif name == "rPh":
            self._phonetic = False
        elif name == "si":
            self._strings.append("".join(self.text))
            self.text.clear()


class _Rows(_Handler):
    """Collects rows: (line, cells)."""

    def __init__(self, sheet: str, workbook: Workbook, strings: SharedStrings, limits: Limits) -> None:
        self.text: list[str] = []
        self.done: list[tuple[int, list[Cell]]] = []
        self.merged: list[str] = []
        self._sheet, self._dates, self._epoch, self._strings, self._limits = sheet, workbook.dates, workbook.epoch, strings, limits
        self._line, self._cells, self._at = 0, [], 0  # type: int, list[Cell], int
        self._type, self._style, self._phonetic = "n", 0, False
        self._columns: dict[str, int] = {}

    def start(self, name: str, attributes: list[str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v" or (name == "t" and not self._phonetic):
            self.wants_text(True)
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            raise RefusedError(
                f"{self._sheet} 第 {self._line} 行 {column_name(self._at)} 列是公式 row {self._line}, column {column_name(self._at)} "
                "is a formula: 复制后选择性粘贴为数值再送 paste the cells as values and send that"
            )
        elif name == "rPh":
            self._phonetic = True
        elif name == "mergeCell" and len(self.merged) < self._limits.rows:
            self.merged.append(_attribute(attributes, "ref"))

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name in ("v", "t"):
            self.wants_text(False)
        elif name == "row":
            self.done.append((self._line, self._cells))
        elif name == "rPh":
            self._phonetic = False

    def _start_row(self, attributes: list[str]) -> None:
        written = _attribute(attributes, "r")
        line = int(written) if written.isdecimal() and len(written) <= 7 else self._line + 1  # noqa: PLR2004  # 1,048,576 rows
        if line <= self._line:
            raise damaged()
        self._line, self._cells, self._at = line, [], -1

    def _start_cell(self, attributes: list[str]) -> None:
        self.text.clear()
        self._type, self._style, at = "n", 0, self._at + 1
        for place in range(0, len(attributes), 2):
            name, value = attributes[place], attributes[place + 1]
            if name == "t":
                self._type = value
            elif name == "s":
                self._style = int(value) if value.isdecimal() and len(value) <= 6 else 0  # noqa: PLR2004  # 65,490 styles
            elif name == "r":
                at = self._column(value)
        if at < self._at or at >= self._limits.columns:
            raise RefusedError(
                f"{self._sheet} 第 {self._line} 行列数过多 row {self._line} has more than {self._limits.columns} columns: "
                "删去表格右边多余的内容 clear what stands to the right of the table"
            )
        self._at = at

    def _column(self, reference: str) -> int:
        letters = reference.rstrip("0123456789")
        found = self._columns.get(letters)
        if found is None:
            if not _reference(reference):
                raise damaged()
            found = 0
            for letter in letters:
                found = found * 26 + ord(letter) - 64
            found = self._columns[letters] = found - 1
        return found

    def _end_cell(self) -> None:
        value = self._value("".join(self.text)) if self.text else None
        if value is not None:
            cells, at = self._cells, self._at
            if len(cells) < at:
                cells += [None] * (at - len(cells))
            cells.append(value)

    def _value(self, text: str) -> Cell:
        kind = self._type
        try:
            if kind == "s":
                text = self._strings[int(text)]
            elif kind == "n":
                return self._number(text)
            elif kind == "b":
                return "true" if text.strip() == "1" else "false"
            elif kind == "e":
                return ERROR_CELL
            elif kind == "d":
                return moment_text(from_ISO8601(text.strip()))  # type: ignore[no-untyped-call]  # no type stubs are published
        except (ValueError, IndexError, OverflowError, TypeError) as error:
            raise damaged() from error
        return trimmed(unescape(text) if "_x" in text else text)

    def _number(self, text: str) -> Cell:
        number = float(text)
        if self._style < len(self._dates) and self._dates[self._style]:
            try:
                moment: Any = from_excel(number, self._epoch)
            except (ValueError, OverflowError):
                return number_text(number)
            return moment_text(moment)
        return number_text(number) or None


def _attribute(attributes: list[str], name: str) -> str:
    for place in range(0, len(attributes), 2):
        if attributes[place] == name:
            return attributes[place + 1]
    return ""
