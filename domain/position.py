"""Where a change stands in its source's log: two growing numbers, whatever the database calls them.

``lsn`` grows from transaction to transaction, ``inner`` from change to change where one position covers a whole transaction.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

_FILE_BITS, _OFFSET_BITS = 31, 32
_BINLOG_FILE = re.compile(r"\.(\d+)$")
_SQL_SERVER = re.compile(r"([0-9a-f]{8}):([0-9a-f]{8}):([0-9a-f]{4})", re.IGNORECASE)
_SEQUENCE_BITS, _BLOCK_BITS, _SLOT_BITS = 24, 28, 11
_INNER_MAX = (1 << 30) - 1  # `order` is a 32-bit number and doubles it


def position(source: Mapping[str, Any], transaction: Mapping[str, Any] | None) -> tuple[int, int] | None:
    """Return (lsn, inner) of a change, or None when its source block names no position.

    Args:
        source: the event's source block, as Debezium or huiliu's own producers write it.
        transaction: the event's transaction block (``total_order`` counts the changes of one transaction).
    """
    found = _own(source)
    if found is not None:
        return found, 0
    found = _binlog(source)
    if found is None:
        found = _oracle(source)
    if found is None:
        found = _sql_server(source)
    return None if found is None else (found, min(_inner(source, transaction), _INNER_MAX))


def _own(source: Mapping[str, Any]) -> int | None:
    """PostgreSQL's LSN, or a producer's own number; a row that a signal had read again has only the stream's last, in ``sequence``."""
    lsn, sequence = source.get("lsn"), source.get("sequence")
    if lsn is None and sequence:
        lsn = (orjson.loads(sequence) or [None])[-1]
    return None if lsn is None else int(lsn)


def _binlog(source: Mapping[str, Any]) -> int | None:
    """MariaDB and MySQL: number of the binlog file, then the offset in it. GTIDs would not do: a snapshot's rows have none."""
    file, offset = source.get("file"), source.get("pos")
    number = _BINLOG_FILE.search(file) if isinstance(file, str) else None
    if number is None or offset is None:
        return None
    return _packed((int(number[1]), _FILE_BITS), (int(offset), _OFFSET_BITS))


def _oracle(source: Mapping[str, Any]) -> int | None:
    """Oracle: the system change number of the commit; a snapshot's rows have the number they were read at."""
    scn = source.get("commit_scn") or source.get("scn")
    return int(scn) if isinstance(scn, str) and scn.isdecimal() and int(scn) < 1 << 63 else None


def _sql_server(source: Mapping[str, Any]) -> int | None:
    """SQL Server: virtual log file, block and slot of the commit; a snapshot's rows have the position they were read at."""
    lsn = source.get("commit_lsn")
    parts = _SQL_SERVER.fullmatch(lsn) if isinstance(lsn, str) else None
    if parts is None:
        return None
    sequence, block, slot = (int(part, 16) for part in parts.groups())
    return _packed((sequence, _SEQUENCE_BITS), (block, _BLOCK_BITS), (slot, _SLOT_BITS))


def _packed(*parts: tuple[int, int]) -> int | None:
    """Put (number, bits) side by side, the first on top; None when one does not fit, for a cut number would not grow."""
    whole = 0
    for number, bits in parts:
        if not 0 <= number < 1 << bits:
            return None
        whole = whole << bits | number
    return whole


def _inner(source: Mapping[str, Any], transaction: Mapping[str, Any] | None) -> int:
    """Return which change of its transaction it is: MariaDB gives all of them the transaction's own offset."""
    if transaction and transaction.get("total_order") is not None:
        return int(transaction["total_order"])
    return int(source.get("event_serial_no") or source.get("row") or 0)
