"""The entry form of a provider, made from its contract: what may be handed in, what it is called, and how it is written."""

from dataclasses import dataclass
from typing import Any

from connectors.door.words import KIND_HINTS, Text
from domain.contract import Contract, Table
from domain.contract_parts import Column
from domain.entities import FIELDS

_NUMERIC = frozenset({"number", "mobile", "imei"})
_LONG = frozenset({"note"})  # fields in which people write sentences


@dataclass(frozen=True, slots=True)
class Field:
    """One column as a form shows it. ``codes``: (what is sent, what it means); ``kind``: the kind of value."""

    name: str
    label: Text
    hint: Text
    kind: str
    key: bool
    required: bool
    codes: tuple[tuple[str, str], ...]
    vocabulary: str
    long: bool

    @property
    def input_mode(self) -> str:
        """HTML's inputmode."""
        return "numeric" if self.kind in _NUMERIC else "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table's form."""

    name: str
    title: Text
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """All tables of one provider."""

    provider: str
    title: Text
    mode: str
    sheets: tuple[Sheet, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what ``GET /v1/providers/{slug}`` shows."""
        return {
            "provider": self.provider,
            "title": self.title._asdict(),
            "mode": self.mode,
            "tables": [
                {
                    "name": sheet.name,
                    "title": sheet.title._asdict(),
                    "key": [field.name for field in sheet.fields if field.key],
                    "columns": [_column(field) for field in sheet.fields],
                }
                for sheet in self.sheets
            ],
        }


def form_of(contract: Contract) -> Form:
    """Return the provider's form; columns that are ignored or withheld are not in it."""
    title = Text(contract.title.zh, contract.title.en)
    return Form(contract.provider, title, contract.mode, tuple(_sheet(table) for table in contract.tables))


def _sheet(table: Table) -> Sheet:
    fields = tuple(_field(table, name, table.columns[name]) for name in table.captured)
    keys_first = sorted(fields, key=lambda field: not field.key)
    return Sheet(table.name, Text(table.title.zh, table.title.en), tuple(keys_first))


def _field(table: Table, name: str, column: Column) -> Field:
    label = Text(column.label.zh, column.label.en) if column.label else Text(name, name)
    target = next(iter(column.to or {}), None)
    kind, long = "code", False
    if target is not None:
        role, field = target.split(".")
        kind, long = FIELDS[table.speaks_of[role]][field].kind, field in _LONG
    return Field(
        name=name,
        label=label,
        hint=KIND_HINTS.get(kind, KIND_HINTS["text"]),
        kind=kind,
        key=name in table.key,
        required=column.required or name in table.key,
        codes=tuple((column.codes or {}).items()),
        vocabulary=column.vocabulary or "",
        long=long,
    )


def _column(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "label": field.label._asdict(),
        "kind": field.kind,
        "key": field.key,
        "required": field.required,
        "codes": dict(field.codes),
        "vocabulary": field.vocabulary,
    }
