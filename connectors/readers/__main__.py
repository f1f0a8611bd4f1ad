"""``python -I -m connectors.readers``: reads one file for its parent, who names handles and limits, then the tables it wants."""

import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from connectors.readers import archive, frames, sniff
from connectors.readers.book import Book, Head
from connectors.readers.cells import Cell, Picker
from connectors.readers.confinement import confine
from connectors.readers.limits import Limits, RefusedError

Found = tuple[Book, list[Head]]
_LONGEST_HEADING = 1_000  # characters


def main(file: int, spare: int, name: str, limits: Limits) -> int:
    """Tell the file's tables, then give the rows of each that is asked for; return the exit code."""
    out = sys.stdout.buffer
    try:
        confine(limits)
        with open(file, "rb", closefd=False) as source, open(spare, "r+b", closefd=False) as room:  # handles, not paths
            _serve(_Opened(source, room, name, limits), out)
    except RefusedError as error:
        frames.write(out, {"refused": str(error)})
    except MemoryError:
        frames.write(
            out, {"refused": "文件占用内存过多 reading the file takes too much memory: 改用 CSV 或分开发送 send it as CSV, or in parts"}
        )
    return 0


def _serve(opened: "_Opened", out: BinaryIO) -> None:
    heads = opened.heads()
    frames.write(out, {"tables": [{"name": h.name, "rows": _cut(h), "notes": h.notes, "hidden": h.hidden} for h in heads]})
    for line in sys.stdin.buffer:
        asked = orjson.loads(line)
        sent, batch, size = 0, [], 0
        for row in opened.rows(asked["table"], asked["heading"], asked["columns"]):
            batch.append(row)
            sent += 1
            size += 16 + sum(len(cell) for cell in row[1] if isinstance(cell, str))
            if len(batch) == frames.ROWS_A_FRAME or size > frames.BYTES_A_FRAME:
                frames.write(out, {"rows": batch})
                batch, size = [], 0
        frames.write(out, {"rows": batch, "end": sent})


def _cut(head: Head) -> list[tuple[int, list[Cell]]]:
    """Return the rows at the table's top as far as a heading may reach: what stands below the headings may be of any length."""
    return [(line, [cell[:_LONGEST_HEADING] if isinstance(cell, str) else cell for cell in cells]) for line, cells in head.rows]


class _Opened:
    """The file, or the files of a zip; one of them is open at a time."""

    def __init__(self, source: BinaryIO, room: Any, name: str, limits: Limits) -> None:  # noqa: ANN401  # a buffered file with ``raw``
        self._room, self._limits = room, limits
        self._zip = None
        self._tables: list[tuple[int, int]] = []
        self._members: list[Any] = []
        self._book: Book | None = None
        self._open_member = -1
        source.seek(0, os.SEEK_END)
        if source.tell() > limits.file_bytes:
            raise RefusedError(f"文件超过 {limits.file_bytes >> 20:,} MB the file is too large: 分开发送 send it in parts")
        kind = sniff.format_of(source, name)
        if kind == "zip":
            found = archive.opened(source, limits, limits.parts)
            if not _is_workbook(found):
                self._zip = archive.opened(source, limits, limits.members)
                self._members = archive.content(self._zip)
                if not self._members:
                    raise RefusedError("压缩包是空的 the archive is empty: 打包后再送 pack the files and send it again")
                return
        self._book = _book(kind, source, name, limits)

    def heads(self) -> list[Head]:
        """Return every table of every file."""
        if self._book is not None:
            heads = self._book.heads()
            self._tables = [(-1, place) for place in range(len(heads))]
            return heads
        heads = []
        for number in range(len(self._members)):
            found = self._member(number).heads()
            self._tables += [(number, place) for place in range(len(found))]
            heads += found
        if len(heads) > self._limits.tables:
            raise RefusedError(f"表过多 more than {self._limits.tables} tables: send fewer at a time")
        return heads

    def rows(self, table: int, heading: int, columns: list[int]) -> Iterator[Any]:
        """Yield (line, wanted cells, fault) of one table."""
        member, place = self._tables[table]
        book = self._book if member < 0 else self._member(member)
        if book is None:
            return
        pick, most = Picker(f"表 {table + 1}", columns, self._limits), self._limits.rows
        for number, (line, cells, fault) in enumerate(book.rows(place, heading)):
            if number >= most:
                raise RefusedError(f"超过 {most:,} 行 more than {most:,} rows: 分开发送 send it in parts")
            picked = pick(line, cells)
            if picked is not None:
                yield line, picked, fault

    def _member(self, number: int) -> Book:
        if self._open_member == number and self._book is not None:
            return self._book
        member = self._members[number]
        name = archive.name_of(member).replace("\\", "/").rpartition("/")[2]
        assert self._zip is not None  # noqa: S101  # members are a zip's
        archive.unpack(self._zip, member, self._room, self._limits)
        kind = sniff.format_of(self._room, name)
        if kind == "zip" and not _is_workbook(archive.opened(self._room, self._limits, self._limits.parts)):
            raise RefusedError("压缩包里还有压缩包 an archive within the archive is not read: 只打包一层 pack the files once")
        self._open_member = number
        return _book(kind, self._room, name, self._limits)


def _is_workbook(found: Any) -> bool:  # noqa: ANN401  # a zip archive
    """Tell a workbook from an ordinary zip."""
    names = found.namelist()
    if "mimetype" in names and "content.xml" in names:
        raise RefusedError("ODF 文档不读 an OpenDocument file is not read: 另存为 .xlsx 或 CSV save it as .xlsx or CSV")
    return "[Content_Types].xml" in names


def _book(kind: sniff.Format, file: BinaryIO, name: str, limits: Limits) -> Book:
    """Return the format's reader; each is imported only when it is needed."""
    path = f"/proc/self/fd/{file.fileno()}"
    if kind == "zip":
        from connectors.readers.xlsx import Xlsx  # noqa: PLC0415  # quick start

        return Xlsx(archive.opened(file, limits, limits.parts), limits)
    if kind == "ole":
        from connectors.readers.xls import Xls  # noqa: PLC0415  # likewise

        return Xls(file, limits)
    if kind == "sqlite":
        from connectors.readers.sqlite import Sqlite  # noqa: PLC0415  # likewise

        return Sqlite(path, limits)
    if kind == "dbf":
        from connectors.readers.dbase import Dbase  # noqa: PLC0415  # likewise

        return Dbase(path, name, limits)
    from connectors.readers.delimited import Delimited  # noqa: PLC0415  # likewise

    return Delimited(file, name, limits)


if __name__ == "__main__":
    _file, _spare, _name, _limits = sys.argv[1:]
    sys.exit(main(int(_file), int(_spare), _name, Limits(**orjson.loads(_limits))))
