"""Avro in the Confluent wire format (0x0, 4-byte schema id, body): encode huiliu's own topics, decode any topic."""

import json
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import fastavro
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient
from confluent_kafka.schema_registry.error import SchemaRegistryError
from fastavro.types import Schema as AvroSchema

from schemas.wall_clock import mark

AVRO_DIR = Path(__file__).parent / "avro"
_HEADER = 5


class UndecodableError(Exception):
    """A message that is not Avro in the Confluent wire format, or whose schema the registry does not know."""


@cache
def schema_text(name: str) -> str:
    """Return the text of ``schemas/avro/<name>.avsc``."""
    return (AVRO_DIR / f"{name}.avsc").read_text()


@cache
def parsed(name: str) -> AvroSchema:
    """Return the parsed schema of ``schemas/avro/<name>.avsc``."""
    return fastavro.parse_schema(json.loads(schema_text(name)))


def refuse_breaking_changes(registry: SchemaRegistryClient, topics: Iterable[str]) -> None:
    """Have the registry refuse, for these topics' values, a schema that could not read every older message."""
    for topic in topics:
        try:
            registry.set_compatibility(f"{topic}-value", "BACKWARD_TRANSITIVE")
        except SchemaRegistryError as error:
            if error.http_status_code != HTTPStatus.CONFLICT:
                raise  # in conflict: another worker that started at the same moment made the rule


class Encoder:
    """Writes one of huiliu's own schemas; registers it under ``<topic>-value`` (or ``-key``) on first use."""

    def __init__(self, registry: SchemaRegistryClient, name: str, topic: str, part: Literal["key", "value"] = "value") -> None:
        """Register ``schemas/avro/<name>.avsc`` for ``topic``'s values or keys (a no-op when it is known)."""
        self._schema = parsed(name)
        schema_id = registry.register_schema(f"{topic}-{part}", Schema(schema_text(name), "AVRO"))
        self._prefix = b"\x00" + schema_id.to_bytes(4, "big")

    def __call__(self, value: dict[str, Any]) -> bytes:
        """Return the wire form of ``value``."""
        out = BytesIO()
        out.write(self._prefix)
        fastavro.schemaless_writer(out, self._schema, value)
        return out.getvalue()


class Decoder:
    """Reads any schema the registry knows; schemas are fetched once an id."""

    def __init__(self, registry: SchemaRegistryClient) -> None:
        """Keep the client; nothing is fetched yet."""
        self._registry = registry
        self._schemas: dict[int, AvroSchema] = {}

    def __call__(self, data: bytes) -> Any:  # noqa: ANN401  # whatever the schema says
        """Return the decoded value.

        Raises:
            UndecodableError: not the wire format, an unknown schema id, or a body that does not fit its schema.
        """
        if len(data) < _HEADER or data[0] != 0:
            message = "not Avro in the Confluent wire format: no magic byte 0x0 and schema id at the front"
            raise UndecodableError(message)
        schema_id = int.from_bytes(data[1:_HEADER], "big")
        schema = self._schemas.get(schema_id)
        if schema is None:
            schema = self._fetch(schema_id)
        try:
            return fastavro.schemaless_reader(BytesIO(data[_HEADER:]), schema, None)
        except (EOFError, ValueError, IndexError, KeyError, TypeError, StopIteration, UnicodeDecodeError, OverflowError) as error:
            message = f"the body does not fit schema {schema_id}: {type(error).__name__}"
            raise UndecodableError(message) from error

    def _fetch(self, schema_id: int) -> AvroSchema:
        try:
            found = self._registry.get_schema(schema_id)
        except SchemaRegistryError as error:
            if error.http_status_code != HTTPStatus.NOT_FOUND:
                raise  # the registry is away or out of order: this says nothing of the message
            raise UndecodableError(f"schema {schema_id} is not in the registry") from error
        schema = fastavro.parse_schema(mark(json.loads(found.schema_str or "null")))
        self._schemas[schema_id] = schema
        return schema
