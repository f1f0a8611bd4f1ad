"""What a file may cost, and how a reader refuses one: by a sentence with place and remedy that holds no value of it."""

from dataclasses import dataclass

from domain.values import LONGEST_TEXT

MIB = 1 << 20
HEAD_ROWS = 20
"""Rows from a table's top among which the headings stand."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one file and of the process that reads it."""

    file_bytes: int = 1024 * MIB
    unpacked_bytes: int = 4096 * MIB
    ratio: int = 200
    """unpacked to packed; only beyond ``harmless_bytes``"""
    harmless_bytes: int = 32 * MIB
    members: int = 32
    """files in a zip"""
    parts: int = 2_000
    """parts of a workbook"""
    tables: int = 64
    rows: int = 2_000_000
    columns: int = 512
    cell: int = LONGEST_TEXT
    """characters"""
    memory: int = 640 * MIB
    """address space of the reading process, its libraries included"""
    cpu_seconds: int = 600
    silence_seconds: float = 60.0
    """longest wait for the next rows"""
    open_files: int = 64


class RefusedError(Exception):
    """A file that is not read: one sentence, Chinese first, with place and remedy."""


# What may be wrong with a cell or a row while the file as a whole can be read; a fault's number stands where the cell's text would.
ERROR_CELL, BINARY, UNDECODABLE = 1, 2, 3
TOO_FEW, TOO_MANY = 1, 2

CELL_FAULTS = {
    ERROR_CELL: ("单元格是公式错误 the cell holds an error such as #N/A", "填写真实的值 type the value itself"),
    BINARY: ("单元格是二进制数据 the cell holds binary data", "改为文本 write it as text"),
    UNDECODABLE: ("单元格的文字编码有误 the cell's text is not in the file's encoding", "重新录入该单元格 type the cell again"),
}
ROW_FAULTS = {
    TOO_FEW: ("列数少于标题行 the row has fewer cells than the headings", "检查分隔符和引号 look for a missing delimiter or a stray quote"),
    TOO_MANY: (
        "列数多于标题行 the row has more cells than the headings",
        "给含分隔符的值加引号 quote the value that has a delimiter in it",
    ),
}
