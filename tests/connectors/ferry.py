"""A made-up ferry company that keeps its data in MariaDB: a real server from the stack's cache, its tables, and its contract's text."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
from pymysql.cursors import DictCursor
from rich.console import Console

from stack.errors import StackError
from stack.fetch import cache_dir
from stack.trees import unpack

SLUG, VARIABLE = "ferry_company", "HUILIU_SOURCE_FERRY_COMPANY"
PASSWORD = "cap:'ture\\ $x"
TABLES = (
    """CREATE TABLE boatman (
         id bigint PRIMARY KEY, citizen_id varchar(20), name varchar(80), born date, grade char(1), remarks text, hired datetime(3),
         seen timestamp NULL, tonnage decimal(12, 2), updated timestamp NOT NULL DEFAULT current_timestamp(), health text,
         secret_number varchar(60) UNIQUE, diary longtext)""",
    "CREATE TABLE berth (harbour varchar(20), number varchar(20), guard_phone varchar(60), PRIMARY KEY (harbour, number))",
    "CREATE TABLE wages (id bigint PRIMARY KEY, sum varchar(60))",
)
_START_SECONDS = 60
_OPTIONS = (
    "--no-defaults", "--bind-address=127.0.0.1", "--skip-name-resolve", "--server-id=1", "--log-bin=binlog", "--binlog-format=ROW",
    "--binlog-row-image=FULL", "--innodb-buffer-pool-size=32M", "--character-set-server=utf8mb4", "--user=root",
)  # fmt: skip


class Unavailable(Exception):  # noqa: N818  # the reason of a skip
    """There is no MariaDB server for this machine."""


@contextmanager
def mariadb_server(folder: Path) -> Iterator[int]:
    """Start a MariaDB server in the folder and yield its port; it is ended by its own pid."""
    try:
        home = unpack({"mariadb": cache_dir() / "trees"}, cache_dir(), Console(quiet=True))["mariadb"]
    except StackError as error:
        raise Unavailable(str(error)) from error
    data, port = folder / "data", _free_port()
    install = [home / "scripts" / "mariadb-install-db", "--no-defaults", f"--basedir={home}", f"--datadir={data}", "--skip-test-db",
               "--auth-root-authentication-method=normal", "--skip-name-resolve", "--user=root"]  # fmt: skip
    done = subprocess.run(install, capture_output=True, text=True, check=False)  # noqa: S603  # the program we unpacked
    if done.returncode:
        raise Unavailable(f"mariadb-install-db: {(done.stderr or done.stdout).strip()[-300:]}")
    place = [f"--basedir={home}", f"--datadir={data}", f"--port={port}", f"--socket={folder / 'sock'}", f"--pid-file={folder / 'pid'}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([home / "bin" / "mariadbd", *_OPTIONS, *place], stdout=log, stderr=log)  # noqa: S603  # likewise
        try:
            _await(server, port, folder / "log")
            yield port
        finally:
            server.terminate()
            server.wait(30)


def connected(
    port: int, user: str = "root", password: str = "", database: str | None = None
) -> "pymysql.connections.Connection[DictCursor]":
    """Connect in autocommit."""
    return pymysql.connect(
        host="127.0.0.1", port=port, user=user, password=password, database=database, autocommit=True, charset="utf8mb4",
        cursorclass=DictCursor,
    )  # fmt: skip


def make_department(port: int, slug: str) -> tuple[str, str]:
    """Make a department's database anew; return the capture user's and the DBA's address."""
    dba, capture = f"{slug}_dba", f"{slug}_cap"
    with connected(port) as root, root.cursor() as cursor:
        for statement in (
            f"DROP DATABASE IF EXISTS {slug}", f"DROP DATABASE IF EXISTS huiliu_{slug}", f"CREATE DATABASE {slug}", f"USE {slug}", *TABLES,
            f"DROP USER IF EXISTS {dba}", f"DROP USER IF EXISTS {capture}",
        ):  # fmt: skip
            cursor.execute(statement)
        for user in (dba, capture):
            cursor.execute(f"CREATE USER {user} IDENTIFIED BY %s", (PASSWORD,))
        cursor.execute(f"GRANT ALL PRIVILEGES ON {slug}.* TO {dba} WITH GRANT OPTION")
        cursor.execute(f"GRANT ALL PRIVILEGES ON huiliu_{slug}.* TO {dba} WITH GRANT OPTION")
        cursor.execute(f"GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO {capture}")
    password = "".join(f"%{byte:02X}" for byte in PASSWORD.encode())
    return f"mariadb://{capture}:{password}@127.0.0.1:{port}/{slug}", f"mariadb://{dba}:{password}@127.0.0.1:{port}/{slug}"


def ferry_text(harbour_text: str) -> str:
    """Return the harbour office's contract as the ferry company's."""
    text = harbour_text.replace("harbour_office", SLUG).replace("HARBOUR_OFFICE", SLUG.upper())
    return text.replace("kind: postgresql", "kind: mariadb").replace("    schema: port\n", "")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            connected(port).close()
        except pymysql.err.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise Unavailable(f"mariadbd: {log.read_text(errors='replace').strip()[-300:]}") from error
            time.sleep(0.2)
        else:
            return
