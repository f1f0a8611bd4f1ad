"""Tells what one version of a contract changes against another: what widens access, what narrows it, and what does neither."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from domain.contract import Contract, Table
from domain.contract_parts import Column
from domain.entities import Sensitivity

Effect = Literal["widens", "narrows", "other"]
_STRICTNESS = {each: rank for rank, each in enumerate(Sensitivity)}  # declared from open to sensitive
_WEIGHED = frozenset({"provider", "version", "purposes", "tables", "withheld_tables", "columns", "key", "speaks_of", "name", "schema"})


@dataclass(frozen=True, slots=True)
class Change:
    """One change: its effect on access, its place (``table.column``, or a setting's name) and a sentence."""

    effect: Effect
    place: str
    sentence: str

    def __str__(self) -> str:
        """``place: sentence``."""
        return f"{self.place}: {self.sentence}"


def changes(old: Contract, new: Contract) -> list[Change]:
    """Return every change from ``old`` to ``new``; where a doubt is, it widens, because only a widening asks the provider again."""
    return [
        *_purposes(old, new),
        *_withheld_tables(old, new),
        *_tables(old, new),
        *_settings("", old.model_dump(mode="json", by_alias=True), new.model_dump(mode="json", by_alias=True)),
    ]


def widenings(old: Contract, new: Contract) -> list[Change]:
    """Return the changes that need the provider's consent."""
    return [change for change in changes(old, new) if change.effect == "widens"]


def remapped(old: Contract, new: Contract) -> list[str]:
    """Return the tables of both versions whose rows become other records now: what is known of them was made by the old version."""
    before = {table.name: _meaning(table) for table in old.tables}
    return [table.name for table in new.tables if table.name in before and _meaning(table) != before[table.name]]


def _meaning(table: Table) -> tuple[object, ...]:
    mapped = {name: (column.to, column.codes) for name, column in table.columns.items() if column.to is not None}
    return table.db_schema, table.key, table.speaks_of, table.constants, table.mentions, table.authority, table.ends, mapped


def _purposes(old: Contract, new: Contract) -> Iterator[Change]:
    for purpose in sorted({*new.purposes} - {*old.purposes}):
        yield Change("widens", "purposes", f"新增用途 purpose {purpose} may ask from now on")
    for purpose in sorted({*old.purposes} - {*new.purposes}):
        yield Change("narrows", "purposes", f"取消用途 purpose {purpose} may not ask any more")


def _withheld_tables(old: Contract, new: Contract) -> Iterator[Change]:
    for name in sorted(old.withheld_tables.keys() - new.withheld_tables.keys()):
        yield Change("widens", name, "不再整表扣留 the table is not withheld any more")
    for name in sorted(new.withheld_tables.keys() - old.withheld_tables.keys()):
        yield Change("narrows", name, "整表扣留 the table is withheld")
    for name, reason in new.withheld_tables.items():
        if old.withheld_tables.get(name, reason) != reason:
            yield Change("other", name, "扣留理由有改 another reason for withholding")


def _tables(old: Contract, new: Contract) -> Iterator[Change]:
    before, after = ({table.name: table for table in contract.tables} for contract in (old, new))
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        if was and now and was.db_schema != now.db_schema:
            yield Change("widens", name, f"换了另一张表 it is the table of schema {now.db_schema} now, not of {was.db_schema}")
        if was and now and was.key != now.key:
            yield Change("other", f"{name}.key", f"主键改为 the key is ({', '.join(now.key)}) now")
        yield from _roles(name, was, now)
        yield from _columns(name, was, now)
        if was and now:
            dumped = (table.model_dump(mode="json", by_alias=True) for table in (was, now))
            yield from _settings(f"{name}.", *dumped)


def _roles(name: str, was: Table | None, now: Table | None) -> Iterator[Change]:
    for role, kind in (now.speaks_of if now else {}).items():
        had = was.speaks_of.get(role) if was else None
        if had and had != kind:
            yield Change("widens", f"{name}.speaks_of", f"角色 {role} 换了种类 role {role} speaks of a {kind} now, not of a {had}")


def _columns(name: str, was: Table | None, now: Table | None) -> Iterator[Change]:
    before, after = (table.columns if table else {} for table in (was, now))
    keys = [set(table.key) if table else set() for table in (was, now)]
    for column in dict.fromkeys([*before, *after]):
        place, had, has = f"{name}.{column}", before.get(column), after.get(column)
        yield from _targets(place, had, has)
        if was and now:
            yield from _withholding(place, had, has)
        leaves = [bool(part and part.to is not None) or column in key for part, key in zip((had, has), keys, strict=True)]
        if leaves == [False, True] and not (has and has.to):
            yield Change("widens", place, "成为主键列，随变更离开源库 it is a key column now, and so leaves the source")
        if had and has and (had.codes, had.vocabulary, had.label, had.required) != (has.codes, has.vocabulary, has.label, has.required):
            yield Change("other", place, "代码、词表或标签有改 codes, vocabulary, label or required changed")


def _targets(place: str, had: Column | None, has: Column | None) -> Iterator[Change]:
    before, after = ((column.to if column and column.to else {}) for column in (had, has))
    for target, now in after.items():
        was = before.get(target)
        if was is None:
            yield Change("widens", place, f"新增映射 mapped to {target} ({now})")
        elif was != now:
            effect: Effect = "widens" if _STRICTNESS[now] < _STRICTNESS[was] else "narrows"
            yield Change(effect, place, f"{target} 的密级由 {was} 改为 {now} its class was {was} and is {now}")
    for target in sorted(before.keys() - after.keys()):
        yield Change("narrows", place, f"取消映射 not mapped to {target} any more")


def _withholding(place: str, had: Column | None, has: Column | None) -> Iterator[Change]:
    was, now = bool(had and had.withhold), bool(has and has.withhold)
    if was and not now:
        yield Change("widens", place, "不再扣留 it is not withheld any more")
    elif now and not was:
        yield Change("narrows", place, "扣留 it is withheld")
    elif had and has and (had.withhold, had.ignore) != (has.withhold, has.ignore) and not (had.to or has.to):
        yield Change("other", place, "理由有改 another reason")


def _settings(prefix: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the settings that access does not hang on, by name."""
    for name in sorted(old.keys() | new.keys()):
        if name not in _WEIGHED and old.get(name) != new.get(name):
            yield Change("other", f"{prefix}{name}", "有改 changed")
