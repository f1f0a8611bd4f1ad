"""``huiliu bench resolve``: how many rows a second stream workers normalise and resolve, with a whole city waiting on the topics."""

import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Any

import orjson
import psycopg
import typer
from rich.console import Console

from city.world import World
from cli.bench.resolve_feed import send_city
from cli.bench.resolve_fill import fill
from cli.bench.resolve_home import Home
from cli.bench.usage import machine
from settings import Settings
from settings.contracts import load_contracts
from streams.store import create_tables

_TELL_SECONDS = 10.0
_STEPS = (1, 2, 5)
_FIRST = 1_000
_console = Console(stderr=True, soft_wrap=True, highlight=False)

Point = tuple[float, int]
"""Seconds on a clock, and rows applied by then."""


def resolve(
    *,
    people: Annotated[int, typer.Option(min=1, help="人口 inhabitants of the city")] = 30_000,
    workers: Annotated[int, typer.Option(min=1, max=4, help="流处理进程数 stream worker processes")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="城市的种子 the city's seed")] = 1,
    beside: Annotated[
        list[int] | None,
        typer.Option(min=1, help="再测：库中先有约这么多条别人的记录 once more beside about this many records of others; repeatable"),
    ] = None,
) -> None:
    """归并 Records a second through normalise and resolve, on servers of its own: a whole city is on the topics before the workers start.

    A record is what one row says of one entity: 1.7 of them a row. Rows a second are given too. With --beside the same city is loaded
    again into a store that already holds many copies of it, under other tokens: what a store's size costs.

    例 Example: huiliu bench resolve --people 30000 --workers 2

    例 Example: huiliu bench resolve --people 10000 --beside 1000000 --beside 10000000
    """
    at = machine()
    providers = Settings.model_fields["providers_dir"].get_default(call_default_factory=True)
    contracts = [contract for contract in load_contracts(providers) if contract.tables]
    with Home(_console, contracts, providers) as home:
        create_tables(dsn := home.database("city"))
        first = _load(home, dsn, World(people, seed), workers)
        grown: list[dict[str, Any]] = []
        for wanted in sorted(beside or ()):
            copies = max(1, round(wanted / said(dsn)))
            _console.print(f"造别人的记录 making {copies:,} copies of what the store holds …")
            fill(dsn, copies, lambda table: _console.print(f"  {table}"))
            grown.append({"beside": said(dsn), **_load(home, dsn, World(people, seed), workers)})
    figures = {"bench": "resolve", **first, "workers": workers, "people": people, "grown": grown, "machine": at}
    _console.print_json(orjson.dumps(figures).decode())
    sys.stdout.write(orjson.dumps(figures).decode() + "\n")


def _load(home: Home, dsn: str, world: World, workers: int) -> dict[str, Any]:
    """Put the whole city on the topics, have it resolved into the store, and return the figures."""
    held = said(dsn)
    _console.print(f"造城并发送 making and sending a city of {world.people:,} people …")
    rows, _ = send_city(home.settings, home.contracts, world, lambda done, of: _console.print(f"  {done:,}/{of:,}"), truth=False)
    _console.print(f"归并 {rows:,} 行 rows, {workers} worker(s) …")
    with home.workers(dsn, workers) as running:
        before = {**home.cpu_seconds(), "workers": running.cpu_seconds()}
        running.drain(rows, (watch := Watch(rows)).look)
        after = {**home.cpu_seconds(), "workers": running.cpu_seconds()}
        rss, points = running.peak_rss_mb(), watch.points
    records = said(dsn) - held
    return {
        "records_per_second": round(rate(points) * records / rows),
        "rows_per_second": round(rate(points)),
        "records": records,
        "rows": rows,
        "seconds": round(points[-1][0] - points[0][0], 1),
        "rss_mb": rss,
        "cpu_us_per_row": {name: round((used - before[name]) / rows * 1e6) for name, used in after.items()},
        "curve": curve(points),
    }


def said(dsn: str) -> int:
    """Return how many records the store's rows speak of; what several rows mention alike counts for each of them."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "select (select count(*) from record where row_handle <> handle) + (select count(*) from mention)"
        ).fetchone()
    return int(row[0]) if row else 0


class Watch:
    """Notes when how many rows were applied, from the last look before any was normalised to the first at which all were applied."""

    def __init__(self, rows: int) -> None:
        self._rows, self._told = rows, time.monotonic()
        self.points: list[Point] = [(time.monotonic(), 0)]

    def look(self, normalised: int, applied: int) -> None:
        """Note a look."""
        now = time.monotonic()
        if self.points[-1][1] >= self._rows:
            return
        if normalised == 0:
            self.points.clear()
        self.points.append((now, applied))
        if now - self._told > _TELL_SECONDS:
            self._told = now
            _console.print(f"  {applied:,}/{self._rows:,}: {rate(self.points):,.0f}/s")


def rate(points: Sequence[Point]) -> float:
    """Return rows a second from the first point to the last."""
    (start, before), (stop, after) = points[0], points[-1]
    return (after - before) / (stop - start) if stop > start else 0.0


def curve(points: Sequence[Point]) -> list[dict[str, Any]]:
    """Return the rate between 1, 2, 5 times each power of ten from a thousand on, and the rest: whether it falls as the store grows."""
    marks = [mark for power in range(9) for mark in (step * _FIRST * 10**power for step in _STEPS) if mark < points[-1][1]]
    reached = [points[0], *(next(point for point in points if point[1] >= mark) for mark in marks), points[-1]]
    return [{"rows": after[1], "rows_per_second": round(rate((before, after)))} for before, after in pairwise(dict.fromkeys(reached))]
