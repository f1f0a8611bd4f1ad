"""Looks at one record with the stream's own rules, and says column by column what they make of it, in a clerk's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from connectors.door.problems import Spot, pointer
from connectors.door.words import REMARKS, Text, flag_text
from connectors.intake.receipt import Row
from domain.contract import Contract, Table
from domain.normalise import RejectError, RowNormaliser

State = Literal["good", "remark", "doubtful", "refused", "ignored", "empty"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One column. ``reads_as``: normal forms where they differ from what was typed; only ever shown to who typed it."""

    column: str
    state: State
    says: tuple[Text, ...] = ()
    reads_as: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the member of ``columns``."""
        says = [{"zh": text.zh, "en": text.en} for text in self.says]
        return {"column": self.column, "state": self.state, "says": says, "reads_as": list(self.reads_as)}


@dataclass(frozen=True, slots=True)
class Checked:
    """What the rules make of a record: a verdict a column, and what keeps it from being taken."""

    verdicts: tuple[Verdict, ...]
    errors: tuple[Spot, ...]


def check(contract: Contract, table: Table, row: Row) -> Checked:
    """Judge one row of ``table``; of a deletion only the key counts."""
    wrong = {spot.pointer: spot for spot in _missing(table, row)}
    general: list[Spot] = []
    records: list[Mapping[str, Any]] = []
    if row.op == "upsert" and not any(spot.code == "missing_key" for spot in wrong.values()):
        try:
            records = _records(contract, table, row)
        except RejectError:
            general.append(Spot(pointer("values"), "cannot_be_taken"))
        else:
            if not records:
                general.append(Spot(pointer("values"), "nothing_said"))
    verdicts = tuple(_verdict(table, name, row, records, wrong) for name in table.columns if name in row.values)
    return Checked(verdicts, (*wrong.values(), *general))


def _missing(table: Table, row: Row) -> list[Spot]:
    """Return what must not be empty and is."""
    found = []
    for name, column in table.columns.items():
        empty = not (row.values.get(name) or "").strip()
        if empty and name in table.key:
            found.append(Spot(pointer("values", name), "missing_key"))
        elif empty and column.required and row.op == "upsert":
            found.append(Spot(pointer("values", name), "missing_required"))
    return found


def _records(contract: Contract, table: Table, row: Row) -> list[Mapping[str, Any]]:
    envelope = {"op": "c", "after": row.values, "source": {"lsn": row.line, "ts_ms": 0, "snapshot": "false"}}
    key = {name: row.values.get(name) for name in table.key}
    records: list[Mapping[str, Any]] = RowNormaliser(contract.provider, table)(key, envelope)["records"]
    return records


def _verdict(table: Table, name: str, row: Row, records: list[Mapping[str, Any]], wrong: Mapping[str, Spot]) -> Verdict:
    typed = row.values[name]
    if pointer("values", name) in wrong:
        return Verdict(name, "refused")
    if not typed:
        return Verdict(name, "empty")
    if table.columns[name].to is None:
        return Verdict(name, "good" if name in table.key else "ignored")
    flags: list[str] = []
    reads: list[str] = []
    for target in table.columns[name].to or ():
        role, field = target.split(".")
        for record in records:
            if record["role"] == role:
                flags += [flag.split(":", 1)[1] for flag in record["flags"] if flag.startswith(f"{field}:")]
                if field in record["raw"] and field in record["values"]:
                    reads.append(record["values"][field])
    flags = list(dict.fromkeys(flags))
    state: State = "good" if not flags else "remark" if REMARKS.issuperset(flags) else "doubtful"
    return Verdict(name, state, tuple(flag_text(flag) for flag in flags), tuple(dict.fromkeys(reads)))
