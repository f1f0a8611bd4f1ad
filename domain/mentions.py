"""Names what rows only mention: all rows of a table that say the same of a role mean one record, whose handle is of what they say."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from domain.tokens import Tokeniser

_SAID = ("kind", "values", "raw")


def mention_handle(tokeniser: Tokeniser, provider: str, table: str, record: Mapping[str, Any], keys: Iterable[bytes]) -> bytes:
    """Return the handle (16 bytes) of what one element of ``RowRecords.records`` says: equal for equal words of one table and role.

    Args:
        tokeniser: makes it.
        provider: the contract's slug.
        table: the row's.
        record: the element, with nothing unavailable.
        keys: its strong keys as tokens (``domain.matching.keys``); part of them may come from what was known before.
    """
    flags = sorted(set(record["flags"]))  # what a change did not send adds its flags in another order
    said = [provider, table, record["role"], *(record[part] for part in _SAID), flags, *sorted(key.hex() for key in keys)]
    return tokeniser.raw("mention", orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode())
