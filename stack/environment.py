"""Writes ``<home>/huiliu.env``, from which every process and command reads where the servers are, and makes the master key."""

import secrets
from pathlib import Path

from settings import ENV_FILE
from stack import connect, kafka, postgres, registry
from stack.elasticsearch import server as elasticsearch
from stack.postgres import write_secret
from stack.state import State

_KEY_BYTES = 32


def write(state: State) -> Path:
    """Write the file, mode 0600, and return its path."""
    ports = {name: entry.ports for name, entry in state.servers.items()}
    home = state.home
    values = {
        "KAFKA_BOOTSTRAP": kafka.bootstrap(ports["kafka"]),
        "CONNECT_URL": connect.url(ports["connect"]),
        "REGISTRY_URL": registry.url(ports["registry"]),
        "REGISTRY_NATIVE_URL": registry.native_url(ports["registry"]),
        "ELASTICSEARCH_URL": elasticsearch.url(ports["elasticsearch"]),
        "STORE_DSN": postgres.dsn(home, "store", ports["store"], "store"),
        "DEPARTMENTS_DSN": postgres.dsn(home, "departments", ports["departments"], "postgres"),
        "KEY_FILE": str(_master_key(home)),
        "QUERY_PORT": str(ports["query"]["http"]),
        "DOOR_PORT": str(ports["door"]["http"]),
    }
    lines = [
        "# huiliu up 写入 written by huiliu up; 再次运行会覆盖 the next one overwrites it",
        *(f"HUILIU_{name}={value}" for name, value in values.items()),
    ]
    write_secret(home / ENV_FILE, "\n".join(lines))
    return home / ENV_FILE


def _master_key(home: Path) -> Path:
    """Return the master key's file. It is never overwritten: what it sealed could not be opened again."""
    path = home / "keys" / "master.key"
    if not path.exists():
        write_secret(path, secrets.token_hex(_KEY_BYTES))
    return path
