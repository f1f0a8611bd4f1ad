"""What the processes of a stack use: CPU seconds and resident memory, by name, children included."""

import os
import platform
from dataclasses import dataclass
from typing import Any

import psutil

from stack.supervisor import Stack


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds since each process began, and resident megabytes now (shared pages once), by name."""

    cpu_seconds: dict[str, float]
    rss_mb: dict[str, int]

    def cpu_since(self, before: "Usage") -> dict[str, float]:
        """Return the CPU seconds used between two measurements; a process that was started anew counts from its start."""
        return {name: max(0.0, used - before.cpu_seconds.get(name, 0.0)) for name, used in self.cpu_seconds.items()}


def measure(stack: Stack) -> Usage:
    """Measure every running server and process, and this one as ``generator``."""
    status = [each for each in stack.status() if each.pid is not None and each.state in ("running", "starting")]
    pids = {each.name: each.pid for each in status if each.pid is not None}
    rss = {each.name: each.rss_mb for each in status}
    own = psutil.Process()
    return Usage(
        {**{name: _cpu(pid) for name, pid in pids.items()}, "generator": _cpu(own.pid)},
        {**rss, "generator": own.memory_info().rss >> 20},
    )


def _cpu(pid: int) -> float:
    """Return CPU seconds of a process and its children, those that ended included."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
        times = [each.cpu_times() for each in family]
    except psutil.NoSuchProcess:
        return 0.0
    ended = times[0].children_user + times[0].children_system
    return float(sum(each.user + each.system for each in times) + ended)


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "kernel": platform.release(),
    }
