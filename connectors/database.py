"""Opens a department's database, and says in one sentence why it does not open."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg.rows import dict_row
from psycopg.sql import Composed

from connectors.address import Address, parse_address
from connectors.errors import SourceError

Connection = psycopg.Connection[dict[str, object]]
_TIMEOUT_SECONDS = 5
_STATEMENT_MS = 30_000

# libpq gives no SQLSTATE for a connection that never came about; these are the words of its C locale and the server's.
_REASONS = (
    (r"password authentication failed|no password supplied", "密码或用户不对 the password or the user is wrong: correct {variable}"),
    (
        r'role ".*" does not exist|role ".*" is not permitted to log in',
        "没有这个登录用户 there is no such login role: ask the DBA to create it",
    ),
    (r'database ".*" does not exist', "没有这个数据库 there is no such database: correct {variable}, or create it"),
    (r"pg_hba\.conf", "数据库不准从本机登录 the database does not admit this machine: ask the DBA for a line in pg_hba.conf"),
    (
        r"Connection refused|No route|timeout|timed out|server closed|starting up|shutting down",
        "数据库不可达 the database is down: start it",
    ),
    (r"could not translate host name|Name or service", "主机名无法解析 the host's name is unknown: correct {variable}"),
    (r"too many clients|connection slots are reserved", "连接数已满 the database has no connection left: raise max_connections"),
    (r"permission denied for database", "用户无权连接 the role lacks CONNECT on the database: ask the DBA to grant it"),
)
_OTHER = "无法连接 cannot connect: check {variable}, and the database's own log"


@contextmanager
def opened(url: str, variable: str) -> Iterator[tuple[Connection, Address]]:
    """Open the database in autocommit; statements end after 30 s.

    Args:
        url: ``postgresql://user:password@host:port/database``.
        variable: the environment variable the address came from, for sentences.

    Raises:
        SourceError: it does not open; or a statement failed that the caller did not foresee.
    """
    address = parse_address(url, variable)
    try:
        connection = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=_TIMEOUT_SECONDS,
            options=f"-c statement_timeout={_STATEMENT_MS}",
            application_name="huiliu contract",
            row_factory=dict_row,
        )
    except psycopg.OperationalError as error:
        raise SourceError(f"{address.place}: {_reason(str(error)).format(variable=variable)}") from error
    with connection:
        try:
            yield connection, address
        except psycopg.Error as error:
            raise SourceError(f"{address.place}: {statement_failure(error)}") from error


def execute(connection: Connection, statements: Iterable[Composed | str]) -> None:
    """Run the statements in one transaction.

    Raises:
        psycopg.Error: one failed; none took effect.
    """
    with connection.transaction():
        for statement in statements:
            connection.execute(statement.encode() if isinstance(statement, str) else statement)


def statement_failure(error: psycopg.Error) -> str:
    """Return the sentence for a failed statement; only the server's primary message, which names objects and no row's values."""
    said = error.diag.message_primary or type(error).__name__
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return f"权限不足 not allowed ({said}): use the tables' owner, or have the DBA run `huiliu contract plan`"
    if isinstance(error, psycopg.OperationalError):
        return f"连接中断 the connection broke ({said}): run the command again"
    return f"数据库拒绝 the database refused ({said}): correct the contract, or the database"


def _reason(said: str) -> str:
    for pattern, sentence in _REASONS:
        if re.search(pattern, said, re.IGNORECASE):
            return sentence
    return _OTHER
