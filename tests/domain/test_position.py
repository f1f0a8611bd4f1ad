"""A change's position grows with the log of its source, for every database, and nothing is cut to fit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contract import Table
from domain.normalise import RowNormaliser
from domain.position import position

TABLE = Table.model_validate(
    {
        "name": "resident", "title": {"zh": "人", "en": "people"}, "key": ["id"], "speaks_of": {"resident": "person"},
        "columns": {"id": {"ignore": "own number"}, "name": {"to": {"resident.name": "personal"}}},
        "expect": {"rows_min": 0, "rows_max": 1, "freshness": 1}, "sample": {"row": {}, "records": []},
    }
)  # fmt: skip


def _binlog(file: int, offset: int, order: int | None = None, **more: object) -> tuple[int, int] | None:
    transaction = None if order is None else {"id": "0-1-7", "total_order": order, "data_collection_order": 1}
    return position({"file": f"binlog.{file:06}", "pos": offset, "sequence": None, "lsn": None} | more, transaction)


places = st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 2**32 - 1), st.integers(1, 2**29))


@given(places, places)
def test_binlog_positions_are_ordered_as_file_offset_and_place_in_the_transaction(
    one: tuple[int, int, int], two: tuple[int, int, int]
) -> None:
    assert (_binlog(*one) < _binlog(*two)) == (one < two)  # type: ignore[operator]  # both are there


def test_all_changes_of_a_mariadb_transaction_have_its_offset_and_differ_by_their_count() -> None:
    first, second = _binlog(1, 5625, 1, row=0), _binlog(1, 5625, 2, row=0)
    assert first is not None
    assert second is not None
    assert first[0] == second[0] == 1 << 32 | 5625
    assert first < second


def test_a_snapshots_row_comes_before_the_next_transaction_at_the_same_offset() -> None:
    snapshot, streamed = _binlog(1, 5198, snapshot="last", gtid=None), _binlog(1, 5198, 1)
    assert snapshot is not None
    assert streamed is not None
    assert snapshot < streamed


def test_a_key_change_is_delete_then_create() -> None:
    source = {"file": "binlog.000001", "pos": 9, "ts_ms": 5}
    normaliser = RowNormaliser("p", TABLE)
    gone = normaliser({"id": 1}, {"op": "d", "source": source, "transaction": {"total_order": 3}})
    came = normaliser({"id": 2}, {"op": "c", "after": {"name": "张三"}, "source": source, "transaction": {"total_order": 4}})
    assert (gone["lsn"], gone["order"], came["order"]) == (1 << 32 | 9, 6, 9)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({"scn": "2868546", "commit_scn": "2868599"}, 2868599),
        ({"scn": "2868546", "commit_scn": None}, 2868546),
        ({"commit_lsn": "0000002d:00000b40:0003", "event_serial_no": 2}, (0x2D << 28 | 0xB40) << 11 | 3),
        ({"lsn": 7, "file": "x.000001", "pos": 9}, 7),
    ],
)
def test_other_databases(source: dict[str, object], expected: int) -> None:
    found = position(source, None)
    assert found is not None
    assert found[0] == expected


@pytest.mark.parametrize(
    "source",
    [
        {"file": "binlog", "pos": 4},
        {"file": "binlog.000001", "pos": None},
        {"file": f"binlog.{2**31}", "pos": 4},
        {"commit_lsn": "ffffffff:00000000:0000"},
        {"scn": "null"},
    ],
)
def test_what_does_not_fit_is_no_position(source: dict[str, object]) -> None:
    assert position(source, None) is None
