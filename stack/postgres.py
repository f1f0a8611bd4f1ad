"""Runs PostgreSQL twice: ``departments`` stands for the departments' own databases, ``store`` is the resolver's."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import psutil
import psycopg

from stack.errors import StackError
from stack.process import Launch
from stack.server import Server, Site

SUPERUSER = "huiliu"
_ORPHAN_SECONDS = 15

_COMMON: dict[str, object] = {
    "listen_addresses": "'127.0.0.1'",
    "unix_socket_directories": "''",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "synchronous_commit": "on",
    "checkpoint_timeout": "15min",
    "max_wal_size": "1GB",
    "jit": "off",  # compiling costs more than our short queries
    "io_method": "sync",  # no extra worker processes
    "max_parallel_workers_per_gather": 0,
    "autovacuum_max_workers": 2,
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_checkpoints": "off",
    "cluster_name": "huiliu",
    # Statements and details quote values; a log must never hold a person's.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": 0,
}


class Postgres(Server):
    """What both clusters share."""

    trees = ("postgres",)
    port_names = ("sql",)
    stop_signal = signal.SIGINT  # SIGTERM would wait for every client to leave
    drops_root = True
    settings: ClassVar[Mapping[str, object]] = {}
    databases: ClassVar[tuple[str, ...]] = ()

    def launch(self, site: Site) -> Launch:
        """Create the cluster at its first start, and write its configuration at every one."""
        binaries = site.trees["postgres"] / "bin"
        if not (site.data / "PG_VERSION").exists():
            _initialise(binaries, site, password(site.home, self.name))
        _clear_lock(site.data)
        settings = {**_COMMON, **self.settings, "port": site.ports["sql"]}
        (site.data / "postgresql.conf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
        return Launch([str(binaries / "postgres"), "-D", str(site.data)], site.log, site.data, _environment(), site.account)

    def answers(self, site: Site, pid: int) -> bool:
        """It lets our password in, and its lock file names the process we started."""
        first = (site.data / "postmaster.pid").read_text().partition("\n")[0]
        if first != str(pid):
            return False
        with psycopg.connect(dsn(site.home, self.name, site.ports, "postgres"), connect_timeout=5) as connection:
            return connection.execute("select 1").fetchone() == (1,)

    def complete(self, site: Site) -> None:
        """Create the databases that are missing."""
        with psycopg.connect(dsn(site.home, self.name, site.ports, "postgres"), autocommit=True) as connection:
            have = {name for (name,) in connection.execute("select datname from pg_database").fetchall()}
            for name in self.databases:
                if name not in have:
                    connection.execute(psycopg.sql.SQL("create database {}").format(psycopg.sql.Identifier(name)))


class Departments(Postgres):
    """The demo's department databases, sized for 50 attached providers (each takes a slot, a sender and about three connections)."""

    name = "departments"
    memory_mb = 350
    settings: ClassVar[Mapping[str, object]] = {
        "wal_level": "logical",
        "max_connections": 250,
        "max_wal_senders": 60,
        "max_replication_slots": 60,
        "max_slot_wal_keep_size": "2GB",  # a slot nobody reads is given up before it fills the disk
        "shared_buffers": "128MB",
    }


class Store(Postgres):
    """The resolver's store, and the schema registry's."""

    name = "store"
    memory_mb = 400
    databases = ("store", "registry")
    settings: ClassVar[Mapping[str, object]] = {
        "wal_level": "minimal",
        "max_wal_senders": 0,
        "max_connections": 60,
        "max_locks_per_transaction": 2048,  # a batch of the resolver locks some ten places a row, and each record of the entities around it
        "shared_buffers": "256MB",
        "work_mem": "16MB",
        "random_page_cost": 1.1,
    }


def password(home: Path, name: str) -> str:
    """Return the cluster's superuser password, made at the first call and kept in ``<home>/keys`` with mode 0600."""
    path = home / "keys" / f"{name}.password"
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(24))
    return path.read_text().strip()


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may ever have read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.touch(0o600)
    part.write_text(text + "\n")
    part.replace(path)


def dsn(home: Path, name: str, ports: Mapping[str, int], database: str) -> str:
    """Return the superuser's address of a database in the cluster."""
    return f"postgresql://{SUPERUSER}:{password(home, name)}@127.0.0.1:{ports['sql']}/{database}"


def _environment() -> dict[str, str]:
    return {"LANG": "C.UTF-8", "PATH": os.environ.get("PATH", os.defpath)}


def _initialise(binaries: Path, site: Site, secret: str) -> None:
    """Run initdb in a folder beside the data, so that a half-made cluster is never taken for one."""
    part, secret_file = site.data.with_name(f"{site.data.name}.part"), site.data.with_name(f"{site.data.name}.password")
    shutil.rmtree(part, ignore_errors=True)
    shutil.rmtree(site.data, ignore_errors=True)
    part.mkdir(mode=0o700, parents=True)
    write_secret(secret_file, secret)
    if site.account:
        for path in (part, secret_file):
            os.chown(path, site.account.uid, site.account.gid)
    try:
        _initdb(binaries, part, secret_file, site)
    finally:
        secret_file.unlink()
    part.rename(site.data)


def _initdb(binaries: Path, part: Path, secret_file: Path, site: Site) -> None:
    command = [
        str(binaries / "initdb"), "-D", str(part), "-U", SUPERUSER, f"--pwfile={secret_file}", "--auth=scram-sha-256",
        "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
    ]  # fmt: skip
    account = site.account
    done = subprocess.run(  # noqa: S603  # the binary we unpacked
        command,
        cwd=part,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    if done.returncode:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise StackError(f"无法创建数据库集群 initdb failed in {site.data}: {' '.join(reason)}; check the disk's room, then try again")


def _clear_lock(data: Path) -> None:
    """Remove a dead postmaster's lock file, once its backends have left.

    PostgreSQL itself would refuse while the dead one is a zombie, that is until whoever started it looks.
    """
    lock = data / "postmaster.pid"
    if not lock.exists():
        return
    deadline = time.monotonic() + _ORPHAN_SECONDS
    while left := [process.pid for process in psutil.process_iter() if _works_in(process, data)]:
        if time.monotonic() > deadline:
            raise StackError(
                f"数据目录仍被占用 PostgreSQL processes {', '.join(map(str, left))} still work in {data}: end them, then try again"
            )
        time.sleep(0.2)
    lock.unlink()


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        return process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(data)
    except psutil.Error:
        return False
