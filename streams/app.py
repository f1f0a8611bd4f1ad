"""The Faust app: three agents, normalise, resolve and decide, that acknowledge a batch only after its effect is durable.

Faust acknowledges a batch even when the body fails, so batches are taken unacknowledged and acknowledged here.
A fault that retrying cannot mend ends the process at once: a graceful stop would commit what never happened.
"""

import asyncio
import hashlib
import logging
import os
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

import faust
from confluent_kafka.schema_registry import SchemaRegistryClient
from psycopg import OperationalError

from domain.contract import Contract
from domain.disclosure import Disclosure
from domain.matching.scorecard_file import Cards
from domain.tokens import Tokeniser
from schemas import metrics
from schemas.codec import Decoder, Encoder, UndecodableError, refuse_breaking_changes
from schemas.registry import AWAY, connect
from schemas.rejects import Origin, Outgoing, Rejects
from schemas.topics import DECISIONS, ENTITIES, RECORDS, REJECTED, STREAM_GROUP, source_topics
from settings import Settings
from streams.faults import told
from streams.normalise import Normalising
from streams.outbox import Outbox
from streams.resolve import Resolver
from streams.store import Store
from streams.transport import Transport

_RETRY_SECONDS = 1.0
_SLICE = 50  # rows normalised at a stretch, some milliseconds: the resolver's answers from the store wait no longer
_PAUSE_SECONDS = 0.005
_T = TypeVar("_T")
_Effect = Callable[[Resolver, list[dict[str, Any]]], Awaitable[int]]
_log = logging.getLogger(__name__)


def build_app(settings: Settings, contracts: list[Contract], sources: list[Contract], cards: Cards) -> faust.App:
    """Return the worker's app, which reads the feeds of ``sources`` and matches by ``cards``.

    Topics must exist already, else Faust reads nothing.
    """
    app = faust.App(
        STREAM_GROUP,
        broker=f"kafka://{settings.kafka_bootstrap}",
        store="memory://",
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=_instance_id(settings.worker_index, sources),
        broker_session_timeout=10.0,
        broker_heartbeat_interval=2.0,
        broker_commit_interval=1.0,
        broker_max_poll_records=settings.stream_batch,
        stream_buffer_maxsize=settings.stream_batch * 8,
        stream_wait_empty=False,
        datadir=str(settings.home / f"streams-{settings.worker_index}"),
    )
    app.transport = Transport(app.conf.broker_consumer, app)
    registry = connect(settings.registry_url)
    master = settings.master_key_bytes()
    outbox = Outbox(settings.kafka_bootstrap)
    rejected = Encoder(registry, "rejected", REJECTED)
    normalising = Normalising(sources, Decoder(registry), Encoder(registry, "record", RECORDS), Rejects("normalise", rejected, master))
    disclosure = Disclosure(contracts, Tokeniser(master))
    resolving = _Resolving(settings, disclosure, cards, registry, outbox, Rejects("resolve", rejected, master))

    refuse_breaking_changes(registry, (RECORDS, ENTITIES, REJECTED, DECISIONS))

    async def normalise_batch(events: Sequence[Origin]) -> None:
        out: list[Outgoing] = []
        for start in range(0, len(events), _SLICE):
            await resolving.wants_more()
            out += await _when_registry_answers("normalise", partial(normalising, events[start : start + _SLICE]))
        await outbox.send(out)
        _count(events, out)

    raw: dict[str, Any] = {"key_serializer": "raw", "value_serializer": "raw", "key_type": bytes, "value_type": bytes}
    records = app.topic(RECORDS, **raw)
    if sources:
        app.agent(app.topic(*normalising.topics, **raw), name="normalise")(_agent(app, settings, "normalise", normalise_batch))
    app.agent(records, name="resolve")(_agent(app, settings, "resolve", resolving.records, resolving.watch))
    app.agent(app.topic(DECISIONS, **raw), name="decide")(_agent(app, settings, "decide", resolving.decisions))

    app.task(resolving.settle)

    @app.on_partitions_assigned.connect
    def assigned(*_: Any, **__: Any) -> None:  # noqa: ANN401  # Faust's signal gives the app and the partitions
        metrics.ready()

    return app


