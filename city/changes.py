"""Live changes to the departments' databases: a deterministic stream, each change with what a searcher must then find.

Changes come in rounds. A round inserts rows of people, vehicles and doors that the city has not, updates rows that it has,
and takes every path that change capture gets wrong: delete, key change, un-merge, an update of nothing visible.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from city.departments import DEPARTMENTS
from city.dirt import Dirt
from city.live_values import Newcomer, company_name, new_door, new_mobile, new_name, new_plate, new_vin, newcomer
from city.tables import Entry, Source, Table, synthetic
from city.world import Block, World
from domain.entities import FIELDS, Kind
from domain.values import parse

ROUNDS_A_BLOCK = 11
DEPARTMENTS_THAT_CHANGE = ("public_security", "civil_affairs", "industry_commerce", "transport", "telecom_ct", "labour_social_security")
"""The departments whose databases live changes touch."""
_UNTIL_COMPLETE: tuple["Finding", ...] = ()
"""A change that a later one of its round completes promises nothing of its own."""


class Action(StrEnum):
    """What a change shows."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    KEY_CHANGE = "key change"
    WITHHELD_ONLY = "withheld only"
    UN_MERGE = "un-merge"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a search must say: an entity of ``kind`` with ``field`` = ``value`` (and ``beside``, field and value) is found, or is not."""

    kind: Kind
    field: str
    value: str
    found: bool = True
    beside: tuple[str, str] | None = None

    @property
    def normal(self) -> "Finding":
        """The same with values in their normal form, as index and tokens have them."""
        beside = (self.beside[0], _normal(self.kind, *self.beside)) if self.beside else None
        return Finding(self.kind, self.field, _normal(self.kind, self.field, self.value), self.found, beside)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row. ``statement`` takes ``values`` in order; changes with equal (slug, lane) keep their order."""

    slug: str
    lane: int
    action: Action
    statement: str
    values: tuple[object, ...]
    findings: tuple[Finding, ...]

    @property
    def events(self) -> int:
        """Messages that capture makes of it: a key change is a delete and a create."""
        return 2 if self.action is Action.KEY_CHANGE else 1

    @property
    def expectations(self) -> tuple[Finding, ...]:
        """What a search must say once the round is complete, in normal forms; until the round touches the same base row again."""
        return tuple(finding.normal for finding in self.findings)


def changes(world: World, first_round: int = 0) -> Iterator[Change]:
    """Yield changes without end, round after round; a round number used once on a database must not be used on it again."""
    source = Source(world, Dirt())
    base: _Base | None = None
    for number in count(first_round):
        block = number // ROUNDS_A_BLOCK % world.blocks
        if base is None or base.block.number != block:
            base = _Base(source, world.block(block))
        yield from _Round(base, number).changes()


def live_id(number: int, place: str = "") -> str:
    """Return what rows of round ``number`` are called in the household register and among accounts; ``next_round`` reads it back."""
    return f"LV{number:09d}{place}"


def _normal(kind: Kind, field: str, value: str) -> str:
    return parse(FIELDS[kind][field].kind, value).normal or value


class _Base:
    """Rows of a block as they were loaded, that rounds change."""

    def __init__(self, source: Source, block: Block) -> None:
        self.block = block
        self._source = source
        self.residents = self._rows("public_security", "hj_czrk")
        self.accounts = self._rows("telecom_ct", "cust_acct")
        self.enrolments = self._rows("labour_social_security", "ac02")
        self.firms = self._rows("industry_commerce", "e_baseinfo")

    def _rows(self, slug: str, name: str) -> list[dict[str, object]]:
        table = next(table for table in DEPARTMENTS[slug].tables if table.name == name)
        return [_row(table, entry) for entry in table.rows(self._source, self.block)]


def _row(table: Table, entry: Entry) -> dict[str, object]:
    return dict(zip((column.name for column in table.columns), entry.cells, strict=True))


def _clean(cell: object) -> tuple[str, str] | None:
    """Return the pair to look beside if the row's citizen ID is strong, so that the record joins its person."""
    return ("citizen_id", cell) if isinstance(cell, str) and parse("citizen_id", cell).strong else None


