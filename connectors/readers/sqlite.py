"""Reads a SQLite database's tables, and runs nothing that stands in it: no view, trigger, extension or virtual table."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.readers.book import Head, Line
from connectors.readers.cells import Cell, text_of, trimmed
from connectors.readers.limits import BINARY, HEAD_ROWS, MIB, UNDECODABLE, Limits, RefusedError

_IN_MEMORY = 128 * MIB
_LARGEST_ROW = 8 * MIB
_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ})
_TABLES = "select name, sql from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by rowid"
_COLUMNS = "select name, hidden from pragma_table_xinfo(?)"
_DAMAGED = "SQLite 数据库已损坏 the SQLite database is damaged: 重新导出 export it again"
_LARGE = (
    f"数据库有超过 {_LARGEST_ROW // MIB} MB 的行 the database has a row larger than {_LARGEST_ROW // MIB} MB: 缩短其文本 shorten its texts"
)


class Sqlite:
    """A database."""

    def __init__(self, path: str, limits: Limits) -> None:
        """Open it as bytes that nobody changes; a log beside it is not read."""
        self._limits = limits
        with _readable():
            self._connection = _opened(path)
            self._connection.text_factory = bytes
            for statement in ("pragma trusted_schema=off", "pragma cell_size_check=on", "pragma mmap_size=0", "pragma cache_size=-16384"):
                self._connection.execute(statement)
            self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_ROW)
            self._names = self._plain_tables()
            self._columns = {name: self._plain_columns(name) for name in self._names}
            self._connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)

    def heads(self) -> list[Head]:
        """Return the tables; the column names stand in line 1."""
        heads = []
        for place, name in enumerate(self._names):
            below = ((line, cells) for _, (line, cells, _) in zip(range(HEAD_ROWS - 1), self.rows(place, 1), strict=False))
            titles: list[Cell] = [trimmed(each) for each in self._columns[name]]
            heads.append(Head(name, [(1, titles), *below]))
        return heads

    def rows(self, table: int, heading: int) -> Iterator[Line]:
        """Yield the table's rows, in its own order."""
        del heading
        name = self._names[table]
        columns = ", ".join(f"t.{_quoted(each)}" for each in self._columns[name])
        with _readable():
            for line, row in enumerate(self._connection.execute(f"select {columns} from main.{_quoted(name)} as t"), 2):  # noqa: S608  # quoted
                yield line, [_cell(value) for value in row], 0

    def _plain_tables(self) -> list[str]:
        found = [(name.decode(), (sql or b"").decode()) for name, sql in self._connection.execute(_TABLES)]
        plain = [name for name, sql in found if sql.lstrip().lower().startswith("create table")]
        return plain[: self._limits.tables]

    def _plain_columns(self, table: str) -> list[str]:
        """Return the stored columns: a generated one would run an expression of the file's."""
        columns = [(name.decode(), hidden) for name, hidden in self._connection.execute(_COLUMNS, (table,))]
        if len(columns) > self._limits.columns:
            raise RefusedError(f"{table} 列数过多 has more than {self._limits.columns} columns: send fewer")
        return [name for name, hidden in columns if hidden == 0]


def _opened(path: str) -> sqlite3.Connection:
    """Open by path; what came out of a zip has none any more, and SQLite looks for it: that is read into memory."""
    if not str(Path(path).readlink()).endswith(" (deleted)"):
        return sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    with Path(path).open("rb") as file:
        data = file.read(_IN_MEMORY + 1)
    if len(data) > _IN_MEMORY:
        raise RefusedError(
            f"压缩包内的数据库过大 the database in the zip is larger than {_IN_MEMORY >> 20} MB: 不压缩直接送 send it as it is"
        )
    connection = sqlite3.connect(":memory:")
    connection.deserialize(data)
    return connection


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except sqlite3.DataError as error:
        raise RefusedError(_LARGE if "too big" in str(error) else _DAMAGED) from error
    except (sqlite3.Error, UnicodeDecodeError, sqlite3.Warning, OverflowError) as error:
        raise RefusedError(_DAMAGED) from error


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cell(value: object) -> Cell:
    """Return the cell as text; SQLite keeps whole numbers exactly, and gives text as bytes here, because it need not be UTF-8."""
    if isinstance(value, bytes):
        if b"\0" in value:
            return BINARY
        try:
            return text_of(value.decode())
        except UnicodeDecodeError:
            return UNDECODABLE
    return text_of(value)
