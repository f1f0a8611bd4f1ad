"""Checks that the machine can carry the servers before any is started: platform, memory, disk, a writable folder."""

import os
import platform
import shutil
from collections.abc import Mapping
from pathlib import Path

import psutil

from stack.errors import StackError

_DISK_MB = 1500  # data and logs of a demo, and room for Kafka and Elasticsearch to work
_CGROUP = Path("/sys/fs/cgroup")


def check_platform() -> None:
    """Refuse what the fetched binaries cannot run on.

    Raises:
        StackError: this is not Linux on x86-64 with the GNU C library.
    """
    here = f"{platform.system()} {platform.machine()} {platform.libc_ver()[0] or 'no glibc'}"
    if here != "Linux x86_64 glibc":
        raise StackError(
            f"不支持的平台 unsupported platform {here}: the servers' files are for Linux x86_64 with glibc; use such a machine"
        )


def check_home(home: Path) -> None:
    """Make the data folder.

    Raises:
        StackError: it cannot be made or written, or its disk is almost full.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / f".writable.{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StackError(
            f"数据文件夹不可写 {home} cannot be written ({error.strerror}): make it writable, or set HUILIU_HOME to another folder"
        ) from error
    free = shutil.disk_usage(home).free >> 20
    if free < _DISK_MB:
        raise StackError(
            f"磁盘空间不足 disk too full: {home} has {free} MB free and {_DISK_MB} MB are needed; "
            "free some, or set HUILIU_HOME to another disk"
        )


def check_memory(needed: Mapping[str, int]) -> None:
    """Refuse to start what would not fit; ``needed`` is megabytes by server.

    Raises:
        StackError: less memory is available than the servers take.
    """
    total, free = sum(needed.values()), available_mb()
    if total > free:
        largest = max(needed, key=lambda name: needed[name])
        raise StackError(
            f"内存不足 not enough memory: {free} MB are available and {', '.join(needed)} take about {total} MB ({largest} most); "
            "end other programs, or start fewer with `huiliu up SERVER…`"
        )


def available_mb() -> int:
    """Return the megabytes that programs can still take: the machine's, or the container's where that is less."""
    free = psutil.virtual_memory().available
    limit, used = _CGROUP / "memory.max", _CGROUP / "memory.current"
    if limit.exists() and used.exists() and (text := limit.read_text().strip()).isdigit():
        free = min(free, int(text) - int(used.read_text()))
    return free >> 20
