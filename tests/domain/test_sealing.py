"""Sealed values open only with their own key, for their own record, unaltered; tokens tell equality and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sealing import PurposeSealer, Sealer, UnsealError
from domain.tokens import TOKEN_BYTES, Tokeniser, derive, text_of

MASTER, OTHER = bytes(range(32)), bytes(32)
HANDLE = b"h" * 16
VALUES = {"name": "王小明", "mobile": "10012345678"}


def test_sealed_values_open() -> None:
    sealer = Sealer(MASTER)
    key, wrapped = sealer.new_key()
    sealed = sealer.seal(key, HANDLE, VALUES)
    assert "王小明".encode() not in sealed
    assert sealer.unseal(sealer.unwrap(wrapped), HANDLE, sealed) == VALUES


def test_another_master_key_does_not_unwrap() -> None:
    _, wrapped = Sealer(MASTER).new_key()
    with pytest.raises(UnsealError, match="master key"):
        Sealer(OTHER).unwrap(wrapped)


@pytest.mark.parametrize("change", ["key", "handle", "bytes"])
def test_what_does_not_belong_does_not_open(change: str) -> None:
    sealer = Sealer(MASTER)
    key, _ = sealer.new_key()
    sealed, handle = sealer.seal(key, HANDLE, VALUES), HANDLE
    if change == "key":
        key, _ = sealer.new_key()
    elif change == "handle":
        handle = b"x" * 16
    else:
        sealed = sealed[:-1] + bytes((sealed[-1] ^ 1,))
    with pytest.raises(UnsealError):
        sealer.unseal(key, handle, sealed)


def test_two_seals_of_one_value_differ() -> None:
    sealer = Sealer(MASTER)
    key, _ = sealer.new_key()
    assert sealer.seal(key, HANDLE, VALUES) != sealer.seal(key, HANDLE, VALUES)


@given(st.binary(max_size=200))
def test_rejects_open_again(payload: bytes) -> None:
    sealer = Sealer(MASTER)
    sealed = sealer.seal_reject(payload)
    assert sealer.unseal_reject(sealed) == payload
    with pytest.raises(UnsealError):
        Sealer(OTHER).unseal_reject(sealed)


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_bytes_sealed_for_a_purpose_open_for_it_alone(payload: bytes, bound: bytes) -> None:
    sealer = PurposeSealer(MASTER, "call")
    sealed = sealer.seal(payload, bound)
    assert sealer.unseal(sealed, bound) == payload
    assert sealer.seal(payload, bound) != sealed
    for other, place in ((PurposeSealer(OTHER, "call"), bound), (PurposeSealer(MASTER, "row"), bound), (sealer, bound + b"x")):
        with pytest.raises(UnsealError):
            other.unseal(sealed, place)
    for broken in (sealed[:-1], b"", sealed[:5]):
        with pytest.raises(UnsealError):
            sealer.unseal(broken, bound)


@given(st.text(), st.text())
def test_tokens_are_equal_when_values_are(one: str, two: str) -> None:
    tokeniser = Tokeniser(MASTER)
    assert (tokeniser.raw("name", one) == tokeniser.raw("name", two)) == (one == two)
    assert len(tokeniser.raw("name", one)) == TOKEN_BYTES


def test_tokens_differ_by_field_and_by_master_key() -> None:
    tokeniser = Tokeniser(MASTER)
    assert tokeniser.text("name", "x") != tokeniser.text("mobile", "x")
    assert tokeniser.text("name", "x") != Tokeniser(OTHER).text("name", "x")
    assert text_of(tokeniser.raw("name", "x")) == tokeniser.text("name", "x")


def test_derived_keys_follow_rfc_5869() -> None:
    """HKDF-SHA-256 by hand: extract with a zero salt, one expand block."""
    import hashlib  # noqa: PLC0415  # the oracle of this test alone
    import hmac  # noqa: PLC0415  # likewise

    extracted = hmac.digest(bytes(32), MASTER, hashlib.sha256)
    assert derive(MASTER, "wrap") == hmac.digest(extracted, b"huiliu/v1/wrap\x01", hashlib.sha256)
