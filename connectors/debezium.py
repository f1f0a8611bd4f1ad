"""The Debezium configuration of a provider's connector (third layer of withholding: what the connector lets through).

The capitals without an underscore are what every kind of database shares.
"""

import re
from collections.abc import Iterable, Mapping

from connectors.address import Address
from connectors.names import HEARTBEAT_MESSAGE, HEARTBEAT_PREFIX, HUILIU_SCHEMA, SIGNAL_TABLE, captured_columns, publication_name, slot_name
from connectors.publication import published_columns
from domain.contract import Contract, Table
from domain.entities import FIELDS
from domain.values import LONGEST, LONGEST_TEXT
from schemas.topics import source_prefix

CONNECTOR_CLASS = "io.debezium.connector.postgresql.PostgresConnector"
HEARTBEAT_MS = 5_000
POLL_MS, POLL_MS_CROWDED, CROWD = 40, 200, 8

_CAPTURE = {
    "connector.class": CONNECTOR_CLASS,
    "tasks.max": "1",
    "plugin.name": "pgoutput",
    # The publication is ours to make, with column lists; Debezium would publish whole tables.
    "publication.autocreate.mode": "disabled",
    # Where there is a standby, the slot follows to it (PostgreSQL 17 and later).
    "slot.failover": "true",
    "slot.drop.on.stop": "false",
    # A reader that was killed keeps the slot until the database notices.
    "slot.max.retries": "30",
    "slot.retry.delay.ms": "2000",
    "topic.naming.strategy": "io.debezium.schema.DefaultTopicNamingStrategy",  # prefix and table: no per-event rename to drop the schema
    "interval.handling.mode": "string",
    "provide.transaction.metadata": "false",
    # A logical message moves the slot of an idle database on without a row written in it.
    "heartbeat.action.query": f"SELECT pg_logical_emit_message(false, '{HEARTBEAT_MESSAGE}', '')",
    "message.prefix.exclude.list": re.escape(HEARTBEAT_MESSAGE),
}
VALUES = {
    "decimal.handling.mode": "string",
    "time.precision.mode": "isostring",
    "binary.handling.mode": "bytes",
    "schema.name.adjustment.mode": "avro",
}
EVENTS = {
    # Source topics are not compacted, so a tombstone would say nothing.
    "tombstones.on.delete": "false",
    "skipped.operations": "t",
    "extended.headers.enabled": "false",
    "signal.enabled.channels": "source",
    "topic.heartbeat.prefix": HEARTBEAT_PREFIX,
    "heartbeat.interval.ms": str(HEARTBEAT_MS),
}
# Watermarks are taken out again, so that the signal table does not grow in the department's database.
SNAPSHOT = {
    # Behind a lost log `initial` stops for good; `when_needed` reads the tables again, and what is known already is a no-op.
    "snapshot.mode": "when_needed",
    # A lock needs a right on the whole table, which the capture user must not have.
    "snapshot.locking.mode": "none",
    "snapshot.max.threads": "1",
    # Connect's heap holds what one fetch brings and the rows of one chunk, of 10 MB each at worst; 2,000 and 4,096 were no faster.
    "snapshot.fetch.size": "16",
    "incremental.snapshot.chunk.size": "1024",
    "incremental.snapshot.watermarking.strategy": "insert_delete",
}
# An event that cannot be read ends the task, which every status shows; the default would log it and go on.
# A database that is away is asked again for ever: a night's maintenance must not need a hand in the morning.
FAULTS = {
    "errors.tolerance": "none",
    "errors.log.enable": "true",
    "errors.log.include.messages": "false",
    "errors.max.retries": "-1",
    "retriable.restart.connector.wait.ms": "2000",
    "event.processing.failure.handling.mode": "fail",
    "event.converting.failure.handling.mode": "fail",
}
# Measured (docs/decisions/0004): a poll waits for a full batch or its interval's end, and spins through the last millisecond of it.
# Batches of one are handed on at once, so the interval may be long; the producer's linger gathers them again.
# Thirty connectors share one worker's heap, and may all be reading tables at once: bytes are bounded, not only rows.
PACE = {
    "poll.interval.ms": str(POLL_MS),
    "max.batch.size": "1",
    "max.queue.size": "16384",
    "max.queue.size.in.bytes": str(4 << 20),
    "producer.override.buffer.memory": str(8 << 20),
    "producer.override.linger.ms": "5",
    "producer.override.batch.size": "131072",
    "producer.override.compression.type": "lz4",
}