def _instance_id(worker: int, contracts: list[Contract]) -> str:
    """Return the worker's static membership: the same after a crash, so that it goes on at once; another for other topics.

    A broker gives a static member that comes back its old partitions without asking anew, so a new provider's topic would
    stay unread.
    """
    topics = [DECISIONS, *sorted(topic.name for contract in contracts for topic in source_topics(contract))]
    return f"{STREAM_GROUP}-{worker}-{hashlib.sha256(','.join(topics).encode()).hexdigest()[:8]}"


def _agent(
    app: faust.App,
    settings: Settings,
    stop: str,
    effect: Callable[[Sequence[Origin]], Awaitable[None]],
    watch: Callable[[asyncio.Queue[Any]], None] = lambda _: None,
) -> Callable[..., Awaitable[None]]:
    """Return an agent that hands micro-batches to ``effect`` and acknowledges them after it; ``watch`` is told of its queue."""

    async def agent(stream: Any) -> None:  # noqa: ANN401  # Faust's stream has no types
        watch(stream.channel.queue)
        async for events in _batches(app, stream.noack(), settings):
            try:
                with metrics.BATCH_SECONDS.labels(stop).time():
                    await effect([_origin(event.message) for event in events])
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001  # whatever it is: what has no effect must not be acknowledged
                _log.critical("cannot go on: ending the worker, its batch is read again: %s", told(error))
                logging.shutdown()
                os._exit(70)
            for event in events:
                event.ack()

    return agent


async def _batches(app: faust.App, stream: Any, settings: Settings) -> AsyncIterator[list[Any]]:  # noqa: ANN401  # Faust's stream has no types
    """Yield what came within ``stream_linger`` seconds of a first event, and at once what is waiting; at most ``stream_batch`` events.

    Only the first event passes through Faust's stream machinery; the rest is taken from the queue behind it.
    """
    queue = stream.channel.queue
    async for first in stream.events():
        if queue.qsize() < settings.stream_batch - 1:
            await asyncio.sleep(settings.stream_linger)
        events = [first]
        while len(events) < settings.stream_batch and not queue.empty():
            event = queue.get_nowait()
            if event.message.generation_id == app.consumer_generation_id:  # else another worker has the partition now
                events.append(event)
        yield events


def _count(events: Sequence[Origin], out: Sequence[Outgoing]) -> None:
    """Count a normalised batch, by provider; a provider's topics are src.<provider>.<table>."""
    for provider, count in Counter(event.topic.split(".")[1] for event in events).items():
        metrics.NORMALISED.labels(provider).inc(count)
    metrics.REJECTED.labels("normalise").inc(sum(topic == REJECTED for topic, _, _ in out))


async def _when_registry_answers(stop: str, work: Callable[[], _T]) -> _T:
    """Do ``work``, again and again while the registry is away: a message must not be rejected for that."""
    while True:
        try:
            return work()
        except AWAY as error:
            metrics.RETRIES.labels(stop, "registry").inc()
            _log.warning("registry is away, trying again in %s s: %s", _RETRY_SECONDS, type(error).__name__)
            await asyncio.sleep(_RETRY_SECONDS)


def _origin(message: Any) -> Origin:  # noqa: ANN401  # Faust's message has no types
    return Origin(message.topic, message.partition, message.offset, message.key, message.value)


