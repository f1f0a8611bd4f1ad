"""Lists every feed with its state, asked at both ends: Connect for the task, the database for the slot."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from connectors.database import opened
from connectors.errors import SourceError
from connectors.names import connector_name
from connectors.state import read_slot
from connectors.worker import ConnectorState
from domain.contract import Contract
from settings import Settings, SettingsError

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Feed:
    """One provider's feed. ``withheld`` has table, column and reason; ``slot_bytes`` is None when the database did not say."""

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

    def one(contract: Contract) -> Feed:
        return _feed(contract, settings, states)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return sorted(pool.map(one, contracts), key=lambda feed: (feed.row, feed.slug))


def _feed(contract: Contract, settings: Settings, states: Mapping[str, ConnectorState] | None) -> Feed:
    state, slot_bytes = _state(contract, settings, states)
    return Feed(
        row=contract.row,
        slug=contract.provider,
        title=contract.title.zh,
        mode=contract.mode,
        tables=[table.name for table in contract.tables],
        withheld=[
            {"table": table.name, "column": column, "reason": reason}
            for table in contract.tables
            for column, reason in table.withheld.items()
        ],
        role=contract.role.zh if contract.role else None,
        state=state.state,
        reason=state.reason,
        slot_bytes=slot_bytes,
    )


def _state(contract: Contract, settings: Settings, states: Mapping[str, ConnectorState] | None) -> tuple[ConnectorState, int | None]:
    """Return the feed's state and its slot's bytes: a task that says it runs while its database is away does not run."""
    if states is None:
        return ConnectorState("unknown", "Connect 没有回答 does not answer: see `huiliu status`"), None
    state = states.get(connector_name(contract.provider), ConnectorState("not_attached"))
    if state.state == "not_attached":
        return state, None
    variable = contract.source.url_env
    try:
        with opened(settings.source_url(variable), variable) as (capture, _):
            slot = read_slot(capture, contract.provider)
    except (SettingsError, SourceError) as error:
        return (ConnectorState("unreachable", str(error)) if state.state == "running" else state), None
    if slot is None or slot.lost:
        return ConnectorState("failed", "复制槽已失 the slot is gone or lost its log: huiliu contract attach"), None
    return state, slot.bytes
