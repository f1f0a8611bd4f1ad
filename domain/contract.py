"""The data contract of one provider: who owns it, and for every column of every table whether it may leave, and as what.

A contract is one YAML file; ``read_contract`` turns its text into a ``Contract`` or into ``ContractProblem`` rows that
name line and remedy. Reading the file is the caller's: the domain does no I/O.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from io import StringIO
from typing import Any

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from domain.contract_parts import (
    Bilingual,
    Column,
    ColumnName,
    Connection,
    Expectation,
    FileShape,
    Identifier,
    Liaison,
    Limits,
    Mode,
    Reason,
    Schedule,
    Slug,
    Strict,
    Target,
    Words,
)
from domain.contract_words import UNION_MEMBERS, explain
from domain.entities import FIELDS, Kind

_MENTIONABLE = frozenset({Kind.ORGANISATION, Kind.ADDRESS})


class SampleRecord(Strict):
    """The record a sample row must become: normal forms by field."""

    role: str
    values: dict[str, str]
    flags: list[str] = Field(default_factory=list)


class Sample(Strict):
    """A synthetic row and what it must become; run as a test."""

    row: dict[str, str | int | float | bool | None]
    records: list[SampleRecord]


class Table(Strict):
    """One table: its key, the entities its rows speak of (role → kind), and every column's fate."""

    name: Identifier
    db_schema: Identifier = Field(default="public", alias="schema")
    title: Bilingual
    key: list[ColumnName] = Field(min_length=1)
    speaks_of: dict[Identifier, Kind] = Field(min_length=1)
    columns: dict[ColumnName, Column] = Field(min_length=1)
    file: FileShape | None = Field(default=None, description="where the table stands in a periodic copy (mode file)")
    constants: dict[Target, str] = Field(
        default_factory=dict, description="values every record of the table has, e.g. deceased.status: deceased"
    )
    mentions: list[Identifier] = Field(
        default_factory=list,
        description="organisations and addresses the rows only mention (提及), e.g. an employer: rows that say the same share one record",
    )
    authority: list[Target] = Field(
        default_factory=list, description="fields of which this table is the city's register: its values go before all others (择优)"
    )
    ends: dict[Target, Words] = Field(
        default_factory=dict, description="words of this register that end the life of what it speaks of, e.g. enterprise.status: [closed]"
    )
    expect: Expectation
    sample: Sample

    @model_validator(mode="after")
    def _consistent(self) -> "Table":
        problems = [*self._key_problems(), *self._target_problems(), *self._register_problems(), *self._mention_problems()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _key_problems(self) -> Iterator[str]:
        for name in self.key:
            column = self.columns.get(name)
            if column is None:
                yield f"主键列未列出 key column {name} is not among columns: add it"
            elif column.withhold is not None:
                yield f"主键列不能扣留 key column {name} is withheld, but every change event has its key: map it, or use another key"

    def _target_problems(self) -> Iterator[str]:
        taken: dict[str, str] = {}
        targets = [(name, target) for name, column in self.columns.items() for target in column.to or ()]
        targets += [("constants", target) for target in self.constants]
        for name, target in targets:
            role, field = target.split(".")
            if role not in self.speaks_of:
                yield f"{name}: 角色未声明 role {role} is not in speaks_of ({', '.join(self.speaks_of)}): correct it, or add the role"
            elif field not in FIELDS[self.speaks_of[role]]:
                kind = self.speaks_of[role]
                yield f"{name}: 没有这个字段 a {kind} has no field {field}: use one of {', '.join(FIELDS[kind])}"
            if target in taken:
                yield f"{name}: 重复映射 {target} is already filled by {taken[target]}: keep one of the two"
            taken[target] = name
        for role in self.speaks_of:
            if not any(target.startswith(f"{role}.") for target in taken):
                yield f"角色没有字段 role {role} gets no field: map a column to it, or drop it from speaks_of"
        for target in {*self.expect.complete, *self.expect.unique} - taken.keys():
            yield f"expect: 未映射的字段 {target} is expected but no column fills it: map one, or drop the expectation"

    def _register_problems(self) -> Iterator[str]:
        codes = {target: column.codes for column in self.columns.values() for target in column.to or ()}
        for target in sorted({*self.authority, *self.ends} - {*codes, *self.constants}):
            yield f"authority/ends: 未映射的字段 no column fills {target}: map one, or drop it there"
        for target, words in self.ends.items():
            known = {*(codes.get(target) or {}).values()}
            if known and (unknown := ", ".join(sorted({*words} - known))):
                yield f"ends: 代码表没有 no code of {target} means {unknown}: use one of {', '.join(sorted(known))}"

    def _mention_problems(self) -> Iterator[str]:
        registered = {target.split(".")[0] for target in (*self.authority, *self.ends)}
        for role in self.mentions:
            if role not in self.speaks_of:
                yield f"mentions: 角色未声明 role {role} is not in speaks_of ({', '.join(self.speaks_of)}): correct it, or drop it"
            elif (kind := self.speaks_of[role]) not in _MENTIONABLE:
                yield f"mentions: 不能只提及 {role} is a {kind}: only organisations and addresses may be mentioned"
            elif role in registered:
                yield f"mentions: 登记簿不能只提及 the table is the register of {role} (authority, ends): drop it here"
        if {*self.mentions} == {*self.speaks_of}:
            yield "mentions: 没有主体 the rows must be about something: leave out the role they are about"

    @property
    def captured(self) -> tuple[str, ...]:
        """Columns that may leave the source, in the file's order: the mapped ones, and the key (of an ignored column nothing leaves)."""
        return tuple(name for name, column in self.columns.items() if column.to is not None or name in self.key)

    @property
    def withheld(self) -> dict[str, str]:
        """Withheld columns and their reasons."""
        return {name: column.withhold for name, column in self.columns.items() if column.withhold is not None}


class Contract(Strict):
    """One provider's contract."""

    provider: Slug
    row: int = Field(ge=1, le=45, description="the duty's number in the founding plan")
    version: int = Field(default=1, ge=1)
    title: Bilingual
    owner: str
    liaison: Liaison
    legal_basis: list[Reason] = Field(min_length=1)
    mode: Mode = Field(description="cdc: captured from a database; file: periodic copies; entry: form or API; role: no feed")
    connection: Connection | None = Field(default=None, description="of a captured database (mode cdc)")
    schedule: Schedule = Schedule()
    limits: Limits = Limits()
    purposes: list[Slug] = Field(default_factory=list, description="who may ask, for what")
    role: Bilingual | None = Field(default=None, description="the unit's part in the work besides its feed, e.g. supervisor")
    tables: list[Table] = Field(default_factory=list)
    withheld_tables: dict[Identifier, Reason] = Field(
        default_factory=dict, description="tables of which nothing leaves the source, and why"
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Contract":
        names = [*(table.name for table in self.tables), *self.withheld_tables]
        twice = sorted({name for name in names if names.count(name) > 1})
        problems = [*self._mode_problems()]
        if twice:
            problems.append(f"表重复 table {', '.join(twice)} is listed twice (the topic's name has no schema): merge the entries")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _mode_problems(self) -> Iterator[str]:
        if self.mode == "role":
            if self.role is None or self.tables:
                yield "只有角色的单位 a unit of mode role has a role and no tables: add role, or choose another mode"
            return
        if not self.tables:
            yield "没有表 tables is missing: list at least one table, or say mode: role"
        if not self.purposes:
            yield "没有用途 purposes is missing: name who may ask, for what"
        if (self.connection is not None) != (self.mode == "cdc"):
            yield "connection 属于 cdc 方式 connection belongs to mode cdc, and only to it: add or remove it"
        for table in self.tables:
            if table.file is not None and self.mode != "file":
                yield f"{table.name}: file 属于 file 方式 file belongs to mode file: remove it"
            if self.mode == "cdc" and (foreign := [name for name in table.columns if not name.isascii()]):
                names = ", ".join(foreign)
                yield f"{table.name}: 列名须为 ASCII captured columns have ASCII names ({names}): capture a view that renames them"

    @property
    def source(self) -> Connection:
        """How the captured database is reached; ValueError for a provider that is not captured."""
        if self.connection is None:
            message = f"{self.provider} 不是 CDC 方式 is not captured (mode {self.mode}): it has no connection"
            raise ValueError(message)
        return self.connection

    def table(self, name: str) -> Table:
        """Return the table called ``name``; KeyError if the contract has none."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class ContractProblem:
    """One mistake: where (file, 1-based line, path inside the document), what, and so the remedy."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        """``file:line: path: message``, as editors read it."""
        return f"{self.file}:{self.line}: {self.path}: {self.message}"


@dataclass(frozen=True)
class ContractFile:
    """A contract and the YAML text it came from."""

    file: str
    contract: Contract
    text: str = field(repr=False)

    @cached_property
    def document(self) -> CommentedMap:
        """The YAML document with its lines; reading those takes many times as long as the contract, so only who needs them asks."""
        document: CommentedMap = YAML().load(StringIO(self.text))
        return document

    def problem(self, path: tuple[str | int, ...], message: str) -> ContractProblem:
        """Return the problem at the line of ``path``, e.g. ``("tables", 0, "columns", "name")``."""
        return ContractProblem(self.file, line_of(self.document, path), ".".join(map(str, path)), message)


class ContractError(Exception):
    """A contract that cannot be used; ``problems`` lists every mistake found."""

    def __init__(self, problems: list[ContractProblem]) -> None:
        """Keep the problems; the message is one per line."""
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def read_contract(text: str, file: str) -> "ContractFile":
    """Turn a contract's YAML text into the model, and keep the text, so that what is found out later can name its line.

    ``file`` is only named in errors.

    Raises:
        ContractError: the text is not YAML or breaks the model; every mistake has its line.
    """
    try:
        return ContractFile(file, Contract.model_validate(YAML(typ="safe").load(StringIO(text))), text)
    except (YAMLError, ValueError, RecursionError):  # ValueError: pydantic's, or a date such as 2013-99-99
        return _read_with_lines(text, file)


def _read_with_lines(text: str, file: str) -> "ContractFile":
    """Read again with the document's lines, to say where it is wrong."""
    try:
        document = YAML().load(StringIO(text))
    except (YAMLError, ValueError, RecursionError) as error:  # ValueError: a date such as 2013-99-99
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        said = error.problem if isinstance(error, MarkedYAMLError) else type(error).__name__
        problem = ContractProblem(file, mark.line + 1 if mark else 1, "", f"不是 YAML this is not YAML ({said}): correct the line")
        raise ContractError([problem]) from error
    if not isinstance(document, CommentedMap):
        raise ContractError([ContractProblem(file, 1, "", "契约应为映射 a contract is a mapping: begin with `provider: <slug>`")])
    try:
        return ContractFile(file, Contract.model_validate(document), text)
    except ValidationError as error:
        problems = {_problem(file, document, each) for each in error.errors()}  # a union says the same once a member
        raise ContractError(sorted(problems, key=lambda p: (p.line, p.path))) from error


def _problem(file: str, document: CommentedMap, error: Any) -> ContractProblem:  # noqa: ANN401  # pydantic's ErrorDetails
    loc = tuple(part for part in error["loc"] if part not in UNION_MEMBERS)
    return ContractProblem(file, line_of(document, loc), ".".join(map(str, loc)), explain(error))


def line_of(document: Any, path: tuple[str | int, ...]) -> int:  # noqa: ANN401  # a YAML node may be anything
    """Return the 1-based line of the deepest part of ``path`` that the document has."""
    line, node = 1, document
    for part in path:
        try:
            if isinstance(node, CommentedMap):
                line = node.lc.key(part)[0] + 1
            elif isinstance(node, CommentedSeq):
                line = node.lc.item(part)[0] + 1
            node = node[part]
        except (KeyError, IndexError, TypeError):
            break
    return line
