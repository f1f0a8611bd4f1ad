"""A department database's address, taken apart: Debezium wants it in pieces."""

from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from connectors.errors import SourceError


@dataclass(frozen=True, slots=True)
class Address:
    """Where a database is and who asks. The password is never shown."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    sslmode: str = "prefer"

    @property
    def place(self) -> str:
        """``host:port/database``, for sentences."""
        return f"{self.host}:{self.port}/{self.database}"


def parse_address(url: str, variable: str) -> Address:
    """Return the parts of a ``postgresql://`` address; ``variable`` is only named in errors.

    Raises:
        SourceError: a part is missing.
    """
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError as error:
        raise SourceError(
            f"{variable} 不是数据库地址 is not an address like postgresql://user:password@host:port/database: correct it"
        ) from error
    missing = [name for name in ("host", "dbname", "user", "password") if not parts.get(name)]
    if missing:
        raise SourceError(f"{variable} 缺少 lacks {', '.join(missing)}: write it as postgresql://user:password@host:port/database")
    return Address(
        host=str(parts["host"]),
        port=int(parts.get("port") or 5432),
        database=str(parts["dbname"]),
        user=str(parts["user"]),
        password=str(parts["password"]),
        sslmode=str(parts.get("sslmode") or "prefer"),
    )


def split_address(url: str, variable: str, port: int) -> Address:
    """Return the parts of ``<kind>://user:password@host:port/database?sslmode=…``; ``port`` counts where the address has none.

    Raises:
        SourceError: a part is missing.
    """
    form = "<kind>://user:password@host:port/database"
    try:
        parts = urlsplit(url)
        found = {"host": parts.hostname, "database": parts.path[1:], "user": parts.username, "password": parts.password}
        number = parts.port or port
    except ValueError as error:
        raise SourceError(f"{variable} 不是数据库地址 is not an address like {form}: correct it") from error
    missing = [name for name, value in found.items() if not value]
    if missing:
        raise SourceError(f"{variable} 缺少 lacks {', '.join(missing)}: write it as {form}")
    texts = {name: unquote(str(value)) for name, value in found.items()}
    return Address(port=number, sslmode=parse_qs(parts.query).get("sslmode", ["prefer"])[0], **texts)
