"""Puts rows on the source topics as change events, as a connector does, and tells whom a synthetic city's rows truly speak of."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from typing import Any, NamedTuple

from confluent_kafka import KafkaException

from city.departments import DEPARTMENTS
from city.dirt import Dirt
from city.household import PEOPLE
from city.tables import Entry, Source
from city.world import Block, World
from domain.contract import Contract, Table
from domain.entities import Kind
from domain.matching.features import READERS
from domain.matching.keys import key_of
from domain.mentions import mention_handle
from domain.normalise import RowNormaliser, row_id
from domain.tokens import Tokeniser
from schemas import producing, registry
from schemas.codec import Encoder
from schemas.topics import source_prefix, source_topic
from settings import Settings
from stack.errors import StackError

_STRETCH = 50
"""Blocks of the city a process makes at a time: fifteen hundred people."""
_QUEUE = 50_000
_FLUSH_SECONDS = 120.0
_TELLING = ("citizen_id", "name", "mobile", "uscc", "plate")
"""Fields whose source words are mostly the normal form already, so that others are dirt."""
_USUAL = frozenset({"unknown_county", "unknown_code"})
"""Flags that every row of a synthetic city may have."""

CLEAN = "clean"
"""The kind of dirt of a record that has none."""

Row = Mapping[str, str | None]
Progress = Callable[[int, int], None]


class Said(NamedTuple):
    """One role of one row: its record's handle, the kind, whom it truly speaks of, and the kinds of dirt on it."""

    handle: bytes
    kind: str
    entity: str
    dirt: tuple[str, ...]


class Feed:
    """Produces change events. Call ``flush`` at the end."""

    def __init__(self, bootstrap: str, registry_url: str) -> None:
        """Connect lazily."""
        self._registry = registry.connect(registry_url)
        self._producer = producing.connect(
            bootstrap,
            {
                "compression.type": "lz4",
                "linger.ms": 20,
                "queue.buffering.max.messages": _QUEUE,
                "delivery.report.only.error": True,
                "log_level": 2,  # what fails is told by flush
            },
        )
        self._encoders: dict[str, tuple[Encoder, Encoder]] = {}
        self._sending = producing.Sending()
        self._now_ms = int(time.time() * 1000)

    def send(self, provider: str, table: Table, row: Row, line: int) -> None:
        """Send one row as a snapshot reads it: what the contract lets leave, and its line as the source position."""
        topic = source_topic(provider, table.name)
        if topic not in self._encoders:
            self._encoders[topic] = Encoder(self._registry, "change_key", topic, "key"), Encoder(self._registry, "change", topic)
        key_of, value_of = self._encoders[topic]
        source = {"connector": "bench", "name": source_prefix(provider), "ts_ms": self._now_ms, "table": table.name, "lsn": line}
        after = {name: row[name] for name in table.captured}
        value = value_of({"before": None, "after": after, "source": source, "op": "c", "ts_ms": self._now_ms})
        key = key_of({name: row[name] or "" for name in table.key})
        while True:
            try:
                return self._sending.put(self._producer, [(topic, key, value)])
            except BufferError:
                self._producer.poll(0.1)

    def flush(self) -> None:
        """Wait until the broker has all.

        Raises:
            StackError: it did not take them.
        """
        try:
            self._sending.check(self._producer.flush(_FLUSH_SECONDS))
        except KafkaException as error:
            raise StackError(f"Kafka 没有收下 the broker did not take all messages ({error.args[0].name()}): is the disk full?") from error


