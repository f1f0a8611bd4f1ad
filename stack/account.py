"""Finds the user PostgreSQL runs as when huiliu runs as root, and a place which that user can reach."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError

_NAMES = ("postgres", "nobody")  # PostgreSQL refuses to run as root
_SHARED = Path("/var/tmp")  # noqa: S108  # the owner of what we make there is checked


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged user."""

    name: str
    uid: int
    gid: int


def unprivileged() -> Account | None:
    """Return the user to drop to; None when we are not root and run everything as ourselves.

    Raises:
        StackError: we are root and the machine has neither user.
    """
    if os.geteuid() != 0:
        return None
    for name in _NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise StackError(
        f"以 root 运行时需要普通用户 PostgreSQL does not run as root, and this machine has no user {' or '.join(_NAMES)}: "
        "run huiliu as another user"
    )


def can_reach(account: Account | None, folder: Path) -> bool:
    """Tell whether the user may pass through every existing folder down to ``folder``."""
    if account is None:
        return True
    return all(_may_pass(account, parent) for parent in (folder, *folder.parents) if parent.exists())


def _may_pass(account: Account, folder: Path) -> bool:
    about = folder.stat()
    if about.st_uid == account.uid:
        return bool(about.st_mode & stat.S_IXUSR)
    if about.st_gid == account.gid:
        return bool(about.st_mode & stat.S_IXGRP)
    return bool(about.st_mode & stat.S_IXOTH)


def refuge() -> Path:
    """Return this user's own folder under /var/tmp, made if missing: others may pass through it, nobody else may write.

    Raises:
        StackError: someone else made the folder first.
    """
    folder = _SHARED / f"huiliu-{os.geteuid()}"
    folder.mkdir(mode=0o711, exist_ok=True)
    about = folder.lstat()
    if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.geteuid() or about.st_mode & 0o022:
        raise StackError(f"文件夹属于他人 {folder} belongs to someone else or is writable by others: remove it, then run huiliu up again")
    return folder
