"""A row read again by a signal has no LSN of its own: its position is the stream's last one."""

import pytest

from domain.contract import Table
from domain.normalise import RejectError, RowNormaliser

TABLE = Table.model_validate(
    {
        "name": "resident", "title": {"zh": "人", "en": "people"}, "key": ["id"], "speaks_of": {"resident": "person"},
        "columns": {"id": {"ignore": "own number"}, "name": {"to": {"resident.name": "personal"}}},
        "expect": {"rows_min": 0, "rows_max": 1, "freshness": 1}, "sample": {"row": {}, "records": []},
    }
)  # fmt: skip


def _row(source: dict[str, object]) -> dict[str, object]:
    return RowNormaliser("p", TABLE)({"id": 1}, {"op": "r", "after": {"name": "张三"}, "source": {"ts_ms": 5} | source})


@pytest.mark.parametrize(
    ("source", "lsn"),
    [
        ({"lsn": 7, "sequence": '["1","2"]'}, 7),
        ({"lsn": None, "sequence": '["29133904","29133908"]', "snapshot": "incremental"}, 29133908),
        ({"lsn": None, "sequence": '[null,"29070720"]', "snapshot": "incremental"}, 29070720),
    ],
)
def test_position(source: dict[str, object], lsn: int) -> None:
    assert _row(source)["lsn"] == lsn


@pytest.mark.parametrize("source", [{}, {"lsn": None, "sequence": None}, {"lsn": None, "sequence": "[null,null]"}])
def test_no_position_is_rejected(source: dict[str, object]) -> None:
    with pytest.raises(RejectError, match="no source position"):
        _row(source)
