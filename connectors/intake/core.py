"""Takes rows from a copy or an entry: checked at the door, compared with what was accepted before, sent whole or not at all.

One transaction stages, compares and writes the receipt; a process killed before it leaves nothing, one killed after it is
finished by ``resume``, and an event that is sent twice has the same source position and does nothing.
"""

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import orjson

from connectors.intake import ledger
from connectors.intake.headings import withheld_sentence
from connectors.intake.ledger import Connection, Feed, Ledger
from connectors.intake.parallel import staged
from connectors.intake.receipt import Followed, IntakeError, Kind, Progress, Receipt, Row
from connectors.intake.sending import Sender
from connectors.intake.staging import Counts, difference, stage
from domain.contract import Contract, Table
from settings import Settings

_PATIENCE = {"file": 600.0, "entry": 20.0}  # seconds to wait for another delivery to the same table
_TELL_EVERY = 5_000


def _silent(_step: str, _done: int, _all: int | None) -> None:
    return


class _DryRunError(Exception):
    """Ends a transaction that was only a check."""


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What is delivered, beside its rows."""

    contract: Contract
    table: Table
    kind: Kind
    whole: bool
    name: str
    sha256: bytes
    idempotency_key: str | None
    call_id: int | None
    notes: tuple[str, ...]

    @property
    def shape(self) -> bytes:
        """A digest of what is taken of a row; the same file under another contract is another delivery."""
        said = [self.table.captured, self.table.key, sorted(name for name, each in self.table.columns.items() if each.required)]
        return hashlib.sha256(orjson.dumps(said)).digest()


class Intake:
    """One process's way to the store and to Kafka; thread-safe, as each call takes a connection for itself."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        """Nothing is opened yet; ``clock`` gives Unix seconds."""
        self._settings, self._clock = settings, clock
        self._ledger = Ledger(settings.store_dsn.get_secret_value())
        self._sender = Sender(settings)

    def accept(  # noqa: PLR0913  # one delivery has that many sides
        self,
        contract: Contract,
        table: Table,
        rows: Iterable[Row],
        *,
        kind: Kind,
        whole: bool,
        name: str,
        sha256: bytes,
        idempotency_key: str | None = None,
        call_id: int | None = None,
        notes: tuple[str, ...] = (),
        dry: bool = False,
        progress: Progress = _silent,
    ) -> Receipt:
        """Check the rows, find what changed, and send it; ``whole``: what is missing is deleted; ``dry``: say what would be, keep nothing.

        Raises:
            IntakeError: a withheld column is there, an idempotency key was used for something else, the feed is not attached …
            psycopg.OperationalError: the store is away.
            KafkaException: the broker is away; what was staged is sent by ``resume``.
        """
        delivery = _Delivery(contract, table, kind, whole, name, sha256, idempotency_key, call_id, notes)
        with self._ledger.connection() as connection:
            feed = ledger.feed_of(connection, contract.provider, table.name)
            if not dry:
                self._sender.require_topic(feed)
            with ledger.alone(connection, feed, seconds=_PATIENCE[kind]):
                self._finish_open(connection, feed)
                known = self._known(connection, feed, delivery)
                if known is not None:
                    return known
                try:
                    receipt = self._stage(connection, feed, delivery, rows, dry=dry, progress=progress)
                except _DryRunError as checked:
                    return checked.args[0]  # type: ignore[no-any-return]  # the receipt
                return self._send(connection, feed, receipt.id, progress) if receipt.state == "sending" else receipt

    def refuse(self, contract: Contract, table: str, *, name: str, sha256: bytes, call_id: int | None, reason: str) -> Receipt:  # likewise
        """Write down that a file could not be used, so that the desk sees it; ``table`` may be empty."""
        with self._ledger.connection() as connection:
            feed, now = ledger.feed_of(connection, contract.provider, table), self._now()
            values = {
                "feed": feed.id, "kind": "file", "whole": True, "name": name, "sha256": sha256, "shape": b"", "columns": [], "key": [],
                "call_id": call_id, "state": "refused", "received_ms": now, "reason": reason,
            }  # fmt: skip
            return ledger.receipt(connection, ledger.insert_submission(connection, values))

    def confirm(self, submission_id: int, by: str) -> Receipt:
        """Send a copy that waits because it is beyond its limits; ``by`` is who decided.

        Raises:
            IntakeError: there is no such receipt, or it does not wait.
        """
        with self._waiting(submission_id, by) as (connection, feed):
            self._sender.require_topic(feed)
            ledger.update_submission(connection, submission_id, state="sending", accepted_ms=self._now(), decided_by=by)
            return self._send(connection, feed, submission_id, _silent)

    def cancel(self, submission_id: int, by: str) -> Receipt:
        """Drop a copy that waits.

        Raises:
            IntakeError: there is no such receipt, or it does not wait.
        """
        with self._waiting(submission_id, by) as (connection, _):
            ledger.drop(connection, submission_id, f"由 {by} 取消 cancelled by {by}", by, self._now())
            return ledger.receipt(connection, submission_id)

    def receipt(self, submission_id: int) -> Receipt:
        """Return a receipt; IntakeError if there is none of that number."""
        with self._ledger.connection() as connection:
            return ledger.receipt(connection, submission_id)

    def followed(self, submission_id: int) -> list[Followed]:
        """Return the first 10,000 rows it sent, for following them to "searchable"."""
        with self._ledger.connection() as connection:
            return ledger.followed(connection, submission_id)

    def resume(self) -> list[Receipt]:
        """Finish what was interrupted while it was sent; what was interrupted earlier left nothing behind."""
        done = []
        with self._ledger.connection() as connection:
            rows = connection.execute(
                "select s.id, f.id as feed, f.provider, f.source_table from intake_submission s join intake_feed f on f.id = s.feed "
                "where s.state = 'sending' order by s.id"
            ).fetchall()
            for row in rows:
                feed = Feed(row["feed"], row["provider"], row["source_table"])
                if ledger.try_alone(connection, feed):  # else a living process is at it
                    if ledger.receipt(connection, row["id"]).state == "sending":
                        done.append(self._send(connection, feed, row["id"], _silent))
                    ledger.release(connection, feed)
        return done

    def history(self, provider: str, limit: int) -> list[Receipt]:
        """Return the provider's receipts, newest first, without their rejected rows."""
        with self._ledger.connection() as connection:
            return ledger.history(connection, provider, limit)

    def _finish_open(self, connection: Connection, feed: Feed) -> None:
        """Send what a killed process left unsent, before anything newer goes."""
        rows = connection.execute("select id from intake_submission where feed = %s and state = 'sending' order by id", (feed.id,))
        for row in rows.fetchall():
            self._send(connection, feed, row["id"], _silent)

    def _known(self, connection: Connection, feed: Feed, delivery: _Delivery) -> Receipt | None:
        """Return the receipt of the very same delivery, if it was taken before."""
        if delivery.idempotency_key is not None:
            found = ledger.by_key(connection, feed, delivery.idempotency_key)
            if found is not None and bytes(found["sha256"]) != delivery.sha256:
                raise IntakeError(
                    "幂等键已用于另一份报送 this idempotency key was used for another delivery: 换一个键再送 send it with a new key"
                )
        else:
            found = ledger.newest(connection, feed) if delivery.whole else None
            if found is not None and (bytes(found["sha256"]), bytes(found["shape"]), found["whole"]) != (
                delivery.sha256,
                delivery.shape,
                True,
            ):
                found = None
        if found is None:
            return None
        receipt = ledger.receipt(connection, found["id"])
        return replace(receipt, state="repeated") if receipt.state == "done" else receipt

    def _stage(  # likewise
        self, connection: Connection, feed: Feed, delivery: _Delivery, rows: Iterable[Row], *, dry: bool, progress: Progress
    ) -> Receipt:
        """Check, stage and compare in one transaction; return the receipt, in state waiting, sending or done."""
        now, table = self._now(), delivery.table
        with connection.transaction():
            ledger.supersede(connection, feed, now)
            ledger.forget_old_rejects(connection, feed, now)
            submission = ledger.insert_submission(connection, self._values(feed, delivery, now))
            permitted = _told(_permitted(delivery, rows), progress)
            last = stage(connection, staged(delivery.contract.provider, table, self._settings.master_key_bytes(), permitted))
            counts = difference(connection, submission, feed, whole=delivery.whole, last=last, key=table.key[0])
            reason = waits_for(delivery.contract, counts) if delivery.whole else ""
            changes = counts.created + counts.updated + counts.deleted
            state = "waiting" if reason else "sending" if changes else "done"
            ledger.update_submission(
                connection, submission, state=state, reason=reason, accepted_ms=now, done_ms=None if reason or changes else now,
                rows=counts.rows, created=counts.created, updated=counts.updated, deleted=counts.deleted, unchanged=counts.unchanged,
                rejected=counts.rejected, flagged=counts.flagged,
            )  # fmt: skip
            receipt = ledger.receipt(connection, submission)
            if dry:
                raise _DryRunError(replace(receipt, id=0, state="staged", done_ms=None))
        return receipt

    def _values(self, feed: Feed, delivery: _Delivery, now: int) -> dict[str, Any]:
        return {
            "feed": feed.id, "kind": delivery.kind, "whole": delivery.whole, "name": delivery.name, "sha256": delivery.sha256,
            "shape": delivery.shape, "columns": list(delivery.table.captured), "key": list(delivery.table.key),
            "idempotency_key": delivery.idempotency_key, "call_id": delivery.call_id, "state": "sending", "received_ms": now,
            "notes": list(delivery.notes),
        }  # fmt: skip

    def _send(self, connection: Connection, feed: Feed, submission: int, progress: Progress) -> Receipt:
        row = ledger.submission_row(connection, submission)
        changes = row["created"] + row["updated"] + row["deleted"]
        self._sender.send(connection, feed, row, lambda done: progress("send", done, changes))
        ledger.settle(connection, submission, feed, self._now())
        return ledger.receipt(connection, submission)

    @contextmanager
    def _waiting(self, submission: int, by: str) -> Iterator[tuple[Connection, Feed]]:
        if not by.strip():
            raise IntakeError("没有写明由谁决定 it is not said who decides: add --by NAME")
        with self._ledger.connection() as connection:
            row = ledger.submission_row(connection, submission)
            feed = Feed(row["feed"], row["provider"], row["source_table"])
            with ledger.alone(connection, feed, seconds=_PATIENCE["file"]):
                if ledger.submission_row(connection, submission)["state"] != "waiting":
                    raise IntakeError(
                        f"回执 {submission} 不在等待确认 this receipt does not wait: see `huiliu submit --receipt {submission}`"
                    )
                yield connection, feed

    def _now(self) -> int:
        return int(self._clock() * 1000)


