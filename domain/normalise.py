"""Turns one row's change event into the records it speaks of, by the provider's contract.

Source of the envelope: Debezium's change event (before, after, source, op, ts_ms); custom producers write the same.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from domain.contract import Table
from domain.entities import FIELDS, STRONG_KEYS, Kind
from domain.position import position
from domain.values import LONGEST, organisation_code, parse

UNAVAILABLE = "__debezium_unavailable_value"
LONGEST_KEY = 4096
"""Characters of a row's name; no database has an index on longer keys."""
_UPSERTS = frozenset("cur")
_HALVES = re.compile("[\ud800-\udfff]")  # of a surrogate pair: alone they cannot be written as UTF-8


class RejectError(Exception):
    """A message that cannot become a record: ``reason`` says what is wrong without any value of it, ``remedy`` what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        """Keep both sentences."""
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class _Mapping:
    """One column → one field of one role."""

    column: str
    role: str
    field: str
    kind: str
    joins: bool
    """whether the field is a strong key of the role's kind"""
    codes: dict[str, str] | None


class RowNormaliser:
    """Normalises the rows of one table. Pure: the same event gives the same result."""

    def __init__(self, provider: str, table: Table) -> None:
        """Compile the table's mappings once."""
        self.provider = provider
        self.table = table.name
        self._key = tuple(table.key)
        self._kinds = dict(table.speaks_of)
        self._mentioned = frozenset(table.mentions)
        self._mappings = [
            _Mapping(
                name,
                role,
                field,
                FIELDS[table.speaks_of[role]][field].kind,
                field in STRONG_KEYS[table.speaks_of[role]],
                column.codes,
            )
            for name, column in table.columns.items()
            for role, field in (target.split(".") for target in column.to or ())
        ]
        self._columns = frozenset(mapping.column for mapping in self._mappings)
        self._constants = [(*target.split("."), value) for target, value in table.constants.items()]

    def __call__(self, key: Mapping[str, Any], envelope: Mapping[str, Any]) -> dict[str, Any]:
        """Return the ``RowRecords`` message (``schemas/avro/record.avsc``) that a change event becomes.

        Raises:
            RejectError: the envelope is not a change event, or holds a value no contract can map.
        """
        source, op = envelope.get("source"), envelope.get("op")
        found = position(source, envelope.get("transaction")) if isinstance(source, dict) else None
        if not isinstance(source, dict) or found is None:
            raise RejectError("no source position in the event", "send Debezium's envelope with source.lsn (or the line of a file)")
        lsn, inner = found
        committed_ms = source.get("ts_ms")
        if not isinstance(committed_ms, int):
            raise RejectError("no commit time in the event", "send source.ts_ms, milliseconds since 1970")
        row = {
            "row_id": self._row_id(key),
            "provider": self.provider,
            "table": self.table,
            "op": "delete",
            "lsn": lsn,
            "order": 2 * inner,
            "snapshot": source.get("snapshot") not in (None, "false"),
            "committed_ms": committed_ms,
            "records": [],
        }
        if op in _UPSERTS:
            after = envelope.get("after")
            if not isinstance(after, dict):
                raise RejectError(f"operation {op} without a row after it", "send the row in `after`")
            row |= {"op": "upsert", "order": 2 * inner + 1, "records": self._records(after)}
        elif op != "d":
            raise RejectError(f"operation {op!r} is not create, update, delete or read", "set skipped.operations=t for truncates")
        return row

    def _row_id(self, key: Mapping[str, Any]) -> str:
        try:
            name = row_id(self.provider, self.table, self._key_parts(key))
        except UnicodeEncodeError:
            raise RejectError("the row's key holds half a character", "write the key in whole characters at the source") from None
        if len(name) > LONGEST_KEY:
            raise RejectError(f"the row's key is longer than {LONGEST_KEY} characters", "name a shorter unique key in the contract")
        return name

    def _key_parts(self, key: Mapping[str, Any]) -> list[Any]:
        parts = [key.get(name) for name in self._key]
        if None in parts:
            raise RejectError("the event's key lacks a key column of the contract", "make the contract's `key` the table's primary key")
        return parts

    def _records(self, after: Mapping[str, Any]) -> list[dict[str, Any]]:
        drafts = {role: _draft(role, kind, mentioned=role in self._mentioned) for role, kind in self._kinds.items()}
        if not after.keys() >= self._columns:
            gone = ", ".join(sorted(self._columns - after.keys()))
            raise RejectError(f"the event lacks {gone}, which the contract maps", "give the source its column back, or change the contract")
        for mapping in self._mappings:
            cell = after[mapping.column]
            if cell is not None and cell != "":
                _fill(drafts[mapping.role], mapping, _text(cell, mapping.column))
        said = [draft for draft in drafts.values() if draft["values"] or draft["raw"] or draft["unavailable"]]
        roles = {draft["role"] for draft in said}
        for role, field, value in self._constants:
            if role in roles:
                drafts[role]["values"][field] = value
        for draft in said:
            _imply_organisation_code(draft)
            _order_keys(draft)
        return said


