"""Decides what is still to be done at a department's database, and the SQL that does it; nothing, when all is as it must be."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from psycopg.sql import Composed

from connectors.database import Connection
from connectors.grants import grant_statements, revoke_statements, signal_grants
from connectors.names import HUILIU_SCHEMA, SIGNAL_COLUMNS, SIGNAL_TABLE, captured_columns
from connectors.publication import alter_publication, create_publication, drop_publication, published_columns
from connectors.signals import create_signal_table
from connectors.state import Columns, Publication, has_signal_table, read_granted, read_publication, read_readable, read_writable
from domain.contract import Contract

SIGNALS = "信号表 signal table"
GRANTS = "列授权 column grants"
PUBLICATION = "发布 publication"
Statement = Composed | str
_SIGNAL = (HUILIU_SCHEMA, SIGNAL_TABLE)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a database has of what a feed needs. ``granted`` are the tables with a grant to the role itself, not through PUBLIC."""

    publication: Publication | None
    readable: Columns
    writable: frozenset[tuple[str, str]]
    granted: frozenset[tuple[str, str]]
    signal_table: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One piece that is not as it must be: its name, whether it is ``created`` or ``altered``, why, and the SQL for it."""

    piece: str
    state: str
    detail: str
    statements: Sequence[Statement] = field(default_factory=list)

    def script(self) -> str:
        """Return the SQL as a DBA runs it."""
        return "".join(f"{text_of(statement)};\n" for statement in self.statements)


def text_of(statement: Statement) -> str:
    """Return a statement's text."""
    return statement if isinstance(statement, str) else statement.as_string(None)


def read_prepared(connection: Connection, contract: Contract, role: str) -> Prepared:
    """Return what there is; every role may ask.

    Raises:
        psycopg.Error: the database refused or went away.
    """
    return Prepared(
        publication=read_publication(connection, contract.provider),
        readable=read_readable(connection, role),
        writable=read_writable(connection, role),
        granted=read_granted(connection, role),
        signal_table=has_signal_table(connection),
    )


def steps(contract: Contract, role: str, found: Prepared) -> list[Step]:
    """Return the steps that are still to be taken, in their order."""
    return [*_signal_step(role, found), *_grant_step(contract, role, found), *_publication_step(contract, found.publication)]


def widened(contract: Contract, found: Publication | None) -> list[tuple[str, str]]:
    """Return the tables that publish a column they did not before: a feed that runs already has missed its values."""
    had = found.columns if found else {}
    return [table for table, columns in captured_columns(contract).items() if not had.get(table, frozenset()) >= set(columns)]


def beyond(contract: Contract, found: Prepared) -> list[str]:
    """Return ``schema.table`` of everything the role can read or change that the contract does not speak of."""
    ours = {*captured_columns(contract), _SIGNAL}
    return sorted(".".join(table) for table in {*found.readable, *found.writable} - ours)


def _signal_step(role: str, found: Prepared) -> Iterator[Step]:
    if not found.signal_table:
        yield Step(SIGNALS, "created", "", [*create_signal_table(), *signal_grants(role)])
    elif found.readable.get(_SIGNAL, frozenset()) < set(SIGNAL_COLUMNS) or _SIGNAL not in found.writable:
        yield Step(SIGNALS, "altered", "grants were missing", signal_grants(role))


def _grant_step(contract: Contract, role: str, found: Prepared) -> Iterator[Step]:
    """Yield what gives the role exactly the contract's columns; a grant on a table that the contract does not name goes too."""
    wanted = {table: frozenset(columns) for table, columns in captured_columns(contract).items()}
    wrong = [
        _difference(table, columns, found.readable.get(table, frozenset()), writable=table in found.writable)
        for table, columns in wanted.items()
    ]
    others = sorted(found.granted - wanted.keys() - {_SIGNAL})
    told = "; ".join(filter(None, [*wrong, *(f"{'.'.join(table)}: not in the contract" for table in others)]))
    if told:
        fresh = not any(table in found.granted for table in wanted)
        statements = [*revoke_statements(others, role), *grant_statements(contract, role)]
        yield Step(GRANTS, "created" if fresh else "altered", "" if fresh else told, statements)


def _difference(table: tuple[str, str], wanted: frozenset[str], readable: frozenset[str], *, writable: bool) -> str:
    parts = [
        f"missing {', '.join(sorted(wanted - readable))}" if wanted - readable else "",
        f"excess {', '.join(sorted(readable - wanted))}" if readable - wanted else "",
        "excess write" if writable else "",
    ]
    said = ", ".join(filter(None, parts))
    return f"{'.'.join(table)}: {said}" if said else ""


def _publication_step(contract: Contract, found: Publication | None) -> Iterator[Step]:
    wanted = {table: frozenset(columns) for table, columns in published_columns(contract).items()}
    if found is None:
        yield Step(PUBLICATION, "created", "", create_publication(contract))
    elif found.all_tables:
        statements = [*drop_publication(contract), *create_publication(contract)]
        yield Step(PUBLICATION, "altered", "it published all tables", statements)
    elif not found.exact or dict(found.columns) != wanted:
        changed = {".".join(table) for table in {*wanted, *found.columns} if wanted.get(table) != found.columns.get(table)}
        yield Step(PUBLICATION, "altered", ", ".join(sorted(changed)) or "options", alter_publication(contract))
