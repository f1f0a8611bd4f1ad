"""CSV and TSV: the encoding is the first of UTF-8, UTF-16 with its mark, GBK and GB18030 that fits the whole file, and is told."""

import codecs
import csv
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from charset_normalizer import from_bytes

from connectors.readers.book import Head, Line
from connectors.readers.cells import Cell, trimmed
from connectors.readers.limits import HEAD_ROWS, TOO_FEW, TOO_MANY, Limits, RefusedError

_PIECE = 1 << 20
_DELIMITERS = {",": "逗号 comma", "\t": "制表符 tab", ";": "分号 semicolon", "|": "竖线 bar", "，": "全角逗号 full-width comma"}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig", "UTF-8"), (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"), (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"))


class Delimited:
    """One text file: one table."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits) -> None:
        """Find encoding and delimiter."""
        self._file, self._name, self._limits = file, name, limits
        csv.field_size_limit(limits.cell * 4)
        self._encoding, said = _encoding(file)
        self._delimiter = self._find_delimiter()
        self._notes = [f"编码 encoding {said}", f"分隔符 delimiter {_DELIMITERS[self._delimiter]}"]

    def heads(self) -> list[Head]:
        """Return the one table; its name is the file's, without the ending."""
        rows = []
        for line, cells in self._records():
            rows.append((line, cells))
            if len(rows) == HEAD_ROWS:
                break
        return [Head(self._name.rsplit(".", 1)[0], rows, self._notes)]

    def rows(self, table: int, heading: int) -> Iterator[Line]:
        """Yield what stands below the headings; a row of another width is a faulty one: its values may stand under wrong headings."""
        del table
        width = 0
        for line, cells in self._records():
            if line <= heading:
                width = len(cells)
                continue
            fault = 0
            if len(cells) != width and any(cells):
                beyond = any(cells[width:])
                fault = TOO_MANY if beyond else TOO_FEW if len(cells) < width else 0
            yield line, cells, fault

    def _records(self) -> Iterator[tuple[int, list[Cell]]]:
        self._file.seek(0)
        text = TextIOWrapper(self._file, self._encoding, newline="")
        reader = csv.reader(text, delimiter=self._delimiter)
        try:
            line = 1
            for record in reader:
                if len(record) > self._limits.columns:
                    raise RefusedError(f"第 {line} 行列数过多 line {line} has {len(record):,} columns: look for a missing line break")
                yield line, [trimmed(cell) for cell in record]
                line = reader.line_num + 1
        except csv.Error as error:
            if "field larger" in str(error):
                raise RefusedError(
                    f"第 {line} 行有一格过长，或引号未闭合 a cell of line {line} is far longer than {self._limits.cell:,} characters, "
                    "or a quote is not closed: 缩短该格或补上引号 shorten the cell, or close the quote"
                ) from error
            raise RefusedError(f"第 {line} 行不是 CSV line {line} cannot be read as CSV: 检查引号 look for a stray quote") from error
        finally:
            text.detach()

    def _find_delimiter(self) -> str:
        """Return the delimiter that splits most of the first lines alike; a single column has none."""
        self._file.seek(0)
        text = TextIOWrapper(self._file, self._encoding, newline="")
        sample = text.read(1 << 16)
        text.detach()
        best, most = ",", 1.0
        for delimiter in _DELIMITERS:
            try:
                widths = [
                    len(record)
                    for _, record in zip(range(HEAD_ROWS), csv.reader(sample.splitlines(), delimiter=delimiter), strict=False)
                    if record
                ]
            except csv.Error:
                continue
            common = max(set(widths), key=widths.count, default=1)
            score = common * widths.count(common) / len(widths) if widths else 0
            if common > 1 and score > most:
                best, most = delimiter, score
        return best


def _encoding(file: BinaryIO) -> tuple[str, str]:
    """Return Python's name of the encoding, and the name told; the whole file must fit it."""
    file.seek(0)
    start = file.read(_PIECE)
    for mark, encoding, said in _MARKS:
        if start.startswith(mark):
            if not _fits(file, encoding):
                raise RefusedError(f"文件标明 {said} 但不是 the file says it is {said} but is not: 另存为 UTF-8 save it as UTF-8")
            return encoding, said
    if b"\0" in start:
        raise RefusedError("文本中有空字符 the text holds NUL bytes: 另存为 UTF-8 的 CSV save it as CSV in UTF-8")
    for encoding, said in (("utf-8", "UTF-8"), ("gbk", "GBK"), ("gb18030", "GB18030")):
        if _fits(file, encoding):
            return encoding, said
    guess = from_bytes(start[: 1 << 16]).best()
    looks = f"，像是 {guess.encoding} (it looks like {guess.encoding})" if guess else ""
    raise RefusedError(f"文字编码不是 UTF-8、GBK 或 GB18030 the text is in none of these encodings{looks}: 另存为 UTF-8 save it as UTF-8")


def _fits(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
