"""Starts servers in parallel, each as soon as those it needs are ready, and proves each ready."""

import subprocess
import threading
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
import psycopg
from confluent_kafka import KafkaException
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from stack import obituary, ports, process, state
from stack.errors import StackError
from stack.server import Server, Site
from stack.state import Entry, State

_POLL_SECONDS = 0.1
_NOT_YET = (OSError, httpx.HTTPError, psycopg.Error, KafkaException, ValueError, KeyError)


class Starter:
    """One run of ``up``. Every step is written to the state, so that an interrupted run is taken up by the next."""

    def __init__(self, written: State, sites: Mapping[str, Site], console: Console) -> None:
        self._state, self._sites, self._console = written, sites, console
        self._lock = threading.Lock()
        self._interrupted = threading.Event()
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, servers: Iterable[Server]) -> list[StackError]:
        """Bring every server to readiness; return what went wrong, one error a server. ``servers`` come needed-first."""
        servers = list(servers)
        futures: dict[str, Future[None]] = {}
        with self._progress() as bars, ThreadPoolExecutor(max(1, len(servers))) as pool:
            for server in servers:
                futures[server.name] = pool.submit(self._one, server, dict(futures), bars)
            try:
                return [error for future in futures.values() if (error := _failure(future))]
            except BaseException:
                self._interrupted.set()
                raise

    def _progress(self) -> Progress:
        columns = ("{task.description}", "{task.fields[note]}")
        return Progress(
            SpinnerColumn(finished_text="[green]✓"), *(TextColumn(each) for each in columns), TimeElapsedColumn(), console=self._console
        )

    def _one(self, server: Server, futures: Mapping[str, Future[None]], bars: Progress) -> None:
        task = bars.add_task(f"{server.name:<14}", total=1, note="等待 waiting")
        try:
            self._await_needs(server, futures)
            bars.reset(task)  # the time shown is its own, without the waiting
            bars.update(task, note="启动 starting")
            self._bring_up(server)
        except OSError as error:
            bars.update(task, note="[red]失败 failed")
            raise StackError(obituary.system_error(server.name, error)) from error
        except StackError:
            bars.update(task, note="[red]失败 failed")
            raise
        shown = " ".join(str(port) for port in self._sites[server.name].ports.values())
        bars.update(task, completed=1, note=f"就绪 ready  {shown}")

    def _await_needs(self, server: Server, futures: Mapping[str, Future[None]]) -> None:
        failed = [need for need in server.needs if need in futures and futures[need].exception() is not None]
        if failed:
            raise StackError(f"{server.name} 未启动 was not started: it needs {', '.join(failed)}")

    def _bring_up(self, server: Server) -> None:
        """Start the process, or take up one that already runs, and see it to readiness."""
        entry, site = self._state.servers[server.name], self._sites[server.name]
        begins = site.log.stat().st_size if site.log.exists() else 0
        if not entry.alive():
            begins = self._spawn(server, entry, site)
        self._await_ready(server, entry, site, begins)
        server.complete(site)
        self._note(entry, phase="running")

    def _spawn(self, server: Server, entry: Entry, site: Site) -> int:
        """Start the process; return where in its log this start begins."""
        launch = server.launch(site)
        begins = process.open_log(site.log)
        child = process.start(launch)
        self.children[server.name] = child
        started = {"pid": child.pid, "ticks": process.start_ticks(child.pid), "started_at": time.time()}
        self._note(entry, phase="starting", command=list(launch.command), log=site.log, **started)
        return begins

    def _note(self, entry: Entry, **facts: object) -> None:
        with self._lock:
            for name, fact in facts.items():
                setattr(entry, name, fact)
            state.save(self._state)

    def _await_ready(self, server: Server, entry: Entry, site: Site, begins: int) -> None:
        deadline = time.monotonic() + server.patience_seconds
        while not _ready(server, entry, site):
            if not entry.alive():
                child = self.children.get(server.name)
                raise StackError(obituary.ended(server.name, child.wait() if child else None, site.log, begins))
            if time.monotonic() > deadline:
                raise StackError(
                    f"{server.name} 超时未就绪 did not answer within {server.patience_seconds:.0f} s (pid {entry.pid}): "
                    f"see {site.log}, then `huiliu down {server.name}` and `huiliu up {server.name}`"
                )
            if self._interrupted.wait(_POLL_SECONDS):
                raise StackError(f"{server.name} 启动被中断 was interrupted: `huiliu up` goes on, `huiliu down` ends it")


def _failure(future: Future[None]) -> StackError | None:
    """Wait for one server; a programming error is no matter of one server and goes through."""
    try:
        future.result()
    except StackError as error:
        return error
    return None


def _ready(server: Server, entry: Entry, site: Site) -> bool:
    """The process lives, listens itself on every port it was given, and speaks its protocol."""
    if entry.pid is None or not entry.alive() or not set(site.ports.values()) <= ports.listening(entry.pid):
        return False
    try:
        return server.answers(site, entry.pid)
    except _NOT_YET:
        return False