class _Round:
    """The changes of one round. ``place`` is the round's turn within its block; rows are shared out by it."""

    def __init__(self, base: _Base, number: int) -> None:
        self.base, self.number, self.place = base, number, number % ROUNDS_A_BLOCK
        self.first, self.second, self.third = (newcomer(3 * number + i) for i in range(3))

    def changes(self) -> Iterator[Change]:
        """Yield the round's changes, those that complete others after them."""
        yield from self._register()
        yield from self._doors()
        yield from self._telecom()
        yield from self._labour()
        yield from self._firm()
        yield from self._vehicle()

    def _change(self, action: Action, target: str, assignments: dict[str, object], where: dict[str, object], *findings: Finding) -> Change:
        slug, table = target.split(".")
        statement = _statement(table, tuple(assignments), tuple(where))
        return Change(slug, self.number, action, statement, (*assignments.values(), *where.values()), findings)

    def _register(self) -> Iterator[Change]:
        target, act = "public_security.hj_czrk", self._change
        first, second, third = self.first, self.second, self.third
        yield act(Action.INSERT, target, self._resident(first), {}, *_known(first))
        yield act(Action.INSERT, target, self._resident(second), {}, *_UNTIL_COMPLETE)
        moved = Finding(Kind.PERSON, "mobile", second.mobile, beside=("citizen_id", third.citizen_id))
        gone = Finding(Kind.PERSON, "citizen_id", second.citizen_id, found=False)
        yield act(Action.KEY_CHANGE, target, {"gmsfhm": third.citizen_id}, {"gmsfhm": second.citizen_id}, gone, moved)
        if self.place < len(self.base.residents):
            row, number = self.base.residents[self.place], new_mobile(self.number, 0)
            found = Finding(Kind.PERSON, "mobile", number, beside=_clean(row["gmsfhm"]))
            yield act(Action.UPDATE, target, {"lxdh": number}, {"gmsfhm": row["gmsfhm"]}, found)

    def _resident(self, who: Newcomer) -> dict[str, object]:
        return {
            "gmsfhm": who.citizen_id, "xm": who.name, "xb": str(who.sex), "mz": "01", "csrq": who.birth,
            "hh": live_id(self.number), "yhzgx": "02", "lxdh": who.mobile, "zxbs": "0", **_NOW,
        }  # fmt: skip

    def _doors(self) -> Iterator[Change]:
        door, act = new_door(self.number), self._change
        row: dict[str, object] = {
            "mpbm": door.code,
            "dzqc": door.text,
            "xzjd": door.town,
            "yt": "1",
            "zt": "1",
            "bzrq": "2025-01-02",
            **_NOW,
        }
        found = Finding(Kind.ADDRESS, "address", door.text, beside=("doorplate_code", door.code))
        yield act(Action.INSERT, "civil_affairs.dm_mpdz", row, {}, found)
        if self.place + ROUNDS_A_BLOCK < len(self.base.residents):
            resident = self.base.residents[self.place + ROUNDS_A_BLOCK]
            moved = Finding(Kind.PERSON, "address", door.text, beside=_clean(resident["gmsfhm"]))
            yield act(Action.UPDATE, "public_security.hj_czrk", {"hjdz": door.text}, {"gmsfhm": resident["gmsfhm"]}, moved)

    def _telecom(self) -> Iterator[Change]:
        target, act = "telecom_ct.cust_acct", self._change
        kept, closed, corrected = (new_mobile(self.number, place) for place in (1, 2, 3))
        found = Finding(Kind.PERSON, "mobile", kept, beside=("citizen_id", self.first.citizen_id))
        yield act(Action.INSERT, target, self._account("A", kept), {}, found)
        yield act(Action.INSERT, target, self._account("B", closed), {}, *_UNTIL_COMPLETE)
        gone = Finding(Kind.PERSON, "mobile", closed, found=False)
        yield act(Action.DELETE, target, {}, {"acct_id": live_id(self.number, "B")}, gone)
        yield act(Action.INSERT, target, self._account("C", corrected), {}, *_UNTIL_COMPLETE)
        holders = ((self.third, True), (self.first, False))
        split = (Finding(Kind.PERSON, "mobile", corrected, found, ("citizen_id", who.citizen_id)) for who, found in holders)
        yield act(Action.UN_MERGE, target, {"cert_nbr": self.third.citizen_id}, {"acct_id": live_id(self.number, "C")}, *split)
        if self.place < len(self.base.accounts):
            row, number = self.base.accounts[self.place], new_mobile(self.number, 4)
            found = Finding(Kind.PERSON, "mobile", number, beside=_clean(row["cert_nbr"]))
            yield act(Action.UPDATE, target, {"acc_nbr": number}, {"acct_id": row["acct_id"]}, found)

    def _account(self, place: str, number: str) -> dict[str, object]:
        holder = {"cust_name": self.first.name, "cert_type": "1", "cert_nbr": self.first.citizen_id}
        return {"acct_id": live_id(self.number, place), "acc_nbr": number, **holder, "state": "2HA", "update_date": _NOW["gxsj"]}

    def _labour(self) -> Iterator[Change]:
        if self.place >= len(self.base.enrolments):
            return
        row, name = self.base.enrolments[self.place], new_name(self.number, 3)
        key = {"aac001": row["aac001"], "aae140": row["aae140"]}
        found = Finding(Kind.PERSON, "name", name, beside=_clean(row["aac002"]))
        yield self._change(Action.UPDATE, "labour_social_security.ac02", {"aac003": name}, key, found)
        diagnosis = synthetic("伤情诊断更新", self.number)
        unseen = Finding(Kind.PERSON, "note", diagnosis, found=False)
        yield self._change(Action.WITHHELD_ONLY, "labour_social_security.ac02", {"alc022": diagnosis}, key, unseen)

    def _firm(self) -> Iterator[Change]:
        if self.place < len(self.base.firms):
            row, name = self.base.firms[self.place], company_name(self.number)
            found = Finding(Kind.ORGANISATION, "name", name)
            yield self._change(Action.UPDATE, "industry_commerce.e_baseinfo", {"entname": name}, {"pripid": row["pripid"]}, found)

    def _vehicle(self) -> Iterator[Change]:
        owner = {"syrxm": self.first.name, "syrsfzh": self.first.citizen_id}
        vin, plate = new_vin(self.number), new_plate(self.number)
        row: dict[str, object] = {
            "lsh": _VEHICLES_FROM + self.number,
            "hphm": plate,
            "hpzl": "02",
            "clsbdh": vin,
            "zt": "A",
            **owner,
            **_NOW,
        }
        found = Finding(Kind.THING, "vin", vin, beside=("plate", plate))
        yield self._change(Action.INSERT, "transport.cl_jdc", row, {}, found)


