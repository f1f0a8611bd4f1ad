"""Writes down what attaching would do, as a script for the department's own DBA."""

from psycopg.sql import SQL, Identifier

from connectors.address import parse_address
from connectors.database import opened
from connectors.errors import SourceError
from connectors.names import connector_name, slot_name
from connectors.plan import Prepared, read_prepared, steps
from domain.contract import Contract
from schemas.topics import source_topic
from settings import Settings

_NOTHING = Prepared(publication=None, readable={}, writable=frozenset(), granted=frozenset(), signal_table=False)


def preview(contract: Contract, settings: Settings) -> str:
    """Return the script; a database that does not answer is taken to have nothing yet.

    Raises:
        SettingsError: the address's variable is not set.
        SourceError: the address is malformed.
    """
    variable = contract.source.url_env
    url = settings.source_url(variable)
    address = parse_address(url, variable)
    head = [f"-- {contract.provider} {contract.title.zh}: {address.place}"]
    try:
        with opened(url, variable) as (capture, _):
            found = read_prepared(capture, contract, address.user)
    except SourceError as error:
        found = _NOTHING
        role = SQL("CREATE ROLE {} LOGIN REPLICATION PASSWORD '…'").format(Identifier(address.user))
        head += [f"-- 未能查看 not seen, so from the beginning: {error}", f"{role.as_string(None)};"]
    todo = steps(contract, address.user, found)
    lines = [*head, *(f"-- {step.piece}: {step.state} {step.detail}".rstrip() + f"\n{step.script()}" for step in todo)]
    if not todo:
        lines.append("-- 数据库已就绪 the database is ready: nothing to do")
    topics = ", ".join(source_topic(contract.provider, table.name) for table in contract.tables)
    lines.append(f"-- 然后 then: connector {connector_name(contract.provider)}, slot {slot_name(contract.provider)}, topics {topics}")
    return "\n".join(lines)
