"""Loads the departments' tables by COPY: each process makes a stretch of the world once and writes it to every department."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context

import psycopg
from psycopg.sql import SQL, Identifier

from city.departments import DEPARTMENTS
from city.dirt import Dirt
from city.household import PEOPLE
from city.tables import Source, Table
from city.world import Block, World

Progress = Callable[[int, int], None]
"""Called with (people loaded, people in all)."""

_STRETCH = 200
"""Blocks a process makes at a time: six thousand people, some twenty thousand rows."""


@dataclass(frozen=True, slots=True)
class Load:
    """Which city goes where: (slug, DBA's address) of each department to fill."""

    people: int
    seed: int
    addresses: tuple[tuple[str, str], ...] = field(repr=False)


def load(plan: Load, processes: int, progress: Progress) -> dict[str, int]:
    """Fill the departments' empty tables, then add keys and statistics; return rows by ``<slug>.<table>``.

    Raises:
        psycopg.Error: a database failed; what was loaded stays, and the city's mark still says it is incomplete.
    """
    blocks = World(plan.people, plan.seed).blocks
    rows: dict[str, int] = {}
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        stretches = [pool.submit(_load, plan, start, min(start + _STRETCH, blocks)) for start in range(0, blocks, _STRETCH)]
        done = 0
        for stretch in _settled(stretches):
            for name, count in stretch.result().items():
                rows[name] = rows.get(name, 0) + count
            done += _STRETCH * PEOPLE
            progress(min(done, plan.people), plan.people)
        finishing = [
            pool.submit(_finish, plan, slug, place) for slug, _ in plan.addresses for place in range(len(DEPARTMENTS[slug].tables))
        ]
        for each in _settled(finishing):
            each.result()
    return rows


def copied(table: Table, source: Source, blocks: Sequence[Block]) -> tuple[str, int]:
    """Return the table's rows of these blocks in COPY's text format, and how many they are.

    The city's cells hold no tab, line break or backslash (a test says so), hence need no escapes.
    """
    lines = [
        "\t".join(["\\N" if cell is None else cell for cell in entry.cells]) for block in blocks for entry in table.rows(source, block)
    ]
    lines.append("")
    return "\n".join(lines), len(lines) - 1


def _settled(futures: "list[Future[dict[str, int]]]") -> "Iterator[Future[dict[str, int]]]":
    """Yield futures as they end; after a failure start no more of them."""
    try:
        yield from as_completed(futures)
    finally:
        for future in futures:
            future.cancel()


@lru_cache(1)
def _source(people: int, seed: int) -> Source:
    return Source(World(people, seed), Dirt())


@lru_cache(None)
def _connection(address: str) -> psycopg.Connection:
    """One connection a department and process, kept for the next stretch."""
    return psycopg.connect(address, autocommit=True)


def _load(plan: Load, start: int, stop: int) -> dict[str, int]:
    source = _source(plan.people, plan.seed)
    blocks = list(source.world.between(start, stop))
    rows = {}
    for slug, address in plan.addresses:
        for table in DEPARTMENTS[slug].tables:
            text, rows[f"{slug}.{table.name}"] = copied(table, source, blocks)
            with _connection(address).cursor().copy(SQL("COPY {} FROM STDIN").format(Identifier(table.name))) as copy:
                copy.write(text)
    return rows


def _finish(plan: Load, slug: str, place: int) -> dict[str, int]:
    table, connection = DEPARTMENTS[slug].tables[place], _connection(dict(plan.addresses)[slug])
    connection.execute(table.key_sql)
    connection.execute(SQL("ANALYZE {}").format(Identifier(table.name)))
    return {}
