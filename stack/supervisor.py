"""Starts, watches and ends the whole stack of one data folder."""

import shutil
import subprocess
import time
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console

from settings import ENV_FILE, SOURCES_FILE
from stack import connect, environment, machine, own, ports, process, state
from stack.account import unprivileged
from stack.connect import Connect
from stack.elasticsearch.server import Elasticsearch
from stack.errors import StackError, UnknownServerError
from stack.fetch import cache_dir
from stack.kafka import Kafka
from stack.places import Places
from stack.postgres import Departments, Store
from stack.registry import Registry
from stack.server import Server, Site
from stack.start import Starter
from stack.state import Entry, State
from stack.trees import unpack

# Attached providers' addresses and connectors name these by port.
_ATTACHED = ("departments", "registry")
_DYING_SECONDS = 30.0
_SERVERS: tuple[Server, ...] = (Departments(), Store(), Kafka(), Registry(), Connect(), Elasticsearch())


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """One server as it is now. Memory in megabytes (shared pages once), uptime in seconds."""

    name: str
    state: Literal["running", "crashed", "stopped", "starting"]
    pid: int | None
    ports: dict[str, int]
    rss_mb: int
    uptime_s: int
    look_at: str


class Stack:
    """The servers and processes of one home folder. Errors are ``StackError``, each one sentence with its remedy."""

    def __init__(self, home: Path, console: Console) -> None:
        self.home, self._console = home.absolute(), console
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def up(self, only: Iterable[str] | None = None, *, workers: int | None = None, servers_only: bool = False) -> list[ServerStatus]:
        """Start what does not run, on the ports and data it had before.

        Args:
            only: names to start, with all that they need; everything when None.
            workers: stream workers to run; as many as last time when None, at first one.
            servers_only: leave out huiliu's own processes.

        Raises:
            StackError: the machine cannot carry it, or servers failed; the rest was started.
        """
        machine.check_platform()
        machine.check_home(self.home)
        with state.exclusive(self.home, self._console):
            written = state.load(self.home)
            written.workers = workers or written.workers
            _let_the_dying_go(written)
            chosen = self._with_dependents(written, _choose(_all(written.workers), only, servers_only=servers_only))
            self._retire(written, chosen)
            sites = self._prepare(written, chosen)
            starter = Starter(written, sites, self._console)
            errors = starter.run(chosen)
            self._children.update(starter.children)
        if errors:
            raise StackError("\n".join(str(error) for error in errors))
        return self.status()

    def _with_dependents(self, written: State, chosen: list[Server]) -> list[Server]:
        """End what would not get over the restart of a chosen server, and start it with the others."""
        idle = {server.name for server in chosen if not _entry(written, server.name).alive()}
        everything = _all(_most_workers(written))
        broken = [server for server in everything if idle.intersection(server.outlived_by) and _entry(written, server.name).alive()]
        self._stop(written, broken)
        names = {server.name for server in (*chosen, *broken)}
        return [server for server in everything if server.name in names]

    def _retire(self, written: State, chosen: list[Server]) -> None:
        """End stream workers beyond the number now asked for."""
        if any(server.name.startswith("streams-") for server in chosen):
            names = {server.name for server in _all(written.workers)}
            self._stop(written, [server for server in _all(_most_workers(written)) if server.name not in names])

    def _prepare(self, written: State, chosen: list[Server]) -> dict[str, Site]:
        idle = [server for server in chosen if not _entry(written, server.name).alive()]
        machine.check_memory({server.name: server.memory_mb for server in idle})
        _assign_ports(written, idle)
        account = unprivileged() if any(server.drops_root for server in chosen) else None
        places = Places(written, account, self._console)
        trees = unpack(places.trees(idle, cache_dir()), cache_dir(), self._console)
        state.save(written)
        environment.write(written)
        peers = {name: entry.ports for name, entry in written.servers.items()}
        return {
            server.name: Site(
                home=self.home,
                data=places.data(server),
                log=self.logs(server.name),
                ports=peers[server.name],
                peers=peers,
                trees=trees,
                account=account if server.drops_root else None,
            )
            for server in chosen
        }

    def down(self, only: Iterable[str] | None = None) -> list[str]:
        """End the named servers, or all, those first that need others; return the names that had to be killed.

        Raises:
            StackError: a name is unknown, or the state cannot be read.
        """
        if not (self.home / state.STATE_FILE).exists():
            return []
        with state.exclusive(self.home, self._console):
            written = state.load(self.home)
            servers = _all(_most_workers(written))
            names = _known(servers, only) if only else {server.name for server in servers}
            return self._stop(written, [server for server in servers if server.name in names])

    def _stop(self, written: State, servers: list[Server]) -> list[str]:
        futures: dict[str, Future[bool]] = {}
        with ThreadPoolExecutor(max(1, len(servers))) as pool:
            for server in reversed(servers):
                after = [futures[other.name] for other in servers if server.name in other.needs]
                futures[server.name] = pool.submit(self._stop_one, server, _entry(written, server.name), after)
        state.save(written)
        return [name for name, future in futures.items() if not future.result()]

    def _stop_one(self, server: Server, entry: Entry, after: list[Future[bool]]) -> bool:
        for other in after:
            other.result()
        if entry.pid is None:
            return True
        went = process.stop(entry.pid, entry.ticks, first=server.stop_signal, grace=server.grace_seconds)
        if child := self._children.pop(server.name, None):
            child.wait()
        entry.clear()
        return went

    def erase(self) -> None:
        """End everything and delete what the servers hold, wherever it lies; the home folder itself stays."""
        self.down()
        if not (self.home / state.STATE_FILE).exists():
            return
        written = state.load(self.home)
        for name in (*written.servers, "logs", "keys", connect.SECRETS):
            shutil.rmtree(self.home / name, ignore_errors=True)
        if written.refuge:
            shutil.rmtree(written.refuge)
        for name in (state.STATE_FILE, state.LOCK_FILE, ENV_FILE, SOURCES_FILE):
            (self.home / name).unlink(missing_ok=True)

    def status(self) -> list[ServerStatus]:
        """Return every server's state; it takes no lock and changes nothing."""
        if not (self.home / state.STATE_FILE).exists():
            return []
        for child in self._children.values():
            child.poll()  # lets go of a dead child, so that it is no zombie
        written = state.load(self.home)
        return [self._status(server, _entry(written, server.name)) for server in _all(_most_workers(written))]

    def _status(self, server: Server, entry: Entry) -> ServerStatus:
        shown: Literal["running", "crashed", "stopped", "starting"]
        if entry.pid is None:
            shown = "stopped"
        elif not entry.alive():
            shown = "crashed"
        else:
            shown = "running" if entry.phase == "running" else "starting"
        alive = shown in ("running", "starting")
        look = {"crashed": f"日志 log {entry.log}; huiliu up {server.name}", "stopped": f"huiliu up {server.name}"}
        return ServerStatus(
            name=server.name,
            state=shown,
            pid=entry.pid,
            ports=entry.ports,
            rss_mb=process.memory_mb(entry.pid) if alive and entry.pid else 0,
            uptime_s=int(time.time() - entry.started_at) if alive and entry.started_at else 0,
            look_at=look.get(shown, f"huiliu logs {server.name}"),
        )

    def logs(self, name: str) -> Path:
        """Return the server's log file, which need not exist yet."""
        return self.home / "logs" / f"{name}.log"


