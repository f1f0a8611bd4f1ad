"""Intake's tables in the store: what was accepted, what a delivery changes, and its receipt (``schemas/store/intake.sql``)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import psycopg
from psycopg.errors import LockNotAvailable
from psycopg.rows import dict_row

from connectors.intake.receipt import MOST_SHOWN, Followed, IntakeError, Receipt, Rejected

Connection = psycopg.Connection[dict[str, Any]]

_SCHEMA = Path(__file__).parent.parent.parent / "schemas" / "store" / "intake.sql"
_SCHEMA_LOCK = 0x696E74616B65
_KEPT_MS = 30 * 24 * 3_600_000
_STAGE = (
    "create temp table if not exists intake_stage (line integer not null, op text not null, handle bytea, digest bytea, sealed bytea, "
    "sealed_key bytea, records bytea, flagged boolean not null, source_column text, reason text, remedy text) on commit delete rows"
)
_RECEIPT = (
    "select s.id, f.provider, f.source_table as table, s.kind, s.name, s.state, s.rows, s.created, s.updated, s.deleted, s.unchanged, "
    "s.rejected, s.flagged, s.received_ms, s.done_ms, s.reason, s.call_id, s.notes "
    "from intake_submission s join intake_feed f on f.id = s.feed "
)
_ACCEPT_ROWS = (
    "insert into intake_row select %(feed)s, handle, digest, sealed_key from intake_change where submission = %(id)s and op <> 'd' "
    "on conflict (feed, handle) do update set digest = excluded.digest"
)
_ACCEPT_DELETIONS = (
    "with gone as materialized (select handle from intake_change where submission = %(id)s and op = 'd') "
    "delete from intake_row a using gone where a.feed = %(feed)s and a.handle = gone.handle"
)
_ACCEPT = (
    _ACCEPT_ROWS,
    _ACCEPT_DELETIONS,
    "delete from intake_change where submission = %(id)s",
    "update intake_submission set state = 'done', done_ms = %(now)s where id = %(id)s",
)
_INSERTED = (
    "feed", "kind", "whole", "name", "sha256", "shape", "columns", "key", "idempotency_key", "call_id", "state", "received_ms",
    "accepted_ms", "reason", "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Feed:
    """One table of one provider."""

    id: int
    provider: str
    table: str


class Ledger:
    """Connections to the store; thread-safe."""

    def __init__(self, dsn: str) -> None:
        """Connect lazily."""
        self._dsn, self._idle, self._lock, self._made = dsn, [], Lock(), False  # type: str, list[Connection], Lock, bool

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Give an autocommit connection that has the staging table.

        Raises:
            psycopg.OperationalError: the store is away.
        """
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None or connection.closed:
            connection = self._open()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append(connection)

    def _open(self) -> Connection:
        connection = psycopg.connect(self._dsn, autocommit=True, row_factory=dict_row, application_name="huiliu-intake")
        if not self._made:
            with connection.transaction():
                connection.execute("select pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
                connection.execute(_SCHEMA.read_bytes())
            self._made = True
        connection.execute("set work_mem = '48MB'")
        connection.execute(_STAGE)
        return connection


def feed_of(connection: Connection, provider: str, table: str) -> Feed:
    """Return the feed, made on first use."""
    connection.execute("insert into intake_feed (provider, source_table) values (%s, %s) on conflict do nothing", (provider, table))
    row = connection.execute("select id from intake_feed where provider = %s and source_table = %s", (provider, table)).fetchone()
    return Feed((row or {})["id"], provider, table)


@contextmanager
def alone(connection: Connection, feed: Feed, *, seconds: float) -> Iterator[None]:
    """Keep every other delivery to the feed out, in this and other processes; a killed process lets go by itself.

    Raises:
        IntakeError: another one is still at work after ``seconds``.
    """
    connection.execute(f"set lock_timeout = {int(seconds * 1000)}")
    try:
        connection.execute("select pg_advisory_lock(%s, %s)", (_SCHEMA_LOCK & 0x7FFFFFFF, feed.id))
    except LockNotAvailable as error:
        raise IntakeError(
            f"{feed.provider}.{feed.table} 正在处理另一份报送 is busy with another delivery: 稍后再送 send it again in a while"
        ) from error
    finally:
        connection.execute("set lock_timeout = 0")
    yield
    release(connection, feed)


def try_alone(connection: Connection, feed: Feed) -> bool:
    """Take the feed's lock if nobody has it."""
    row = connection.execute("select pg_try_advisory_lock(%s, %s) as got", (_SCHEMA_LOCK & 0x7FFFFFFF, feed.id)).fetchone()
    return bool((row or {})["got"])


def release(connection: Connection, feed: Feed) -> None:
    """Let go of the feed's lock."""
    connection.execute("select pg_advisory_unlock(%s, %s)", (_SCHEMA_LOCK & 0x7FFFFFFF, feed.id))


def insert_submission(connection: Connection, values: dict[str, Any]) -> int:
    """Write down a delivery and return its number."""
    names, places = ", ".join(_INSERTED), ", ".join(f"%({name})s" for name in _INSERTED)
    full = dict.fromkeys(_INSERTED) | {"reason": "", "notes": []} | values
    row = connection.execute(f"insert into intake_submission ({names}) values ({places}) returning id", full).fetchone()  # noqa: S608  # names are this module's own
    return int((row or {})["id"])


def update_submission(connection: Connection, submission: int, **values: object) -> None:
    """Change columns of a receipt; names are this module's own."""
    setting = ", ".join(f"{name} = %({name})s" for name in values)
    connection.execute(f"update intake_submission set {setting} where id = %(id)s", values | {"id": submission})  # noqa: S608  # names are this module's own


def by_key(connection: Connection, feed: Feed, idempotency_key: str) -> dict[str, Any] | None:
    """Return the delivery that was made with this idempotency key."""
    asked = (feed.id, idempotency_key)
    return connection.execute("select * from intake_submission where feed = %s and idempotency_key = %s", asked).fetchone()


def newest(connection: Connection, feed: Feed) -> dict[str, Any] | None:
    """Return the feed's newest delivery that was taken or waits."""
    return connection.execute(
        "select * from intake_submission where feed = %s and state in ('done', 'waiting') order by id desc limit 1", (feed.id,)
    ).fetchone()


def supersede(connection: Connection, feed: Feed, now_ms: int) -> None:
    """Cancel a copy that waits when another delivery comes: what it was compared with is about to change."""
    for row in connection.execute("select id from intake_submission where feed = %s and state = 'waiting'", (feed.id,)).fetchall():
        drop(connection, row["id"], "被后来的报送取代 superseded by a later delivery: send it again if it is still meant", None, now_ms)


def settle(connection: Connection, submission: int, feed: Feed, now_ms: int) -> None:
    """Make what was sent the accepted state, and drop what only served the sending."""
    with connection.transaction():
        for statement in _ACCEPT:
            connection.execute(statement, {"id": submission, "feed": feed.id, "now": now_ms})


def drop(connection: Connection, submission: int, reason: str, by: str | None, now_ms: int) -> None:
    """Cancel a delivery that was not sent: nothing of it stays but the receipt."""
    with connection.transaction():
        for table in ("intake_change", "intake_trace"):
            connection.execute(f"delete from {table} where submission = %s", (submission,))  # noqa: S608  # names are this module's own
        update_submission(connection, submission, state="cancelled", reason=reason, decided_by=by, done_ms=now_ms)


def forget_old_rejects(connection: Connection, feed: Feed, now_ms: int) -> None:
    """Drop rejected rows after a month."""
    connection.execute(
        "delete from intake_reject r using intake_submission s where s.feed = %s and s.received_ms < %s and r.submission = s.id",
        (feed.id, now_ms - _KEPT_MS),
    )


def submission_row(connection: Connection, submission: int) -> dict[str, Any]:
    """Return a delivery's row, with provider and table; IntakeError if there is none."""
    row = connection.execute(
        "select s.*, f.provider, f.source_table from intake_submission s join intake_feed f on f.id = s.feed where s.id = %s", (submission,)
    ).fetchone()
    if row is None:
        raise IntakeError(f"没有回执 {submission} there is no receipt of that number: see `huiliu submit --history`")
    return row


def receipt(connection: Connection, submission: int) -> Receipt:
    """Return the receipt with its first rejected rows."""
    submission_row(connection, submission)
    row = connection.execute(_RECEIPT + "where s.id = %s", (submission,)).fetchone()
    rejects = connection.execute(
        "select line, source_column as column, reason, remedy from intake_reject where submission = %s order by line limit %s",
        (submission, MOST_SHOWN),
    ).fetchall()
    return _receipt(row or {}, tuple(Rejected(**each) for each in rejects))


def history(connection: Connection, provider: str, limit: int) -> list[Receipt]:
    """Return receipts, newest first, without rejected rows."""
    rows = connection.execute(_RECEIPT + "where f.provider = %s order by s.id desc limit %s", (provider, limit)).fetchall()
    return [_receipt(row, ()) for row in rows]


def followed(connection: Connection, submission: int) -> list[Followed]:
    """Return the first rows it sent."""
    rows = connection.execute(
        "select line, op, handle, records from intake_trace where submission = %s order by line", (submission,)
    ).fetchall()
    return [Followed(row["line"], submission << 32 | row["line"], _op(row["op"]), row["handle"], _split(row["records"])) for row in rows]


def _op(op: Any) -> Any:  # noqa: ANN401  # psycopg gives "char" as bytes
    return op.decode() if isinstance(op, bytes) else op


def _split(handles: bytes) -> tuple[bytes, ...]:
    return tuple(handles[start : start + 16] for start in range(0, len(handles), 16))


def _receipt(row: dict[str, Any], rejects: tuple[Rejected, ...]) -> Receipt:
    return Receipt(**(row | {"notes": tuple(row["notes"]), "rejects": rejects}))


def forget_feeds(connection: Connection, provider: str) -> None:
    """Take away everything a provider ever handed over, receipts included: for a measurement's or a test's own provider."""
    asked = {"provider": provider}
    feeds = "(select id from intake_feed where provider = %(provider)s)"
    submissions = f"(select id from intake_submission where feed in {feeds})"  # noqa: S608  # names are this module's own
    with connection.transaction():
        for table in ("intake_change", "intake_trace", "intake_reject"):
            connection.execute(f"delete from {table} where submission in {submissions}", asked)  # noqa: S608  # names are this module's own
        for table in ("intake_row", "intake_submission"):
            connection.execute(f"delete from {table} where feed in {feeds}", asked)  # noqa: S608  # names are this module's own
        connection.execute("delete from intake_feed where provider = %(provider)s", asked)
