"""What a clerk is told while typing: the stream's own verdicts, column by column, in words."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.door.checking import check
from connectors.intake.receipt import Row
from domain.normalise import RowNormaliser
from tests.connectors.door.conftest import SLUG, Door
from tests.connectors.door.test_records import GOOD, ferry

CONTRACT = ferry()
FERRYMAN = CONTRACT.table("ferryman")


async def verdicts(client: httpx.AsyncClient, **values: Any) -> dict[str, Any]:
    answer = await client.post(f"/v1/providers/{SLUG}/check", json={"table": "ferryman", "values": {**GOOD, **values}})
    assert answer.status_code == 200
    return {verdict["column"]: verdict for verdict in answer.json()["columns"]}


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("column", "typed", "state", "word"),
    [
        ("身份证号", "11010519491231002X", "good", ""),
        ("身份证号", "11010519491231003X", "doubtful", "校验位不对"),
        ("身份证号", "1101051949", "doubtful", "位数不对"),
        ("身份证号", "1.10105E+17", "doubtful", "科学计数法"),
        ("性别", "3", "doubtful", "不在代码表里"),
        ("性别", "2", "good", ""),
        ("出生日期", "1949-12-31", "good", ""),
        ("出生日期", "1949-02-30", "doubtful", "没有这一天"),
        ("手机", "12012345678", "doubtful", "写法不对"),
        ("姓名", "王?", "doubtful", "丢失的字"),
        ("备注", "", "empty", ""),
        ("录入时间", "今天", "ignored", ""),
        ("编号", "1", "good", ""),
    ],
)
async def test_a_column_is_judged_in_words(client: httpx.AsyncClient, column: str, typed: str, state: str, word: str) -> None:
    verdict = (await verdicts(client, **{column: typed}))[column]
    assert verdict["state"] == state
    assert word in "".join(text["zh"] for text in verdict["says"])
    assert bool(verdict["says"]) == (state == "doubtful")


@pytest.mark.anyio
async def test_how_it_was_read_is_shown_where_it_differs(client: httpx.AsyncClient) -> None:
    assert (await verdicts(client, 出生日期="1949年12月31日"))["出生日期"]["reads_as"] == ["1949-12-31"]
    assert (await verdicts(client, 出生日期="1949-12-31"))["出生日期"]["reads_as"] == []


@pytest.mark.anyio
async def test_checking_keeps_nothing(door: Door, client: httpx.AsyncClient) -> None:
    await verdicts(client)
    assert not door.intake.receipts


@pytest.mark.anyio
async def test_a_withheld_column_is_refused_here_too(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"/v1/providers/{SLUG}/check", json={"table": "ferryman", "values": {**GOOD, "病史": "无"}})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "withheld_column")


TYPED = st.text("0123456789X年月日.- 王伟?*男女\u200b\u3000", max_size=20)


@given(st.dictionaries(st.sampled_from(["身份证号", "姓名", "性别", "出生日期", "手机", "备注"]), TYPED))
def test_the_desk_and_the_stream_agree(values: dict[str, str]) -> None:
    """Every flag that the stream will raise is told while typing, and nothing else is."""
    row = Row(1, "upsert", {**dict.fromkeys(FERRYMAN.captured), "编号": "1", "姓名": "王伟", **values})
    checked = check(CONTRACT, FERRYMAN, row)
    envelope = {"op": "c", "after": row.values, "source": {"lsn": 1, "ts_ms": 0, "snapshot": "false"}}
    records = RowNormaliser("ferry_office", FERRYMAN)({"编号": "1"}, envelope)["records"]
    flags = {flag for record in records for flag in record["flags"]}
    told = sum(len(verdict.says) for verdict in checked.verdicts if verdict.state != "refused")
    refused = sum(verdict.state == "refused" for verdict in checked.verdicts)
    assert told == len(flags) if not refused else told <= len(flags)


def test_of_a_deletion_only_the_key_counts() -> None:
    assert check(CONTRACT, FERRYMAN, Row(1, "delete", {"编号": "1"})).errors == ()
    assert [spot.code for spot in check(CONTRACT, FERRYMAN, Row(1, "delete", {})).errors] == ["missing_key"]
