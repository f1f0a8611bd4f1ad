"""The schema registry's client: with a time-out, which confluent-kafka's own default lacks, and the errors it raises when away."""

from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.common._httpx_compat import httpx  # whichever of httpx and httpx2 the client found
from confluent_kafka.schema_registry.error import SchemaRegistryError

_SECONDS = 10

AWAY: tuple[type[Exception], ...] = (SchemaRegistryError, httpx.TransportError)


def connect(url: str) -> SchemaRegistryClient:
    """Return a client of the registry at ``url`` (Confluent's API)."""
    return SchemaRegistryClient({"url": url, "timeout": _SECONDS})
