"""Says whether a record ends the life of what it speaks of: 死亡、注销、报废. Only a register's record does, by its contract."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from domain.contract import Table
from domain.entities import Kind

ENDED_BY: Mapping[Kind, str] = {Kind.PERSON: "death_date", Kind.ORGANISATION: "closed"}
"""The date whose register ends the life of what it speaks of."""


@dataclass(frozen=True, slots=True)
class Register:
    """What a contract says of one role of a table: the fields it decides, and the words that end a life."""

    kind: Kind
    authority: frozenset[str]
    ending: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, table: Table, role: str) -> "Register | None":
        """Return the register that a role's records are entries of; None if they are not of one."""
        mine = f"{role}."
        authority = frozenset(target.removeprefix(mine) for target in table.authority if target.startswith(mine))
        ending = {target.removeprefix(mine): frozenset(words) for target, words in table.ends.items() if target.startswith(mine)}
        return cls(table.speaks_of[role], authority, ending) if authority or ending else None

    def facts(self, values: Mapping[str, str], flags: Collection[str]) -> dict[str, Any]:
        """Return what is public of an entry: ``authority``, the fields it gives and decides; ``ends``, if it ends a life."""
        decided = sorted(self.authority & values.keys())
        facts: dict[str, Any] = {"authority": decided} if decided else {}
        return facts | {"ends": True} if self._ends(values, flags) else facts

    def _ends(self, values: Mapping[str, str], flags: Collection[str]) -> bool:
        """Return whether the entry ends a life; a date that is filler (9999-12-31) or cannot be read does not."""
        if any(values.get(field) in words for field, words in self.ending.items()):
            return True
        date = ENDED_BY.get(self.kind)
        return date in self.authority and date in values and f"{date}:placeholder" not in flags
