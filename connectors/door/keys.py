"""Desk keys: one random text a provider, in a file that only huiliu reads; whoever has it may hand in that provider's data."""

import hashlib
import hmac
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

_KEY_BYTES = 32
_slug = re.compile(r"[a-z][a-z0-9_]{1,40}", re.ASCII).fullmatch
_NOBODYS = secrets.token_urlsafe(_KEY_BYTES)  # compared with when there is no key, so that a missing one looks like a wrong one


def desk_folder(home: Path) -> Path:
    """Return the folder of the desk keys: beside the master key, out of Connect's reach."""
    return home / "keys" / "desk"


def desk_key(home: Path, slug: str) -> str:
    """Return the provider's desk key; makes ``<home>/keys/desk/<slug>`` (mode 0600) when there is none.

    Raises:
        ValueError: ``slug`` is no provider's name.
    """
    path = _path(home, slug)
    known = known_key(home, slug)
    if known is not None:
        return known
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{slug}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(_KEY_BYTES))
        with suppress(FileExistsError):  # another process was first: its key counts
            os.link(draft, path)
    finally:
        draft.unlink()
    return path.read_text().strip()


def known_key(home: Path, slug: str) -> str | None:
    """Return the provider's desk key, None when it has none yet."""
    try:
        return _path(home, slug).read_text().strip() or None
    except (OSError, ValueError):
        return None


def is_key_of(home: Path, slug: str, offered: str) -> bool:
    """Tell whether ``offered`` is the provider's desk key; takes the same time for a wrong key and for a provider that is not there."""
    known = known_key(home, slug)
    fits = hmac.compare_digest(_digest(known or _NOBODYS), _digest(offered))
    return fits and known is not None


def _path(home: Path, slug: str) -> Path:
    if not _slug(slug):
        message = "not a provider's slug"
        raise ValueError(message)
    return desk_folder(home) / slug


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
