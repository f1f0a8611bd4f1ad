"""What a department's database is made of: columns, tables, and the rows that a block of the world becomes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from city.dirt import Dirt
from city.world import Block, World

Cell = str | None
Way = Literal["database", "file", "entry"]
FileFormat = Literal["xlsx", "xls", "csv_gb18030", "csv_utf8", "dbf", "sqlite"]


class Entry(NamedTuple):
    """One row: cells in the order of the columns, and whom it truly speaks of: (role, entity id such as ``P17``)."""

    cells: tuple[Cell, ...]
    truth: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What rows are made from: the world and the department's dirt."""

    world: World
    dirt: Dirt


@dataclass(frozen=True, slots=True)
class Column:
    """A column: name, PostgreSQL type with constraints, the department's own comment."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table and the pure function that makes its rows of a block."""

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Callable[[Source, Block], Iterator[Entry]]
    out_of_line: tuple[str, ...] = ()
    """long texts that are never compressed, so that they go to the TOAST table"""
    withheld: bool = False
    """a table that the contract lists under ``withheld_tables``: nothing of it may leave"""

    @property
    def create_sql(self) -> str:
        """DDL without the key, which is added when the rows are in: that loads twice as fast."""
        columns = ",\n".join(f"  {column.name} {column.type}" for column in self.columns)
        comments = "".join(f"COMMENT ON COLUMN {self.name}.{column.name} IS '{column.comment}';\n" for column in self.columns)
        storage = "".join(f"ALTER TABLE {self.name} ALTER COLUMN {name} SET STORAGE EXTERNAL;\n" for name in self.out_of_line)
        return f"CREATE TABLE {self.name} (\n{columns}\n);\nCOMMENT ON TABLE {self.name} IS '{self.title}';\n{comments}{storage}"

    @property
    def key_sql(self) -> str:
        """The primary key."""
        return f"ALTER TABLE {self.name} ADD PRIMARY KEY ({', '.join(self.key)})"

    def places(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """Return where the named columns stand in a row."""
        order = [column.name for column in self.columns]
        return tuple(order.index(name) for name in names)


@dataclass(frozen=True, slots=True)
class Department:
    """A provider's database, or the files or entries it sends; ``slug`` is its name, as in its contract."""

    slug: str
    title: str
    tables: tuple[Table, ...]
    way: Way = "database"
    format: FileFormat | None = None
    """of a department that sends files: what its office software writes"""

    @property
    def shared(self) -> tuple[Table, ...]:
        """The tables that its contract shares."""
        return tuple(table for table in self.tables if not table.withheld)

    @property
    def variable(self) -> str:
        """Name of the variable with the capture user's address; the DBA's has ``_ADMIN`` after it."""
        return f"HUILIU_SOURCE_{self.slug.upper()}"


def columns(text: str) -> tuple[Column, ...]:
    """Read columns written one a line as ``name | type | comment``."""
    lines = (line.split("|") for line in text.strip().splitlines())
    return tuple(Column(name.strip(), kind.strip(), comment.strip()) for name, kind, comment in lines)


def synthetic(what: str, index: int) -> str:
    """Fill a column that must never leave the source, marked for what it is."""
    return f"合成数据·{what}·{index:09d}"
