"""``huiliu bench crowd``: many records share one number; what then costs a change, whether it joined anyone, and what is reported."""

import sys
import time
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Literal

import orjson
import psycopg
import typer
from rich.console import Console

from city.dirt import Dirt
from city.tables import Source
from city.world import World
from cli.bench.resolve import Watch
from cli.bench.resolve_feed import Feed, Row, city_rows
from cli.bench.resolve_home import Home, Workers
from cli.bench.usage import machine
from domain.contract import Contract, Table
from ops.percentiles import percentiles
from settings import Settings
from settings.contracts import load_contracts
from stack.errors import StackError

_PROVIDER, _TABLE = "telecom_ct", "cust_acct"
_COLUMNS = {"mobile": "acc_nbr", "citizen_id": "cert_nbr"}
_CHANGED = "cust_name"
_NAMES = ("欧阳修远", "尉迟琰", "司马光耀", "上官清扬")
_ALIKE = "select count(*), max(n), count(*) filter (where n > 1) from (select count(*) as n from record group by entity_id) e"
_PATIENCE_SECONDS = 120.0
_console = Console(stderr=True, soft_wrap=True, highlight=False)


def crowd(
    *,
    holders: Annotated[int, typer.Option(min=10, help="共用一个号码的记录数 records that share one number")] = 20_000,
    shared: Annotated[Literal["mobile", "citizen_id"], typer.Option(help="共用什么 what they share")] = "mobile",
    changes: Annotated[int, typer.Option(min=1, help="随后的变更数 single changes that follow")] = 50,
) -> None:
    """共用号码 One telephone number (or citizen ID) on many records of different people: what each further change of one of them costs.

    例 Example: huiliu bench crowd --holders 100000
    """
    at = machine()
    providers = Settings.model_fields["providers_dir"].get_default(call_default_factory=True)
    contract = next(each for each in load_contracts(providers) if each.provider == _PROVIDER)
    with Home(_console, [contract], providers) as home:
        feed, table = Feed(home.settings.kafka_bootstrap, home.settings.registry_url), contract.table(_TABLE)
        sent: list[Row] = []
        for line, row in enumerate(islice(_rows(contract, holders, _COLUMNS[shared]), holders), 1):
            feed.send(_PROVIDER, table, row, line)
            sent.append(row)
        feed.flush()
        if len(sent) < holders:
            raise StackError(f"城市太小 the city has only {len(sent):,} rows of {_PROVIDER}.{_TABLE}")
        _console.print(f"归并 resolving {holders:,} records that share one {shared} …")
        dsn = home.database("crowd")
        with home.workers(dsn) as workers:
            workers.drain(holders, (watch := Watch(holders)).look)
            spent = []
            for number in range(changes):
                row = {**sent[number * len(sent) // changes], _CHANGED: _NAMES[number % len(_NAMES)]}
                spent.append(_change(workers, feed, table, row, holders + 1 + number))
            rss = workers.peak_rss_mb()
        entities, largest, several = _alike(dsn)
    figures = {
        "bench": "crowd",
        "shared": shared,
        "holders": holders,
        "load_seconds": round(watch.points[-1][0] - watch.points[0][0], 1),
        "changes": changes,
        "change_ms": {name: round(value * 1e3, 1) for name, value in percentiles(spent).items() if value is not None},
        "entities": entities,
        "largest_entity": largest,
        "entities_of_several": several,
        "rss_mb": rss,
        "machine": at,
    }
    _console.print_json(orjson.dumps(figures).decode())
    sys.stdout.write(orjson.dumps(figures).decode() + "\n")


def _rows(contract: Contract, holders: int, column: str) -> Iterator[Row]:
    """Yield a city's rows of the table, each with the first one's number in that column."""
    number: str | None = None
    source = Source(World(holders * 3, seed=1), Dirt())
    for block in source.world.between(0, source.world.blocks):
        for _, table, row, _ in city_rows((contract,), source, block):
            if table.name == _TABLE:
                number = number or row[column]
                yield {**row, column: number}


def _change(workers: Workers, feed: Feed, table: Table, row: Row, line: int) -> float:
    """Send one change and return how long the worker took to resolve it, seconds."""
    batches, before = workers.batches("resolve")
    feed.send(_PROVIDER, table, row, line)
    feed.flush()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        now, after = workers.batches("resolve")
        if now > batches:
            return after - before
        if time.monotonic() > deadline:
            raise StackError(f"一条变更两分钟内没有处理 one change was not resolved in {_PATIENCE_SECONDS:.0f} s")
        time.sleep(0.01)


def _alike(dsn: str) -> tuple[int, int, int]:
    """Return how many entities there are, of how many records the largest is, and how many have several."""
    with psycopg.connect(dsn) as connection:
        row = connection.execute(_ALIKE).fetchone()
    return (int(row[0]), int(row[1]), int(row[2])) if row else (0, 0, 0)
