"""Stewards' keys and the cookies of their pages: who a steward is.

A key is the steward's name and a random secret. ``<home>/keys/steward/<name>`` (mode 0600) keeps only its digest, so that
whoever can read the folder cannot speak with two stewards' voices; a lost key is replaced by a new one, which ends the
steward's open pages at once.
"""

import hashlib
import hmac
import os
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from domain.review import STEWARD
from domain.tokens import derive

COOKIE = "huiliu_steward"
LASTS_SECONDS = 8 * 3600
_SECRET_BYTES = 32
_PARTS = 4
_NOBODYS = secrets.token_hex(32)  # compared with when there is no key, so that a missing one looks like a wrong one


class StewardError(Exception):
    """A steward's key cannot be made; the message says why and what to do."""


class StewardKeys:
    """The digests of the keys in one home folder."""

    def __init__(self, home: Path) -> None:
        """Keep the folder; it is made with the first key."""
        self._folder = home / "keys" / "steward"

    def make(self, name: str, *, renew: bool = False) -> str:
        """Make a steward's key, keep its digest, and return the key: it is not seen again.

        Raises:
            StewardError: no name, or the steward has a key and it is not to be renewed.
        """
        if not STEWARD.fullmatch(name):
            raise StewardError("复核员名称不合格式 not a steward's name: use 2 to 41 of a-z, 0-9 and _, beginning with a letter")
        key = f"{name}.{secrets.token_urlsafe(_SECRET_BYTES)}"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f".{name}.{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(_digest(key))
        try:
            if renew:
                draft.replace(self._folder / name)
            else:
                os.link(draft, self._folder / name)
        except FileExistsError:
            raise StewardError(f"{name} 已有密钥 has a key already: 丢失时用 if it is lost, add --renew; the old one ends") from None
        finally:
            draft.unlink(missing_ok=True)
        return key

    def digest(self, name: str) -> str | None:
        """Return the digest of a steward's key; None if there is no such steward."""
        if not STEWARD.fullmatch(name):
            return None
        with suppress(OSError):
            return (self._folder / name).read_text().strip() or None
        return None

    def steward(self, key: str) -> str | None:
        """Return whose key this is; None for a wrong one."""
        name = key.partition(".")[0]
        known = self.digest(name)
        fits = hmac.compare_digest(known or _NOBODYS, _digest(key))
        return name if fits and known else None


class Sessions:
    """Makes and reads the pages' cookies; holds no state, so that a restart logs nobody out."""

    def __init__(self, keys: StewardKeys, master: bytes, clock: Callable[[], float] = time.time) -> None:
        """``clock`` gives Unix seconds."""
        self._keys = keys
        self._key = derive(master, "review/session")
        self._clock = clock

    def open(self, name: str) -> str:
        """Return the cookie's text for a steward whose key was shown."""
        said = f"{name}.{int(self._clock()) + LASTS_SECONDS}.{secrets.token_urlsafe(9)}"
        return f"{said}.{self._signature(name, said)}"

    def steward(self, cookie: str) -> str | None:
        """Return whose pages the cookie opens; None when it is forged, too old, or the steward's key is another one now."""
        parts = cookie.split(".")
        if len(parts) != _PARTS:
            return None
        name, until, nonce, signature = parts
        expected = self._signature(name, f"{name}.{until}.{nonce}")
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass")):
            return None
        return name if int(until) > self._clock() else None

    def _signature(self, name: str, said: str) -> str:
        bound = f"{said}.{self._keys.digest(name) or secrets.token_hex(16)}"  # no key: nothing fits
        return urlsafe_b64encode(hmac.digest(self._key, bound.encode("utf-8", "surrogatepass"), "sha256")).rstrip(b"=").decode()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
