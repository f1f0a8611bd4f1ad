"""Says in one sentence why a server did not start: from its exit code and the lines it logged."""

import errno
import re
from pathlib import Path

_TELLING = re.compile(r"error\b|exception\b|fatal|panic|cannot|could not|failed|refused|no space|already in use", re.IGNORECASE)
_REMEDIES = {
    "no space left": "free some disk",
    "already in use": "another program took its port: try again",
    "outofmemory": "end other programs",
    "cannot allocate": "end other programs",
    "no module named": "run `make install` again",
}
_GIST_CHARACTERS = 240


def ended(name: str, code: int | None, log: Path, begins: int) -> str:
    """Return the sentence for a process that ended while starting.

    Args:
        name: the server's.
        code: its exit code as subprocess gives it (negative: a signal), or None where it was not our child.
        log: its log file.
        begins: where in the log this start began, in bytes.
    """
    how = "exit code unknown" if code is None else f"signal {-code}" if code < 0 else f"exit code {code}"
    gist = gist_of(log, begins)
    remedy = next((remedy for sign, remedy in _REMEDIES.items() if sign in gist.lower()), "read the log")
    return (
        f"{name} 启动时退出 ended while starting ({how}): {gist or 'it logged nothing'}; {remedy}; log: {log}; then run `huiliu up {name}`"
    )


def gist_of(log: Path, begins: int) -> str:
    """Return the one line since ``begins`` that tells most: the last that speaks of an error, else the last."""
    with log.open("rb") as file:
        file.seek(begins)
        lines = [line.strip() for line in file.read().decode(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if _TELLING.search(line) and not line.startswith("at ")]
    return (telling or lines or [""])[-1][:_GIST_CHARACTERS]


def system_error(name: str, error: OSError) -> str:
    """Return the sentence for a server whose files could not be written or run."""
    remedy = "free some disk" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "check the file's owner and mode"
    where = error.filename or "no file named"
    return f"{name} 无法启动 cannot start: {error.strerror or error} ({where}); {remedy}, then run `huiliu up {name}`"
