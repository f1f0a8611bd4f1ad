"""What every format's reader offers: tables with the rows at their top, and all rows of one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from connectors.readers.cells import Cell

Line = tuple[int, list[Cell], int]
"""1-based line, cells, and a row's fault (``limits.ROW_FAULTS``; 0: none)."""


@dataclass(slots=True)
class Head:
    """A table as found: ``rows`` are (line, cells) from its top, at most ``HEAD_ROWS``; ``notes`` tell encoding and the like."""

    name: str
    rows: list[tuple[int, list[Cell]]]
    notes: list[str] = field(default_factory=list)
    hidden: bool = False


class Book(Protocol):
    """An opened file."""

    def heads(self) -> list[Head]:
        """Return its tables."""
        ...

    def rows(self, table: int, heading: int) -> Iterator[Line]:
        """Yield the rows below line ``heading`` of table number ``table``."""
        ...
