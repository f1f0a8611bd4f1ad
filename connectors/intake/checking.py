"""Checks rows at the door by the rules of the stream, and turns each into tokens, a keyed digest and sealed values. Pure."""

import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from connectors.intake.receipt import Fault, Row
from domain.contract import Table
from domain.normalise import RowNormaliser, row_id
from domain.sealing import PurposeSealer
from domain.tokens import TOKEN_BYTES, Tokeniser, derive
from schemas.topics import LARGEST_MESSAGE

MOST_FOLLOWED = 10_000
"""Rows of a delivery whose records can be followed."""

_LARGEST_ROW = LARGEST_MESSAGE // 2
"""Bytes of a row's cells; what it becomes holds normal forms beside the sender's words."""
_LARGE = Fault("", f"整行超过 {_LARGEST_ROW >> 20} MB the row is larger than {_LARGEST_ROW >> 20} MB", "缩短其中的文本 shorten its texts")
_EMPTY = Fault("", "映射的列全为空 every mapped column is empty", "填写内容或删去该行 fill the row in, or leave it out")
_SOURCE = {"lsn": 0, "ts_ms": 0, "snapshot": "false"}


@dataclass(frozen=True, slots=True)
class Checked:
    """A row ready to be staged. ``op``: u (create or update), d (delete), x (rejected); a rejected row may have no handle."""

    line: int
    op: str
    handle: bytes | None
    digest: bytes | None
    sealed: bytes
    sealed_key: bytes | None
    records: bytes
    flagged: bool
    fault: Fault | None

    def cells(self) -> tuple[object, ...]:
        """Return the staging table's row."""
        fault = self.fault
        told = (fault.column, fault.reason, fault.remedy) if fault else (None, None, None)
        return (self.line, self.op, self.handle, self.digest, self.sealed, self.sealed_key, self.records, self.flagged, *told)


class Checker:
    """The checks of one table."""

    def __init__(self, provider: str, table: Table, master: bytes) -> None:
        """Derive the feed's keys."""
        feed = f"{provider}.{table.name}"
        self.columns, self.key = list(table.captured), list(table.key)
        self._provider, self._table = provider, table.name
        self._normalise = RowNormaliser(provider, table)
        self._required = [name for name, column in table.columns.items() if column.required]
        self._key_fields = [(name, *target.split(".")) for name in table.key for target in (table.columns[name].to or ())]
        self._token = Tokeniser(master).raw
        self._digest_key = derive(master, f"intake/digest/{feed}")
        self._sealer = sealer(master, provider, table.name)

    def __call__(self, rows: Iterable[Row], first: int = 0) -> Iterator[Checked]:
        """Check rows; ``first`` is how many of the delivery came before."""
        for number, row in enumerate(rows, first):
            yield self._check(row, follow=number < MOST_FOLLOWED)

    def _check(self, row: Row, *, follow: bool) -> Checked:
        values = row.values
        cells = orjson.dumps([values.get(name) for name in self.columns], option=orjson.OPT_NON_STR_KEYS)
        missing = next((name for name in self.key if not values.get(name)), None)
        if missing is not None:
            absent = row.fault or Fault(missing, "主键列为空 the key column is empty", f"填写 {missing} fill it in")
            return Checked(row.line, "x", None, None, self._sealer.seal(cells, b""), None, b"", False, absent)
        key = {name: str(values[name]) for name in self.key}
        name = row_id(self._provider, self._table, key.values())
        handle = self._token("row", name)
        sealed = self._sealer.seal(cells, handle)
        sealed_key = self._sealer.seal(orjson.dumps(list(key.values())), handle)
        if row.op == "delete":
            return Checked(row.line, "d", handle, None, sealed, sealed_key, b"", False, None)
        if len(cells) > _LARGEST_ROW:
            return Checked(row.line, "x", handle, None, sealed, sealed_key, b"", False, _LARGE)
        fault, flagged, roles = self._verdict(row, key)
        if fault is not None:
            return Checked(row.line, "x", handle, None, sealed, sealed_key, b"", False, fault)
        digest = hmac.digest(self._digest_key, cells, "sha256")[:TOKEN_BYTES]
        records = b"".join(self._token("record", f"{name}/{role}") for role in roles) if follow else b""
        return Checked(row.line, "u", handle, digest, sealed, sealed_key, records, flagged, None)

    def _verdict(self, row: Row, key: dict[str, str]) -> tuple[Fault | None, bool, list[str]]:
        """Return what the row is rejected for, whether a value of it is doubtful, and the roles it speaks of."""
        if row.fault is not None:
            return row.fault, False, []
        for name in self._required:
            if not row.values.get(name):
                return Fault(name, "必填的列为空 a required column is empty", f"填写 {name} fill it in"), False, []
        after = {name: row.values.get(name) for name in self.columns}  # a column left out of an entry is an empty one
        records = self._normalise(key, {"op": "c", "after": after, "source": _SOURCE})["records"]
        if not records:
            return _EMPTY, False, []
        flags = {record["role"]: record["flags"] for record in records}
        for name, role, field in self._key_fields:
            if f"{field}:unreadable" in flags.get(role, ()):
                return Fault(name, "主键的值不合规范 the key's value cannot be read", f"改正 {name} correct it"), False, []
        return None, any(flags.values()), list(flags)


def sealer(master: bytes, provider: str, table: str) -> PurposeSealer:
    """Return what seals the rows of one feed."""
    return PurposeSealer(master, f"intake/{provider}.{table}")
