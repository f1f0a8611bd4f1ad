"""Starts, recognises and ends processes; a pid alone is never trusted, since the kernel gives it out again."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from stack.account import Account

_LOG_BYTES = 20 << 20
_STATE, _THREADS, _START_TICKS = 3, 20, 22  # fields of /proc/<pid>/stat, counted from 1
_ENDED = "ZX"


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run, and as whom."""

    command: Sequence[str]
    log: Path
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None


def open_log(log: Path) -> int:
    """Make the log's folder, set an over-long log aside, and return the bytes the log now holds."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    return log.stat().st_size if log.exists() else 0


def start(launch: Launch) -> subprocess.Popen[bytes]:
    """Start the process in a session of its own, so that a Ctrl-C in the terminal does not reach it."""
    account = launch.account
    with launch.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603  # commands are built in this package
            list(launch.command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=launch.folder,
            env=dict(launch.environment),
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )


def start_ticks(pid: int) -> int | None:
    """Return when the process started, in clock ticks since boot; None when it is gone or a zombie.

    A killed server's first thread is a zombie while its others still close files and ports: it is not gone yet.
    """
    fields = _stat(pid)
    if not fields or (fields[0] in _ENDED and int(fields[_THREADS - _STATE]) <= 1):
        return None
    return int(fields[_START_TICKS - _STATE])


def await_end_if_dying(pid: int, ticks: int, *, seconds: float) -> None:
    """Wait, at most ``seconds``, for the last threads of a process whose first thread has ended."""
    fields = _stat(pid)
    if fields and fields[0] in _ENDED:
        _gone(pid, ticks, seconds)


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat from the state on; none when the process is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return []
    return stat.rpartition(")")[2].split()  # the name before may hold spaces


def stop(pid: int, ticks: int | None, *, first: signal.Signals, grace: float) -> bool:
    """End the process with ``first``, and with SIGKILL after ``grace`` seconds; return whether it went by itself."""
    if ticks is None or start_ticks(pid) != ticks:
        return True
    _send(pid, first)
    if _gone(pid, ticks, grace):
        return True
    _send(pid, signal.SIGKILL)
    _gone(pid, ticks, grace)
    return False


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _gone(pid: int, ticks: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while start_ticks(pid) == ticks:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def memory_mb(pid: int) -> int:
    """Return the megabytes that the process and its children hold, pages shared among them counted once."""
    total = 0
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return 0
    for member in family:
        try:
            total += member.memory_full_info().pss
        except psutil.Error:
            continue
    return total >> 20


def last_lines(log: Path, count: int) -> list[str]:
    """Return the log's last lines."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - (count + 1) * 400))
        return file.read().decode(errors="replace").splitlines()[-count:]