_NOW: dict[str, object] = {"gxsj": "2025-01-02 08:00:00+08"}
_VEHICLES_FROM = 1_000_000_000
_statements: dict[tuple[str, tuple[str, ...], tuple[str, ...]], str] = {}


def _statement(table: str, assigned: tuple[str, ...], where: tuple[str, ...]) -> str:
    """Return the SQL of a change: one text a shape, so that it is prepared once."""
    shape = (table, assigned, where)
    if shape not in _statements:
        condition = " AND ".join(f"{name} = %s" for name in where)
        if not where:
            text = f"INSERT INTO {table} ({', '.join(assigned)}) VALUES ({', '.join('%s' for _ in assigned)})"  # noqa: S608  # names of our own
        elif assigned:
            text = f"UPDATE {table} SET {', '.join(f'{name} = %s' for name in assigned)} WHERE {condition}"  # noqa: S608  # likewise
        else:
            text = f"DELETE FROM {table} WHERE {condition}"  # noqa: S608  # likewise
        _statements[shape] = text
    return _statements[shape]


def _known(who: Newcomer) -> tuple[Finding, Finding]:
    return (
        Finding(Kind.PERSON, "citizen_id", who.citizen_id, beside=("mobile", who.mobile)),
        Finding(Kind.PERSON, "name", who.name, beside=("citizen_id", who.citizen_id)),
    )
