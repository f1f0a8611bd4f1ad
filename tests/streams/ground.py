"""Messages, workers and what a searcher sees of them, for tests that resolve on a real store."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from domain.disclosure import Disclosure
from domain.tokens import Tokeniser
from streams.resolve import Emit, Resolver
from streams.store import Store

MASTER = bytes(range(32))
TABLES = ("source_row", "record", "strong_key", "block", "edge", "entity", "emission", "sealing_key", "mention")
Message = dict[str, Any]


def message(row: int, lsn: int, people: list[dict[str, str]] | None, *, unavailable: tuple[str, ...] = ()) -> Message:
    """One row's message; ``people`` None deletes the row."""
    records = [
        {
            "role": f"r{number}",
            "kind": "person",
            "values": values,
            "raw": {},
            "keys": [f"citizen_id:{values['citizen_id']}"] if "citizen_id" in values else [],
            "flags": [],
            "unavailable": list(unavailable),
            "mentioned": False,
        }
        for number, values in enumerate(people or [])
    ]
    return {
        "row_id": f"p/t/{row}", "provider": "p", "table": "t", "op": "delete" if people is None else "upsert",
        "lsn": lsn, "order": 0 if people is None else 1, "snapshot": False, "committed_ms": lsn, "records": records,
    }  # fmt: skip


@dataclass
class Index:
    """What a searcher would see: the newest version of each entity."""

    entities: dict[str, Message] = field(default_factory=dict)
    emitted: int = 0

    async def emit(self, entities: list[Message]) -> None:
        for entity in entities:
            self.emitted += 1
            before = self.entities.get(entity["entity_id"])
            assert before is None or before["version"] < entity["version"], "one entity's versions must be emitted in order"
            self.entities[entity["entity_id"]] = entity

    def alive(self) -> dict[str, frozenset[str]]:
        return {i: frozenset(m["handle"] for m in e["members"]) for i, e in self.entities.items() if not e["deleted"]}


@asynccontextmanager
async def fresh(dsn: str, workers: int = 1) -> AsyncIterator[list[Store]]:
    """Empty the store, connect as many workers, and disconnect them, also where a test fails."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute("set session_replication_role = replica")  # decisions are only added to: a trigger says so
        await connection.execute(
            "truncate decision, decision_consent, decision_applied, decision_resting, " + ", ".join(TABLES) + " restart identity"
        )
    stores = [await Store.connect(dsn) for _ in range(workers)]
    try:
        yield stores
    finally:
        for store in stores:
            await store.close()


def resolver(store: Store, index: Index, emit: Emit | None = None, owner: str = "") -> Resolver:
    return Resolver(store, emit or index.emit, Disclosure([], Tokeniser(MASTER)), MASTER, owner=owner)


async def play(dsn: str, batches: list[list[Message]], seen: Callable[[Index], None] = lambda _: None) -> Index:
    """Apply ``batches`` one after the other to an empty store."""
    index = Index()
    async with fresh(dsn) as (store,):
        for batch in batches:
            await resolver(store, index).apply(batch)
            seen(index)
    return index


def run(dsn: str, *batches: list[Message]) -> Index:
    return asyncio.run(play(dsn, list(batches)))


def split(rng: random.Random, items: list[Message]) -> list[list[Message]]:
    batches, rest = [], items
    while rest:
        size = rng.randint(1, len(rest))
        batches.append(rest[:size])
        rest = rest[size:]
    return batches


def interleaved(rng: random.Random, items: list[Message]) -> list[Message]:
    """Another order in which each row's own changes keep theirs, as Kafka keeps them; some are delivered again."""
    queues: dict[str, list[Message]] = {}
    for item in items:
        queues.setdefault(item["row_id"], []).append(item)
    out: list[Message] = []
    while queues:
        name = rng.choice(sorted(queues))
        out.append(queues[name].pop(0))
        if not queues[name]:
            del queues[name]
        if rng.random() < 0.2:
            out.append(rng.choice(out))
    return out
