"""Rows of tables of which nothing may leave a department: one in so many blocks, every text marked as synthetic."""

from collections.abc import Callable, Iterator

from city.tables import Cell, Entry, Source, synthetic
from city.world import Block

RECEIVED = "2024-06-30 08:00:00+08"
"""When such rows were entered, in tables with a column for it."""


def kept(
    every: int, turn: int, *whats: str, serial: str | None = None, closing: tuple[Cell, ...] = ()
) -> Callable[[Source, Block], Iterator[Entry]]:
    """Return the function that makes the rows of such a table.

    Args:
        every: one block in so many has a row.
        turn: which block of these.
        whats: what the synthetic cells hold, one each.
        serial: how the key is made of the block's number, as ``CB{:010d}``; without it the key counts from 1.
        closing: cells after the synthetic ones.
    """

    def rows(_source: Source, block: Block) -> Iterator[Entry]:
        number = block.number
        if number % every == turn:
            key = serial.format(number) if serial else str(number + 1)
            yield Entry((key, *(synthetic(what, number) for what in whats), *closing), ())

    return rows