def handle_of(tokeniser: Tokeniser, provider: str, table: Table, row: Row, role: str) -> bytes:
    """Return the handle under which the store keeps what a row says of one role."""
    return tokeniser.raw("record", f"{row_id(provider, table.name, [row[name] or '' for name in table.key])}/{role}")


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a process needs to make and send its part of a city."""

    settings: Settings
    contracts: tuple[Contract, ...] = field(repr=False)
    people: int
    seed: int
    truth: bool


def send_city(settings: Settings, contracts: list[Contract], world: World, progress: Progress, *, truth: bool) -> tuple[int, list[Said]]:
    """Make the city's rows in as many processes as there are cores, and send them all; return how many, and, if asked, the truth.

    Args:
        settings: where broker and registry are, and the master key that names records.
        contracts: of the departments to send.
        world: the city.
        progress: called with (people done, people in all).
        truth: whether to tell whom each record speaks of; costs as much again.
    """
    plan = _Plan(settings, tuple(contracts), world.people, world.seed, truth)
    rows, done = 0, 0
    said: list[Said] = []
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        stretches = [pool.submit(_send, plan, start, min(start + _STRETCH, world.blocks)) for start in range(0, world.blocks, _STRETCH)]
        for stretch in as_completed(stretches):
            sent, told = stretch.result()
            rows, done = rows + sent, done + _STRETCH * PEOPLE
            said += told
            progress(min(done, world.people), world.people)
    return rows, said


_feed = lru_cache(1)(Feed)
"""One feed a process, kept from stretch to stretch: it registers two schemas a table."""


def _send(plan: _Plan, start: int, stop: int) -> tuple[int, list[Said]]:
    source = Source(World(plan.people, plan.seed), Dirt())
    feed, rows = _feed(plan.settings.kafka_bootstrap, plan.settings.registry_url), 0
    said: list[Said] = []
    tellers = [_Teller(plan, contract, table) for contract in plan.contracts for table in contract.tables] if plan.truth else []
    by_table = {(teller.provider, teller.table.name): teller for teller in tellers}
    for block in source.world.between(start, stop):
        for provider, table, row, entry in city_rows(plan.contracts, source, block):
            rows += 1
            feed.send(provider, table, row, start * 1_000_000 + rows)
            if plan.truth:
                said += by_table[provider, table.name](row, entry)
    feed.flush()
    return rows, said


def city_rows(contracts: tuple[Contract, ...], source: Source, block: Block) -> Iterator[tuple[str, Table, Row, Entry]]:
    """Yield a block's rows of these departments: (provider, table, row, what it truly speaks of)."""
    for contract in contracts:
        if contract.provider in DEPARTMENTS:
            for made in DEPARTMENTS[contract.provider].shared:
                table, names = contract.table(made.name), [column.name for column in made.columns]
                for entry in made.rows(source, block):
                    yield contract.provider, table, dict(zip(names, entry.cells, strict=True)), entry


class _Teller:
    """Tells the truth of one table's rows, and what dirt the normaliser saw on them."""

    def __init__(self, plan: _Plan, contract: Contract, table: Table) -> None:
        self.provider, self.table = contract.provider, table
        self._normalise = RowNormaliser(contract.provider, table)
        self._tokeniser = Tokeniser(plan.settings.master_key_bytes())

    def __call__(self, row: Row, entry: Entry) -> Iterator[Said]:
        truth = dict(entry.truth)
        source = {"lsn": 1, "ts_ms": 0}
        message = self._normalise({name: row[name] or "" for name in self.table.key}, {"op": "c", "after": row, "source": source})
        for record in message["records"]:
            if record["role"] in truth and record["kind"] in READERS_OF:
                yield Said(self._handle(row, record), record["kind"], truth[record["role"]], dirt_of(record))

    def _handle(self, row: Row, record: dict[str, Any]) -> bytes:
        if not record["mentioned"]:
            return handle_of(self._tokeniser, self.provider, self.table, row, record["role"])
        keys = [key_of(self._tokeniser, Kind(record["kind"]), key) for key in record["keys"]]
        return mention_handle(self._tokeniser, self.provider, self.table.name, record, keys)


READERS_OF: dict[str, frozenset[str]] = {str(kind): frozenset(fields) for kind, fields in READERS.items()}
"""By kind that is resolved, the fields that speak for its identity."""


def dirt_of(record: dict[str, Any]) -> tuple[str, ...]:
    """Return what is wrong with a normalised record's identifying fields, or ``CLEAN`` alone."""
    identifying = READERS_OF[record["kind"]]
    flagged = [flag.split(":", 1) for flag in record["flags"]]
    found = {f"{name}: {flag}" for name, flag in flagged if name in identifying and flag not in _USUAL}
    named = {name for name, flag in flagged if flag not in _USUAL}
    found |= {f"{name}: written otherwise" for name in _TELLING if name in record["raw"] and name not in named}
    if record["kind"] == Kind.PERSON and not {"citizen_id"} & (record["values"].keys() | record["raw"].keys()):
        found.add("citizen_id: missing")
    if not record["keys"]:
        found.add("no strong key")
    return tuple(sorted(found)) or (CLEAN,)
