"""Reads a file through the sandbox, all tables, all columns of the widest row at its top."""

from pathlib import Path

from connectors.readers.limits import Limits
from connectors.readers.sandbox import RawRow, Sandbox

FILES = Path(__file__).parent / "files"


def read(path: Path, limits: Limits | None = None, heading: int = 1) -> dict[str, list[RawRow]]:
    """Return the rows below the headings, by table name."""
    with path.open("rb") as file, Sandbox(file, path.name, limits) as sandbox:
        found = sandbox.tables()
        wide = [max((len(cells) for _, cells in each.rows), default=0) for each in found]
        return {each.name: list(sandbox.rows(each.number, heading, list(range(width)))) for each, width in zip(found, wide, strict=True)}


def cells(path: Path, limits: Limits | None = None) -> list[list[str | int | None]]:
    """Return the cells of the first table below its headings."""
    return [row.cells for row in next(iter(read(path, limits).values()))]
