"""A made-up department's database on real servers: roles, tables, and the marked values that must never leave it."""

import random
from string import ascii_letters

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier, Literal

CANARY = "canary7d1f"
PASSWORD = "cap:'ture\\ $x"
TABLES = """
CREATE SCHEMA port;
CREATE TABLE boatman (
  id bigint PRIMARY KEY, citizen_id text, name varchar(80), born date, grade char(1), remarks text, hired timestamp, seen timestamptz,
  tonnage numeric(12, 2), updated timestamptz NOT NULL DEFAULT now(), health text, secret_number text, diary text
);
CREATE UNIQUE INDEX ON boatman (secret_number);
CREATE TABLE port.berth (harbour text, number text, guard_phone text, PRIMARY KEY (harbour, number));
CREATE TABLE wages (id bigint PRIMARY KEY, sum numeric);
"""


def make_department(cluster: psycopg.Connection, slug: str, tables: str) -> tuple[str, str]:
    """Make a department's database anew, owned by its DBA; return the capture role's and the DBA's address."""
    dba, capture = f"{slug}_dba", f"{slug}_capture"
    cluster.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(slug)))
    for role, rights in ((dba, "LOGIN"), (capture, "LOGIN REPLICATION")):
        cluster.execute(SQL("DROP ROLE IF EXISTS {}").format(Identifier(role)))
        cluster.execute(SQL("CREATE ROLE {} {} PASSWORD {}").format(Identifier(role), SQL(rights), Literal(PASSWORD)))
    cluster.execute(SQL("CREATE DATABASE {} OWNER {}").format(Identifier(slug), Identifier(dba)))
    capture_url, dba_url = (_address(cluster, slug, role) for role in (capture, dba))
    with psycopg.connect(dba_url) as connection:
        connection.execute(tables)
    return capture_url, dba_url


def _address(cluster: psycopg.Connection, slug: str, role: str) -> str:
    parts = conninfo_to_dict(cluster.info.dsn)
    password = "".join(f"%{byte:02X}" for byte in PASSWORD.encode())
    return f"postgresql://{role}:{password}@{parts['host']}:{parts['port']}/{slug}"


def canaries(mark: str) -> tuple[str, str, str]:
    """Return marked values for the withheld columns: plain text, a key-like number, and a text long enough to be stored apart (TOAST)."""
    long = "".join(random.choices(ascii_letters, k=20_000))  # noqa: S311  # not a secret
    return f"{CANARY}-{mark}-health", f"{CANARY}-{mark}-6222", f"{CANARY}-{mark}-{long}-{CANARY}"
