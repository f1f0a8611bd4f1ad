"""Looks through a whole database of any kind that a draft can be made from."""

from connectors.address import Address, split_address
from connectors.database import opened
from connectors.engines.binlog import opened_server
from connectors.errors import SourceError
from connectors.onboarding.found import FoundTable
from connectors.onboarding.survey_binlog import survey_binlog
from connectors.onboarding.survey_postgresql import survey_postgresql
from domain.contract_parts import Engine

_KINDS: dict[str, Engine] = {"postgresql": "postgresql", "postgres": "postgresql", "mariadb": "mariadb", "mysql": "mysql"}
_PORT = 3306


def survey(url: str, schema: str | None) -> tuple[Engine, Address, list[FoundTable]]:
    """Return the kind of the database, its address, and what its catalogue says.

    Args:
        url: ``postgresql://user:password@host:port/database``, or ``mariadb://…`` or ``mysql://…``.
        schema: only this schema; MariaDB and MySQL have none beside the database itself.

    Raises:
        SourceError: no draft can be made from such a database, or it does not answer.
    """
    kind = _KINDS.get(url.partition("://")[0])
    if kind is None:
        kinds = ", ".join(_KINDS)
        raise SourceError(f"尚不能起草 only catalogues of {kinds} can be drafted from: write the contract by hand, after docs/attach.md")
    if kind == "postgresql":
        with opened(url, "--from") as (connection, address):
            return kind, address, survey_postgresql(connection, schema)
    with opened_server(split_address(url, "--from", _PORT), "--from") as (server, address):
        return kind, address, survey_binlog(server, schema or address.database)
