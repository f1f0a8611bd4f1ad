"""Reads Debezium's ISO dates and local times as the wall clock they are: their ``Z`` is no zone, and would move evenings to the next day.

Only Avro's schema tells a ``timestamp`` from a ``timestamptz`` (``connect.name``); once decoded, both end in ``Z``.
"""

from typing import Any

from fastavro.read import LOGICAL_READERS

_LOCAL = frozenset({"io.debezium.time.IsoDate", "io.debezium.time.IsoTime", "io.debezium.time.IsoTimestamp"})
_LOGICAL = "huiliu-wall-clock"


def mark(schema: Any) -> Any:  # noqa: ANN401  # a schema may be any JSON
    """Return the schema with its local times marked, so that fastavro reads them without the ``Z``."""
    if isinstance(schema, dict):
        marked = {name: mark(part) for name, part in schema.items()}
        return marked | {"logicalType": _LOGICAL} if schema.get("connect.name") in _LOCAL else marked
    if isinstance(schema, list):
        return [mark(part) for part in schema]
    return schema


def _read(data: str, *_: object) -> str:
    return data.removesuffix("Z")


LOGICAL_READERS[f"string-{_LOGICAL}"] = _read
