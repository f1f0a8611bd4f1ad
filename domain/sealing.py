"""Sealing: a record's personal values under a key of its own, which the master key wraps. Erase the key, erase the record.

AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; the record's handle is the associated data, so that a sealed
value cannot be shown under another record. Keys are wrapped with AES-KW (RFC 3394).
"""

import os

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from domain.tokens import derive

_NONCE = 12


class UnsealError(Exception):
    """A sealed value that this key does not open: another master key, another record, or altered bytes."""


class Sealer:
    """Seals and opens records' personal values, and rejects' payloads, under one master key."""

    def __init__(self, master: bytes) -> None:
        """Derive the wrapping key and the rejects key from the 32-byte master key."""
        self._wrapping = derive(master, "wrap")
        self._rejects = AESGCM(derive(master, "rejects"))

    def new_key(self) -> tuple[bytes, bytes]:
        """Return a fresh record key and its wrapped form (32 and 40 bytes)."""
        key = os.urandom(32)
        return key, aes_key_wrap(self._wrapping, key)

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return the record key.

        Raises:
            UnsealError: the master key is another one, or the bytes were altered.
        """
        try:
            return aes_key_unwrap(self._wrapping, wrapped)
        except InvalidUnwrap as error:
            message = "the record key cannot be unwrapped: is this the master key it was wrapped with?"
            raise UnsealError(message) from error

    def seal(self, key: bytes, handle: bytes, values: dict[str, str]) -> bytes:
        """Return nonce + ciphertext of ``values`` as JSON, bound to the record's handle."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(key).encrypt(nonce, orjson.dumps(values), handle)

    def unseal(self, key: bytes, handle: bytes, sealed: bytes) -> dict[str, str]:
        """Return the values.

        Raises:
            UnsealError: wrong key, wrong record, or altered bytes.
        """
        try:
            plain = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], handle)
        except InvalidTag as error:
            message = "sealed values do not open: wrong key, another record's bytes, or altered"
            raise UnsealError(message) from error
        values: dict[str, str] = orjson.loads(plain)
        return values

    def seal_reject(self, payload: bytes) -> bytes:
        """Return nonce + ciphertext of a rejected message."""
        nonce = os.urandom(_NONCE)
        return nonce + self._rejects.encrypt(nonce, payload, b"rejected")

    def unseal_reject(self, sealed: bytes) -> bytes:
        """Return a rejected message, for replay.

        Raises:
            UnsealError: wrong master key or altered bytes.
        """
        try:
            return self._rejects.decrypt(sealed[:_NONCE], sealed[_NONCE:], b"rejected")
        except InvalidTag as error:
            message = "a reject's payload does not open: was the master key changed?"
            raise UnsealError(message) from error


class PurposeSealer:
    """Seals bytes for one purpose under a key of its own, for what is no record's value: a call's words, a row that waits."""

    def __init__(self, master: bytes, purpose: str) -> None:
        """Derive the purpose's key from the 32-byte master key."""
        self._box = AESGCM(derive(master, f"seal/{purpose}"))

    def seal(self, payload: bytes, bound: bytes = b"") -> bytes:
        """Return nonce + ciphertext of ``payload``, bound to ``bound`` (such as the row it stands in)."""
        nonce = os.urandom(_NONCE)
        return nonce + self._box.encrypt(nonce, payload, bound)

    def unseal(self, sealed: bytes, bound: bytes = b"") -> bytes:
        """Return the payload.

        Raises:
            UnsealError: another master key, purpose or place, or altered bytes.
        """
        try:
            return self._box.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
        except (InvalidTag, ValueError) as error:
            message = "sealed bytes do not open: was the master key changed?"
            raise UnsealError(message) from error
