"""``<home>/sources.env``: the departments' database addresses by variable name, readable by their owner alone."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from psycopg.conninfo import conninfo_to_dict

from city.tables import Department
from settings import SOURCES_FILE

CAPTURE, DBA = "capture", "dba"


def role(department: Department, purpose: str) -> str:
    """Return the database role for one purpose: ``capture`` (reads changes) or ``dba`` (owns the tables)."""
    return f"{department.slug}_{purpose}"


def variable(department: Department, purpose: str) -> str:
    """Return the variable that holds the role's address."""
    return department.variable if purpose == CAPTURE else f"{department.variable}_ADMIN"


class Sources:
    """The file's variables. Passwords once made are kept; host and port follow the cluster."""

    def __init__(self, home: Path) -> None:
        """Read what is there."""
        self._path = home / SOURCES_FILE
        self._values = {name: value for name, value in dotenv_values(self._path, interpolate=False).items() if value is not None}

    def password(self, department: Department, purpose: str) -> str:
        """Return the role's password: the one on file, else a new one."""
        address = self._values.get(variable(department, purpose))
        return str(conninfo_to_dict(address)["password"]) if address else secrets.token_urlsafe(24)

    def put(self, department: Department, server: Mapping[str, object], passwords: Mapping[str, str]) -> None:
        """Set both addresses of a department; ``server`` has host and port, ``passwords`` one by purpose."""
        for purpose, password in passwords.items():
            place = f"{server['host']}:{server['port']}/{department.slug}"
            self._values[variable(department, purpose)] = f"postgresql://{role(department, purpose)}:{password}@{place}"

    def forget(self, department: Department) -> None:
        """Take both addresses out."""
        for purpose in (CAPTURE, DBA):
            self._values.pop(variable(department, purpose), None)

    def address(self, department: Department, purpose: str) -> str:
        """Return one address; KeyError if the file has none."""
        return self._values[variable(department, purpose)]

    def save(self) -> None:
        """Write the file whole, with mode 0600 from its first byte."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        part.unlink(missing_ok=True)
        part.touch(0o600)
        part.write_text("".join(f"{name}={value}\n" for name, value in sorted(self._values.items())))
        part.replace(self._path)
