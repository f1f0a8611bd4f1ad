"""Splits a record into what may be shown in clear, what becomes tokens, and what is sealed (docs/threat-model.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from domain.contract import Contract, Table
from domain.entities import FIELDS, Kind, Sensitivity
from domain.life import Register
from domain.tokens import Tokeniser
from domain.values.person_name import grams, pinyin

_CLEAR = frozenset({Sensitivity.OPEN, Sensitivity.INTERNAL})
_NAMES = 1 << 14  # the commonest names are half of all, and a person's records come with one name
RAW = "raw."  # prefix of the source's own words inside the sealed part


@dataclass(slots=True)
class Disclosed:
    """A record after the split. ``sealed`` is still in clear here.

    ``public`` holds no personal value: {open, tokens, fields, flags}, and of a register's entry {authority, ends} (domain.life).
    """

    public: dict[str, Any]
    sealed: dict[str, str]


class Disclosure:
    """Knows every contract's classes; a field whose class is unknown is treated as sensitive."""

    def __init__(self, contracts: list[Contract], tokeniser: Tokeniser) -> None:
        """Index the classes and registers by provider, table and role."""
        self._tokeniser = tokeniser
        self._name_tokens = lru_cache(_NAMES)(self._make_name_tokens)
        self._clear: dict[tuple[str, str, str], frozenset[str]] = {}
        self._registers: dict[tuple[str, str, str], Register] = {}
        for contract in contracts:
            for table in contract.tables:
                for role in table.speaks_of:
                    self._clear[contract.provider, table.name, role] = _clear_fields(table, role)
                    if (register := Register.of(table, role)) is not None:
                        self._registers[contract.provider, table.name, role] = register

    def __call__(self, provider: str, table: str, record: Mapping[str, Any]) -> Disclosed:
        """Split one element of ``RowRecords.records``."""
        place = provider, table, record["role"]
        clear = self._clear.get(place, frozenset())
        fields = FIELDS[Kind(record["kind"])]
        open_, tokens, sealed = {}, {}, {}
        for field, value in record["values"].items():
            if field in clear:
                open_[field] = value
                continue
            sealed[field] = value
            if fields[field].searchable:
                tokens[field] = [self._tokeniser.text(field, value)]
                if fields[field].kind == "person_name":
                    self._add_name_tokens(tokens, value)
        for field, raw in record["raw"].items():
            sealed[RAW + field] = raw
        public: dict[str, Any] = {"open": open_, "tokens": tokens, "fields": sorted({*record["values"], *record["raw"]})}
        if record["flags"]:
            public["flags"] = sorted(set(record["flags"]))  # what a change did not send adds its flags in another order
        if place in self._registers:
            public |= self._registers[place].facts(record["values"], record["flags"])
        return Disclosed(public, sealed)

    def _add_name_tokens(self, tokens: dict[str, list[str]], name: str) -> None:
        pieces, sound = self._name_tokens(name)
        tokens.setdefault("name_gram", []).extend(pieces)
        tokens.setdefault("name_pinyin", []).append(sound)

    def _make_name_tokens(self, name: str) -> tuple[list[str], str]:
        text = self._tokeniser.text
        return [text("name_gram", gram) for gram in grams(name)], text("name_pinyin", pinyin(name))


def _clear_fields(table: Table, role: str) -> frozenset[str]:
    """Return the role's fields that may stand in clear; a constant says nothing of anyone alone, but of a person it does."""
    said = dict.fromkeys(table.constants, Sensitivity.PERSONAL if table.speaks_of[role] is Kind.PERSON else Sensitivity.OPEN)
    said |= {target: sensitivity for column in table.columns.values() for target, sensitivity in (column.to or {}).items()}
    return frozenset(
        target.split(".")[1] for target, sensitivity in said.items() if target.startswith(f"{role}.") and sensitivity in _CLEAR
    )
