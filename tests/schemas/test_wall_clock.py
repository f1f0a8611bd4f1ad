"""A local time keeps its evening: Debezium's ``Z`` on it is dropped, that of an instant stays."""

from io import BytesIO

import fastavro
import pytest

from domain.values import parse
from schemas.wall_clock import mark


def _read(connect_name: str, text: str) -> str:
    named = {"type": "string", "connect.version": 1, "connect.name": connect_name}
    row = {"type": "record", "name": "Row", "fields": [{"name": "at", "type": ["null", named], "default": None}]}
    out = BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(row), {"at": text})
    return str(fastavro.schemaless_reader(BytesIO(out.getvalue()), fastavro.parse_schema(mark(row)), None)["at"])


@pytest.mark.parametrize(
    ("connect_name", "text", "read", "date"),
    [
        ("io.debezium.time.IsoDate", "1949-12-31Z", "1949-12-31", "1949-12-31"),
        ("io.debezium.time.IsoTimestamp", "2013-05-30T22:00:01.5Z", "2013-05-30T22:00:01.5", "2013-05-30"),
        ("io.debezium.time.IsoTime", "22:00:01Z", "22:00:01", None),
        ("io.debezium.time.ZonedTimestamp", "2013-05-30T22:00:01.500000Z", "2013-05-30T22:00:01.500000Z", "2013-05-31"),
        ("some.other.Type", "abcZ", "abcZ", None),
    ],
)
def test_only_local_times_lose_their_z(connect_name: str, text: str, read: str, date: str | None) -> None:
    assert _read(connect_name, text) == read
    assert parse("date", read).normal == date
