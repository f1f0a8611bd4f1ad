"""The captured departments' side of the watch: does each connector run, and how much log does its slot hold back."""

from dataclasses import dataclass
from typing import Any

import httpx
import psycopg

from domain.contract import Contract
from schemas.topics import source_prefix
from settings import Settings, SettingsError

_SLOT_BYTES = (
    "select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint from pg_replication_slots "
    "where database = current_database() and plugin = 'pgoutput'"
)
_WITH_SLOTS = frozenset({"postgresql", "kingbase"})
_TIMEOUT = 5


@dataclass(frozen=True, slots=True)
class SourceState:
    """One provider's capture. ``slot_bytes`` is None when there is no slot or none was told; ``trouble`` is one sentence, or empty."""

    provider: str
    running: bool
    slot_bytes: int | None
    trouble: str


def source_states(settings: Settings, contracts: list[Contract], connect: httpx.Client) -> list[SourceState]:
    """Return each captured provider's state (others have no connector); what cannot be asked is told in ``trouble``, never raised."""
    why = "未接入 not attached: huiliu contract attach"
    try:
        connectors = connect.get("/connectors", params={"expand": "status"}, timeout=_TIMEOUT).raise_for_status().json()
    except httpx.HTTPError as error:
        connectors, why = {}, f"Connect 没有回答 does not answer ({type(error).__name__}): huiliu status"
    captured = [contract for contract in contracts if contract.mode == "cdc"]
    return [_state(settings, contract, connectors.get(source_prefix(contract.provider)), why) for contract in captured]


def _state(settings: Settings, contract: Contract, connector: dict[str, Any] | None, why: str) -> SourceState:
    if connector is None:
        return SourceState(contract.provider, running=False, slot_bytes=None, trouble=why)
    status = connector["status"]
    states = {status["connector"]["state"], *(task["state"] for task in status["tasks"])}
    running = states == {"RUNNING"} and bool(status["tasks"])
    trouble = "" if running else f"连接器未运行 connector is {'/'.join(sorted(states))}: huiliu contract attach {contract.provider}"
    if contract.source.kind not in _WITH_SLOTS:
        return SourceState(contract.provider, running, None, trouble)
    try:
        slot_bytes = _slot_bytes(settings.source_url(contract.source.url_env).replace("kingbase://", "postgresql://", 1))
    except (SettingsError, psycopg.Error) as error:
        slot_bytes, trouble = None, trouble or f"数据库没有回答 the database does not answer: {type(error).__name__}"
    return SourceState(contract.provider, running, slot_bytes, trouble)


def _slot_bytes(url: str) -> int | None:
    with psycopg.connect(url, connect_timeout=_TIMEOUT) as connection:
        row = connection.execute(_SLOT_BYTES).fetchone()
    return int(row[0]) if row and row[0] is not None else None
