"""``<home>/stack.json``: who runs where, so that any later command finds, checks and ends the same processes."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError
from rich.console import Console

from stack import process
from stack.errors import StackError

STATE_FILE = "stack.json"
LOCK_FILE = "stack.lock"
_LOCK_WAIT_SECONDS = 180

Phase = Literal["stopped", "starting", "running"]


class Entry(BaseModel):
    """One server or process. ``ticks`` is its start in kernel clock ticks: with ``pid`` it names a process for one boot."""

    phase: Phase = "stopped"
    pid: int | None = None
    ticks: int | None = None
    started_at: float | None = Field(default=None, description="epoch seconds")
    ports: dict[str, int] = {}
    command: list[str] = []
    log: Path | None = None

    def alive(self) -> bool:
        """Tell whether the very process that was started still runs."""
        return self.pid is not None and self.ticks is not None and process.start_ticks(self.pid) == self.ticks

    def clear(self) -> None:
        """Forget the process; the ports stay."""
        self.phase, self.pid, self.ticks, self.started_at = "stopped", None, None, None


class State(BaseModel):
    """The whole file. ``home`` and ``boot`` show that it speaks of this folder and this boot."""

    home: Path
    boot: str
    workers: int = 1
    refuge: Path | None = Field(default=None, description="where an unprivileged user's data lie when it cannot reach the home folder")
    servers: dict[str, Entry] = {}

    def ports(self) -> set[int]:
        """Return every port that is spoken for."""
        return {port for entry in self.servers.values() for port in entry.ports.values()}


def boot_id() -> str:
    """Return the kernel's name for this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def load(home: Path) -> State:
    """Return the folder's state; that of another boot keeps its ports and no process, that of a moved folder all.

    Raises:
        StackError: the file cannot be read as a state, or the folder is a copy whose databases stayed behind.
    """
    path = home / STATE_FILE
    if not path.exists():
        return State(home=home, boot=boot_id())
    try:
        state = State.model_validate_json(path.read_bytes())
    except OSError as error:
        raise StackError(
            f"无法读取状态文件 {path} cannot be read ({error.strerror}): run huiliu as the user who ran `huiliu up` there"
        ) from error
    except ValidationError as error:
        raise StackError(
            f"状态文件已损坏 {path} holds no valid state: end this folder's servers by hand, delete the file, then run huiliu up"
        ) from error
    if _is_copy(state, home):
        _take_as_copy(state)
    if state.boot != boot_id():
        _forget_processes(state)
    state.home, state.boot = home, boot_id()
    return state


def _is_copy(state: State, home: Path) -> bool:
    """Tell a copied folder from a moved one, or one reached by another path."""
    return state.home.exists() and not state.home.samefile(home) and (state.home / STATE_FILE).exists()


def _take_as_copy(state: State) -> None:
    """Claim none of the original's processes, nor its ports, since it may run beside the copy."""
    if state.refuge:
        raise StackError(
            f"这是数据文件夹的副本 this is a copy of {state.home}, whose PostgreSQL data lie in {state.refuge}: "
            "copy that too and name the copy in stack.json, or start in an empty folder"
        )
    _forget_processes(state)
    for entry in state.servers.values():
        entry.ports = {}


def _forget_processes(state: State) -> None:
    for entry in state.servers.values():
        entry.clear()


def save(state: State) -> None:
    """Write the state whole, or not at all."""
    path = state.home / STATE_FILE
    part = path.with_name(f".{STATE_FILE}.{os.getpid()}")
    part.touch(0o600)
    part.write_text(state.model_dump_json(indent=1) + "\n")
    part.replace(path)


@contextmanager
def exclusive(home: Path, console: Console) -> Iterator[None]:
    """Let one command at a time change the folder; a second waits, and says so.

    Raises:
        StackError: the first has not ended within three minutes.
    """
    with (home / LOCK_FILE).open("a") as file:
        deadline = time.monotonic() + _LOCK_WAIT_SECONDS
        told = False
        while not _lock(file.fileno()):
            if not told:
                console.print(f"[yellow]等待另一个 huiliu 命令 waiting for another huiliu up or down in {home}")
                told = True
            if time.monotonic() > deadline:
                raise StackError(
                    f"另一个命令仍在运行 another huiliu up or down still works in {home}: let it end, or end it, then try again"
                )
            time.sleep(0.2)
        yield


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
