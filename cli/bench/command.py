"""``huiliu bench latency`` and ``huiliu bench throughput``: live changes on the running stack, measured from outside."""

import sys
import time
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
import typer
from elasticsearch import Elasticsearch
from rich.console import Console

from city.changes import DEPARTMENTS_THAT_CHANGE
from city.databases import city_of
from city.live import Applied, Pace
from city.world import World
from cli.bench.accuracy import accuracy
from cli.bench.crowd import crowd
from cli.bench.hops import HopListener
from cli.bench.resolve import resolve
from cli.bench.submit import submit
from cli.bench.usage import Usage, machine, measure
from cli.demo.flow import Flow, FlowGauge
from cli.demo.live import LiveChanges, SearchWatcher
from domain.contract import Contract
from ops.percentiles import percentiles
from schemas.topics import attached, topics_of
from settings import Settings, default_home
from settings.contracts import load_contracts
from stack.errors import StackError
from stack.supervisor import Stack

app = typer.Typer(help="测量 Speed, memory and accuracy; the last line is JSON.", no_args_is_help=True)
for measurement in (submit, accuracy, resolve, crowd):
    app.command()(measurement)
_LOOK_SECONDS = 0.25
_SELDOM_SECONDS = 0.2  # a search costs what several changes cost: under load they must not be what is measured
_PATIENCE_SECONDS = 600.0
_SETTLE_SECONDS = 1.0  # for the last entities' refresh
_console = Console(stderr=True)

_Rate = Annotated[float, typer.Option(min=1, help="每秒提交的变更 changes committed a second")]
_Seconds = Annotated[float, typer.Option(min=1, help="持续 how long")]


@dataclass(slots=True)
class _Run:
    """One measured run. ``drained_seconds``: from the first commit until nothing waited anywhere."""

    applied: list[Applied]
    committed_seconds: float
    drained_seconds: float
    before: Usage
    after: Usage
    largest_lag: int

    def figures(self) -> dict[str, Any]:
        """Return what both measurements report."""
        count = len(self.applied)
        cpu = {name: round(seconds / count * 1e6) for name, seconds in self.after.cpu_since(self.before).items()}
        return {
            "changes": count,
            "committed_per_second": round(count / self.committed_seconds, 1),
            "indexed_per_second": round(count / self.drained_seconds, 1),
            "seconds_to_drain": round(self.drained_seconds - self.committed_seconds, 2),
            "largest_lag": self.largest_lag,
            "cpu_us_per_change": cpu,
            "cpu_us_per_change_without_generator": sum(used for name, used in cpu.items() if name != "generator"),
            "rss_mb": self.after.rss_mb,
            "rss_mb_total": sum(self.after.rss_mb.values()),
        }


class _Bench:
    """What both measurements need of the running stack."""

    def __init__(self) -> None:
        self.machine = machine()
        self.settings = Settings.load()
        known = load_contracts(*self.settings.contract_folders)
        self.contracts: list[Contract] = attached(known, topics_of(self.settings.kafka_bootstrap))
        self.stack = Stack(default_home(), _console)
        if down := [each.name for each in self.stack.status() if each.state != "running"]:
            raise StackError(f"未运行 not running: {', '.join(down)}; start them with `huiliu up`, then measure")
        self.client = Elasticsearch(self.settings.elasticsearch_url, request_timeout=30)
        self.gauge = FlowGauge(self.settings, self.contracts, self.client)

    def run(self, pace: Pace) -> _Run:
        """Commit at the pace, wait until nothing waits, and return what was used."""
        captured, _ = self._drain(0)
        before = measure(self.stack)
        live = LiveChanges(self._addresses(), self._world(), pace)
        began, largest = time.monotonic(), 0
        live.start()
        while live.running:
            largest = max(largest, self._look().waiting)
            time.sleep(_LOOK_SECONDS)
        applied = live.result()
        committed = time.monotonic() - began
        _, left = self._drain(captured + sum(each.change.events for each in applied))
        largest = max(largest, left)
        return _Run(applied, committed, time.monotonic() - began, before, measure(self.stack), largest)

    def _drain(self, least: int) -> tuple[int, int]:
        """Wait until two looks in a row find ``least`` changes captured, nothing waiting and nothing new.

        Returns (changes captured, largest lag seen).
        """
        deadline, before, largest = time.monotonic() + _PATIENCE_SECONDS, -1, 0
        while time.monotonic() < deadline:
            flow = self._look()
            largest = max(largest, flow.waiting)
            if flow.drained(least) and flow.captured == before:
                return before, largest
            before = flow.captured
            time.sleep(_LOOK_SECONDS)
        raise StackError(f"{_PATIENCE_SECONDS:.0f} 秒后仍有积压 changes still wait after that long: see `huiliu status` and the logs")

    def _look(self) -> Flow:
        flow = self.gauge.look()
        if flow.trouble:
            raise StackError(flow.trouble)
        return flow

    def _addresses(self) -> dict[str, str]:
        captured = {each.provider: each.source for each in self.contracts if each.provider in DEPARTMENTS_THAT_CHANGE}
        return {slug: self.settings.source_url(source.admin_url_env or "") for slug, source in captured.items()}

    def _world(self) -> World:
        if self.settings.departments_dsn is None:
            raise StackError("没有部门数据库 no departments' server in the settings: run `huiliu up`")
        people, seed = city_of(self.settings.departments_dsn.get_secret_value())
        return World(people, seed)


@app.command()
def latency(*, changes_per_second: _Rate = 200, seconds: _Seconds = 30) -> None:
    """延迟 Committed → searchable, and every hop before it, at a steady rate of live changes.

    例 Example: huiliu bench latency --changes-per-second 200 --seconds 30
    """
    bench = _Bench()
    _console.print(f"每秒 {changes_per_second:,.0f} 项变更，{seconds:,.0f} 秒 changes a second, for that many seconds …")
    with SearchWatcher(bench.settings) as seen, (listener := HopListener(bench.settings, bench.contracts)):
        run = bench.run(Pace(changes_per_second, seconds))
        time.sleep(_SETTLE_SECONDS)
    hops = {**listener.percentiles(), "searchable": percentiles(seen.latencies())}
    _report({"bench": "latency", "latency_ms": hops, **run.figures(), "machine": bench.machine})


@app.command()
def throughput(
    *,
    changes_per_second: _Rate = 3_000,
    seconds: _Seconds = 20,
    per_transaction: Annotated[int, typer.Option(min=1, help="每个事务的变更数 changes a transaction")] = 20,
) -> None:
    """吞吐 Sustained commit → indexed: commits at an offered rate, then waits until nothing waits anywhere.

    例 Example: huiliu bench throughput --changes-per-second 3000 --seconds 20
    """
    bench = _Bench()
    _console.print(f"每秒 {changes_per_second:,.0f} 项变更，{seconds:,.0f} 秒 changes a second, for that many seconds …")
    with SearchWatcher(bench.settings, every=_SELDOM_SECONDS) as seen:
        run = bench.run(Pace(changes_per_second, seconds, per_transaction))
        time.sleep(_SETTLE_SECONDS)
    searchable = percentiles(seen.latencies())
    _report({"bench": "throughput", **run.figures(), "latency_ms": {"searchable": searchable}, "machine": bench.machine})


def _report(figures: dict[str, Any]) -> None:
    _console.print_json(orjson.dumps(figures).decode())
    sys.stdout.write(orjson.dumps(figures).decode() + "\n")
