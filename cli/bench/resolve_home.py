"""A throw-away home for measuring the resolver: servers in a folder of their own, and stream workers on a database of choice."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Self

import httpx
import psutil
import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier
from rich.console import Console

from cli.bench.usage import measure
from domain.contract import Contract
from domain.matching.scorecard_file import ScorecardText
from domain.matching.scorecard_text import scorecard_text
from ops.lag import LagWatch, reads
from schemas.topics import STREAM_GROUP, core_topics, ensure_topics, source_topics
from settings import Settings
from stack import ports
from stack.errors import StackError
from stack.supervisor import Stack

_SERVERS = ("kafka", "registry", "store")
_PREFIX = "HUILIU_"
_READY_SECONDS, _END_SECONDS = 120.0, 30.0
_READY_LOOK_SECONDS = 0.2
_LOOK_SECONDS = 1.0  # telling its metrics costs a worker some 10 ms
_STALLED_SECONDS = 120.0


class Counts(NamedTuple):
    """How many rows stream workers have normalised, have applied to the store or rejected, and have rejected."""

    normalised: int
    applied: int
    rejected: int


class Home:
    """The servers that a stream worker needs. Use as a context manager; afterwards nothing of it is left."""

    def __init__(self, console: Console, contracts: list[Contract], providers: Path) -> None:
        """``providers``: the folder that holds these contracts, for the workers to read."""
        self._console, self.contracts, self._providers = console, contracts, providers
        self._folder = Path(tempfile.mkdtemp(prefix="huiliu-bench-"))
        self._stack = Stack(self._folder, console)

    def __enter__(self) -> Self:
        """Start the servers and make every topic. Settings of another home are forgotten, so that nothing of it can be written to."""
        for name in [name for name in os.environ if name.startswith(_PREFIX)]:
            del os.environ[name]
        try:
            self._stack.up(_SERVERS)
            self.settings = Settings.load(self._folder)
            topics = [*core_topics(), *(topic for contract in self.contracts for topic in source_topics(contract))]
            ensure_topics(self.settings.kafka_bootstrap, topics, self.settings.partitions)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End the servers and delete the folder."""
        self._stack.erase()
        shutil.rmtree(self._folder, ignore_errors=True)

    def database(self, name: str) -> str:
        """Make an empty database in the store's cluster and return its address."""
        base = self.settings.store_dsn.get_secret_value()
        with psycopg.connect(base, autocommit=True) as connection:
            connection.execute(SQL("create database {}").format(Identifier(name)))
        return make_conninfo(base, dbname=name)

    def use_scorecard(self, card: ScorecardText) -> None:
        """Have workers that start from now on match by this scorecard; they need a store of their own."""
        folder = self._folder / "scorecards"
        folder.mkdir(exist_ok=True)
        (folder / f"{card.kind}.yaml").write_text(scorecard_text(card), encoding="utf-8")

    def cpu_seconds(self) -> dict[str, float]:
        """Return the CPU time that each server has used."""
        return {name: seconds for name, seconds in measure(self._stack).cpu_seconds.items() if name in _SERVERS}

    def workers(self, dsn: str, count: int = 1) -> "Workers":
        """Return stream workers, not yet started, whose store is the database ``dsn``."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIX)}
        environment |= {f"{_PREFIX}HOME": str(self._folder), f"{_PREFIX}PROVIDERS_DIR": str(self._providers), f"{_PREFIX}STORE_DSN": dsn}
        return Workers(count, environment, self._folder / "logs", LagWatch(self.settings.kafka_bootstrap, reads(self.contracts)))


class Workers:
    """Stream worker processes, as ``huiliu up`` starts them. Use as a context manager."""

    def __init__(self, count: int, environment: dict[str, str], logs: Path, lag: LagWatch) -> None:
        """``environment``: what their settings are read from."""
        self._count, self._environment, self._logs, self._lag = count, environment, logs, lag
        self._processes: list[psutil.Popen] = []
        self._metrics: list[str] = []

    def __enter__(self) -> Self:
        """Start them and wait until each has its partitions."""
        taken: list[int] = []
        for index in range(self._count):
            taken.append(ports.choose(taken))
            extra = {f"{_PREFIX}WORKER_INDEX": str(index), f"{_PREFIX}METRICS_PORT": str(taken[-1])}
            with (self._logs / f"streams-{index}.log").open("ab") as log:
                command = [sys.executable, "-P", "-m", "streams"]
                self._processes.append(psutil.Popen(command, env=self._environment | extra, stdout=log, stderr=subprocess.STDOUT))
            self._metrics.append(f"http://127.0.0.1:{taken[-1]}/metrics")
        try:
            self._await_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End them; what they acknowledged is committed."""
        for process in self._processes:
            if process.is_running():
                process.send_signal(signal.SIGTERM)
        for straggler in psutil.wait_procs(self._processes, timeout=_END_SECONDS)[1]:
            straggler.kill()
            straggler.wait()
        self._processes.clear()

    def counts(self) -> Counts:
        """Return how far the workers are."""
        lines = self._lines()
        rejected = _sum(lines, "huiliu_rejected_total{")
        return Counts(_sum(lines, "huiliu_normalised_total{"), _sum(lines, "huiliu_resolved_total ") + rejected, rejected)

    def batches(self, stop: str) -> tuple[int, float]:
        """Return how many batches the workers have done at that stop, and the seconds these took."""
        lines = self._lines()
        return _sum(lines, f'huiliu_batch_seconds_count{{stop="{stop}"}} '), _total(lines, f'huiliu_batch_seconds_sum{{stop="{stop}"}} ')

    def settled(self) -> bool:
        """Return whether every message has been read and acknowledged."""
        return not self._waiting()

    def drain(self, rows: int, told: Callable[[int, int], None] = lambda *_: None) -> None:
        """Wait until this many rows were applied and every message is acknowledged; ``told`` hears how many were normalised, and applied.

        Raises:
            StackError: a worker ended, nothing moved for two minutes, or a row was rejected.
        """
        before, moved, rejected = -1, time.monotonic(), 0
        while before < rows or not self.settled():
            normalised, applied, rejected = self.counts()
            told(normalised, applied)
            if applied != before:
                before, moved = applied, time.monotonic()
            elif time.monotonic() - moved > _STALLED_SECONDS:
                waiting = ", ".join(f"{topic} {messages:,}" for topic, messages in self._waiting().items()) or "nothing"
                raise StackError(f"处理停滞 the workers stand still at {applied:,} of {rows:,} rows; waiting: {waiting}; {self._tail()}")
            time.sleep(_LOOK_SECONDS)
        if rejected:
            raise StackError(f"{rejected:,} 行被退回 of {rows:,} rows were rejected: {self._tail()}")

    def cpu_seconds(self) -> float:
        """Return the CPU time that the workers have used."""
        times = [process.cpu_times() for process in self._processes]
        return sum(each.user + each.system for each in times)

    def peak_rss_mb(self) -> int:
        """Return the largest resident memory that one worker has had."""
        statuses = [Path(f"/proc/{process.pid}/status").read_text(encoding="ascii") for process in self._processes]
        return max(int(line.split()[1]) >> 10 for status in statuses for line in status.splitlines() if line.startswith("VmHWM"))

    def _waiting(self) -> Counter[str]:
        """Return how many messages wait on each topic that has any."""
        lags = self._lag.measure()
        return +sum((Counter({each.topic: each.messages}) for each in lags if each.group == STREAM_GROUP), Counter())

    def _await_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while True:
            try:
                if sum(line.startswith("huiliu_ready{") and line.endswith(" 1.0") for line in self._lines()) == self._count:
                    return
            except httpx.TransportError:
                pass
            if time.monotonic() > deadline:
                raise StackError(f"流处理进程没有就绪 a stream worker did not get ready: {self._tail()}")
            time.sleep(_READY_LOOK_SECONDS)

    def _lines(self) -> list[str]:
        if any(process.poll() is not None for process in self._processes):
            raise StackError(f"流处理进程退出了 a stream worker ended: {self._tail()}")
        return [line for url in self._metrics for line in httpx.get(url, timeout=30).text.splitlines()]

    def _tail(self) -> str:
        """Return the last line of the first log that has one; the folder goes with the home."""
        lines = [log.read_text(encoding="utf-8", errors="replace").splitlines() for log in sorted(self._logs.glob("streams-*.log"))]
        return next((each[-1] for each in lines if each), "no log")


def _sum(lines: list[str], beginning: str) -> int:
    return round(_total(lines, beginning))


def _total(lines: list[str], beginning: str) -> float:
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(beginning))
