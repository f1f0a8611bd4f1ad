"""The capture user's rights at a MariaDB or MySQL server: what it needs, what it has, and the statements between the two. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from connectors.engines.binlog_names import quoted, signal_place
from connectors.plan import GRANTS, SIGNALS, Step

Table = tuple[str, str]
# SHOW CREATE TABLE, which the connector reads, asks for one right on the table as a whole: this one shows definitions and no row.
DEFINITION = "SHOW VIEW"
SIGNAL_RIGHTS = frozenset({"SELECT", "INSERT", "DELETE"})
REPLICATION = {
    "mariadb": frozenset({"REPLICATION SLAVE", "BINLOG MONITOR"}),
    "mysql": frozenset({"REPLICATION SLAVE", "REPLICATION CLIENT"}),
}
"""rights on the whole server that reading the log needs"""
_NOTHING = frozenset({"USAGE"})


@dataclass(frozen=True, slots=True)
class Rights:
    """What the user may do: on the server, on whole databases, on tables, and on columns by right. ``roles`` are what it may become."""

    server: frozenset[str] = frozenset()
    databases: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tables: Mapping[Table, frozenset[str]] = field(default_factory=dict)
    columns: Mapping[Table, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    roles: frozenset[str] = frozenset()


def signal_steps(provider: str, user: str, rights: Rights, *, there: bool) -> Iterator[Step]:
    """Yield what makes the signal table, whose columns and widths are Debezium's own."""
    table = signal_place(provider)
    grant = f"GRANT {', '.join(sorted(SIGNAL_RIGHTS))} ON {quoted(*table)} TO {user}"
    if not there:
        create = f"CREATE TABLE IF NOT EXISTS {quoted(*table)} (id varchar(42) PRIMARY KEY, type varchar(32) NOT NULL, data varchar(2048))"
        made = [f"CREATE DATABASE IF NOT EXISTS {quoted(table[0])}", create, grant]
        yield Step(SIGNALS, "created", "", made)
    elif not rights.tables.get(table, frozenset()) >= SIGNAL_RIGHTS:
        yield Step(SIGNALS, "altered", "grants were missing", [grant])


def grant_steps(wanted: Mapping[Table, tuple[str, ...]], provider: str, user: str, rights: Rights) -> Iterator[Step]:
    """Yield what leaves the user with exactly the contract's columns; only rights that are there can be revoked."""
    signals = signal_place(provider)
    statements: list[str] = []
    told: list[str] = []
    for database, held in sorted(rights.databases.items()):
        statements += _revoke(held, quoted(database) + ".*", user)
        told.append(f"{database}.*: excess {', '.join(sorted(held))}")
    for table in sorted({*rights.tables, *rights.columns} - {*wanted, signals}):
        statements.append(f"REVOKE ALL PRIVILEGES ON {quoted(*table)} FROM {user}")
        told.append(f"{'.'.join(table)}: not in the contract")
    for table, columns in wanted.items():
        more, said = _table(table, columns, user, rights)
        statements += more
        told += said
    if statements:
        fresh = not any(table in rights.columns for table in wanted)
        yield Step(GRANTS, "created" if fresh else "altered", "" if fresh else "; ".join(told), statements)


def undoing(wanted: Iterable[Table], provider: str, user: str, rights: Rights, *, signals: bool) -> list[Step]:
    """Return what takes signal table and grants away."""
    held = [table for table in wanted if table in rights.tables or table in rights.columns]
    table = signal_place(provider)
    # A right outlives its table here, and would wake with the next table of that name.
    gone = [f"REVOKE ALL PRIVILEGES ON {quoted(*table)} FROM {user}"] if table in rights.tables else []
    return [
        Step(SIGNALS, "removed", "", [*gone, f"DROP DATABASE IF EXISTS {quoted(table[0])}"] if signals else gone),
        Step(GRANTS, "removed", "", [f"REVOKE ALL PRIVILEGES ON {quoted(*table)} FROM {user}" for table in held]),
    ]


def server_excess(kind: str, rights: Rights) -> frozenset[str]:
    """Return the rights on the whole server that reading the log does not need."""
    return rights.server - REPLICATION[kind] - _NOTHING


def _table(table: Table, columns: tuple[str, ...], user: str, rights: Rights) -> tuple[list[str], list[str]]:
    """Return the statements for one table, and what was wrong."""
    on, wanted = quoted(*table), frozenset(columns)
    held, statements, told = rights.columns.get(table, {}), [], []
    for right, names in sorted(held.items()):
        excess = sorted(names - wanted if right == "SELECT" else names)
        if excess:
            statements.append(f"REVOKE {right} ({', '.join(map(quoted, excess))}) ON {on} FROM {user}")
            told.append(f"{'.'.join(table)}: excess {right.lower()} {', '.join(excess)}")
    whole = rights.tables.get(table, frozenset())
    if whole - {DEFINITION}:
        statements += _revoke(whole - {DEFINITION}, on, user)
        told.append(f"{'.'.join(table)}: excess {', '.join(sorted(whole - {DEFINITION}))}")
    missing = [name for name in columns if name not in held.get("SELECT", frozenset())]
    if missing or DEFINITION not in whole:
        rest = [f"SELECT ({', '.join(map(quoted, missing))})"] if missing else []
        statements.append(f"GRANT {', '.join([*rest, *([] if DEFINITION in whole else [DEFINITION])])} ON {on} TO {user}")
        told.append(f"{'.'.join(table)}: missing {', '.join(missing) or DEFINITION}")
    return statements, told


def _revoke(held: frozenset[str], on: str, user: str) -> list[str]:
    return [f"REVOKE {', '.join(sorted(held))} ON {on} FROM {user}"]
