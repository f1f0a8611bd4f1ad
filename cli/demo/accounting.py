"""Accounts for every department row: found in the index, or among the rejects. It believes the index, not the stream."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import psycopg
from confluent_kafka import Consumer, TopicPartition
from elasticsearch import Elasticsearch
from psycopg.sql import SQL, Identifier

from cli.demo.deliveries import Delivery
from domain.contract import Contract, Table
from domain.normalise import row_id
from domain.sealing import Sealer
from domain.tokens import Tokeniser
from schemas import registry
from schemas.codec import Decoder
from schemas.rejects import payload_of
from schemas.topics import ENTITIES, REJECTED
from settings import Settings

_PAGE = 5_000
_KEEP_ALIVE = "2m"
_TIMEOUT = 10.0


@dataclass(slots=True)
class Account:
    """How many rows there are and what became of them; ``missing`` counts rows found nowhere, by provider and table."""

    rows: int = 0
    records: int = 0
    entities: int = 0
    rejected: int = 0
    missing: Counter[str] = field(default_factory=Counter)

    @property
    def merged(self) -> int:
        """Records that joined an entity which other records describe too."""
        return self.records - self.entities


def account(settings: Settings, contracts: list[Contract], client: Elasticsearch, deliveries: Iterable[Delivery] = ()) -> Account:
    """Look for every row of every department; needs the master key, to compute the handles that rows must have."""
    tokeniser = Tokeniser(settings.master_key_bytes())
    found = Account()
    indexed: set[str] = set()
    for handles in _indexed(client):
        found.entities += 1
        found.records += len(handles)
        indexed.update(handles)
    rejected = _rejected_rows(settings, contracts)
    found.rejected = len(rejected)
    refused: set[str] = set()
    for provider, table, rows in _rows(settings, contracts, deliveries, refused):
        for row in rows:
            found.rows += 1
            expected = {tokeniser.text("record", f"{row}/{role}") for role in table.speaks_of}
            if row not in rejected and row not in refused and indexed.isdisjoint(expected):
                found.missing[f"{provider}.{table.name}"] += 1
    found.rejected += len(refused)
    return found


def _rows(
    settings: Settings, contracts: list[Contract], deliveries: Iterable[Delivery], refused: set[str]
) -> Iterator[tuple[str, Table, Iterator[str]]]:
    """Yield each table with the ids of its rows, asked at the source or as they were sent; add those refused at the door."""
    sent = list(deliveries)
    for contract in contracts:
        if contract.mode == "cdc":
            with psycopg.connect(settings.source_url(contract.source.url_env)) as connection:
                for table in contract.tables:
                    yield contract.provider, table, _row_ids(connection, contract.provider, table)
    for delivery in sent:
        refused.update(delivery.refused)
        yield delivery.provider, delivery.table, iter(delivery.rows)


def _row_ids(connection: psycopg.Connection[tuple[object, ...]], provider: str, table: Table) -> Iterator[str]:
    query = SQL("select {} from {}").format(SQL(", ").join(map(Identifier, table.key)), Identifier(table.db_schema, table.name))
    with connection.cursor("rows") as cursor:
        for key in cursor.execute(query):
            yield row_id(provider, table.name, key)


def _indexed(client: Elasticsearch) -> Iterator[list[str]]:
    """Yield each searchable entity's record handles, from one point in time."""
    client.indices.refresh(index=ENTITIES)
    pit = client.open_point_in_time(index=ENTITIES, keep_alive=_KEEP_ALIVE)["id"]
    after: list[int] | None = None
    while True:
        answer = client.search(
            pit={"id": pit, "keep_alive": _KEEP_ALIVE},
            query={"term": {"deleted": False}},
            source_includes=["members.handle"],
            sort=[{"_shard_doc": "asc"}],
            size=_PAGE,
            search_after=after,
            track_total_hits=False,
        )
        hits = answer["hits"]["hits"]
        for hit in hits:
            yield [member["handle"] for member in hit["_source"]["members"]]
        if len(hits) < _PAGE:
            break
        after = hits[-1]["sort"]
    client.close_point_in_time(id=pit)


def _rejected_rows(settings: Settings, contracts: Iterable[Contract]) -> set[str]:
    """Return the ids of the rows whose messages stand on topic ``rejected``."""
    keys = {contract.provider: {table.name: table.key for table in contract.tables} for contract in contracts}
    decode = Decoder(registry.connect(settings.registry_url))
    sealer = Sealer(settings.master_key_bytes())
    rows: set[str] = set()
    for value in _all_messages(settings.kafka_bootstrap, REJECTED):
        reject = decode(value)
        _, provider, table = reject["topic"].split(".") if reject["topic"].startswith("src.") else ("", "", "")
        if table in keys.get(provider, {}):
            key = decode(payload_of(sealer, reject["payload"]).key)
            rows.add(row_id(provider, table, (key[name] for name in keys[provider][table])))
    return rows


def _all_messages(bootstrap: str, topic: str) -> Iterator[bytes]:
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": "huiliu-demo", "enable.auto.commit": False})
    try:
        for partition in consumer.list_topics(topic, timeout=_TIMEOUT).topics[topic].partitions:
            place = TopicPartition(topic, partition, 0)
            low, high = consumer.get_watermark_offsets(place, timeout=_TIMEOUT)
            consumer.assign([TopicPartition(topic, partition, low)])
            while low < high:
                message = consumer.poll(_TIMEOUT)
                if message is None or message.error():
                    raise TimeoutError(f"Kafka 没有给出 the broker did not give {topic}/{partition} from offset {low}: huiliu status")
                low = (message.offset() or 0) + 1
                if (value := message.value()) is not None:
                    yield value
    finally:
        consumer.close()
