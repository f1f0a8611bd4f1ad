"""A department database's address, taken apart: Debezium wants it in pieces."""

from dataclasses import dataclass, field

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
