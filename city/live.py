"""Commits live changes to the departments' databases at a steady rate, whether or not anything downstream keeps up."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import groupby, islice
from typing import LiteralString

import psycopg

from city.changes import Change
from city.errors import CityError

OnCommit = Callable[[Change, int], None]
"""Called with each change and the time of its commit (ms since 1970), as the server's answer arrived."""

_LANES = 2
_TICK = 0.005
_LONGEST_WAIT = 0.1
_ORDER = ("I", "U", "D")
_LATEST: dict[str, LiteralString] = {
    "public_security": "SELECT max(hh) FROM hj_czrk WHERE hh LIKE 'LV%'",
    "telecom_ct": "SELECT max(acct_id) FROM cust_acct WHERE acct_id LIKE 'LV%'",
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast, how long, and how many changes at most share a transaction (1: each has its own)."""

    per_second: float
    seconds: float
    per_transaction: int = 1


@dataclass(frozen=True, slots=True)
class Applied:
    """A change that was committed. ``due_ms``: when the rate called for it; later commits than due say that the databases lag."""

    change: Change
    due_ms: int
    committed_ms: int


async def run(
    addresses: Mapping[str, str], changes: Iterator[Change], pace: Pace, on_commit: OnCommit = lambda _change, _ms: None
) -> list[Applied]:
    """Commit changes open-loop and return them in the order of their commits.

    Args:
        addresses: each department's DBA address by slug.
        changes: what to commit; only as many are taken as fit the pace.
        pace: rate, duration, transaction size.
        on_commit: told of every commit at once.

    Raises:
        CityError: a department's database refused a change or went away.
    """
    applied: list[Applied] = []
    try:
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
            lanes: dict[tuple[str, int], _Lane] = {}
            for slug, address in addresses.items():
                for place in range(_LANES):
                    connection = await psycopg.AsyncConnection.connect(address, autocommit=True)
                    stack.push_async_callback(connection.close)
                    lanes[slug, place] = _Lane(connection, pace.per_transaction, applied, on_commit)
            for (slug, place), lane in lanes.items():
                tasks.create_task(lane.work(), name=f"{slug}/{place}")
            await _feed(lanes, changes, pace)
            for lane in lanes.values():
                lane.end()
    except* psycopg.Error as group:
        what = ", ".join(sorted({type(error).__name__ for error in group.exceptions}))
        raise CityError(f"现场变更未能提交 live changes could not be committed ({what}): see `huiliu logs departments`") from group
    return applied


def next_round(addresses: Mapping[str, str]) -> int:
    """Return the first round of ``changes`` that the departments' databases (DBA's addresses by slug) have not seen."""
    latest = -1
    for slug, query in _LATEST.items():
        with psycopg.connect(addresses[slug]) as connection:
            row = connection.execute(query).fetchone()
        if row and row[0]:
            latest = max(latest, int(row[0][2:11]))
    return latest + 1


async def _feed(lanes: "Mapping[tuple[str, int], _Lane]", changes: Iterator[Change], pace: Pace) -> None:
    """Hand out what is due by the clock; a slow database makes queues longer, never the rate lower."""
    start, wall, total, handed = time.monotonic(), time.time(), round(pace.per_second * pace.seconds), 0
    while handed < total:
        due = min(total, int((time.monotonic() - start) * pace.per_second) + 1)
        for change in islice(changes, due - handed):
            lanes[change.slug, change.lane % _LANES].offer(change, int((wall + handed / pace.per_second) * 1000))
            handed += 1
        await asyncio.sleep(_TICK)


class _Lane:
    """One connection and its queue: changes leave in the order they came."""

    def __init__(self, connection: psycopg.AsyncConnection, most: int, applied: list[Applied], on_commit: OnCommit) -> None:
        self._connection, self._most, self._applied, self._on_commit = connection, most, applied, on_commit
        self._queue: deque[tuple[Change, int]] = deque()
        self._filled, self._ended = asyncio.Event(), False

    def offer(self, change: Change, due_ms: int) -> None:
        """Take a change in."""
        self._queue.append((change, due_ms))
        if len(self._queue) >= self._most:
            self._filled.set()

    def end(self) -> None:
        """Say that no more will come."""
        self._ended = True
        self._filled.set()

    async def work(self) -> None:
        """Commit until the end; a transaction that does not fill goes out after a tenth of a second."""
        while self._queue or not self._ended:
            if len(self._queue) < self._most and not self._ended:
                self._filled.clear()
                try:
                    async with asyncio.timeout(_LONGEST_WAIT):
                        await self._filled.wait()
                except TimeoutError:
                    pass
            batch = [self._queue.popleft() for _ in range(min(self._most, len(self._queue)))]
            if batch:
                await self._commit(batch)

    async def _commit(self, batch: list[tuple[Change, int]]) -> None:
        if len(batch) == 1:
            change = batch[0][0]
            await self._connection.execute(change.statement.encode(), change.values)
        else:
            await self._transaction([change for change, _ in batch])
        now = time.time_ns() // 1_000_000
        for change, due_ms in batch:
            self._applied.append(Applied(change, due_ms, now))
            self._on_commit(change, now)

    async def _transaction(self, batch: list[Change]) -> None:
        """Send equal statements together, inserts before updates before deletes: no round inserts a row again that it deleted."""
        ordered = sorted(batch, key=lambda change: (_ORDER.index(change.statement[0]), change.statement))
        async with self._connection.pipeline(), self._connection.transaction(), self._connection.cursor() as cursor:
            for statement, group in groupby(ordered, key=lambda change: change.statement):
                await cursor.executemany(statement.encode(), [change.values for change in group])
