"""Makes and drops the departments' databases: one database a department, with an owner and a capture user of its own."""

import os
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier, Literal

from city.departments import DEPARTMENTS
from city.errors import CityError
from city.loading import Load, Progress, load
from city.sources import CAPTURE, DBA, Sources, role
from city.tables import Department

Connection = psycopg.Connection[tuple[object, ...]]

_LOCK = 0x6369_7479
_PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Made:
    """What ``create`` did: ``rows`` by ``<slug>.<table>``, empty when the same city was there already."""

    people: int
    seed: int
    rows: dict[str, int]

    @property
    def already(self) -> bool:
        """Whether nothing had to be done."""
        return not self.rows


def create(  # which city, where, of whom, and who watches
    departments_dsn: str,
    home: Path,
    people: int,
    seed: int,
    progress: Progress = lambda _done, _all: None,
    only: Collection[str] | None = None,
) -> Made:
    """Make the departments that are missing; the same city again is a no-op, an interrupted one is begun anew.

    Args:
        departments_dsn: superuser's address of the departments' cluster.
        home: where ``sources.env`` is written.
        people: inhabitants.
        seed: which city of that size.
        progress: called with (people loaded, people in all).
        only: slugs of the departments wanted; every one that has a database, if not given.

    Raises:
        CityError: another city is there, a database of that name is not ours, or the server failed.
        ValueError: impossible number of people.
    """
    mark = _mark(people, seed)
    with _cluster(departments_dsn) as server:
        wanted = [each for each in _with_databases() if only is None or each.slug in only]
        missing = [department for department in wanted if _is_missing(server, department, mark)]
        sources = Sources(home)
        for department in wanted:
            _roles(server, department, sources)
        sources.save()
        for department in missing:
            _database(server, department, mark)
            _tables(sources.address(department, DBA), department)
        if not missing:
            return Made(people, seed, {})
        addresses = tuple((department.slug, sources.address(department, DBA)) for department in missing)
        rows = load(Load(people, seed, addresses), min(_PROCESSES, os.cpu_count() or 1), progress)
        for department in missing:
            _comment(server, department, f"{mark} complete")
        return Made(people, seed, rows)


def drop(departments_dsn: str, home: Path) -> list[str]:
    """Drop the city's databases, their idle replication slots, roles and addresses; return the slugs dropped.

    Raises:
        CityError: a database is being captured, or the server failed.
    """
    dropped = []
    with _cluster(departments_dsn) as server:
        ours = [department for department in _with_databases() if (_comment_of(server, department) or "").startswith(_MARK)]
        for department in ours:
            _drop_slots(server, department)
        sources = Sources(home)
        for department in ours:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(department.slug)))
            for purpose in (CAPTURE, DBA):
                server.execute(SQL("DROP ROLE IF EXISTS {}").format(Identifier(role(department, purpose))))
            sources.forget(department)
            dropped.append(department.slug)
        sources.save()
    return dropped


def city_of(departments_dsn: str) -> tuple[int, int]:
    """Return (people, seed) of the city that is there.

    Raises:
        CityError: there is none, or the server failed.
    """
    with _cluster(departments_dsn) as server:
        for department in _with_databases():
            found = _COMPLETE.fullmatch(_comment_of(server, department) or "")
            if found:
                return int(found["people"]), int(found["seed"])
    raise CityError("部门数据库中没有合成城市 there is no complete synthetic city: run `huiliu city make`")


def _with_databases() -> list[Department]:
    return [department for department in DEPARTMENTS.values() if department.way == "database"]


_MARK = "huiliu synthetic city"
_COMPLETE = re.compile(rf"{_MARK} people=(?P<people>\d+) seed=(?P<seed>\d+) complete")


def _mark(people: int, seed: int) -> str:
    return f"{_MARK} people={people} seed={seed}"


@contextmanager
def _cluster(dsn: str) -> Iterator[Connection]:
    """Connect as superuser, alone; tell a failure without the address's password."""
    parts = conninfo_to_dict(dsn)
    place = f"{parts.get('host')}:{parts.get('port')}"
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=10) as server:
            if server.execute("SELECT pg_try_advisory_lock(%s)", (_LOCK,)).fetchone() != (True,):
                raise CityError(f"另一个 huiliu city 正在 {place} 上运行 another one is at work there: wait for it")
            yield server
    except psycopg.Error as error:
        what = str(error).strip().splitlines()[0] if isinstance(error, psycopg.OperationalError) else type(error).__name__
        raise CityError(f"部门数据库 {place} 出错 the departments' server failed ({what}): see `huiliu status` and its log") from error


def _comment_of(server: Connection, department: Department) -> str | None:
    """Return the comment on the department's database ("" without one), or None if there is no such database."""
    query = "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s"
    row = server.execute(query, (department.slug,)).fetchone()
    return str(row[0]) if row else None


def _is_missing(server: Connection, department: Department, mark: str) -> bool:
    comment = _comment_of(server, department)
    if comment is None or comment == mark:  # without "complete": a load that was interrupted
        return True
    if comment == f"{mark} complete":
        return False
    if comment.startswith(_MARK):
        raise CityError(
            f"数据库 {department.slug} 属于另一座城 holds another city ({comment}): run `huiliu city drop` first, or ask for that one"
        )
    raise CityError(f"数据库 {department.slug} 不是 huiliu 建的 was not made by huiliu: rename or drop it, or use another server")


def _roles(server: Connection, department: Department, sources: Sources) -> None:
    """Give both roles the passwords on file; the capture user gets no right on any table here (attach grants columns)."""
    passwords = {purpose: sources.password(department, purpose) for purpose in (CAPTURE, DBA)}
    for purpose, password in passwords.items():
        name = role(department, purpose)
        verb = "ALTER" if server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,)).fetchone() else "CREATE"
        option = SQL("REPLICATION" if purpose == CAPTURE else "NOREPLICATION")
        statement = SQL("{} ROLE {} LOGIN {} PASSWORD {}").format(SQL(verb), Identifier(name), option, Literal(password))
        server.execute(statement)
    sources.put(department, {"host": server.info.host, "port": server.info.port}, passwords)


def _database(server: Connection, department: Department, mark: str) -> None:
    name, owner, capture = (Identifier(each) for each in (department.slug, role(department, DBA), role(department, CAPTURE)))
    server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
    server.execute(SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    _comment(server, department, mark)
    server.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    server.execute(SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, capture))


def _comment(server: Connection, department: Department, text: str) -> None:
    server.execute(SQL("COMMENT ON DATABASE {} IS {}").format(Identifier(department.slug), Literal(text)))


def _tables(address: str, department: Department) -> None:
    with psycopg.connect(address) as connection:
        for table in department.tables:
            connection.execute(table.create_sql.encode())


def _drop_slots(server: Connection, department: Department) -> None:
    """A slot pins WAL for ever and keeps its database from being dropped; one that is read belongs to a running connector."""
    slots = server.execute("SELECT slot_name, active FROM pg_replication_slots WHERE database = %s", (department.slug,)).fetchall()
    if any(active for _, active in slots):
        raise CityError(f"{department.slug} 正在被采集 is being captured: run `huiliu contract detach {department.slug}` first")
    for name, _ in slots:
        server.execute("SELECT pg_drop_replication_slot(%s)", (name,))
