"""Strong keys as bytes: one code for kind and field, then the field's 16-byte token.

The codes are stored; never reuse one. Order of codes is order of strength within a kind.
"""

from collections.abc import Collection

from domain.entities import FIELDS, Kind
from domain.tokens import Tokeniser

KEY_BYTES = 17

CODES: dict[tuple[Kind, str], int] = {
    (Kind.PERSON, "citizen_id"): 0x10,
    (Kind.ORGANISATION, "uscc"): 0x20,
    (Kind.ORGANISATION, "organisation_code"): 0x28,
    (Kind.THING, "vin"): 0x30,
    (Kind.THING, "imei"): 0x31,
    (Kind.THING, "plate"): 0x38,
    (Kind.ADDRESS, "address"): 0x40,
}
EXCLUSIVE: frozenset[int] = frozenset(code for (kind, field), code in CODES.items() if FIELDS[kind][field].exclusive)

MOST_HOLDERS: dict[int, int] = {CODES[Kind.PERSON, "citizen_id"]: 1_000, CODES[Kind.THING, "plate"]: 1_000}
"""Records from which on a key is taken for a copied number and joins nothing; a firm is spoken of by each of its employees' records."""
ENDLESS = 1 << 30


def most_holders(key: bytes) -> int:
    """Return how many records a key may join."""
    return MOST_HOLDERS.get(key[0], ENDLESS)


def key_of(tokeniser: Tokeniser, kind: Kind, spoken: str) -> bytes:
    """Return the 17-byte key of a record's ``<field>:<normal form>``."""
    field, value = spoken.split(":", 1)
    return bytes((CODES[kind, field],)) + tokeniser.raw(field, value)


def decided(one: Collection[bytes], other: Collection[bytes]) -> bool:
    """Return whether two records' exclusive keys already say if they are one entity, so that the scorecard need not be asked."""
    return any(key[0] in EXCLUSIVE and key[0] == against[0] for key in one for against in other)
