"""Writes down what attaching would do, as a script for the department's own DBA."""

from connectors.attach import NOT_RUN
from connectors.engines import engine_of
from connectors.engines.engine import Engine, source_address
from connectors.errors import SourceError
from connectors.names import connector_name
from connectors.secrets import password_reference
from domain.contract import Contract
from schemas.topics import source_topic
from settings import Settings


def preview(contract: Contract, settings: Settings) -> str:
    """Return the script; a database that does not answer is taken to have nothing yet.

    Raises:
        SettingsError: the address's variable is not set.
        SourceError: the address is malformed, or there is no connector for this kind of database.
    """
    name = f"-- {contract.provider} {contract.title.zh}"
    topics = ", ".join(source_topic(contract.provider, table.name) for table in contract.tables)
    if contract.mode == "role":
        return f"{name}: 只有角色，无须接入 a role and no feed: there is nothing to attach"
    if contract.mode != "cdc":
        way = "定期拷贝 periodic copies" if contract.mode == "file" else "互联网录入 entries"
        return f"{name}: {way}\n-- 将建 would make: topics {topics}, desk key keys/desk/{contract.provider}"
    engine = engine_of(contract)
    address = source_address(engine, contract, settings)
    lines = [f"{name}: {engine.kind} {address.place}", *(f"-- 注意 note: {caveat}" for caveat in engine.caveats)]
    lines += _database(engine, contract, settings)
    lines.append(f"-- 然后 then: connector {connector_name(contract.provider)}, topics {topics}")
    if not engine.runs_here:
        lines += [f"-- {NOT_RUN}", *_configuration(engine, contract, settings)]
    return "\n".join(lines)


def _database(engine: Engine, contract: Contract, settings: Settings) -> list[str]:
    """Return what is still to be done at the database; everything, when it cannot be seen."""
    try:
        with engine.opened(contract, settings) as source:
            head, todo, seen = [], source.steps(), bool(source.pieces)
    except SourceError as error:
        head, todo, seen = [f"-- 未能查看 not seen, so from the beginning: {error}"], [], False
    if not seen:
        beginning, todo = engine.beginning(contract, source_address(engine, contract, settings))
        head += beginning
    lines = [*head, *(f"-- {step.piece}: {step.state} {step.detail}".rstrip() + f"\n{step.script()}" for step in todo)]
    return lines if todo else [*lines, "-- 数据库已就绪 the database is ready: nothing to do"]


def _configuration(engine: Engine, contract: Contract, settings: Settings) -> list[str]:
    """Return the connector's configuration, for whoever runs it elsewhere; the password is a reference."""
    address = source_address(engine, contract, settings)
    config = engine.config(contract, address, password_reference(settings.home, contract.provider), settings)
    return [f"--   {name}={value}" for name, value in sorted(config.items())]
