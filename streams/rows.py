"""Takes the newest change of each row from a batch; what a later change does not send may stand in an earlier one of the batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from domain.entities import Kind
from domain.matching.keys import key_of
from domain.tokens import Tokeniser

KIND_OF = {str(kind): kind for kind in Kind}  # a look-up where Kind(…) would cost five times as much


@dataclass(slots=True)
class RowChange:
    """The newest change of one row in a batch.

    ``keys`` by element of ``message["records"]``; ``ended``: position of the row's last delete in the batch, if the change is after one.
    """

    handle: bytes
    message: dict[str, Any]
    record_handles: list[bytes]
    keys: list[list[bytes]]
    ended: tuple[int, int] | None = None

    @property
    def position(self) -> tuple[int, int]:
        """Source position: (lsn, order)."""
        return self.message["lsn"], self.message["order"]


def newest(messages: Sequence[dict[str, Any]], tokeniser: Tokeniser) -> list[RowChange]:
    """Return one change a row, in the rows' first order."""
    chosen: dict[str, dict[str, Any]] = {}
    ended: dict[str, tuple[int, int]] = {}
    for message in messages:
        if message["op"] == "delete":
            ended[message["row_id"]] = max((message["lsn"], message["order"]), ended.get(message["row_id"], (-1, -1)))
        before = chosen.get(message["row_id"])
        if before is None:
            chosen[message["row_id"]] = message
        elif (message["lsn"], message["order"]) > (before["lsn"], before["order"]):
            chosen[message["row_id"]] = _over(before, message)
    return [_change(message, ended.get(row_id), tokeniser) for row_id, message in chosen.items()]


def _change(message: dict[str, Any], ended: tuple[int, int] | None, tokeniser: Tokeniser) -> RowChange:
    token, row_id = tokeniser.raw, message["row_id"]
    keys = [[key_of(tokeniser, KIND_OF[record["kind"]], spoken) for spoken in record["keys"]] for record in message["records"]]
    handles = [token("record", f"{row_id}/{record['role']}") for record in message["records"]]
    return RowChange(token("row", row_id), message, handles, keys, ended if message["op"] != "delete" else None)


def _over(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Lay a row's later change over an earlier one of the same batch: what is unavailable later may stand earlier."""
    earlier = {record["role"]: record for record in before["records"]}
    records = [_fill(record, earlier.get(record["role"])) for record in after["records"]]
    return {**after, "records": records}


def _fill(record: dict[str, Any], earlier: dict[str, Any] | None) -> dict[str, Any]:
    if not record["unavailable"] or earlier is None:
        return record
    absent = [name for name in record["unavailable"] if name not in earlier["unavailable"]]
    chosen = set(absent)
    return {
        **record,
        "values": {**{name: value for name, value in earlier["values"].items() if name in chosen}, **record["values"]},
        "raw": {**{name: value for name, value in earlier["raw"].items() if name in chosen}, **record["raw"]},
        "keys": sorted({*record["keys"], *(key for key in earlier["keys"] if key.split(":", 1)[0] in chosen)}),
        "flags": record["flags"] + [flag for flag in earlier["flags"] if flag.split(":", 1)[0] in chosen],
        "unavailable": [name for name in record["unavailable"] if name in earlier["unavailable"]],
    }