def row_id(provider: str, table: str, key: Iterable[object]) -> str:
    """Return a row's name: ``<provider>/<table>/<key parts>``, the parts percent-quoted and joined by commas."""
    return f"{provider}/{table}/{','.join(quote(str(part), safe='') for part in key)}"


def _draft(role: str, kind: Kind, *, mentioned: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"values": {}, "raw": {}, "keys": [], "flags": [], "unavailable": []}
    return {"role": role, "kind": str(kind), **told, "mentioned": mentioned}


def _text(cell: object, column: str) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return str(cell)
    if isinstance(cell, bytes) and cell == UNAVAILABLE.encode():
        return UNAVAILABLE
    raise RejectError(
        f"column {column} holds {type(cell).__name__}, not text or a number", f"withhold or ignore {column}, or cast it in a view"
    )


def _fill(draft: dict[str, Any], mapping: _Mapping, raw: str) -> None:
    """Put one cell into its record: normal form, the source's words where they differ, doubts, and a strong key if fit."""
    field = mapping.field
    if raw == UNAVAILABLE:
        draft["unavailable"].append(field)
        return
    word = raw
    if mapping.codes is not None:
        word = mapping.codes.get(raw.strip(), raw)
        if word is raw and raw.strip() not in mapping.codes.values():
            draft["flags"].append(f"{field}:unknown_code")
    value = parse(mapping.kind, word)
    for flag in value.flags:
        draft["flags"].append(f"{field}:{flag}")
    if value.normal is None:
        draft["flags"].append(f"{field}:unreadable")
        draft["raw"][field] = _kept(raw[:LONGEST] if "too_long" in value.flags else raw)
        return
    draft["values"][field] = value.normal
    if value.normal != raw:
        draft["raw"][field] = _kept(raw)
    if mapping.joins and value.strong:
        draft["keys"].append(f"{field}:{value.normal}")


def _kept(raw: str) -> str:
    """Return the source's words as they can be sent on."""
    return raw if raw.isascii() else _HALVES.sub("\ufffd", raw)


def _imply_organisation_code(draft: dict[str, Any]) -> None:
    """Add the key of the organisation code in a valid USCC, characters 9-17; a code beside it that is another one joins nothing."""
    keys = draft["keys"]
    if draft["kind"] != Kind.ORGANISATION or not keys:
        return
    spoken = dict(key.split(":", 1) for key in keys)
    if (uscc := spoken.get("uscc")) is None:
        return
    code, told = organisation_code.parse(uscc), spoken.get("organisation_code")
    if told is not None and told != code.normal:
        draft["flags"].append("organisation_code:organisation_code_mismatch")
        keys.remove(f"organisation_code:{told}")
        told = None
    if told is None and code.strong:
        keys.append(f"organisation_code:{code.normal}")


def _order_keys(draft: dict[str, Any]) -> None:
    keys = draft["keys"]
    if len(keys) > 1:
        order = STRONG_KEYS[Kind(draft["kind"])]
        keys.sort(key=lambda key: order.index(key.split(":", 1)[0]))
