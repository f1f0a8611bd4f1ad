"""Matches a whole store anew by the scorecards in use, batch by batch, as if each record had changed.

What comes out is what a store would hold that had been matched by them from the start. It may be ended at any time and begun
again; until it is done no worker starts.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.disclosure import Disclosure
from domain.entities import Kind
from domain.matching.scorecard_file import Cards
from domain.tokens import Tokeniser
from schemas.codec import Encoder
from schemas.registry import connect
from schemas.topics import ENTITIES
from settings import Settings
from settings.scorecards import ScorecardError
from streams import cards as in_use
from streams.outbox import Outbox
from streams.resolve import Emit, Resolver
from streams.store import Store, create_tables

_KINDS = list(Kind)
Told = Callable[[int, int], None]
"""Hears how many records are done, of how many."""


def rematch(settings: Settings, cards: Cards, told: Told) -> tuple[list[Kind], int]:
    """Match every record anew whose kind's scorecard in use is not the store's; return these kinds, and how many records they have.

    Raises:
        ScorecardError: a worker is connected; says what to do.
        psycopg.OperationalError: the store is away.
    """
    dsn = settings.store_dsn.get_secret_value()
    create_tables(dsn)
    encoder = Encoder(connect(settings.registry_url), "entity", ENTITIES)
    outbox = Outbox(settings.kafka_bootstrap)

    async def emit(entities: list[dict[str, Any]]) -> None:
        await outbox.send((ENTITIES, entity["entity_id"].encode(), encoder(entity)) for entity in entities)

    return asyncio.run(rematch_store(dsn, settings.master_key_bytes(), cards, emit, settings.stream_batch, told))


async def rematch_store(dsn: str, master: bytes, cards: Cards, emit: Emit, size: int, told: Told) -> tuple[list[Kind], int]:
    """Do it on the store ``dsn``, ``size`` records a batch; see ``rematch``."""
    with _alone(dsn) as connection:
        kinds = in_use.others(connection.execute("select kind, digest from store_scorecard").fetchall(), cards)
        if not kinds:
            return [], 0
        in_use.begin(connection, kinds)
        handles = _handles(connection, kinds)
        resolver = Resolver(await Store.connect(dsn), emit, Disclosure([], Tokeniser(master)), master, cards)
        try:
            await _refile(resolver, handles, size, told)
        finally:
            await resolver.close()
        with connection.transaction():
            in_use.write(connection, cards, kinds)
    return kinds, len(handles)


async def _refile(resolver: Resolver, handles: Sequence[bytes], size: int, told: Told) -> None:
    for start in range(0, len(handles), size):
        batch = handles[start : start + size]
        await resolver.rematch(batch)
        told(start + len(batch), len(handles))


def _handles(connection: Connection[TupleRow], kinds: Collection[Kind]) -> list[bytes]:
    numbers = [_KINDS.index(kind) for kind in kinds]
    # By entity: who is connected is mostly read once.
    found = connection.execute("select handle from record where kind = any(%s) order by entity_id, handle", (numbers,), binary=True)
    return [row[0] for row in found.fetchall()]


@contextmanager
def _alone(dsn: str) -> Iterator[Connection[TupleRow]]:
    with Connection.connect(dsn, autocommit=True, application_name="huiliu-resolve") as connection:
        if connection.execute("select pg_try_advisory_lock(%s, %s)", in_use.LOCK).fetchone() != (True,):
            message = (
                "有流处理进程在工作 stream workers are at work on the store: end them "
                "(`huiliu status` names them, `huiliu down streams-0`), then run `huiliu scorecard apply` again"
            )
            raise ScorecardError(message)
        yield connection
