"""``huiliu demo``: brings everything up, streams live changes, shows them arriving; ``--once`` checks itself and ends."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Self

import orjson
import typer
from elasticsearch import Elasticsearch
from rich.console import Console
from rich.live import Live

from city.live import Pace
from cli.demo.accounting import account
from cli.demo.flow import Flow, FlowGauge
from cli.demo.found import check_api, check_index, last_findings
from cli.demo.ground import CORE, City, Ground, prepare
from cli.demo.live import LiveChanges, SearchWatcher, Watching
from cli.demo.view import Pulse, View
from domain.tokens import Tokeniser
from ops.percentiles import percentiles
from settings import default_home

app = typer.Typer()
_LOOK_SECONDS = 0.5
_STATUS_EVERY = 4  # looks
_FOREVER = 7 * 24 * 3600.0
_PATIENCE_SECONDS = 300.0


@app.command()
def demo(  # noqa: PLR0913  # a command's options
    *,
    once: Annotated[bool, typer.Option("--once", help="跑一次，自查后结束 run once, check itself, end everything")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出 JSON one JSON object on the last line")] = False,
    people: Annotated[int, typer.Option(min=1, help="合成人口 people of the synthetic city")] = 3_000,
    seed: Annotated[int, typer.Option(min=0, help="哪座城 which city of that size")] = 1,
    changes_per_second: Annotated[float, typer.Option(min=0.1, help="每秒变更 live changes a second")] = 100,
    seconds: Annotated[float | None, typer.Option(min=1, help="持续 how long; --once 默认 by default 20, else until Ctrl-C")] = None,
    providers: Annotated[
        str, typer.Option(metavar="core|all|SLUG,…", help="接入哪些单位 whom to attach; core: 现场变更的六家 the six that change live")
    ] = CORE,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="流处理进程数 stream workers")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="结束后不停服务器 leave the servers running at the end")] = False,
) -> None:
    """演示 The main job on the embedded stack: departments' committed rows, copies and entries become searchable.

    例 Example: huiliu demo; huiliu demo --once --json --people 1000 --seconds 10; huiliu demo --once --providers all
    """
    console = Console(stderr=as_json or not sys.stdout.isatty())
    pace = Pace(changes_per_second, seconds or (20 if once else _FOREVER))
    began = time.monotonic()
    with _stopped_by_signals():
        ground = prepare(default_home(), City(people, seed), workers, console, providers)
        try:
            with _Journey(ground, console) as journey:
                ok, result = journey.run(pace, check=once)
        except KeyboardInterrupt:
            console.print("停止 stopping …")
            ok, result = not once, {"ok": not once, "stopped": "by Ctrl-C or SIGTERM"}
        finally:
            if not keep:
                ground.stack.down()
    result["seconds"] = round(time.monotonic() - began, 1)
    if as_json:
        sys.stdout.write(orjson.dumps(result).decode() + "\n")
    elif once:
        console.print_json(orjson.dumps(result).decode())
    raise typer.Exit(0 if ok else 1)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C, so that either way everything is ended."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@dataclass(slots=True)
class _Progress:
    """What has been committed so far, and since when."""

    live: LiveChanges | None = None
    seen: Watching | None = None
    since: float = 0.0


class _Journey:
    """One run over the ground: snapshot, live changes, draining, checking."""

    def __init__(self, ground: Ground, console: Console) -> None:
        self._ground = ground
        self._console = console
        self._client = Elasticsearch(ground.settings.elasticsearch_url, request_timeout=30)
        self._gauge = FlowGauge(ground.settings, ground.contracts, self._client, ground.delivered)
        self._view = View(f"http://{ground.settings.query_host}:{ground.settings.query_port}/")
        self._progress = _Progress()
        self._crashed: list[str] = []
        self._looks = 0
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(console=self._console, refresh_per_second=4)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()
        self._client.close()

    def run(self, pace: Pace, *, check: bool) -> tuple[bool, dict[str, Any]]:
        """Return whether all held, and the figures."""
        self._console.print(f"查询页 search page: {self._view.page}")
        rows = self._gauge.count_rows()
        drained, captured = self._until_drained("快照 snapshot", sum(rows.values()))
        progress = self._progress
        with SearchWatcher(self._ground.settings) as progress.seen:
            progress.live = LiveChanges(self._ground.addresses, self._ground.world, pace)
            progress.since = time.monotonic()
            progress.live.start()
            while progress.live.running:
                self._look("现场变更 live changes")
            applied = progress.live.result()
            took = time.monotonic() - progress.since
            drained = self._until_drained("收尾 draining", captured + sum(each.change.events for each in applied))[0] and drained
            time.sleep(_LOOK_SECONDS)  # the last entities' refresh
        result = {"latency_ms": percentiles(progress.seen.latencies()), "changes": len(applied)}
        result["changes_per_second"] = round(len(applied) / took, 1)
        return self._checked(result, [each.change for each in applied], drained=drained) if check else (True, {"ok": True} | result)

    def _look(self, phase: str) -> Flow:
        """Look once, show it, and wait for the next look."""
        flow, progress = self._gauge.look(), self._progress
        if self._looks % _STATUS_EVERY == 0:
            self._crashed = [each.name for each in self._ground.stack.status() if each.state == "crashed"]
        self._looks += 1
        committed = progress.live.committed if progress.live else 0
        took = max(time.monotonic() - progress.since, _LOOK_SECONDS)
        pulse = Pulse(phase, committed, committed / took, progress.seen.latencies() if progress.seen else [], self._crashed)
        if self._live:
            self._live.update(self._view.draw(flow, pulse))
        elif self._looks % 10 == 1:
            self._console.print(
                f"{phase}: 已捕获 captured {flow.captured:,}, 待处理 waiting {flow.waiting:,}, 实体 entities {flow.searchable:,}"
                f"{'; ' + flow.trouble if flow.trouble else ''}{'; 崩溃 crashed ' + ' '.join(self._crashed) if self._crashed else ''}"
            )
        time.sleep(_LOOK_SECONDS)
        return flow

    def _until_drained(self, phase: str, least: int) -> tuple[bool, int]:
        """Look until two looks in a row find at least ``least`` changes captured, nothing waiting and nothing newly captured.

        Returns (whether that came before patience ended, changes captured).
        """
        deadline, before = time.monotonic() + _PATIENCE_SECONDS, -1
        while time.monotonic() < deadline:
            flow = self._look(phase)
            if flow.drained(least) and flow.captured == before:
                return True, before
            before = flow.captured
        return False, before

    def _checked(self, result: dict[str, Any], changes: list[Any], *, drained: bool) -> tuple[bool, dict[str, Any]]:
        ground, settings = self._ground, self._ground.settings
        self._console.print("核对 checking every row and every change …")
        rows = account(settings, ground.contracts, self._client, ground.deliveries)
        expected = last_findings(changes)
        found = check_index(self._client, Tokeniser(settings.master_key_bytes()), expected)
        check_api(self._view.page, ground.contracts, expected, found)
        for sentence in found.failed[:20]:
            self._console.print(sentence, style="red")
        for table, count in rows.missing.items():
            self._console.print(f"{table}: {count} 行无着落 rows are nowhere", style="red")
        ok = drained and not rows.missing and not found.failed and bool(changes)
        return ok, {
            "ok": ok,
            "providers": len(ground.contracts),
            "rows": rows.rows,
            "records": rows.records,
            "entities": rows.entities,
            "merged": rows.merged,
            "rejected": rows.rejected,
            "missing": rows.missing.total(),
            "findings": {"looked_for": found.looked_for, "asked_of_api": found.asked_of_api, "failed": len(found.failed)},
            "drained": drained,
            **result,
        }
