"""PostgreSQL, and KingbaseES where it speaks PostgreSQL's protocol: column grants, a publication with column lists, a slot."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

from psycopg.sql import SQL, Identifier

from connectors.address import Address, parse_address
from connectors.catalogue import read_catalogue
from connectors.comparison import Difference, differences
from connectors.database import Connection, execute, opened
from connectors.debezium import CONNECTOR_CLASS, connector_config
from connectors.engines.engine import Engine, Source, Table
from connectors.errors import SourceError
from connectors.grants import revoke_statements
from connectors.names import HUILIU_SCHEMA, captured_columns, slot_name
from connectors.plan import GRANTS, PUBLICATION, SIGNALS, Prepared, Statement, Step, beyond, read_prepared, steps, widened
from connectors.publication import drop_publication
from connectors.report import Change
from connectors.signals import drop_schema, drop_signal_table, snapshot_signal
from connectors.state import read_slot
from connectors.worker import Worker
from domain.contract import Contract
from settings import Settings

SLOT = "复制槽 replication slot"
_PATIENCE_SECONDS = 15.0
_POLL_SECONDS = 0.1
_NOTHING = Prepared(publication=None, readable={}, writable=frozenset(), granted=frozenset(), signal_table=False)
_OTHERS = """
SELECT count(*)::int AS others FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = %s AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
"""


class PostgreSQLSource(Source):
    """A department's PostgreSQL database."""

    pieces: ClassVar[tuple[str, ...]] = (SIGNALS, GRANTS, PUBLICATION)

    def __init__(self, connection: Connection, contract: Contract, address: Address) -> None:
        """``connection`` is the capture user's."""
        self._connection, self._contract, self.address = connection, contract, address

    def differences(self) -> Iterator[Difference]:
        """Yield every difference between the contract and the database."""
        yield from differences(self._contract, read_catalogue(self._connection, self._contract, self.address.user))

    def steps(self) -> list[Step]:
        """Return what is still to be done."""
        return steps(self._contract, self.address.user, self._prepared())

    def undoing(self) -> list[Step]:
        """Return what takes publication, signal table and grants away."""
        found = self._prepared()
        ours = sorted(found.granted & captured_columns(self._contract).keys())
        return [
            Step(PUBLICATION, "removed", "", drop_publication(self._contract) if found.publication else []),
            Step(SIGNALS, "removed", "", drop_signal_table() if found.signal_table else []),
            Step(GRANTS, "removed", "", revoke_statements(ours, self.address.user)),
        ]

    def beyond(self) -> list[str]:
        """Return what the role reaches beyond the contract."""
        return beyond(self._contract, self._prepared())

    def widened(self, had: Mapping[str, str] | None) -> list[Table]:
        """Return the tables that publish a new column; a feed that never ran missed nothing."""
        return widened(self._contract, self._prepared().publication) if had is not None else []

    def log_place(self, worker: Worker) -> Change:
        """Return the slot's state; one that lost its log is dropped, so that Debezium reads the tables again."""
        del worker
        name, slot = slot_name(self._contract.provider), read_slot(self._connection, self._contract.provider)
        if slot is None:
            return Change(SLOT, "created", "Debezium makes it at the snapshot")
        if slot.plugin != "pgoutput" or slot.database != self._connection.info.dbname:
            raise SourceError(f"复制槽 {name} 属于别人 belongs to {slot.database} ({slot.plugin}): drop or rename it there")
        if slot.lost:
            self._connection.execute("SELECT pg_drop_replication_slot(%s)", (name,))
            return Change(SLOT, "altered", "its log was lost: dropped, so that the tables are read again")
        return Change(SLOT, "unchanged")

    def release(self) -> Change:
        """Drop the slot once its reader has left; left behind, it would hold back the database's log for ever."""
        name, deadline = slot_name(self._contract.provider), time.monotonic() + _PATIENCE_SECONDS
        while (slot := read_slot(self._connection, self._contract.provider)) and slot.reader:
            if time.monotonic() > deadline:
                raise SourceError(f"复制槽仍在使用 slot {name} is still being read: end its reader, then detach again")
            time.sleep(_POLL_SECONDS)
        if slot:
            self._connection.execute("SELECT pg_drop_replication_slot(%s)", (name,))
        return Change(SLOT, "removed" if slot else "unchanged")

    def reader(self) -> int | None:
        """Return the backend that reads the slot."""
        slot = read_slot(self._connection, self._contract.provider)
        return slot.reader if slot else None

    def follows(self, old_reader: int | None) -> bool:
        """Tell whether there is a slot, after a restart with another reader than ``old_reader``."""
        slot = read_slot(self._connection, self._contract.provider)
        return slot is not None and (old_reader is None or slot.reader not in {None, old_reader})

    def held(self) -> int:
        """Return the bytes of log that the slot holds back."""
        slot = read_slot(self._connection, self._contract.provider)
        if slot is None or slot.lost:
            raise SourceError("复制槽已失 the slot is gone or lost its log: huiliu contract attach")
        return slot.bytes

    def read_again(self, tables: Iterable[Table]) -> None:
        """Insert a signal."""
        self._connection.execute(snapshot_signal(tables))

    def _prepared(self) -> Prepared:
        return read_prepared(self._connection, self._contract, self.address.user)


class PostgreSQL(Engine):
    """PostgreSQL 15 and later."""

    kind = "postgresql"
    connector_class = CONNECTOR_CLASS

    def address(self, url: str, variable: str) -> Address:
        """Return the parts of a ``postgresql://`` address."""
        return parse_address(_as_postgresql(url), variable)

    @contextmanager
    def opened(self, contract: Contract, settings: Settings) -> Iterator[Source]:
        """Open the database as its capture user."""
        variable = contract.source.url_env
        with opened(_as_postgresql(settings.source_url(variable)), variable) as (connection, address):
            yield PostgreSQLSource(connection, contract, address)

    def apply(self, contract: Contract, settings: Settings, statements: Iterable[Statement]) -> None:
        """Run statements in one transaction, and drop huiliu's schema if that leaves it empty."""
        admin = contract.source.admin_url_env or ""
        with opened(_as_postgresql(settings.source_url(admin)), admin) as (dba, _):
            execute(dba, statements)
            left = dba.execute(_OTHERS, (HUILIU_SCHEMA,)).fetchone()
            if left and not left["others"]:
                execute(dba, drop_schema())

    def beginning(self, contract: Contract, address: Address) -> tuple[list[str], list[Step]]:
        """Return the capture role's making, and all steps."""
        role = SQL("CREATE ROLE {} LOGIN REPLICATION PASSWORD '…'").format(Identifier(address.user))
        return [f"{role.as_string(None)};"], steps(contract, address.user, _NOTHING)

    def config(self, contract: Contract, address: Address, password: str, settings: Settings) -> dict[str, str]:
        """Return the configuration of Debezium's PostgreSQL connector."""
        return connector_config(contract, address, password, settings.registry_native_url)


class Kingbase(PostgreSQL):
    """KingbaseES through PostgreSQL's protocol; whatever is not as in PostgreSQL 15 stops at the comparison."""

    kind = "kingbase"
    runs_here = False
    caveats = (
        "人大金仓按 PostgreSQL 协议接入 KingbaseES is captured with PostgreSQL's connector: it needs pgoutput, slots and column lists",
        "版本低于 15 者不能接入 a release that reports a version below 15 (V8 does) lacks column lists and is refused: deliver copies",
    )


def _as_postgresql(url: str) -> str:
    """Return the address in libpq's own scheme."""
    scheme, _, rest = url.partition("://")
    return f"postgresql://{rest}" if scheme == "kingbase" else url