def waits_for(contract: Contract, counts: Counts) -> str:
    """Return why a whole copy waits for a person, or nothing: it deletes or changes more than the contract's share of what was accepted."""
    limits, before = contract.limits, counts.before
    said = []
    if counts.deleted > limits.delete_share * before:
        said.append(f"将删除 deletes {counts.deleted:,} / {before:,}（上限 limit {limits.delete_share:.0%}）")
    if counts.updated > limits.change_share * before:
        said.append(f"将更改 changes {counts.updated:,} / {before:,}（上限 limit {limits.change_share:.0%}）")
    if counts.keyless and counts.deleted:
        said.append(f"有 {counts.keyless:,} 行主键为空，删除可能不实 rows without a key: deletions may be mistaken")
    if not said:
        return ""
    return "；".join(said) + ": 核对后确认或改正再送 look at it, then confirm it, or mend the file and send it again"


def _permitted(delivery: _Delivery, rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows; a column that the contract withholds ends everything."""
    withheld = delivery.table.withheld.keys()
    for row in rows:
        if withheld and not withheld.isdisjoint(row.values):
            raise IntakeError(withheld_sentence(next(name for name in row.values if name in withheld), delivery.table))
        yield row


def _told(rows: Iterator[Row], progress: Progress) -> Iterator[Row]:
    number = 0
    for number, row in enumerate(rows, 1):
        yield row
        if number % _TELL_EVERY == 0:
            progress("check", number, None)
    progress("check", number, None)
