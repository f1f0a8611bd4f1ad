"""Normalises a batch of source messages: each becomes one message on ``records``, or a reject that names its position."""

import logging
from collections.abc import Iterable
from typing import Any

from domain.contract import Contract
from domain.normalise import RejectError, RowNormaliser
from schemas.codec import Decoder, Encoder, UndecodableError
from schemas.registry import AWAY
from schemas.rejects import Origin, Outgoing, Rejects
from schemas.topics import LARGEST_MESSAGE, RECORDS, source_topic
from streams.faults import told

_WRITE_AGAIN = "write the large columns of that row again at the source; until then their fields are flagged unavailable"
_MOST = LARGEST_MESSAGE - 1024  # the rest is Kafka's own
_log = logging.getLogger(__name__)


class Normalising:
    """Decode, normalise, encode; pure but for the registry's schemas, which are read once each."""

    def __init__(self, contracts: Iterable[Contract], decoder: Decoder, encoder: Encoder, rejects: Rejects) -> None:
        """Compile one normaliser a table."""
        self._decoder = decoder
        self._encoder = encoder
        self._rejects = rejects
        self._by_topic = {
            source_topic(contract.provider, table.name): RowNormaliser(contract.provider, table)
            for contract in contracts
            for table in contract.tables
        }

    @property
    def topics(self) -> list[str]:
        """The source topics there are contracts for."""
        return sorted(self._by_topic)

    def __call__(self, messages: Iterable[Origin]) -> list[Outgoing]:
        """Return what to produce for a batch; a tombstone needs nothing, every other message yields at least one.

        Raises:
            schemas.registry.AWAY: the registry did not answer; the batch may be given again.
        """
        out: list[Outgoing] = []
        for message in messages:
            if message.value is not None:
                out += self._one(message)
        return out

    def _one(self, message: Origin) -> list[Outgoing]:
        try:
            normaliser = self._by_topic[message.topic]
            envelope = self._decoder(message.value or b"")
            row = normaliser(self._decoder(message.key or b""), envelope)
            encoded = self._encoded(row)
        except RejectError as error:
            return [self._reject(message, error.reason, error.remedy)]
        except UndecodableError as error:
            return [self._reject(message, str(error), "produce Avro in the Confluent wire format, with a schema in this registry")]
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001  # a fault of ours must not stop the feed, nor lose the message: it is kept for replay
            _log.error("cannot normalise %s/%d/%d: %s", message.topic, message.partition, message.offset, told(error))  # no message
            return [self._reject(message, f"fault in normalising: {type(error).__name__}", "report it with the position, then replay")]
        if row["op"] == "upsert" and not row["records"]:
            reject = self._reject(message, "every mapped column of the row is empty", "fill the row at the source, or delete it there")
            return [encoded, reject]  # the empty row still takes back what it said before
        if envelope["op"] == "c" and any(record["unavailable"] for record in row["records"]):
            # A key change is delete and create; a large unchanged value is in neither, and the old row is gone by now.
            reject = self._reject(message, "the row's key changed and the source did not send its large columns", _WRITE_AGAIN)
            return [encoded, reject]
        return [encoded]

    def _encoded(self, row: dict[str, Any]) -> Outgoing:
        key, value = row["row_id"].encode(), self._encoder(row)
        if len(key) + len(value) > _MOST:
            raise RejectError("what the row becomes is larger than a message may be", "shorten the row's texts at the source")
        return RECORDS, key, value

    def _reject(self, message: Origin, reason: str, remedy: str) -> Outgoing:
        return self._rejects.message(message, reason, remedy)
