"""Lists every feed with its state, asked at both ends: Connect for the task, the database for the slot, Kafka for the topics."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from confluent_kafka import KafkaException

from connectors.engines import engine_of
from connectors.errors import SourceError
from connectors.names import connector_name
from connectors.worker import ConnectorState
from domain.contract import Contract
from schemas.topics import attached, topics_of
from settings import Settings, SettingsError

WHOLE_TABLE = "*"
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Feed:
    """One provider's feed. ``withheld`` has table, column and reason (column ``*``: the whole table).

    ``state`` is running, failed, paused, stopped, starting, unreachable or unknown of a captured feed, open of a feed of files or
    entries, role of a unit without a feed, and not_attached. ``slot_bytes`` is None where no log is held back, or none was told.
    """

    row: int
    slug: str
    title: str
    mode: str
    tables: list[str]
    withheld: list[dict[str, str]]
    role: str | None
    state: str
    reason: str
    slot_bytes: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``list --json`` prints."""
        return asdict(self)


def feeds(contracts: list[Contract], settings: Settings, states: Mapping[str, ConnectorState] | None) -> list[Feed]:
    """Return the feeds in the order of their rows; ``states`` is None when Connect did not answer."""
    try:
        topics: frozenset[str] | None = topics_of(settings.kafka_bootstrap)
    except KafkaException:
        topics = None

    def one(contract: Contract) -> Feed:
        if contract.mode == "cdc":
            return _feed(contract, *_captured(contract, settings, states))
        return _feed(contract, _uncaptured(contract, topics), None)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return sorted(pool.map(one, contracts), key=lambda feed: (feed.row, feed.slug))


def never_attached(contracts: list[Contract]) -> list[Feed]:
    """Return the feeds where huiliu was never started: nothing is attached, and nobody need be asked."""
    states = {contract.provider: "role" if contract.mode == "role" else "not_attached" for contract in contracts}
    found = [_feed(contract, ConnectorState(states[contract.provider]), None) for contract in contracts]
    return sorted(found, key=lambda feed: (feed.row, feed.slug))


def withheld_of(contract: Contract) -> list[dict[str, str]]:
    """Return all that never leaves the source: columns, and whole tables as column ``*``."""
    columns = [
        {"table": table.name, "column": column, "reason": reason} for table in contract.tables for column, reason in table.withheld.items()
    ]
    return columns + [{"table": name, "column": WHOLE_TABLE, "reason": reason} for name, reason in contract.withheld_tables.items()]


def _feed(contract: Contract, state: ConnectorState, slot_bytes: int | None) -> Feed:
    return Feed(
        row=contract.row,
        slug=contract.provider,
        title=contract.title.zh,
        mode=contract.mode,
        tables=[table.name for table in contract.tables],
        withheld=withheld_of(contract),
        role=contract.role.zh if contract.role else None,
        state=state.state,
        reason=state.reason,
        slot_bytes=slot_bytes,
    )


def _uncaptured(contract: Contract, topics: Collection[str] | None) -> ConnectorState:
    if contract.mode == "role":
        return ConnectorState("role")
    if topics is None:
        return ConnectorState("unknown", "Kafka 没有回答 does not answer: see `huiliu status`")
    return ConnectorState("open" if attached([contract], topics) else "not_attached")


def _captured(contract: Contract, settings: Settings, states: Mapping[str, ConnectorState] | None) -> tuple[ConnectorState, int | None]:
    """Return the feed's state and its slot's bytes: a task that says it runs while its database is away does not run."""
    if states is None:
        return ConnectorState("unknown", "Connect 没有回答 does not answer: see `huiliu status`"), None
    state = states.get(connector_name(contract.provider), ConnectorState("not_attached"))
    if state.state == "not_attached":
        return state, None
    try:
        with engine_of(contract).opened(contract, settings) as source:
            try:
                return state, source.held()
            except SourceError as error:
                return ConnectorState("failed", str(error)), None
    except (SettingsError, SourceError) as error:
        return (ConnectorState("unreachable", str(error)) if state.state == "running" else state), None
