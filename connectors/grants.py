"""The capture role's grants: it may read the contract's columns and nothing else (first layer of withholding)."""

from collections.abc import Iterable

from psycopg.sql import SQL, Composed, Identifier

from connectors.names import HUILIU_SCHEMA, SIGNAL_TABLE, captured_columns
from domain.contract import Contract


def grant_statements(contract: Contract, role: str) -> list[Composed]:
    """Return the statements that leave ``role`` with exactly the contract's columns of the contract's tables.

    Revoking at table level takes the column grants along, so what an earlier contract version granted goes too.
    """
    statements = [_usage(schema, role) for schema in sorted({schema for schema, _ in captured_columns(contract)})]
    for table, columns in captured_columns(contract).items():
        statements += revoke_table(table, role)
        grant = SQL("GRANT SELECT ({}) ON TABLE {} TO {}")
        statements.append(grant.format(SQL(", ").join(map(Identifier, columns)), Identifier(*table), Identifier(role)))
    return statements


def signal_grants(role: str) -> list[Composed]:
    """Return the statements that let ``role`` write its own watermarks into the signal table."""
    grant = SQL("GRANT SELECT, INSERT, DELETE ON TABLE {} TO {}")
    return [_usage(HUILIU_SCHEMA, role), grant.format(Identifier(HUILIU_SCHEMA, SIGNAL_TABLE), Identifier(role))]


def revoke_table(table: tuple[str, str], role: str) -> list[Composed]:
    """Return the statement that takes every right on (schema, table) from ``role``."""
    return [SQL("REVOKE ALL ON TABLE {} FROM {}").format(Identifier(*table), Identifier(role))]


def revoke_statements(tables: Iterable[tuple[str, str]], role: str) -> list[Composed]:
    """Return the statements that take every right on these tables from ``role``."""
    return [statement for table in tables for statement in revoke_table(table, role)]


def _usage(schema: str, role: str) -> Composed:
    return SQL("GRANT USAGE ON SCHEMA {} TO {}").format(Identifier(schema), Identifier(role))
