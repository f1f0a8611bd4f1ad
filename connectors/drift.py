"""Watches captured databases for schema drift: what a contract does not know, or what a feed needs and lost, becomes a finding."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator

import psycopg

from connectors.comparison import Difference
from connectors.engines import engine_of
from connectors.errors import SourceError
from domain.contract import Contract
from schemas import metrics
from schemas.quality import Finding, create_table, latest, record
from settings import Settings, SettingsError

EVERY_SECONDS = 60.0
MEASURE = "drift"
_log = logging.getLogger(__name__)


def drifted(contract: Contract, settings: Settings) -> Iterator[Finding]:
    """Yield a finding for each difference between a contract and its database, and for each thing that attaching made and is gone.

    Raises:
        SourceError: the database does not open; that says nothing of its schema.
        SettingsError: its address is not set.
    """
    told: dict[tuple[str, str], list[Difference]] = {}
    with engine_of(contract).opened(contract, settings) as source:
        for difference in source.differences():
            told.setdefault(_place(contract, difference.path), []).append(difference)
        for step in source.steps():
            message = (
                f"{step.piece} 不再就绪 is not as attach left it ({step.detail or 'missing'}): huiliu contract attach {contract.provider}"
            )
            told.setdefault(("", step.piece), []).append(Difference((), message))
    for (table, subject), differences in told.items():
        yield _finding(contract, table, subject, differences)


def look(contracts: Iterable[Contract], settings: Settings) -> list[Finding]:
    """Look at every captured provider once and write what is news to the history; return what is broken now.

    Raises:
        psycopg.Error: the store refused or went away.
    """
    asked: set[str] = set()
    found: list[Finding] = []
    for contract in contracts:
        if contract.mode != "cdc":
            continue
        try:
            found += drifted(contract, settings)
        except (SourceError, SettingsError) as error:
            _log.warning("%s: 未能比对 its schema was not compared: %s", contract.provider, error)
        else:
            asked.add(contract.provider)
    with psycopg.connect(settings.store_dsn.get_secret_value(), autocommit=True, application_name="huiliu-drift") as store:
        create_table(store)
        broken = {each.place for each in found}
        mended = [each for each in latest(store) if each.measure == MEASURE and each.provider in asked and each.place not in broken]
        record(store, found + [Finding(*each.place, 0, None, 0, kept=True) for each in mended])
    for each in (*found, *mended):
        metrics.PROMISE_KEPT.labels(*each.place).set(each in mended)
    return found


class DriftWatch(threading.Thread):
    """Looks again and again; a drift is told in the log once, and again when it has gone and come back."""

    def __init__(self, attached: Callable[[], Iterable[Contract]], settings: Settings) -> None:
        """``attached`` gives the contracts whose feed is attached now."""
        super().__init__(name="drift", daemon=True)
        self._attached = attached
        self._settings = settings
        self._told: frozenset[tuple[str, str, str, str]] = frozenset()
        self._closed = threading.Event()

    def run(self) -> None:
        """Look until closed; a server that is away is asked again."""
        while True:
            try:
                self._tell(look(self._attached(), self._settings))
            except Exception as error:  # noqa: BLE001  # a fault in one look must not end the watch
                _log.warning("结构未比对 schemas were not compared (%s): tried again", type(error).__name__)
            if self._closed.wait(EVERY_SECONDS):
                return

    def close(self) -> None:
        """End after the look under way."""
        self._closed.set()

    def _tell(self, found: list[Finding]) -> None:
        for each in found:
            if each.place not in self._told:
                _log.warning("结构变化 schema drift at %s: %s", each.provider, each.detail)
        self._told = frozenset(each.place for each in found)


def _place(contract: Contract, path: tuple[str | int, ...]) -> tuple[str, str]:
    """Return the table that a place in the contract's document is about ('' for none), and what in it."""
    if path[:1] == ("tables",) and len(path) > 1:
        return contract.tables[int(path[1])].name, ".".join(map(str, path[2:]))
    return "", ".".join(map(str, path))


def _finding(contract: Contract, table: str, subject: str, differences: list[Difference]) -> Finding:
    """``value`` is 2 for what stops the feed, 1 for what is only loud."""
    value = 2 if any(each.stops for each in differences) else 1
    detail = "; ".join(each.message for each in differences)
    return Finding(contract.provider, table, MEASURE, subject, value, None, 0, kept=False, detail=detail)
