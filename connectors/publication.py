"""The publication's SQL: which columns of which tables the database itself sends (second layer of withholding)."""

from psycopg.sql import SQL, Composable, Composed, Identifier

from connectors.names import HUILIU_SCHEMA, SIGNAL_COLUMNS, SIGNAL_TABLE, captured_columns, publication_name
from domain.contract import Contract

# A TRUNCATE is left out: it names no row, so nothing after the source could say what went.
# Partitions publish as their root, because the contract names the root.
_OPTIONS = SQL("publish = 'insert, update, delete', publish_via_partition_root = true")


def published_columns(contract: Contract) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the columns the publication lists, by (schema, table): the captured ones and the signal table's."""
    return captured_columns(contract) | {(HUILIU_SCHEMA, SIGNAL_TABLE): SIGNAL_COLUMNS}


def create_publication(contract: Contract) -> list[Composed]:
    """Return the statement that makes the publication; needs CREATE on the database and ownership of its tables."""
    create = SQL("CREATE PUBLICATION {} FOR TABLE {} WITH ({})")
    return [create.format(_name(contract), _tables(contract), _OPTIONS)]


def alter_publication(contract: Contract) -> list[Composed]:
    """Return the statements that make an existing publication say exactly what the contract says."""
    name = _name(contract)
    return [
        SQL("ALTER PUBLICATION {} SET TABLE {}").format(name, _tables(contract)),
        SQL("ALTER PUBLICATION {} SET ({})").format(name, _OPTIONS),
    ]


def drop_publication(contract: Contract) -> list[Composed]:
    """Return the statement that removes the publication."""
    return [SQL("DROP PUBLICATION IF EXISTS {}").format(_name(contract))]


def _name(contract: Contract) -> Identifier:
    return Identifier(publication_name(contract.provider))


def _tables(contract: Contract) -> Composable:
    listed = (
        SQL("{} ({})").format(Identifier(*table), SQL(", ").join(map(Identifier, columns)))
        for table, columns in published_columns(contract).items()
    )
    return SQL(", ").join(listed)
