"""Advisory locks of PostgreSQL as numbers: what two workers must not both work on at a time."""

from collections.abc import Iterable
from hashlib import blake2b


def of_places(places: Iterable[bytes]) -> set[int]:
    """Return the locks of handles, strong keys or blocks' tokens: their last eight bytes, signed."""
    return {int.from_bytes(place[-8:], "big", signed=True) for place in places}


def of_mentioned(handles: Iterable[bytes]) -> dict[bytes, int]:
    """Return the locks of records that rows only mention, which say whether they are there: the first eight bytes, others than above."""
    return {handle: int.from_bytes(handle[:8], "big", signed=True) for handle in handles}


def of_entities(ids: Iterable[str]) -> set[int]:
    """Return the locks of entity ids."""
    return {int.from_bytes(blake2b(identifier.encode(), digest_size=8).digest(), "big", signed=True) for identifier in ids}
