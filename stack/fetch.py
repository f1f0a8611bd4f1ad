"""Fetches locked files into the user's cache: progress bars, four at a time, resumed, verified, and never twice.

The Maven client (jgo) knows where artifacts are and how to ask; this adds what it lacks: resuming, and refusing a wrong checksum.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
import truststore
from jgo.maven import MavenContext
from jgo.util import http
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from stack.artifacts import Artifact
from stack.errors import StackError

_CONNECTIONS = 4
_CHUNK = 1 << 17
_TRIES = 5
_RETRY_SECONDS = 0.5
_SPARE_BYTES = 1_500_000_000  # what the servers unpack and write in a first run, seen: 1.2 GB
_TIMEOUT_SECONDS = 60


def cache_dir() -> Path:
    """Return the user's cache folder for huiliu (``XDG_CACHE_HOME``, else ``~/.cache``)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huiliu"


def fetch(artifacts: Iterable[Artifact], cache: Path, console: Console) -> dict[Artifact, Path]:
    """Return each artifact's file, downloading what is missing.

    Raises:
        StackError: no room, no network, or a file whose checksum stays wrong.
    """
    paths = {artifact: cache / "files" / artifact.sha256[:16] / artifact.filename for artifact in artifacts}
    missing = [artifact for artifact, path in paths.items() if not path.exists()]
    if not missing:
        return paths
    truststore.inject_into_ssl()  # a city's network often has a proxy whose certificate only the system's store knows
    try:
        _check_room(cache, sum(artifact.size for artifact in missing))
        _download_all({artifact: paths[artifact] for artifact in missing}, console)
    except OSError as error:
        raise StackError(
            f"无法写入缓存 cannot write into {cache} ({error.strerror or error}): free some disk or make it writable, "
            "or set XDG_CACHE_HOME to another folder; then run the command again (it resumes)"
        ) from error
    return paths


def link(file: Path, target: Path) -> None:
    """Put a cached file at ``target``, without a second copy where the disk allows it."""
    try:
        os.link(file, target)
    except OSError:
        shutil.copyfile(file, target)


def _download_all(paths: dict[Artifact, Path], console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars, ThreadPoolExecutor(_CONNECTIONS) as pool:
        bar = bars.add_task("下载服务器 servers", total=sum(artifact.size for artifact in paths))
        try:
            for done in [pool.submit(_download, artifact, path, bars, bar) for artifact, path in paths.items()]:
                done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # the first failure, or Ctrl-C, ends the rest
            raise


def _check_room(cache: Path, needed: int) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cache).free
    if free < needed + _SPARE_BYTES:
        raise StackError(
            f"磁盘空间不足 disk too full: {cache} has {free >> 20} MB free and {(needed + _SPARE_BYTES) >> 20} MB are needed; "
            "free some, or set XDG_CACHE_HOME to another disk"
        )


def _download(artifact: Artifact, path: Path, bars: Progress, bar: TaskID) -> None:
    """Download into ``<path>.<pid>.part``, verify, rename; a wrong checksum is fetched afresh once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = _own_part(path)
    for _ in range(2):
        _resume(artifact, part, bars, bar)
        if _sha256(part) == artifact.sha256:
            part.rename(path)
            return
        bars.advance(bar, -part.stat().st_size)
        part.unlink()
        bars.console.print(f"[yellow]校验和不符，重新下载 checksum differs, fetching again: {artifact.filename}")
    raise StackError(
        f"下载损坏 corrupt download: {artifact.filename} twice had another sha256 than {artifact.sha256[:12]}… in {path.parent}; "
        "check whether a proxy alters downloads, then run the command again"
    )


def _own_part(path: Path) -> Path:
    """Return a partial file that no second process shares, taking over what an ended one left."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    for left in path.parent.glob(f"{path.name}.*.part"):
        owner = left.name.removesuffix(".part").rsplit(".", 1)[1]
        if not Path("/proc", owner).exists():
            try:
                left.rename(part)
            except FileNotFoundError:  # a third process was quicker
                continue
            break
    return part


def _resume(artifact: Artifact, part: Path, bars: Progress, bar: TaskID) -> None:
    """Continue ``part`` to the artifact's size over as many connections as it takes."""
    bars.advance(bar, _size(part))
    error = "the connection ended early"
    for _ in range(_TRIES):
        if _size(part) >= artifact.size:
            return
        try:
            _append(artifact, part, bars, bar)
        except requests.RequestException as failure:
            error = type(failure).__name__
            time.sleep(_RETRY_SECONDS)
    if _size(part) < artifact.size:
        raise StackError(
            f"下载失败 cannot download {artifact.filename} ({error}): check the network, then run the command again (it resumes)"
        )


def _append(artifact: Artifact, part: Path, bars: Progress, bar: TaskID) -> None:
    have = _size(part)
    headers = {"Range": f"bytes={have}-"} if have else {}
    with http.get(_address(artifact), headers=headers, stream=True, timeout=_TIMEOUT_SECONDS) as response:
        response.raise_for_status()
        resumed = response.status_code == requests.codes.partial_content
        if not resumed:
            bars.advance(bar, -have)
        with part.open("ab" if resumed else "wb") as out:
            for chunk in response.iter_content(_CHUNK):
                out.write(chunk)
                bars.advance(bar, len(chunk))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _address(artifact: Artifact) -> str:
    """Return where the Maven client would fetch the artifact."""
    context = MavenContext()
    component = context.project(artifact.group, artifact.name).at_version(artifact.version)
    base = next(iter(context.remote_repos.values()))
    return f"{base}/{component.path_prefix.as_posix()}/{artifact.filename}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
