"""The Debezium configuration for MariaDB and MySQL; its include list is the only layer that keeps a streamed column back."""

import re
from zlib import crc32

from connectors.address import Address
from connectors.debezium import EVENTS, FAULTS, PACE, SNAPSHOT, VALUES, converters, cuts, patterns
from connectors.engines.binlog_names import placed_columns, signal_place
from connectors.names import SIGNAL_COLUMNS, history_topic
from domain.contract import Contract
from schemas.topics import source_prefix
from settings import Settings

CLASSES = {
    "mariadb": "io.debezium.connector.mariadb.MariaDbConnector",
    "mysql": "io.debezium.connector.mysql.MySqlConnector",
}
_SSL_MODES = {  # libpq's words → the connectors'
    "mariadb": {"disable": "disable", "prefer": "disable", "require": "trust", "verify-ca": "verify-ca", "verify-full": "verify-full"},
    "mysql": {
        "disable": "disabled", "prefer": "preferred", "require": "required", "verify-ca": "verify_ca", "verify-full": "verify_identity",
    },
}  # fmt: skip
_SERVER_IDS = 1_000_000_000
_CAPTURE = {
    "tasks.max": "1",
    "topic.naming.strategy": "io.debezium.schema.SchemaTopicNamingStrategy",  # these have no schema, so: prefix and table
    # The statement that made a change would quote every column's value.
    "include.query": "false",
    "include.schema.changes": "false",
    "bigint.unsigned.handling.mode": "long",
    # The history is DDL of the captured tables: names and types, no rows.
    "schema.history.internal.store.only.captured.tables.ddl": "true",
    "schema.history.internal.store.only.captured.databases.ddl": "true",
    # All changes of a transaction may have one position; their count tells them apart. Begin and end marks are not sent.
    "provide.transaction.metadata": "true",
    "transforms": "marks",
    "transforms.marks.type": "org.apache.kafka.connect.transforms.Filter",
    "transforms.marks.predicate": "mark",
    "predicates": "mark",
    "predicates.mark.type": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
}


def binlog_config(kind: str, contract: Contract, address: Address, password: str, settings: Settings) -> dict[str, str]:
    """Return the connector's configuration; ``kind`` is mariadb or mysql."""
    provider, prefix = contract.provider, source_prefix(contract.provider)
    columns = {**placed_columns(contract, address), signal_place(provider): SIGNAL_COLUMNS}
    return {
        "connector.class": CLASSES[kind],
        **_CAPTURE,
        "predicates.mark.pattern": re.escape(f"{prefix}.transaction"),
        "database.hostname": address.host,
        "database.port": str(address.port),
        "database.user": address.user,
        "database.password": password,
        "database.ssl.mode": _SSL_MODES[kind].get(address.sslmode, address.sslmode),
        # A replica's number, which no other replica of the server may have.
        "database.server.id": str(_SERVER_IDS + crc32(provider.encode()) % _SERVER_IDS),
        "topic.prefix": prefix,
        "database.include.list": patterns(sorted({(database,) for database, _ in columns})),
        "table.include.list": patterns(columns),
        "column.include.list": patterns((*table, column) for table, names in columns.items() for column in names),
        **cuts(contract, placed_columns(contract, address)),
        "signal.data.collection": ".".join(signal_place(provider)),
        "schema.history.internal.kafka.bootstrap.servers": settings.kafka_bootstrap,
        "schema.history.internal.kafka.topic": history_topic(provider),
        **SNAPSHOT,
        **VALUES,
        **EVENTS,
        **FAULTS,
        **PACE,
        **converters(settings.registry_native_url),
    }
