"""The compound file around an old .xls workbook: what is in it, and what its records give away (MS-CFB, MS-XLS)."""

from collections.abc import Iterator
from struct import Struct
from typing import BinaryIO

from connectors.readers.limits import MIB, RefusedError

LARGEST = 128 * MIB
_END = 0xFFFFFFFA  # this and above is no sector
_ENTRY = 128
_header = Struct("<8s16x2x2xHHH6xIIIIIIIII").unpack_from
_number = Struct("<I")
_record = Struct("<HH").unpack_from
_FILEPASS, _EXTERNAL, _FORMULAS = 0x002F, 0x01AE, frozenset({0x0006, 0x0206, 0x0406, 0x0221, 0x04BC})
_PASTE = "复制后选择性粘贴为数值，另存为 .xlsx paste its cells as values into a new workbook and send that"
_DAMAGED = "文件已损坏 the file is damaged: 用 Excel 或 WPS 打开后另存为 .xlsx open it, save it as .xlsx, and send that"


class Compound:
    """The streams of a compound file."""

    def __init__(self, file: BinaryIO) -> None:
        """Read the file whole: such files are small.

        Raises:
            RefusedError: too large, or damaged.
        """
        file.seek(0)
        self._data = file.read(LARGEST + 1)
        if len(self._data) > LARGEST:
            raise RefusedError("xls 文件过大 the .xls file is too large: 另存为 .xlsx save it as .xlsx")
        try:
            self._read()
        except (IndexError, ValueError) as error:
            raise RefusedError(_DAMAGED) from error

    def _read(self) -> None:
        if len(self._data) < 512:  # noqa: PLR2004  # the header
            raise ValueError
        fields = _header(self._data)
        self._size, self._mini_size = 1 << min(fields[2], 12), 1 << min(fields[3], 12)
        directory, self._cutoff, mini, extra = fields[6], fields[8], fields[9], fields[11]
        tables = [*self._numbers(self._data[76:512]), *self._extra(extra)]
        self._next = [number for table in tables if table < _END for number in self._numbers(self._sector(table))]
        self._mini_next = list(self._numbers(b"".join(map(self._sector, self._chain(mini, self._next)))))
        entries = b"".join(map(self._sector, self._chain(directory, self._next)))
        self.streams: dict[str, tuple[int, int]] = {}
        self._mini = b""
        for start in range(0, len(entries) - _ENTRY + 1, _ENTRY):
            self._entry(entries[start : start + _ENTRY])

    def _entry(self, entry: bytes) -> None:
        length, kind = int.from_bytes(entry[64:66], "little"), entry[66]
        name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        first, size = int.from_bytes(entry[116:120], "little"), int.from_bytes(entry[120:124], "little")
        if kind == 5:  # noqa: PLR2004  # the root, which holds the small streams
            self._mini = b"".join(map(self._sector, self._chain(first, self._next)))
        elif kind:
            self.streams[name] = (first, size)

    def stream(self, name: str) -> bytes:
        """Return a stream's bytes."""
        first, size = self.streams[name]
        if size >= self._cutoff:
            return b"".join(map(self._sector, self._chain(first, self._next)))[:size]
        width = self._mini_size
        return b"".join(self._mini[at * width : (at + 1) * width] for at in self._chain(first, self._mini_next))[:size]

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if number >= _END or start >= len(self._data):
            raise ValueError(number)
        return self._data[start : start + self._size]

    def _numbers(self, data: bytes) -> Iterator[int]:
        return (number for (number,) in _number.iter_unpack(data[: len(data) & ~3]))

    def _extra(self, first: int) -> Iterator[int]:
        seen = 0
        while first < _END and seen <= len(self._data) // self._size:
            *numbers, first = self._numbers(self._sector(first))
            yield from numbers
            seen += 1

    def _chain(self, first: int, following: list[int]) -> Iterator[int]:
        """Yield a chain's sectors; a ring ends in an error."""
        for _ in range(len(following) + 1):
            if first >= _END:
                return
            yield first
            first = following[first]
        raise ValueError


def refuse_unfit(compound: Compound) -> None:
    """Refuse what is no plain workbook: a password, macros, links to other files, formulas.

    Raises:
        RefusedError: with what to do.
    """
    names = {name.lower() for name in compound.streams}
    if "encryptedpackage" in names:
        raise RefusedError("工作簿有密码 the workbook is locked with a password: 去掉密码后再送 save it without a password")
    if "worddocument" in names:
        raise RefusedError("Word 文档不是数据表 a Word document is no table: 把表格另存为 .xlsx 或 CSV save its table as .xlsx or CSV")
    if any(name.startswith("_vba_project") for name in names):
        raise RefusedError(f"工作簿含宏 the workbook has macros: {_PASTE}")
    workbook = next((name for name in compound.streams if name.lower() in ("workbook", "book")), None)
    if workbook is None:
        raise RefusedError("不是 Excel 工作簿 not an Excel workbook: 另存为 .xlsx 或 CSV save it as .xlsx or CSV")
    try:
        _refuse_records(compound.stream(workbook))
    except (IndexError, ValueError) as error:
        raise RefusedError(_DAMAGED) from error


def _refuse_records(stream: bytes) -> None:
    at, end = 0, len(stream) - 4
    while at <= end:
        kind, length = _record(stream, at)
        if kind == _FILEPASS:
            raise RefusedError("工作簿有密码 the workbook is locked with a password: 去掉密码后再送 save it without a password")
        if kind in _FORMULAS:
            raise RefusedError(f"工作簿含公式 the workbook has formulas: {_PASTE}")
        if kind == _EXTERNAL and stream[at + 6 : at + 8] not in (b"\x01\x04", b"\x01\x3a"):  # its own sheets, add-in functions
            raise RefusedError(f"工作簿链接到别的文件 the workbook links to other files: {_PASTE}")
        at += 4 + length
