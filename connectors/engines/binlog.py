"""MariaDB and MySQL: column grants at the source, and a log of all columns that only the connector's include list filters."""

import re
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar
from uuid import uuid4

import orjson
import pymysql
from pymysql.cursors import DictCursor

from connectors.address import Address, split_address
from connectors.comparison import Difference
from connectors.engines.binlog_catalogue import (
    Connection,
    SourceTable,
    literal,
    read_logs,
    read_reader,
    read_rights,
    read_settings,
    read_tables,
    read_user,
)
from connectors.engines.binlog_comparison import server_differences, table_differences
from connectors.engines.binlog_config import CLASSES, binlog_config
from connectors.engines.binlog_grants import DEFINITION, REPLICATION, Rights, grant_steps, signal_steps, undoing
from connectors.engines.binlog_names import placed_columns, quoted, signal_place
from connectors.engines.engine import Engine, Source, Table
from connectors.errors import SourceError
from connectors.names import connector_name
from connectors.plan import GRANTS, SIGNALS, Statement, Step, text_of
from connectors.report import Change
from connectors.worker import Worker
from domain.contract import Contract
from settings import Settings

LOG_PLACE = "日志位置 log position"
_PORT = 3306
_TIMEOUT_SECONDS = 5
_STATEMENT_SECONDS = 30
_CAVEAT = (
    "{name} 的 binlog 含全部列 the log carries every column of every table to the connector's process: in the stream the connector's "
    "include list is the only layer that keeps withheld columns back (grants hold in snapshots), so what must not leave the server at all "
    "is kept on another server"
)
_REASONS = {
    1045: "密码或用户不对 the password or the user is wrong: correct {variable}",
    1044: "用户无权连接 the user may not use the database: have the DBA run `huiliu contract plan`'s SQL",
    1049: "没有这个数据库 there is no such database: correct {variable}, or create it",
    1130: "数据库不准从本机登录 the server does not admit this machine: ask the DBA for a user with this host",
    1040: "连接数已满 the server has no connection left: raise max_connections",
    2003: "数据库不可达 the database is down: start it",
}
_OTHER = "无法连接 cannot connect: check {variable}, and the server's own log"
_DENIED = frozenset({1044, 1142, 1143, 1227, 1410})
_Look = Callable[[Iterable[Table]], Mapping[Table, SourceTable]]
_SETTLED_SECONDS = 3.0
_FILE_NUMBER = re.compile(r"\.(\d+)$")


