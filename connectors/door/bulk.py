"""Reads many records from one body, as NDJSON or as an Avro container: looked through first, so that all are taken or none.

A body comes from a stranger. An Avro container is read only if no part of it can grow: no compression, no arrays, no
recursion; so memory and time are bounded by the body's size.
"""

from collections.abc import Iterator, Mapping
from typing import IO, Any

import fastavro
import orjson

from connectors.door.problems import ProblemError, Spot, pointer
from connectors.door.records import row_of
from connectors.intake.receipt import Row
from domain.contract import Table

MOST_BYTES = 64 << 20
MOST_ROWS = 1_000_000
NDJSON, AVRO = "application/x-ndjson", "avro/binary"
_LONGEST_LINE = 1 << 20
_MOST_SPOTS = 1_000
_PLAIN = frozenset({"null", "boolean", "int", "long", "float", "double", "string"})


class Bulk:
    """The records of one spooled body."""

    def __init__(self, file: IO[bytes], media_type: str, table: Table) -> None:
        """``file`` is read from its beginning, each time anew."""
        self._file = file
        self._read = self._avro if media_type == AVRO else self._ndjson
        self._table = table
        self.unknown_columns = 0

    def check(self) -> int:
        """Look through all records and return how many there are.

        Raises:
            ProblemError: the body cannot be read (400), or records have mistakes (422), each with its line.
        """
        errors: list[Spot] = []
        count = 0
        unknown: set[str] = set()
        for line, said in self._read():
            count += 1
            if count > MOST_ROWS:
                raise ProblemError(413, "too_many")
            _, wrong = self._row(said, line, unknown)
            errors += [Spot(spot.pointer, spot.code, line) for spot in wrong]
            if len(errors) >= _MOST_SPOTS:
                break
        if errors:
            raise ProblemError(422, "bad_records", tuple(errors))
        if not count:
            raise ProblemError(422, "empty")
        self.unknown_columns = len(unknown)
        return count

    def rows(self) -> Iterator[Row]:
        """Return the rows, which ``check`` has found readable; columns that the contract does not know are left out."""
        unknown: set[str] = set()
        for line, said in self._read():
            row, _ = self._row(said, line, unknown)
            if row is not None:
                yield row

    def _row(self, said: Any, line: int, unknown: set[str]) -> tuple[Row | None, tuple[Spot, ...]]:  # noqa: ANN401  # any JSON or Avro
        """Return one row. Unlike in a single entry, a new column stops nothing: it is left out, and told on the receipt."""
        if not isinstance(said, dict) or not isinstance(said.get("values"), dict):
            return row_of(self._table, said, line)
        if said.get("table") not in {None, self._table.name}:
            return None, (Spot(pointer("table"), "unknown_table"),)
        strange = said["values"].keys() - self._table.columns.keys()
        if strange:
            unknown |= strange
            said = {**said, "values": {name: cell for name, cell in said["values"].items() if name not in strange}}
        return row_of(self._table, said, line)

    def _ndjson(self) -> Iterator[tuple[int, Any]]:
        self._file.seek(0)
        line = 0
        while text := self._file.readline(_LONGEST_LINE + 1):
            line += 1
            if len(text) > _LONGEST_LINE:
                raise ProblemError(413, "too_large", (Spot("", "too_large", line),))
            if not text.strip():
                continue
            try:
                yield line, orjson.loads(text)
            except orjson.JSONDecodeError:
                yield line, None

    def _avro(self) -> Iterator[tuple[int, Any]]:
        self._file.seek(0)
        try:
            reader = fastavro.reader(self._file)
            enveloped = _fits(reader.writer_schema, reader.codec)
            for line, datum in enumerate(reader, 1):
                yield line, datum if enveloped else {"values": datum}
        except ProblemError:
            raise
        except Exception:  # noqa: BLE001  # a broken container makes fastavro raise nearly anything; its message may quote a value
            raise ProblemError(400, "not_avro") from None


def _fits(schema: Any, codec: str) -> bool:  # noqa: ANN401  # fastavro's parsed schema
    """Return whether the records are ``{op, values}``; otherwise each field is a column.

    Raises:
        ProblemError: it is compressed, or has a type that could grow beyond its bytes or is no cell.
    """
    if codec != "null":
        raise ProblemError(415, "compressed")
    if not isinstance(schema, Mapping) or schema.get("type") != "record":
        raise ProblemError(400, "not_avro")
    fields = {field["name"]: field["type"] for field in schema["fields"]}
    values = fields.get("values")
    if isinstance(values, Mapping) and values.get("type") == "map":
        if not fields.keys() <= {"op", "table", "values"} or not all(_is_cell(type_) for name, type_ in fields.items() if name != "values"):
            raise ProblemError(400, "not_avro")
        fields = {"values": values["values"]}
        enveloped = True
    else:
        enveloped = False
    if all(type_ == "null" for type_ in fields.values()) or not all(_is_cell(type_) for type_ in fields.values()):  # a record has a byte
        raise ProblemError(400, "not_avro")
    return enveloped


def _is_cell(type_: Any) -> bool:  # noqa: ANN401  # likewise
    if isinstance(type_, list):
        return all(_is_cell(member) for member in type_)
    if isinstance(type_, Mapping):
        return type_.get("type") == "enum" or _is_cell(type_.get("type"))
    return type_ in _PLAIN
