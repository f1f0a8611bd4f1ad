"""A database that huiliu configures but cannot look into: no driver of it is among the dependencies. Its DBA prepares it by the script."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

from connectors.address import Address, split_address
from connectors.comparison import Difference
from connectors.engines.engine import Engine, Source, Table, source_address
from connectors.errors import SourceError
from connectors.plan import Statement, Step
from connectors.report import Change
from connectors.worker import Worker
from domain.contract import Contract
from settings import Settings

LOG_PLACE = "日志位置 log position"


class UnseenSource(Source):
    """Nothing is known of it but its address."""

    pieces: ClassVar[tuple[str, ...]] = ()

    def __init__(self, address: Address) -> None:
        """Keep the address."""
        self.address = address

    def differences(self) -> Iterator[Difference]:
        """Say that nothing was compared."""
        yield Difference(("connection", "url_env"), "未与库比对 the database was not compared: huiliu has no driver for it", stops=False)

    def steps(self) -> list[Step]:
        """Return nothing: what is done there cannot be seen."""
        return []

    def undoing(self) -> list[Step]:
        """Return nothing, likewise."""
        return []

    def beyond(self) -> list[str]:
        """Return nothing, likewise."""
        return []

    def widened(self, had: Mapping[str, str] | None) -> list[Table]:
        """Return nothing, likewise."""
        del had
        return []

    def log_place(self, worker: Worker) -> Change:
        """Leave the place to the connector."""
        del worker
        return Change(LOG_PLACE, "unchanged", "the connector keeps it")

    def release(self) -> None:
        """Return nothing: a feed holds no log back here."""

    def reader(self) -> None:
        """Return nothing: it cannot be seen."""

    def follows(self, old_reader: int | None) -> bool:
        """Trust the task's own state."""
        return old_reader is None

    def held(self) -> None:
        """Return nothing: a feed holds no log back here."""

    def read_again(self, tables: Iterable[Table]) -> None:
        """Refuse: there is nobody to insert the signal."""
        raise SourceError(f"请重新接入 {', '.join('.'.join(table) for table in tables)} must be read again: detach, then attach")


class UnseenEngine(Engine):
    """A kind of database that is configured, and never run here."""

    runs_here = False
    port: int

    def address(self, url: str, variable: str) -> Address:
        """Return the parts of an address."""
        return split_address(url, variable, self.port)

    @contextmanager
    def opened(self, contract: Contract, settings: Settings) -> Iterator[Source]:
        """Take the address apart; nothing is opened."""
        yield UnseenSource(source_address(self, contract, settings))

    def apply(self, contract: Contract, settings: Settings, statements: Iterable[Statement]) -> None:
        """Refuse: the DBA runs the script."""
        del settings, statements
        raise SourceError(f"请库管执行 have the DBA run what `huiliu contract plan {contract.provider}` prints")

    @abstractmethod
    def beginning(self, contract: Contract, address: Address) -> tuple[list[str], list[Step]]:
        """Return the DBA's whole script."""