class BinlogSource(Source):
    """A department's MariaDB or MySQL database."""

    pieces: ClassVar[tuple[str, ...]] = (SIGNALS, GRANTS)

    def __init__(self, kind: str, connection: Connection, contract: Contract, address: Address, look: _Look | None) -> None:
        """``connection`` is the capture user's; ``look`` reads tables as the DBA, where the contract names its address."""
        self._kind, self._connection, self._contract, self.address, self._look = kind, connection, contract, address, look
        self._user, self._asked = read_user(connection), 0.0

    def differences(self) -> Iterator[Difference]:
        """Yield every difference; a capture user without a grant sees no table at all, which is no difference yet."""
        rights = self._rights()
        yield from server_differences(self._kind, read_settings(self._connection), rights, self._user)
        wanted = placed_columns(self._contract, self.address)
        if self._look:
            yield from table_differences(self._contract, self.address, self._look(wanted), all_columns=True)
        elif any(table in rights.tables or table in rights.columns for table in wanted):
            seen = all(DEFINITION in rights.tables.get(table, frozenset()) for table in wanted)
            yield from table_differences(self._contract, self.address, read_tables(self._connection, wanted), all_columns=seen)

    def steps(self) -> list[Step]:
        """Return what is still to be done."""
        return _steps(self._contract, self.address, self._user, self._rights(), there=self._has_signals())

    def undoing(self) -> list[Step]:
        """Return what takes signal table and grants away."""
        wanted = placed_columns(self._contract, self.address)
        return undoing(wanted, self._contract.provider, self._user, self._rights(), signals=self._has_signals())

    def beyond(self) -> list[str]:
        """Return nothing: rights beyond the contract are revoked, or stop at the comparison."""
        return []

    def widened(self, had: Mapping[str, str] | None) -> list[Table]:
        """Return the tables of which the connector's include list lacked a column."""
        if had is None:
            return []
        before = set(had.get("column.include.list", "").replace("\\", "").split(","))
        wanted = placed_columns(self._contract, self.address)
        return [table for table, columns in wanted.items() if not {".".join((*table, column)) for column in columns} <= before]

    def log_place(self, worker: Worker) -> Change:
        """Return whether the log goes on from where the feed was; positions must grow, else what comes would look old."""
        name = connector_name(self._contract.provider)
        had, files = worker.binlog_place(name), dict(read_logs(self._connection))
        if had is None:
            known = worker.config(name) is not None
            self._refuse_empty_log()
            return Change(LOG_PLACE, "unchanged" if known else "created", "" if known else "the connector takes it at the snapshot")
        file, offset = had
        newest, last = max(map(_number, files), default=0), _number(file)
        if newest < last or files.get(file, offset) < offset:
            how = f"RESET MASTER TO {last + 1}" if self._kind == "mariadb" else f"RESET BINARY LOGS AND GTIDS TO {last + 1}"
            message = (
                f"binlog 编号倒退 the server's log begins again (file {newest} after {last}: it was reset, or is another server), so that "
                f"every change would look old: have the DBA run {how}, commit any change, then attach again"
            )
            raise SourceError(message)
        self._refuse_empty_log()
        if file in files:
            return Change(LOG_PLACE, "unchanged")
        return Change(LOG_PLACE, "altered", "its file was purged: the tables are read again")

    def _refuse_empty_log(self) -> None:
        """Debezium ends with a fault when it asks for the log of a server that has not logged a transaction yet."""
        if read_settings(self._connection).get("gtid_binlog_pos") == "":
            raise SourceError("binlog 为空 the server's log holds no transaction yet: commit any change there, then attach again")

    def release(self) -> None:
        """Return nothing: the server keeps its log by its own rule, whoever reads it."""

    def reader(self) -> int | None:
        """Return the thread that sends the log to the capture user."""
        return read_reader(self._connection)

    def follows(self, old_reader: int | None) -> bool:
        """Tell whether the log is read by another than ``old_reader``; during a first snapshot nobody does, so a while is enough."""
        self._asked = self._asked or time.monotonic()
        waited = time.monotonic() - self._asked
        return self.reader() not in {None, old_reader} or (old_reader is None and waited > _SETTLED_SECONDS)

    def held(self) -> None:
        """Return nothing: a feed holds no log back here."""

    def read_again(self, tables: Iterable[Table]) -> None:
        """Insert a signal."""
        data = orjson.dumps({"type": "incremental", "data-collections": [".".join(table) for table in tables]}).decode()
        table = quoted(*signal_place(self._contract.provider))
        with self._connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} VALUES (%s, 'execute-snapshot', %s)", (str(uuid4()), data))  # noqa: S608  # a quoted name

    def _rights(self) -> Rights:
        return read_rights(self._connection, self._user)

    def _has_signals(self) -> bool:
        table = signal_place(self._contract.provider)
        return table in read_tables(self._connection, [table])


