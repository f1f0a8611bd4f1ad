"""Keyed tokens: equal values give equal tokens, and without the key a token says nothing else.

HMAC-SHA-256 (RFC 2104) under a key derived per field by HKDF (RFC 5869), cut to 16 bytes. What equality and
frequency of tokens still leak is written in docs/threat-model.md.
"""

import hmac
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

TOKEN_BYTES = 16


def derive(master: bytes, purpose: str) -> bytes:
    """Return the 32-byte key that HKDF makes of the master key for one purpose."""
    return HKDF(SHA256(), 32, salt=None, info=f"huiliu/v1/{purpose}".encode()).derive(master)


class Tokeniser:
    """Makes the tokens of one master key; one derived key a field, so that equal values of two fields do not show."""

    def __init__(self, master: bytes) -> None:
        """Keep the 32-byte master key; field keys are derived on first use."""
        self._master = master
        self._keys: dict[str, bytes] = {}

    def raw(self, field: str, value: str) -> bytes:
        """Return the 16-byte token of ``value`` in ``field``."""
        key = self._keys.get(field)
        if key is None:
            key = self._keys[field] = derive(self._master, f"token/{field}")
        return hmac.digest(key, value.encode("utf-8", "surrogatepass"), "sha256")[:TOKEN_BYTES]

    def text(self, field: str, value: str) -> str:
        """Return the token as 22 URL-safe characters."""
        return text_of(self.raw(field, value))


def text_of(token: bytes) -> str:
    """Return a token's 22-character URL-safe form."""
    return urlsafe_b64encode(token).rstrip(b"=").decode()
