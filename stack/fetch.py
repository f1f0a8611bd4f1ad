"""Fetches locked files into the user's cache: progress bars, four at a time, resumed, verified, and never twice.

The Maven client (jgo) knows where artifacts are; this adds what it lacks: resuming, and refusing a wrong checksum.
"""

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests
from jgo.maven import MavenContext
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from stack.artifacts import Artifact
from stack.errors import StackError

_CONNECTIONS = 4
_CHUNK = 1 << 17
_TRIES = 5
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
    if missing:
        _check_room(cache, sum(artifact.size for artifact in missing))
        with _bars(console) as bars, ThreadPoolExecutor(_CONNECTIONS) as pool:
            total = bars.add_task("下载服务器 servers", total=sum(a.size for a in missing))
            for done in [pool.submit(_download, artifact, paths[artifact], bars, total) for artifact in missing]:
                done.result()
    return paths


def _bars(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)


def _check_room(cache: Path, needed: int) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(cache).free
    if free < needed + _SPARE_BYTES:
        raise StackError(
            f"磁盘空间不足 disk too full: {cache} has {free >> 20} MB free and {(needed + _SPARE_BYTES) >> 20} MB are needed; "
            "free some, or set XDG_CACHE_HOME to another disk"
        )


def _download(artifact: Artifact, path: Path, bars: Progress, total: object) -> None:
    """Download into ``<path>.part``, verify, rename; a wrong checksum is fetched afresh once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _own(path) as part:
        for _ in range(2):
            _resume(artifact, part, bars, total)
            if _sha256(part) == artifact.sha256:
                part.rename(path)
                return
            part.unlink()
            bars.console.print(f"[yellow]校验和不符，重新下载 checksum differs, fetching again: {artifact.filename}")
    raise StackError(
        f"下载损坏 corrupt download: {artifact.filename} twice had another sha256 than {artifact.sha256[:12]}… in the lock; "
        "is a proxy altering downloads?"
    )


@contextmanager
def _own(path: Path) -> Iterator[Path]:
    """Give the partial file a name that a second process does not share, taking over what an ended one left."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    for left in path.parent.glob(f"{path.name}.*.part"):
        owner = left.name.removesuffix(".part").rsplit(".", 1)[1]
        if not Path(f"/proc/{owner}").exists():
            left.rename(part)
            break
    yield part


def _resume(artifact: Artifact, part: Path, bars: Progress, total: object) -> None:
    """Continue ``part`` to the artifact's size over as many connections as it takes."""
    error: Exception | None = None
    for _ in range(_TRIES):
        have = part.stat().st_size if part.exists() else 0
        if have == artifact.size:
            return
        try:
            _append(artifact, part, have, bars, total)
        except requests.RequestException as failure:
            error = failure
        else:
            return
    raise StackError(f"下载失败 cannot download {artifact.filename}: {type(error).__name__}; check the network, then run the command again (it resumes)")


def _append(artifact: Artifact, part: Path, have: int, bars: Progress, total: object) -> None:
    headers = {"Range": f"bytes={have}-"} if have else {}
    with requests.get(_address(artifact), headers=headers, stream=True, timeout=_TIMEOUT_SECONDS) as response:
        response.raise_for_status()
        resumed = response.status_code == requests.codes.partial_content
        with part.open("ab" if resumed else "wb") as out:
            for chunk in response.iter_content(_CHUNK):
                out.write(chunk)
                bars.advance(total, len(chunk))  # type: ignore[arg-type]  # rich's TaskID


def _address(artifact: Artifact) -> str:
    """Return where the Maven client would fetch the artifact."""
    context = MavenContext()
    component = context.project(artifact.group, artifact.name).at_version(artifact.version)
    base = next(iter(context.remote_repos.values()))
    return f"{base}/{component.path_prefix.as_posix()}/{artifact.filename}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