class _Resolving:
    """Decodes records and applies them; connects again when the store went away; isolates a record it cannot apply."""

    def __init__(
        self, settings: Settings, disclosure: Disclosure, cards: Cards, registry: SchemaRegistryClient, outbox: Outbox, rejects: Rejects
    ) -> None:
        self._dsn = settings.store_dsn.get_secret_value()
        self._master = settings.master_key_bytes()
        self._disclosure = disclosure
        self._cards = cards
        self._decoder = Decoder(registry)
        self._encoder = Encoder(registry, "entity", ENTITIES)
        self._outbox = outbox
        self._rejects = rejects
        self._resolver: Resolver | None = None
        self._connecting = asyncio.Lock()
        self._queue: asyncio.Queue[Any] | None = None
        self._enough = settings.stream_batch
        self._owner = f"{socket.gethostname()}/{settings.worker_index}"

    def watch(self, queue: asyncio.Queue[Any]) -> None:
        """Know where records wait."""
        self._queue = queue

    async def wants_more(self) -> None:
        """Let the resolver go first; return once less than a batch waits for it.

        So rows are normalised while the resolver waits for its store, and do not pile up before it.
        """
        await asyncio.sleep(0)
        while self._queue is not None and self._queue.qsize() >= self._enough:  # noqa: ASYNC110  # Faust's queue tells nobody when it shrinks
            await asyncio.sleep(_PAUSE_SECONDS)

    async def records(self, batch: Sequence[Origin]) -> None:
        """Apply a batch of ``RowRecords``."""
        if rows := await self._decoded("resolve", batch):
            await self._apply(rows, lambda resolver, messages: resolver.apply(messages))
            metrics.RESOLVED.inc(len(rows))

    async def decisions(self, batch: Sequence[Origin]) -> None:
        """Give effect to a batch of stewards' ``Decision``s."""
        if decided := await self._decoded("decide", batch):
            await self._apply(decided, lambda resolver, messages: resolver.decide(messages))

    async def settle(self) -> None:
        """Set right at start what this worker told of and did not commit before it died; its records may be another's by now."""
        await self._when_reachable(lambda resolver: resolver.settle())

    async def _decoded(self, stop: str, batch: Sequence[Origin]) -> list[tuple[Origin, dict[str, Any]]]:
        decoded = await _when_registry_answers(stop, lambda: [self._decode(message) for message in batch])
        for message, said in decoded:
            if isinstance(said, UndecodableError):
                await self._reject(message, str(said), f"write topic {message.topic} with huiliu's own schema only")
        return [(message, said) for message, said in decoded if not isinstance(said, UndecodableError)]

    def _decode(self, message: Origin) -> tuple[Origin, dict[str, Any] | UndecodableError]:
        try:
            return message, self._decoder(message.value or b"")
        except UndecodableError as error:
            return message, error

    async def _apply(self, batch: list[tuple[Origin, dict[str, Any]]], effect: _Effect) -> None:
        try:
            await self._when_reachable(lambda resolver: effect(resolver, [said for _, said in batch]))
        except Exception as error:  # noqa: BLE001  # one bad record must neither stop the rest nor vanish: halve until it stands alone
            if len(batch) == 1:
                place = batch[0][0]
                _log.error("cannot resolve %s/%d/%d: %s", place.topic, place.partition, place.offset, told(error))  # no message
                reason = f"fault in resolving: {type(error).__name__}"
                await self._reject(batch[0][0], reason, "report it with the position, then replay")
                return
            middle = len(batch) // 2
            await self._apply(batch[:middle], effect)
            await self._apply(batch[middle:], effect)

    async def _when_reachable(self, work: Callable[[Resolver], Awaitable[int]]) -> None:
        while True:
            try:
                await work(await self._connected())
            except OperationalError as error:
                metrics.RETRIES.labels("resolve", "store").inc()
                _log.warning("store is away, trying again in %s s: %s", _RETRY_SECONDS, type(error).__name__)
                await self._forget_resolver()
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    async def _connected(self) -> Resolver:
        """Return the resolver that both agents share, connecting first where it has no connection."""
        async with self._connecting:
            if self._resolver is None:
                store = await Store.connect(self._dsn)
                if await store.share(self._cards) != []:
                    _log.critical("the store is matched anew, or was: ending the worker; it says why when it starts again")
                    sys.exit(1)  # whatever else this raised would reject the batch
                self._resolver = Resolver(store, self._emit, self._disclosure, self._master, self._cards, self._owner)
            return self._resolver

    async def _forget_resolver(self) -> None:
        if self._resolver is not None:
            resolver, self._resolver = self._resolver, None
            await resolver.close()

    async def _emit(self, entities: list[dict[str, Any]]) -> None:
        metrics.ENTITIES.inc(len(entities))
        await self._outbox.send((ENTITIES, entity["entity_id"].encode(), self._encoder(entity)) for entity in entities)

    async def _reject(self, message: Origin, reason: str, remedy: str) -> None:
        metrics.REJECTED.labels("resolve").inc()
        await self._outbox.send([self._rejects.message(message, reason, remedy)])
