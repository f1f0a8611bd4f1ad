"""Turns an ``Entity`` message into the two lines of a bulk request that write its document."""

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from schemas.rejects import Origin

Read = tuple[Origin, dict[str, Any]]  # a message and the entity in it


@dataclass(frozen=True, slots=True)
class Write:
    """One document to write. ``body`` is its action line and its source line, as newline-delimited JSON."""

    origin: Origin
    body: bytes


def document(entity: dict[str, Any]) -> dict[str, Any]:
    """Return the document of an ``Entity`` message; a deleted one becomes a marker without content.

    The marker keeps the version, so that a late repeat of an older version stays refused for ever.
    """
    if entity["deleted"]:
        return {name: entity[name] for name in ("entity_id", "kind", "version", "deleted", "redirect", "committed_ms")}
    return {**entity, "members": [_member(member) for member in entity["members"]]}


def write_of(origin: Origin, entity: dict[str, Any]) -> Write:
    """Return the write of one message; the index keeps the highest version, whatever the order of arrival."""
    action = {"index": {"_id": entity["entity_id"], "version": entity["version"], "version_type": "external"}}
    lines = (orjson.dumps(action, option=orjson.OPT_APPEND_NEWLINE), orjson.dumps(document(entity), option=orjson.OPT_APPEND_NEWLINE))
    return Write(origin, b"".join(lines))


def newest(reads: Iterable[Read]) -> list[Read]:
    """Return the reads without those that a newer version in the same batch replaces, in order of first mention."""
    found: dict[str, Read] = {}
    for read in reads:
        entity = read[1]
        known = found.get(entity["entity_id"])
        if known is None or entity["version"] >= known[1]["version"]:
            found[entity["entity_id"]] = read
    return list(found.values())


def _member(member: dict[str, Any]) -> dict[str, Any]:
    sealed = member["sealed"]
    return member if sealed is None else {**member, "sealed": b64encode(sealed).decode("ascii")}
