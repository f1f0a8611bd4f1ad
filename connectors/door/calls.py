"""Immediate reports (即报): calls that the office makes for a provider's matter, and the times they were seen, answered and closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from psycopg import Connection, OperationalError
from psycopg.rows import dict_row

from connectors.door.errors import CallError
from domain.sealing import PurposeSealer

_SCHEMA = Path(__file__).parents[2] / "schemas" / "store" / "calls.sql"
_SCHEMA_LOCK = 0x6875696C6976  # one process creates the tables, the others wait
_MOST = 1_000
_SELECT = (
    "select c.*, coalesce((select array_agg(a.submission_id order by a.answered_ms, a.submission_id) from call_answer a "
    "where a.call_id = c.id), '{}') as receipts from call c "
)

CallState = Literal["open", "overdue", "answered", "closed"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call. Times in Unix ms; ``receipts``: the submissions that answer it, in order."""

    id: int
    provider: str
    table: str | None
    matter: str
    office: str
    called_ms: int
    due_ms: int
    seen_ms: int | None = None
    answered_ms: int | None = None
    closed_ms: int | None = None
    closed_by: str | None = None
    receipts: tuple[int, ...] = ()

    def state(self, now_ms: int) -> CallState:
        """Return where it stands; an answered call stays answered after its time."""
        if self.closed_ms is not None:
            return "closed"
        if self.answered_ms is not None:
            return "answered"
        return "overdue" if now_ms > self.due_ms else "open"

    @property
    def late_ms(self) -> int | None:
        """By how much the answer came late; 0 in time, None while there is none."""
        return None if self.answered_ms is None else max(0, self.answered_ms - self.due_ms)

    def as_json(self, now_ms: int) -> dict[str, Any]:
        """Return what the API and ``huiliu call --list --json`` show."""
        return {
            "id": self.id,
            "provider": self.provider,
            "table": self.table,
            "matter": self.matter,
            "office": self.office,
            "state": self.state(now_ms),
            "called_ms": self.called_ms,
            "due_ms": self.due_ms,
            "seen_ms": self.seen_ms,
            "answered_ms": self.answered_ms,
            "late_ms": self.late_ms,
            "closed_ms": self.closed_ms,
            "closed_by": self.closed_by,
            "receipts": list(self.receipts),
        }


class Calls(Protocol):
    """What a provider's desk needs of the calls."""

    def of(self, provider: str, now_ms: int) -> list[Call]:
        """Return the provider's calls, open ones first and then the newest, and note that its desk saw them."""
        ...

    def find(self, call_id: int) -> Call | None:
        """Return one call."""
        ...

    def answer(self, call_id: int, submission_id: int, now_ms: int) -> None:
        """Tie a receipt to the call; the first answers it."""
        ...


class StoreCalls:
    """The calls in the store, a connection an operation: they are few."""

    def __init__(self, dsn: str, master: bytes) -> None:
        """Derive the key that seals what calls say."""
        self._dsn = dsn
        self._sealer = PurposeSealer(master, "call")

    def create_tables(self) -> None:
        """Create what is not there yet.

        Raises:
            CallError: the store is away.
        """
        with self._connected() as connection:
            connection.execute("select pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
            connection.execute(_SCHEMA.read_bytes())

    def make(self, call: Call) -> Call:
        """Write a new call down and return it with its number; ``call.id`` is not looked at.

        Raises:
            CallError: the store is away.
        """
        with self._connected() as connection:
            row = connection.execute(
                "insert into call (provider, table_name, matter, office, called_ms, due_ms) values (%s, %s, %s, %s, %s, %s) returning *",
                (call.provider, call.table, self._sealer.seal(call.matter.encode()), call.office, call.called_ms, call.due_ms),
            ).fetchone()
        return self._call({**(row or {}), "receipts": []})

    def of(self, provider: str, now_ms: int) -> list[Call]:
        """Return the provider's calls, open ones first and then the newest, and note that its desk saw them."""
        with self._connected() as connection:
            connection.execute("update call set seen_ms = %s where provider = %s and seen_ms is null", (now_ms, provider))
            rows = connection.execute(
                _SELECT + "where provider = %s order by (closed_ms is null and answered_ms is null) desc, id desc limit %s",
                (provider, _MOST),
            ).fetchall()
        return [self._call(row) for row in rows]

    def all(self) -> list[Call]:
        """Return every provider's calls, newest first; looking at them here is not the desk's seeing.

        Raises:
            CallError: the store is away.
        """
        with self._connected() as connection:
            rows = connection.execute(_SELECT + "order by id desc limit %s", (_MOST,)).fetchall()
        return [self._call(row) for row in rows]

    def find(self, call_id: int) -> Call | None:
        """Return one call, None when there is none of that number."""
        with self._connected() as connection:
            row = connection.execute(_SELECT + "where id = %s", (call_id,)).fetchone()
        return self._call(row) if row else None

    def answer(self, call_id: int, submission_id: int, now_ms: int) -> None:
        """Tie a receipt to the call; the first answers it."""
        with self._connected() as connection:
            connection.execute("insert into call_answer values (%s, %s, %s) on conflict do nothing", (call_id, submission_id, now_ms))
            connection.execute("update call set answered_ms = %s where id = %s and answered_ms is null", (now_ms, call_id))

    def close(self, call_id: int, by: str, now_ms: int) -> Call:
        """Close a call, answered or not.

        Raises:
            CallError: there is no such call, it is closed already, or the store is away.
        """
        with self._connected() as connection:
            done = connection.execute(
                "update call set closed_ms = %s, closed_by = %s where id = %s and closed_ms is null", (now_ms, by, call_id)
            ).rowcount
        found = self.find(call_id)
        if found is None:
            raise CallError(f"没有 {call_id} 号即报 there is no call {call_id}: see `huiliu call --list`")
        if not done:
            raise CallError(f"{call_id} 号即报已了结 call {call_id} is closed already (by {found.closed_by}): nothing to do")
        return found

    @contextmanager
    def _connected(self) -> Iterator[Connection[dict[str, Any]]]:
        try:
            with Connection.connect(self._dsn, row_factory=dict_row, application_name="huiliu-calls", connect_timeout=5) as connection:
                yield connection
        except OperationalError as error:
            message = "存储没有回答 the store (HUILIU_STORE_DSN) does not answer: see `huiliu status`, then `huiliu up store`"
            raise CallError(message) from error

    def _call(self, row: dict[str, Any]) -> Call:
        return Call(
            id=row["id"],
            provider=row["provider"],
            table=row["table_name"],
            matter=self._sealer.unseal(row["matter"]).decode(),
            office=row["office"],
            called_ms=row["called_ms"],
            due_ms=row["due_ms"],
            seen_ms=row["seen_ms"],
            answered_ms=row["answered_ms"],
            closed_ms=row["closed_ms"],
            closed_by=row["closed_by"],
            receipts=tuple(row["receipts"]),
        )
