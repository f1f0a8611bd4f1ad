"""Reads dBASE and FoxPro tables (.dbf) with dbfread; the code page is told, and what the file says of it is checked."""

import struct
from collections.abc import Iterator
from typing import Any

from dbfread import DBF, DBFNotFound, FieldParser  # type: ignore[import-untyped]  # no type stubs are published

from connectors.readers.book import Head, Line
from connectors.readers.cells import DIGITS_LOST, LARGEST_EXACT, Cell, text_of
from connectors.readers.limits import HEAD_ROWS, UNDECODABLE, Limits, RefusedError

_TEXT = "C"
_MEMOS = frozenset("MGBP")
_SAMPLE = 200_000
_DAMAGED = "DBF 文件已损坏 the dBASE file is damaged: 重新导出 export it again"
_MISTAKES = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    OverflowError,
    OSError,
    ArithmeticError,
    EOFError,
    UnicodeError,
    struct.error,
    DBFNotFound,
)


class _Raw(FieldParser):  # type: ignore[misc]  # dbfread has no types
    """Keeps text as bytes, and what no type can be made of as None."""

    def parseC(self, field: Any, data: bytes) -> bytes:  # noqa: ANN401, ARG002, N802  # dbfread calls it by the type's letter
        return data.rstrip(b"\0 ")

    def parseM(self, field: Any, data: Any) -> None:  # noqa: ANN401, ARG002, N802  # likewise; memos stand in another file
        return None

    parseG = parseP = parseM  # noqa: N815  # likewise


class Dbase:
    """One table."""

    def __init__(self, path: str, name: str, limits: Limits) -> None:
        """``path`` is opened anew for each reading."""
        self._path, self._name, self._limits = path, name, limits
        self._table = self._open()
        self._names = [str(each.name) for each in self._table.fields]
        if len(self._names) > limits.columns:
            raise RefusedError(f"列数过多 the table has more than {limits.columns} columns: send fewer")
        self._text = [each.type == _TEXT for each in self._table.fields]
        self._encoding, said = self._find_encoding()
        self._notes = [f"编码 code page {said}"]
        if memos := [each.name for each in self._table.fields if each.type in _MEMOS and each.type != "B"]:
            self._notes.append(f"备注字段不读 memo fields are not read: {', '.join(memos)}")
        self._head = [(1, self._decoded(self._names))]

    def heads(self) -> list[Head]:
        """Return the one table; its name is the file's, without the ending; the field names stand in line 1."""
        rows = [*self._head, *((line, cells) for _, (line, cells, _) in zip(range(HEAD_ROWS - 1), self.rows(0, 1), strict=False))]
        return [Head(self._name.rsplit(".", 1)[0], rows, self._notes)]

    def rows(self, table: int, heading: int) -> Iterator[Line]:
        """Yield the records that are not marked as deleted."""
        del table, heading
        for line, record in enumerate(self._records(), 2):
            yield line, [self._cell(value) for value in record], 0

    def _open(self) -> Any:  # noqa: ANN401  # dbfread has no types
        try:
            return DBF(self._path, encoding="latin-1", raw=False, parserclass=_Raw, ignore_missing_memofile=True, recfactory=list)
        except _MISTAKES as error:
            raise RefusedError(_DAMAGED) from error

    def _records(self) -> Iterator[list[Any]]:
        records = iter(self._table)
        while True:
            try:
                record = next(records)
            except StopIteration:
                return
            except _MISTAKES as error:
                raise RefusedError(_DAMAGED) from error
            yield [value for _, value in record]

    def _find_encoding(self) -> tuple[str, str]:
        """Return UTF-8 or GB18030, which most text fits: a field's width may cut a character, so single failures are no proof."""
        utf8 = gb = texts = 0
        for _, record in zip(range(_SAMPLE), self._records(), strict=False):
            for value in record:
                if isinstance(value, bytes) and not value.isascii():
                    texts += 1
                    utf8 += _decodes(value, "utf-8")
                    gb += _decodes(value, "gb18030")
        if texts and utf8 >= gb and utf8 > texts * 0.5:
            return "utf-8", "UTF-8"
        return "gb18030", "GBK" if texts else "GBK（全为 ASCII all ASCII）"

    def _decoded(self, names: list[str]) -> list[Cell]:
        return [name.encode("latin-1").decode(self._encoding, "replace").strip("\0 ") or None for name in names]

    def _cell(self, value: object) -> Cell:
        if isinstance(value, bytes):
            try:
                return text_of(value.decode(self._encoding))
            except UnicodeDecodeError:
                return UNDECODABLE
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= LARGEST_EXACT:
            return DIGITS_LOST  # FoxPro computes with doubles, too
        return text_of(value)


def _decodes(value: bytes, encoding: str) -> bool:
    try:
        value.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
