"""Stewards' decisions on pairs of records: taken, consented to, taken back, and told to the resolver.

Every decision is a line that stays; what holds is a replay of the lines (``domain.review``, and the same as views in
``schemas/store/review.sql``). One connection a request: people decide, and people are slow.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from unicodedata import category

from psycopg import AsyncConnection
from psycopg import Error as StoreError
from psycopg.errors import UndefinedTable

from domain.review import MOST_REASON, Pair, Verdict, Weight
from domain.sealing import PurposeSealer
from query.problems import Problem, ProblemError
from query.review_log import OUTSTANDING, Line, behind, insert_line, last_word, read_line, read_lines

_SCHEMA = Path(__file__).parent.parent / "schemas" / "store" / "review.sql"
_SCHEMA_LOCK = 0x6875696C6975  # the resolver's own: it creates the same tables
_LOG_LOCK = 0x6875696C6976  # one decision after the other
_OPTIONS = "-c statement_timeout=30000 -c jit=off -c work_mem=32MB -c enable_seqscan=off -c random_page_cost=1.1"
"""By index: a scan of all records would make the queue dearer as the city grows."""
_MOST_SENT = 1_000
_AGAIN_SECONDS = 60.0  # what Kafka has waits there for the resolver; it is told once more in case it was lost
_log = logging.getLogger(__name__)


class Notice(NamedTuple):
    """What the resolver is told: a decision counts, on this pair."""

    decision: int
    one: bytes
    other: bytes


class NotSentError(Exception):
    """Kafka or the registry is away; what could not be sent is sent later."""


class Sending(Protocol):
    """Where decisions are told to the resolver."""

    def __call__(self, notices: Sequence[Notice]) -> None:
        """Send, and return once all are kept there.

        Raises:
            NotSentError: they may not be there.
        """
        ...


class Review:
    """The log of decisions, and who may add what to it."""

    def __init__(self, dsn: str, master: bytes, sending: Sending, clock: Callable[[], float] = time.time) -> None:
        """``clock`` gives Unix seconds."""
        self._dsn = dsn
        self._box = PurposeSealer(master, "review")
        self._sending = sending
        self._clock = clock
        self._made = asyncio.Lock()
        self._ready = False
        self._told_at: dict[int, float] = {}  # when, of those that the resolver has not applied

    async def decide(self, pair: Pair, verdict: Verdict, reason: str, steward: str, seen: str | None = None) -> Line:
        """Add a decision; it counts at once unless it needs a second steward.

        Args:
            pair: two records, the lesser handle first.
            verdict: the steward's answer.
            reason: why.
            steward: who.
            seen: what the records looked like to the steward (``domain.review.seen``); None: whatever they look like now.

        Raises:
            ProblemError: 404 no such records, 409 they changed since they were looked at, 422 not two records of one resolvable kind or
                no reason, 503 the store is away.
        """
        sealed = self._sealed(pair, reason)
        async with self._alone() as connection:
            found = await behind(connection, pair)
            if found is None:
                raise ProblemError([Problem("", "unknown_record")], 404)
            if seen is not None and seen != found.seen:
                raise ProblemError([Problem("", "changed_since")], 409)
            weight = Weight(await last_word(connection, pair), verdict, found.together, found.touches, found.conflict)
            row = (found.kind, *pair, verdict.value, None, steward, sealed, weight.needs_second, found.touches, self._now())
            line = await insert_line(connection, row)
        return await self._told(line)

    async def undo(self, decision: int, reason: str, steward: str) -> Line:
        """Take a decision back; the word before it holds again.

        Raises:
            ProblemError: 404 no such decision, 409 it is an undo or taken back already, 422 no reason, 503.
        """
        undone = await self.line(decision)
        sealed = self._sealed(undone.pair, reason)
        async with self._alone() as connection:
            undone = await read_line(connection, decision)
            lines = await read_lines(connection, "where d.one = %s and d.other = %s", undone.pair)
            if undone.verdict is None or any(line.undoes == decision and (line.counts or line.waits) for line in lines):
                raise ProblemError([Problem("", "not_undoable")], 409)
            needs_second, touches = await self._weight_of_undoing(connection, undone)
            row = (undone.kind, *undone.pair, None, decision, steward, sealed, needs_second, touches, self._now())
            line = await insert_line(connection, row)
        return await self._told(line)

    async def _weight_of_undoing(self, connection: AsyncConnection[Any], undone: Line) -> tuple[bool, int]:
        """Return whether taking it back needs a second steward, and how many records that touches."""
        found = await behind(connection, undone.pair)
        if found is None:
            return undone.needs_second, undone.touches  # a record is away for now: what took two to say takes two to take back
        before, after = await last_word(connection, undone.pair), await last_word(connection, undone.pair, without=undone.id)
        return Weight(before, after, found.together, found.touches, found.conflict).needs_second, found.touches

    async def consent(self, decision: int, steward: str) -> Line:
        """Add the second steward's word.

        Raises:
            ProblemError: 404 no such decision, 403 it is the steward's own, 409 it does not wait (any more), 503.
        """
        async with self._alone() as connection:
            line = await read_line(connection, decision)
            if not line.waits:
                raise ProblemError([Problem("", "not_waiting")], 409)
            if line.steward == steward:
                raise ProblemError([Problem("", "own_decision")], 403)
            await connection.execute("insert into decision_consent values (%s, %s, %s, %s)", (decision, line.steward, steward, self._now()))
            line = await read_line(connection, decision)
        return await self._told(line)

    async def line(self, decision: int) -> Line:
        """Return one line of the log.

        Raises:
            ProblemError: 404 there is none, 503.
        """
        async with self.connected() as connection:
            return await read_line(connection, decision)

    async def of_pair(self, pair: Pair) -> list[Line]:
        """Return a pair's lines, newest first."""
        async with self.connected() as connection:
            return await read_lines(connection, "where d.one = %s and d.other = %s order by d.id desc", pair)

    async def waiting(self, after: int = 0, most: int = 1_000) -> list[Line]:
        """Return what waits for a second steward, with ids above ``after``, oldest first."""
        async with self.connected() as connection:
            where = "where d.id in (select w.id from waiting_decision w where w.id > %s order by w.id limit %s) order by d.id"
            return await read_lines(connection, where, (after, most))

    async def log(self, after: int = 0, most: int = 1_000) -> list[Line]:
        """Return lines of the log with ids above ``after``, ascending."""
        async with self.connected() as connection:
            return await read_lines(connection, "where d.id > %s order by d.id limit %s", (after, most))

    async def newest(self, most: int) -> list[Line]:
        """Return the log's last lines, ascending."""
        async with self.connected() as connection:
            where = "where d.id in (select l.id from decision l order by l.id desc limit %s) order by d.id"
            return await read_lines(connection, where, (most,))

    def reason(self, line: Line) -> str:
        """Return a line's reason in clear, for stewards only."""
        return _legible(self._box.unseal(line.reason, b"".join(line.pair)).decode())

    async def send_outstanding(self) -> bool:
        """Tell the resolver the oldest thousand decisions that it has not applied, but for those just told; return whether they were sent.

        Raises:
            ProblemError: 503 the store is away.
        """
        async with self.connected() as connection:
            rows = await (await connection.execute(OUTSTANDING, (_MOST_SENT,))).fetchall()
        now = time.monotonic()
        told = {row[0]: self._told_at[row[0]] for row in rows if now - self._told_at.get(row[0], -_AGAIN_SECONDS) < _AGAIN_SECONDS}
        due = [Notice(*row) for row in rows if row[0] not in told]
        try:
            await asyncio.to_thread(self._sending, due)
        except NotSentError as error:
            _log.warning("%d decisions wait to be sent to the resolver: %s", len(due), error)
            return False
        self._told_at = told | {notice.decision: now for notice in due}
        return True

    async def keep_sending(self, pause: float = 5.0) -> None:
        """Send what is outstanding every ``pause`` seconds, for ever: whoever decided may have ended before it was sent."""
        while True:
            with suppress(ProblemError):
                await self.send_outstanding()
            await asyncio.sleep(pause)

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[AsyncConnection[Any]]:
        """Open a connection whose failure is told as a problem.

        Raises:
            ProblemError: 503 the store is away, or nothing was ever resolved in it.
        """
        try:
            async with await AsyncConnection.connect(
                self._dsn, autocommit=True, options=_OPTIONS, application_name="huiliu-review"
            ) as connection:
                await self._create_tables(connection)
                yield connection
        except UndefinedTable as error:
            raise ProblemError([Problem("", "nothing_resolved")], 503) from error
        except StoreError as error:
            raise ProblemError([Problem("", "store_away")], 503) from error

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[AsyncConnection[Any]]:
        """Open a transaction that holds the log: stewards who decide at once come one after the other, whatever the pairs.

        What a decision would touch depends on those before it, which may be of other pairs.
        """
        async with self.connected() as connection, connection.transaction():
            await connection.execute("lock table decision in row exclusive mode")  # before any view, as whoever makes the views anew does
            await connection.execute("select pg_advisory_xact_lock(%s)", (_LOG_LOCK,))
            yield connection

    async def _create_tables(self, connection: AsyncConnection[Any]) -> None:
        async with self._made:
            if self._ready:
                return
            made = await (await connection.execute("select to_regclass('waiting_decision') is not null")).fetchone()
            if made != (True,):  # made by the resolver, mostly: making them again would wait for whoever uses them
                async with connection.transaction():
                    await connection.execute("select pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
                    await connection.execute(_SCHEMA.read_bytes())
            self._ready = True

    async def _told(self, line: Line) -> Line:
        """Tell the resolver. The line is committed: what fails from here on is ``keep_sending``'s to make good, and no refusal."""
        if line.counts:
            with suppress(ProblemError):
                await self.send_outstanding()
        return line

    def _sealed(self, pair: Pair, reason: str) -> bytes:
        text = _legible(reason).strip()
        if not text or len(text) > MOST_REASON:
            raise ProblemError([Problem("reason", "long_reason" if text else "no_reason")])
        return self._box.seal(text.encode("utf-8", "replace"), b"".join(pair))

    def _now(self) -> int:
        return int(self._clock() * 1000)


def _legible(text: str) -> str:
    """Return a text without the characters that steer a terminal or turn the direction of reading."""
    return "".join(character for character in text if character in "\n\t" or not category(character).startswith("C"))
