"""Desk sessions: a signed cookie that says which desk was opened and until when; it ends at once when the desk key changes."""

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path

from connectors.door.keys import known_key
from domain.tokens import derive

COOKIE = "huiliu_desk"
LASTS_SECONDS = 3600
_PARTS = 4


class Sessions:
    """Makes and reads cookies; holds no state, so that a restart logs nobody out."""

    def __init__(self, home: Path, master: bytes, clock: Callable[[], float] = time.time) -> None:
        """``clock`` gives Unix seconds."""
        self._home = home
        self._key = derive(master, "door/session")
        self._clock = clock

    def open(self, slug: str) -> str:
        """Return the cookie's text for a desk whose key was shown."""
        said = f"{slug}.{int(self._clock()) + LASTS_SECONDS}.{secrets.token_urlsafe(9)}"
        return f"{said}.{self._signature(slug, said)}"

    def slug(self, cookie: str) -> str | None:
        """Return whose desk the cookie opens; None when it is forged, too old, or the desk's key is another one now."""
        parts = cookie.split(".")
        if len(parts) != _PARTS:
            return None
        slug, until, nonce, signature = parts
        expected = self._signature(slug, f"{slug}.{until}.{nonce}")
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "surrogatepass")):
            return None
        return slug if int(until) > self._clock() else None

    def _signature(self, slug: str, said: str) -> str:
        bound = f"{said}.{known_key(self._home, slug) or secrets.token_hex(16)}"  # no key: nothing fits
        return urlsafe_b64encode(hmac.digest(self._key, bound.encode("utf-8", "surrogatepass"), "sha256")).rstrip(b"=").decode()
