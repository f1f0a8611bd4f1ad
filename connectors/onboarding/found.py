"""What a database's catalogue says of its tables and columns; never anything of their rows."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column as the database's catalogue describes it."""

    name: str
    type: str
    comment: str = ""
    generated: bool = False


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table. ``kind`` is pg_class's letter (r, p: a table; v, m, f: a view or foreign table); ``rows`` an estimate, None if unknown.

    ``schema`` is empty where the kind of database has none beside the database itself.

    ``unique`` are the columns of a unique index, which could become the primary key of a table that has none.
    """

    schema: str
    name: str
    kind: str = "r"
    comment: str = ""
    rows: int | None = None
    key: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    columns: tuple[FoundColumn, ...] = field(default_factory=tuple)

    @property
    def place(self) -> str:
        """``schema.table``, or ``table``."""
        return f"{self.schema}.{self.name}" if self.schema else self.name