def poll_ms(others: int, asked: int | None, had: Mapping[str, str] | None) -> str:
    """Return a connector's poll interval: what the settings ask for, else what it has, else by how many ``others`` the worker runs.

    Every poll of an idle connector costs CPU (docs/decisions/0007), so the worker's ninth and later ones poll less often.
    """
    if asked is not None:
        return str(asked)
    if had is not None and "poll.interval.ms" in had:
        return had["poll.interval.ms"]
    return str(POLL_MS if others < CROWD else POLL_MS_CROWDED)


def connector_config(contract: Contract, address: Address, password: str, registry_native_url: str) -> dict[str, str]:
    """Return the connector's configuration.

    Args:
        contract: the provider's contract.
        address: the capture user's way to the database.
        password: what Connect shall read as the password: a reference to its secrets folder, never the password itself.
        registry_native_url: the registry's own API, which Connect's Avro converter speaks.
    """
    provider = contract.provider
    columns = published_columns(contract)
    return {
        **_CAPTURE,
        "database.hostname": address.host,
        "database.port": str(address.port),
        "database.dbname": address.database,
        "database.user": address.user,
        "database.password": password,
        "database.sslmode": address.sslmode,
        "topic.prefix": source_prefix(provider),
        "slot.name": slot_name(provider),
        "publication.name": publication_name(provider),
        "signal.data.collection": f"{HUILIU_SCHEMA}.{SIGNAL_TABLE}",
        "table.include.list": patterns(columns),
        "column.include.list": patterns((*table, column) for table, names in columns.items() for column in names),
        **cuts(contract, captured_columns(contract)),
        **VALUES,
        **SNAPSHOT,
        **EVENTS,
        **FAULTS,
        **PACE,
        **converters(registry_native_url),
    }


def patterns(paths: Iterable[tuple[str, ...]]) -> str:
    """Return Debezium's list of anchored regular expressions, one a dotted name."""
    return ",".join(r"\.".join(map(re.escape, path)) for path in paths)


def cuts(contract: Contract, places: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the options that cut texts where the normaliser reads no further, so that no cell makes a message the broker refuses.

    The key that names the row is sent whole. Java counts a character beyond the BMP twice, so the cut stands at twice the length: what is
    cut is still longer than a value may be, and is flagged too_long by the normaliser; what is as long as it may be is not cut.

    Args:
        contract: the provider's contract.
        places: how the database names the contract's tables, in their order.
    """
    paths: dict[int, list[tuple[str, str, str]]] = {}
    for place, table in zip(places, contract.tables, strict=True):
        for column in table.captured:
            paths.setdefault(2 * (_longest(table, column) + 1), []).append((*place, column))
    return {f"column.truncate.to.{length}.chars": patterns(paths[length]) for length in sorted(paths)}


def _longest(table: Table, column: str) -> int:
    """Return the characters that a cell of the column may have; codes are looked up before anything is measured."""
    said = table.columns[column]
    kinds = {FIELDS[table.speaks_of[role]][field].kind for role, field in (target.split(".") for target in said.to or ())}
    return LONGEST if said.codes is None and "text" not in kinds else LONGEST_TEXT


def converters(registry_native_url: str) -> dict[str, str]:
    """Return the Avro converter's settings, for keys and values."""
    return {**_converter("key", registry_native_url), **_converter("value", registry_native_url)}


def _converter(part: str, registry_native_url: str) -> Mapping[str, str]:
    """Return the Avro converter's settings that give Confluent's wire format."""
    return {
        f"{part}.converter": "io.apicurio.registry.utils.converter.AvroConverter",
        f"{part}.converter.apicurio.registry.url": registry_native_url,
        f"{part}.converter.apicurio.registry.auto-register": "true",
        f"{part}.converter.apicurio.registry.as-confluent": "true",
        f"{part}.converter.apicurio.registry.use-id": "contentId",
        f"{part}.converter.apicurio.registry.headers.enabled": "false",
    }
