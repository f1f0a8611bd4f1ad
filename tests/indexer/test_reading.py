"""What a batch of messages becomes: writes, rejects with their position, or a wait for the registry."""

import threading
from typing import Any

import orjson
import pytest
from confluent_kafka.schema_registry.error import SchemaRegistryError

from domain.sealing import Sealer
from indexer import waiting
from indexer.bulk import Item
from indexer.reading import Reading
from schemas.codec import UndecodableError
from schemas.rejects import Origin, Outgoing, Rejects, payload_of

MASTER = b"m" * 32


def decode(value: bytes) -> Any:
    if value.startswith(b"!"):
        raise UndecodableError("not Avro")
    return orjson.loads(value)


def encode_reject(value: dict[str, Any]) -> bytes:
    return orjson.dumps({**value, "payload": value["payload"].hex()})


def reading(put: Any = None, decoder: Any = decode) -> Reading:
    return Reading(decoder, Rejects("indexer", encode_reject, MASTER), put or (lambda _: None), threading.Event())  # type: ignore[arg-type]


def message(offset: int, value: Any) -> Origin:
    return Origin("entities", 2, offset, b"key", value if value is None or isinstance(value, bytes) else orjson.dumps(value))


@pytest.fixture
def plain(make_entity: Any) -> Any:
    return lambda number, version: make_entity(number, version, members=[])


def test_only_the_newest_of_an_entity_is_written(plain: Any) -> None:
    writes, rejects = reading()([message(0, plain(1, 1)), message(1, plain(2, 1)), message(2, plain(1, 3)), message(3, plain(1, 2))])
    assert [write.origin.offset for write in writes] == [2, 1]
    assert rejects == []


def test_a_tombstone_is_passed_over() -> None:
    assert reading()([message(0, None)]) == ([], [])


@pytest.mark.parametrize("value", [b"!", b"7", b'{"entity_id": "P-1"}'])
def test_what_is_no_entity_is_rejected_by_position(plain: Any, value: bytes) -> None:
    writes, rejects = reading()([message(0, plain(1, 1)), message(1, value), message(2, plain(2, 1))])
    assert [write.origin.offset for write in writes] == [0, 2]
    told = orjson.loads(rejects[0][2])
    assert (told["topic"], told["partition"], told["offset"], told["stop"]) == ("entities", 2, 1, "indexer")
    assert payload_of(Sealer(MASTER), bytes.fromhex(told["payload"])).value == value


def test_a_refused_document_is_put_on_the_topic_at_once(plain: Any) -> None:
    put: list[Outgoing] = []
    one = reading(put.extend)
    writes, _ = one([message(9, plain(1, 1))])
    one.refused(writes[0], Item(400, "document_parsing_exception", "failed to parse field [kind] of value '秘密'"))
    told = orjson.loads(put[0][2])
    assert (told["offset"], told["reason"]) == (9, "Elasticsearch refuses the document: document_parsing_exception at kind")


def test_a_registry_that_is_away_is_waited_for(plain: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_SECONDS", 0)
    tries: list[bytes] = []

    def sometimes(value: bytes) -> Any:
        tries.append(value)
        if len(tries) < 3:
            raise SchemaRegistryError(503, 50301, "away")
        return decode(value)

    writes, rejects = reading(decoder=sometimes)([message(0, plain(1, 1))])
    assert (len(writes), rejects, len(tries)) == (1, [], 3)
