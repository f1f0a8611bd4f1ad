"""Names of everything huiliu makes at a department's database and in Connect, all derived from the provider's slug."""

from domain.contract import Contract, Table
from schemas.topics import source_prefix

HUILIU_SCHEMA = "huiliu"
SIGNAL_TABLE = "huiliu_signal"
SIGNAL_COLUMNS = ("id", "type", "data")
HEARTBEAT_PREFIX = "heartbeat"
HEARTBEAT_MESSAGE = "huiliu.heartbeat"


def connector_name(provider: str) -> str:
    """Return the connector's name in Connect; the offsets are kept under it."""
    return source_prefix(provider)


def history_topic(provider: str) -> str:
    """Return the topic in which a connector keeps its tables' DDL (all databases but PostgreSQL); it holds no rows."""
    return f"history.{source_prefix(provider)}"


def slot_name(provider: str) -> str:
    """Return the replication slot's name (at most 63 characters, lower case, as PostgreSQL asks)."""
    return f"huiliu_{provider}"


def publication_name(provider: str) -> str:
    """Return the publication's name."""
    return f"huiliu_{provider}"


def qualified(table: Table) -> tuple[str, str]:
    """Return (schema, table)."""
    return table.db_schema, table.name


def captured_columns(contract: Contract) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the columns that may leave, by (schema, table): the one answer that all three layers of withholding are made from."""
    return {qualified(table): table.captured for table in contract.tables}
