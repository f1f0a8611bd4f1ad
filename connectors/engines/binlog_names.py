"""Names at a MariaDB or MySQL server, where a schema is a database: the contract's default schema means the address's database."""

from connectors.address import Address
from connectors.names import HUILIU_SCHEMA, SIGNAL_TABLE
from domain.contract import Contract, Table

_DEFAULT_SCHEMA = "public"  # the contract model's default, which no such server has by that name


def place(table: Table, address: Address) -> tuple[str, str]:
    """Return (database, table)."""
    return (address.database if table.db_schema == _DEFAULT_SCHEMA else table.db_schema, table.name)


def placed_columns(contract: Contract, address: Address) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the columns that may leave, by (database, table)."""
    return {place(table, address): table.captured for table in contract.tables}


def signal_place(provider: str) -> tuple[str, str]:
    """Return (database, table) of the provider's signal table: a database of its own, since two providers may share a server."""
    return f"{HUILIU_SCHEMA}_{provider}", SIGNAL_TABLE


def quoted(*names: str) -> str:
    """Return the names as one quoted identifier, joined by dots."""
    return ".".join(f"`{name.replace('`', '``')}`" for name in names)