class BinlogEngine(Engine):
    """MariaDB or MySQL, which differ in the connector's class and a few words."""

    def __init__(self, kind: str) -> None:
        """``kind`` is mariadb or mysql."""
        self.kind, self.connector_class, self.runs_here = kind, CLASSES[kind], kind == "mariadb"
        self.caveats = (_CAVEAT.format(name={"mariadb": "MariaDB", "mysql": "MySQL"}[kind]),)

    def address(self, url: str, variable: str) -> Address:
        """Return the parts of a ``mariadb://`` or ``mysql://`` address."""
        return split_address(url, variable, _PORT)

    @contextmanager
    def opened(self, contract: Contract, settings: Settings) -> Iterator[Source]:
        """Open the database as its capture user."""
        variable = contract.source.url_env
        with opened_server(self.address(settings.source_url(variable), variable), variable) as (connection, address):
            yield BinlogSource(self.kind, connection, contract, address, self._look(contract, settings))

    def _look(self, contract: Contract, settings: Settings) -> _Look | None:
        admin = contract.source.admin_url_env
        if admin is None:
            return None

        def look(wanted: Iterable[Table]) -> Mapping[Table, SourceTable]:
            with opened_server(self.address(settings.source_url(admin), admin), admin) as (dba, _):
                return read_tables(dba, wanted)

        return look

    def apply(self, contract: Contract, settings: Settings, statements: Iterable[Statement]) -> None:
        """Run statements one by one: each takes effect for itself, as DDL does here."""
        admin = contract.source.admin_url_env or ""
        with opened_server(self.address(settings.source_url(admin), admin), admin) as (dba, _), dba.cursor() as cursor:
            for statement in statements:
                cursor.execute(text_of(statement))

    def beginning(self, contract: Contract, address: Address) -> tuple[list[str], list[Step]]:
        """Return the capture user's making, and all steps."""
        user = f"{literal(address.user)}@'%'"
        rights = ", ".join(sorted(REPLICATION[self.kind]))
        lines = [f"CREATE USER {user} IDENTIFIED BY '…';", f"GRANT {rights} ON *.* TO {user};"]
        return lines, _steps(contract, address, user, Rights(), there=False)

    def config(self, contract: Contract, address: Address, password: str, settings: Settings) -> dict[str, str]:
        """Return the connector's configuration."""
        return binlog_config(self.kind, contract, address, password, settings)


def _steps(contract: Contract, address: Address, user: str, rights: Rights, *, there: bool) -> list[Step]:
    wanted = placed_columns(contract, address)
    signals = signal_steps(contract.provider, user, rights, there=there)
    return [*signals, *grant_steps(wanted, contract.provider, user, rights)]


@contextmanager
def opened_server(address: Address, variable: str) -> Iterator[tuple[Connection, Address]]:
    """Open the server in autocommit; what fails is one sentence without a value."""
    try:
        connection: Connection = pymysql.connect(
            host=address.host,
            port=address.port,
            user=address.user,
            password=address.password,
            database=None,  # before its first grant the user may not name one
            connect_timeout=_TIMEOUT_SECONDS,
            read_timeout=_STATEMENT_SECONDS,
            autocommit=True,
            charset="utf8mb4",
            cursorclass=DictCursor,
            ssl=_tls(address.sslmode),
        )
    except pymysql.err.MySQLError as error:
        reason = _REASONS.get(_code(error), _OTHER).format(variable=variable)
        raise SourceError(f"{address.place}: {reason}") from error
    with connection:
        try:
            yield connection, address
        except pymysql.err.MySQLError as error:
            raise SourceError(f"{address.place}: {_failure(error)}") from error


def _tls(mode: str) -> ssl.SSLContext | None:
    """Return what libpq's word for a mode asks for; ``prefer`` asks for nothing, as the connector does."""
    if mode in {"disable", "prefer"}:
        return None
    context = ssl.create_default_context()
    context.check_hostname = mode == "verify-full"
    context.verify_mode = ssl.CERT_NONE if mode == "require" else ssl.CERT_REQUIRED
    return context


def _failure(error: pymysql.err.MySQLError) -> str:
    """Return the sentence for a failed statement: the error's number only, for its text may quote a value."""
    code = _code(error)
    if code in _DENIED:
        return f"权限不足 not allowed (error {code}): use an account that may grant, or have the DBA run `huiliu contract plan`"
    if isinstance(error, pymysql.err.OperationalError):
        return f"连接中断 the connection broke (error {code}): run the command again"
    return f"数据库拒绝 the database refused (error {code}): correct the contract, or the database"


def _code(error: pymysql.err.MySQLError) -> int:
    return int(error.args[0]) if error.args and isinstance(error.args[0], int) else 0


def _number(file: str) -> int:
    found = _FILE_NUMBER.search(file)
    return int(found[1]) if found else 0