def _let_the_dying_go(written: State) -> None:
    """Wait for killed processes whose threads still end: taken for running, they would not be started again."""
    for entry in written.servers.values():
        if entry.pid is not None and entry.ticks is not None:
            process.await_end_if_dying(entry.pid, entry.ticks, seconds=_DYING_SECONDS)


def _all(workers: int) -> list[Server]:
    """Return every server and process, those needed by others first."""
    return [*_SERVERS, *own.workers(workers), *own.others()]


def _most_workers(written: State) -> int:
    recorded = [int(name.removeprefix("streams-")) + 1 for name in written.servers if name.startswith("streams-")]
    return max([written.workers, *recorded])


def _entry(written: State, name: str) -> Entry:
    return written.servers.setdefault(name, Entry())


def _known(servers: list[Server], names: Iterable[str]) -> set[str]:
    known = {server.name for server in servers}
    wanted = set(names)
    if unknown := sorted(wanted - known):
        raise UnknownServerError(f"没有这个服务器 no server {', '.join(unknown)}: choose from {', '.join(sorted(known))}")
    return wanted


def _choose(servers: list[Server], only: Iterable[str] | None, *, servers_only: bool) -> list[Server]:
    """Return what to start, in order: the names asked for and, transitively, all they need."""
    offered = [server for server in servers if not (servers_only and isinstance(server, own.Own))]
    if only is None:
        return offered
    wanted = _known(servers, only)
    for server in reversed(servers):
        if server.name in wanted:
            wanted.update(server.needs)
    return [server for server in offered if server.name in wanted]


def _assign_ports(written: State, idle: list[Server]) -> None:
    """Keep each server's ports; choose where it has none, and elsewhere where a stranger took one that nobody depends on.

    Raises:
        StackError: a stranger holds a port that running servers or attached connectors rely on.
    """
    for server in _all(_most_workers(written)):
        entry = _entry(written, server.name)
        for name in server.port_names:
            if name not in entry.ports:
                entry.ports[name] = ports.choose(written.ports())
    for server in idle:
        entry = _entry(written, server.name)
        for name, port in list(entry.ports.items()):
            if not ports.is_free(port):
                _refuse_if_relied_on(written, server, port)
                entry.ports[name] = ports.choose(written.ports())


def _refuse_if_relied_on(written: State, server: Server, port: int) -> None:
    everyone = _all(_most_workers(written))
    relying = [other.name for other in everyone if server.name in other.needs and _entry(written, other.name).alive()]
    if server.name in _ATTACHED and (written.home / SOURCES_FILE).exists():
        relying.append(SOURCES_FILE)
    if relying:
        raise StackError(
            f"端口被占用 port {port} of {server.name} is held by {ports.holder(port)}, and {', '.join(relying)} rely on it: "
            "end that program, then run the command again"
        )
