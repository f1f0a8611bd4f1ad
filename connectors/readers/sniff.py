"""Tells what a file is by its content, never by its name, and refuses what is no table with what to do instead."""

from typing import BinaryIO, Literal

from connectors.readers.limits import RefusedError

Format = Literal["zip", "ole", "sqlite", "dbf", "text"]

_DBF_VERSIONS = frozenset({0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x7B, 0x83, 0x8B, 0x8E, 0xCB, 0xF5, 0xFB})
_DBF_HEAD, _DBF_FIELD = 32, 32
_DBF_TYPES = b"CNDLFMTIBYG@+OVQPW0"
_REFUSED = (
    (b"%PDF", "PDF 不是数据表 a PDF is no table: 送原来的 Excel 或 CSV send the workbook or CSV that it was made from"),
    (b"Rar!", "RAR 压缩包 a RAR archive is not read: 改用 zip pack it as zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包 a 7z archive is not read: 改用 zip pack it as zip"),
    (b"\x1f\x8b", "gzip 压缩包 a gzip file is not read: 改用 zip pack it as zip"),
    (b"TAPE", "SQL Server 备份 a SQL Server backup is not read: 导出为 CSV（或 SQLite）再送 export its tables as CSV and send those"),
    (b"MSSQLBAK", "SQL Server 备份 a SQL Server backup is not read: 导出为 CSV（或 SQLite）再送 export its tables as CSV and send those"),
    (b"\x01\x0f\x00\x00", "SQL Server 数据文件 a SQL Server data file is not read: 导出为 CSV 再送 export its tables as CSV"),
    (b"PGDMP", "PostgreSQL 备份 a PostgreSQL dump is not read: 用 \\copy 导出为 CSV export its tables as CSV with \\copy"),
    (b"\x00\x01\x00\x00Standard", "Access 数据库 an Access database is not read: 导出为 Excel 或 CSV export its tables"),
    (b"{\\rtf", "RTF 文档 a text document is no table: 送 Excel 或 CSV send a workbook or CSV"),
    (b"\x7fELF", "程序文件 a program is no table: 送 Excel 或 CSV send a workbook or CSV"),
    (b"MZ", "程序文件 a program is no table: 送 Excel 或 CSV send a workbook or CSV"),
)
_DUMPS = (b"-- mysql dump", b"-- mariadb dump", b"-- phpmyadmin sql dump", b"-- postgresql database dump", b"/*!40101 set", b"/*!999999")
_STATEMENTS = (b"insert into ", b"create table ", b"drop table ", b"use [", b"set ansi_nulls")


def format_of(file: BinaryIO, name: str) -> Format:
    """Return the format; ``name`` only makes a refusal clearer.

    Raises:
        RefusedError: empty, or something that is not read.
    """
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if not head:
        raise RefusedError("文件是空的 the file is empty: 检查导出是否成功 see whether the export worked, and send it again")
    for magic, sentence in _REFUSED:
        if head.startswith(magic):
            raise RefusedError(f"{sentence}")
    if head.startswith(b"PK"):
        return "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "ole"
    if head.startswith(b"SQLite format 3\0"):
        return "sqlite"
    if _is_dbf(head):
        return "dbf"
    _refuse_dump(head, name)
    return "text"


def _is_dbf(head: bytes) -> bool:
    if len(head) < _DBF_HEAD + 1 or head[0] not in _DBF_VERSIONS or not 1 <= head[2] <= 12 or not 1 <= head[3] <= 31:  # noqa: PLR2004  # a month, a day
        return False
    header, record = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
    first = head[_DBF_HEAD : _DBF_HEAD + _DBF_FIELD]  # a field's name and, at 11, its type
    named = len(first) == _DBF_FIELD and first[0] > 0x20 and first[11] in _DBF_TYPES  # noqa: PLR2004  # a visible character
    return named and header > _DBF_HEAD and record > 0 and (header - 1) % _DBF_FIELD in (0, 263 % _DBF_FIELD)


def _refuse_dump(head: bytes, name: str) -> None:
    words = head.lower().lstrip(b"\xef\xbb\xbf \r\n\t")
    if words.startswith(_DUMPS) or words.startswith(_STATEMENTS) or name.lower().endswith((".sql", ".bak", ".mdf", ".dmp")):
        raise RefusedError(
            "数据库转储 a database dump is not read, because it is a program: 把各表导出为 CSV 或 SQLite 再送 "
            "export its tables as CSV (or a SQLite database) and send those"
        )
    if words.startswith((b"<?xml", b"<html", b"<!doctype", b"<table")):
        raise RefusedError("网页或 XML 不是数据表 a web page or XML is no table: 另存为 .xlsx 或 CSV save it as .xlsx or CSV")
