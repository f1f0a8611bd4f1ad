"""The Faust app: two agents, normalise and resolve, that acknowledge a batch only after its effect is durable.

Faust acknowledges in ``take`` even when the body fails, so batches are taken unacknowledged and acknowledged here.
A fault that retrying cannot mend ends the process at once: a graceful stop would commit what never happened.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import faust
from confluent_kafka.schema_registry import SchemaRegistryClient
from psycopg import OperationalError

from domain.contract import Contract
from domain.disclosure import Disclosure
from domain.tokens import Tokeniser
from schemas.codec import Decoder, Encoder, UndecodableError
from schemas.topics import ENTITIES, RECORDS, REJECTED
from settings import Settings
from streams.normalise import Normalising
from streams.outbox import Outbox
from streams.rejects import Origin, Rejects
from streams.resolve import Resolver
from streams.store import Store

GROUP = "huiliu-streams"
_RETRY_SECONDS = 1.0
_log = logging.getLogger(__name__)


def build_app(settings: Settings, contracts: list[Contract]) -> faust.App:
    """Return the worker's app; topics must exist already, else Faust reads nothing."""
    app = faust.App(
        GROUP,
        broker=f"kafka://{settings.kafka_bootstrap}",
        store="memory://",
        autodiscover=False,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=settings.partitions,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{GROUP}-{settings.worker_index}",
        broker_session_timeout=10.0,
        broker_heartbeat_interval=2.0,
        broker_commit_interval=1.0,
        broker_max_poll_records=settings.stream_batch,
        stream_buffer_maxsize=settings.stream_batch * 4,
        stream_wait_empty=False,
        datadir=str(settings.home / f"streams-{settings.worker_index}"),
    )
    registry = SchemaRegistryClient({"url": settings.registry_url})
    master = settings.master_key_bytes()
    outbox = Outbox(settings.kafka_bootstrap)
    rejected = Encoder(registry, "rejected", REJECTED)
    normalising = Normalising(
        contracts, Decoder(registry), Encoder(registry, "record", RECORDS), Rejects("normalise", rejected, master)
    )
    resolving = _Resolving(settings, contracts, registry, outbox, Rejects("resolve", rejected, master))

    async def normalise_batch(events: Sequence[Origin]) -> None:
        await outbox.send(normalising(events))

    raw = {"key_serializer": "raw", "value_serializer": "raw", "key_type": bytes, "value_type": bytes}
    sources = app.topic(*normalising.topics, **raw)
    records = app.topic(RECORDS, **raw)
    app.agent(sources, name="normalise")(_agent(settings, normalise_batch))
    app.agent(records, name="resolve")(_agent(settings, resolving))
    return app


def _agent(settings: Settings, effect: Callable[[Sequence[Origin]], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return an agent that hands micro-batches to ``effect`` and acknowledges them after it."""

    async def agent(stream: Any) -> None:  # noqa: ANN401  # Faust's stream has no types
        async for events in stream.noack().noack_take(settings.stream_batch, within=settings.stream_linger):
            try:
                await effect([_origin(event.message) for event in events])
            except asyncio.CancelledError:
                raise
            except BaseException:
                _log.critical("cannot go on: ending the worker, its batch is read again", exc_info=True)
                logging.shutdown()
                os._exit(70)
            for event in events:
                event.ack()

    return agent


def _origin(message: Any) -> Origin:  # noqa: ANN401  # Faust's message has no types
    return Origin(message.topic, message.partition, message.offset, message.key, message.value)


class _Resolving:
    """Decodes records and applies them; connects again when the store went away; isolates a record it cannot apply."""

    def __init__(
        self, settings: Settings, contracts: list[Contract], registry: SchemaRegistryClient, outbox: Outbox, rejects: Rejects
    ) -> None:
        self._dsn = settings.store_dsn.get_secret_value()
        self._master = settings.master_key_bytes()
        self._disclosure = Disclosure(contracts, Tokeniser(self._master))
        self._decoder = Decoder(registry)
        self._encoder = Encoder(registry, "entity", ENTITIES)
        self._outbox = outbox
        self._rejects = rejects
        self._store: Store | None = None

    async def __call__(self, batch: Sequence[Origin]) -> None:
        decoded: list[tuple[Origin, dict[str, Any]]] = []
        for message in batch:
            try:
                decoded.append((message, self._decoder(message.value or b"")))
            except UndecodableError as error:
                await self._reject(message, str(error), "write topic records with huiliu's own schema only")
        if decoded:
            await self._apply(decoded)

    async def _apply(self, batch: list[tuple[Origin, dict[str, Any]]]) -> None:
        try:
            await self._apply_when_reachable([row for _, row in batch])
        except Exception as error:  # one bad record must neither stop the rest nor vanish: halve until it stands alone
            if len(batch) == 1:
                _log.exception("cannot resolve %s/%d/%d", batch[0][0].topic, batch[0][0].partition, batch[0][0].offset)
                reason = f"fault in resolving: {type(error).__name__}"
                await self._reject(batch[0][0], reason, "report it with the position, then replay")
                return
            middle = len(batch) // 2
            await self._apply(batch[:middle])
            await self._apply(batch[middle:])

    async def _apply_when_reachable(self, rows: list[dict[str, Any]]) -> None:
        while True:
            try:
                if self._store is None:
                    self._store = await Store.connect(self._dsn)
                await Resolver(self._store, self._emit, self._disclosure, self._master).apply(rows)
            except OperationalError as error:
                _log.warning("store is away, trying again in %s s: %s", _RETRY_SECONDS, error)
                await self._forget_store()
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                return

    async def _forget_store(self) -> None:
        if self._store is not None:
            store, self._store = self._store, None
            await store.close()

    async def _emit(self, entities: list[dict[str, Any]]) -> None:
        await self._outbox.send((ENTITIES, entity["entity_id"].encode(), self._encoder(entity)) for entity in entities)

    async def _reject(self, message: Origin, reason: str, remedy: str) -> None:
        await self._outbox.send([self._rejects.message(message, reason, remedy)])
