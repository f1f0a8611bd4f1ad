"""What capturing needs of a kind of database: an engine, and the department's database opened through it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from connectors.address import Address
from connectors.comparison import Difference
from connectors.plan import Statement, Step
from connectors.report import Change
from connectors.worker import Worker
from domain.contract import Contract
from settings import Settings

Table = tuple[str, str]  # (schema, name); MariaDB and MySQL call the schema a database


class Source(ABC):
    """A department's database, opened as its capture user. Every method may raise SourceError."""

    pieces: ClassVar[tuple[str, ...]]
    """the pieces that steps are about, in their order"""
    address: Address

    @abstractmethod
    def differences(self) -> Iterator[Difference]:
        """Yield every difference between the contract and the database."""

    @abstractmethod
    def steps(self) -> list[Step]:
        """Return what is still to be done at the database, in order; nothing, when all is as it must be."""

    @abstractmethod
    def undoing(self) -> list[Step]:
        """Return what takes away all that the steps made; a step without statements has nothing to take away."""

    @abstractmethod
    def beyond(self) -> list[str]:
        """Return what else the capture user can reach, by name."""

    @abstractmethod
    def widened(self, had: Mapping[str, str] | None) -> list[Table]:
        """Return the tables of which a column is captured that was not before; ``had`` is the connector's configuration so far."""

    @abstractmethod
    def log_place(self, worker: Worker) -> Change:
        """Return the state of the feed's place in the database's log; SourceError when it cannot go on from there."""

    @abstractmethod
    def release(self) -> Change | None:
        """Give back what the feed holds in the database's log, once its reader has left; None where nothing is held."""

    @abstractmethod
    def reader(self) -> int | None:
        """Return who reads the log for the feed now, by the database's own number."""

    @abstractmethod
    def follows(self, old_reader: int | None) -> bool:
        """Tell whether the feed reads the log, after a restart by another than ``old_reader``."""

    @abstractmethod
    def held(self) -> int | None:
        """Return the bytes of log that the feed holds back; None where nothing is held.

        Raises:
            SourceError: the feed's place in the log is lost.
        """

    @abstractmethod
    def read_again(self, tables: Iterable[Table]) -> None:
        """Ask the running connector to read these tables again beside the live stream."""


class Engine(ABC):
    """A kind of database. What it says of a contract and an address alone is pure."""

    kind: str
    connector_class: str
    runs_here: bool = True
    """False: configured by the same functions, checked against the connector's documented options, and never run here"""
    caveats: tuple[str, ...] = ()
    """what a department must know before it attaches such a database"""

    @abstractmethod
    def address(self, url: str, variable: str) -> Address:
        """Return the parts of an address; SourceError when it is malformed."""

    @abstractmethod
    def opened(self, contract: Contract, settings: Settings) -> AbstractContextManager[Source]:
        """Open the department's database as its capture user; SourceError when it does not open, SettingsError without an address."""

    @abstractmethod
    def apply(self, contract: Contract, settings: Settings, statements: Iterable[Statement]) -> None:
        """Run statements as the department's DBA, whose address the contract names."""

    @abstractmethod
    def beginning(self, contract: Contract, address: Address) -> tuple[list[str], list[Step]]:
        """Return lines to begin the DBA's script with and all steps, for a database of which nothing could be seen."""

    @abstractmethod
    def config(self, contract: Contract, address: Address, password: str, settings: Settings) -> dict[str, str]:
        """Return the connector's configuration; ``password`` is a reference to Connect's secrets folder."""


def source_address(engine: Engine, contract: Contract, settings: Settings) -> Address:
    """Return the capture user's address; SettingsError when the variable is not set, SourceError when it is malformed."""
    variable = contract.source.url_env
    return engine.address(settings.source_url(variable), variable)
