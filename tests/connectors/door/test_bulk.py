"""Bulks: NDJSON and Avro, all or nothing, bounded whatever is sent; and uploaded files."""

import io
import tracemalloc
from pathlib import Path
from typing import Any

import fastavro
import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from connectors.door import bulk
from connectors.door.bodies import Spool, Turns
from connectors.door.bulk import AVRO, NDJSON, Bulk
from connectors.door.problems import ProblemError
from tests.connectors.door.conftest import SLUG, Door
from tests.connectors.door.test_records import ferry

pytestmark = pytest.mark.anyio
WHERE = f"/v1/providers/{SLUG}/records"
FLAT_ASCII = {"type": "record", "name": "Crossing", "fields": [{"name": "a", "type": "string"}]}  # Avro's field names are ASCII
CROSSING = ferry().table("crossing")


def lines(*records: Any) -> bytes:
    return b"\n".join(orjson.dumps(record) for record in records)


def crossing(number: int, op: str = "upsert") -> dict[str, Any]:
    return {"op": op, "values": {"渡口": f"渡{number}", "岸": "N"}}


def container(schema: Any, records: list[Any], codec: str = "null") -> bytes:
    out = io.BytesIO()
    fastavro.writer(out, schema, records, codec=codec)
    return out.getvalue()


async def send(client: httpx.AsyncClient, body: bytes, media_type: str = NDJSON, key: str = "bulk-0001", **query: str) -> httpx.Response:
    headers = {"Content-Type": media_type, "Idempotency-Key": key}
    return await client.post(WHERE, params={"table": "crossing", **query}, content=body, headers=headers)


async def test_ndjson_is_taken_as_one_delivery(door: Door, client: httpx.AsyncClient) -> None:
    answer = await send(client, lines(crossing(1), crossing(2)) + b"\n\n" + lines(crossing(3)) + b"\n")
    assert (answer.status_code, answer.json()["created"], answer.json()["kind"]) == (202, 3, "entry")
    answer = await send(client, lines(crossing(1, "delete"), crossing(2)), key="bulk-0002")
    assert (answer.json()["deleted"], answer.json()["unchanged"]) == (1, 1)
    assert [row.line for row in door.intake.sent[1]] == [1, 2, 4]
    assert len(door.intake.rows[SLUG, "crossing"]) == 2  # a bulk is no whole copy: what it does not name stays


async def test_avro_is_taken_flat_or_with_operations(door: Door, client: httpx.AsyncClient) -> None:
    flat = container(FLAT_ASCII, [{"a": "x"}])
    assert (await send(client, flat, AVRO)).json()["notes"]
    enveloped = {
        "type": "record",
        "name": "Entry",
        "fields": [{"name": "op", "type": "string"}, {"name": "values", "type": {"type": "map", "values": ["null", "string", "long"]}}],
    }
    answer = await send(client, container(enveloped, [crossing(1), crossing(2)]), AVRO, "bulk-0002")
    assert (answer.status_code, answer.json()["created"]) == (202, 2)
    answer = await send(client, container(enveloped, [crossing(1, "delete")]), AVRO, "bulk-0003")
    assert answer.json()["deleted"] == 1
    assert set(door.intake.rows[SLUG, "crossing"]) == {("渡2", "N")}


async def test_a_bulk_needs_a_key_of_its_own(client: httpx.AsyncClient) -> None:
    answer = await client.post(f"{WHERE}?table=crossing", content=lines(crossing(1)), headers={"Content-Type": NDJSON})
    assert (answer.status_code, answer.json()["code"]) == (400, "no_idempotency_key")
    first, again = await send(client, lines(crossing(1))), await send(client, lines(crossing(1)))
    assert (again.json()["state"], again.json()["id"]) == ("repeated", first.json()["id"])
    other = await send(client, lines(crossing(2)))
    assert other.json()["code"] == "refused"


async def test_one_bad_line_keeps_everything_out_and_is_named(door: Door, client: httpx.AsyncClient) -> None:
    body = lines(crossing(1), {"values": {"渡口": {"x": 1}, "岸": "N"}}, {"op": "erase", "values": {}}) + b"\n{broken\n" + lines({"a": 1})
    answer = await send(client, body)
    spots = {(error["line"], error["pointer"], error["code"]) for error in answer.json()["errors"]}
    assert answer.status_code == 422
    assert spots == {
        (2, "/values/渡口", "not_text"),
        (3, "/op", "unknown_op"),
        (4, "", "not_json"),
        (5, "", "unknown_member"),
        (5, "/values", "not_json"),
    }
    assert not door.intake.receipts


async def test_a_thousand_mistakes_are_not_a_thousand_answers(client: httpx.AsyncClient) -> None:
    answer = await send(client, lines(*[{"op": "erase", "values": {}}] * 5_000))
    assert len(answer.json()["errors"]) == 100
    assert answer.json()["more"] == 900


async def test_a_withheld_column_refuses_the_whole_bulk(door: Door, client: httpx.AsyncClient) -> None:
    body = lines({"values": {"编号": "1", "姓名": "王伟"}}, {"values": {"编号": "2", "姓名": "王伟", "病史": "无"}})
    answer = await send(client, body, table="ferryman")
    assert [(error["line"], error["code"]) for error in answer.json()["errors"]] == [(2, "withheld_column")]
    assert not door.intake.receipts


async def test_a_new_column_stops_nothing_and_is_told(door: Door, client: httpx.AsyncClient) -> None:
    answer = await send(client, lines({"values": {"渡口": "东渡", "岸": "N", "11010519491231003X": "x"}}))
    assert answer.status_code == 202
    assert "1" in answer.json()["notes"][0]
    assert "11010519491231003X" not in answer.text
    assert door.intake.rows[SLUG, "crossing"] == {("东渡", "N"): {"渡口": "东渡", "岸": "N"}}


async def test_rejected_rows_stand_on_the_receipt(client: httpx.AsyncClient) -> None:
    answer = await send(client, lines(crossing(1), {"values": {"渡口": "", "岸": "N"}}))
    assert (answer.json()["created"], answer.json()["rejected"]) == (1, 1)
    assert answer.json()["rejects"][0]["line"] == 2


@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (b"", NDJSON, 422, "empty"),
        (b"\n\n", NDJSON, 422, "empty"),
        (b"{" + b"x" * (1 << 20) + b"}", NDJSON, 413, "too_large"),
        (b"", AVRO, 400, "not_avro"),
        (b"Obj\x01", AVRO, 400, "not_avro"),
        (b"Obj\x01" + b"\xff" * 50, AVRO, 400, "not_avro"),
        (container(FLAT_ASCII, [{"a": "x"}])[:-9], AVRO, 400, "not_avro"),
        (container(FLAT_ASCII, [{"a": "x"}], "deflate"), AVRO, 415, "compressed"),
        (container({"type": "array", "items": "null"}, [[None] * 9]), AVRO, 400, "not_avro"),
        (container({"type": "record", "name": "R", "fields": []}, [{}] * 9), AVRO, 400, "not_avro"),
        (
            container(
                {"type": "record", "name": "R", "fields": [{"name": "a", "type": {"type": "array", "items": "null"}}]}, [{"a": [None] * 9}]
            ),
            AVRO,
            400,
            "not_avro",
        ),
        (
            container({"type": "record", "name": "R", "fields": [{"name": "r", "type": ["null", "R"]}]}, [{"r": None}]),
            AVRO,
            400,
            "not_avro",
        ),
        (container({"type": "record", "name": "R", "fields": [{"name": "a", "type": "null"}]}, [{"a": None}]), AVRO, 400, "not_avro"),
    ],
)
async def test_bodies_that_are_no_bulk(client: httpx.AsyncClient, body: bytes, media_type: str, status: int, code: str) -> None:
    answer = await send(client, body, media_type)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_the_table_must_be_one_of_the_contract(client: httpx.AsyncClient) -> None:
    assert (await send(client, lines(crossing(1)), table="none")).json()["code"] == "unknown_table"
    body = lines({"table": "ferryman", "values": {"渡口": "东渡", "岸": "N"}})
    assert (await send(client, body)).json()["errors"][0] == {
        **(await send(client, body)).json()["errors"][0],
        "pointer": "/table",
        "line": 1,
    }


async def test_too_many_rows_or_bytes(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MOST_ROWS", 2)
    assert (await send(client, lines(*[crossing(1)] * 3))).json()["code"] == "too_many"
    monkeypatch.setattr("connectors.door.routes.MOST_BULK_BYTES", 100)
    assert (await send(client, lines(*[crossing(1)] * 9))).json()["code"] == "too_large"


async def test_one_provider_cannot_keep_the_others_waiting() -> None:
    turns = Turns(2)
    async with turns.of("a"), turns.of("a"), turns.of("b"):
        with pytest.raises(ProblemError) as caught:
            async with turns.of("a"):
                pass
    assert (caught.value.status, caught.value.code) == (503, "busy")
    async with turns.of("a"):
        assert dict(turns._held) == {"a": 1}


async def test_only_so_many_bulks_at_a_time(tmp_path: Path) -> None:
    spools = Spool(tmp_path, 1)
    async with spools.turn():
        with pytest.raises(ProblemError) as caught:
            async with spools.turn():
                pass
    assert (caught.value.status, dict(caught.value.headers or {})) == (503, {"Retry-After": "10"})
    async with spools.turn():
        pass


def test_a_bulk_streams(tmp_path: Path) -> None:
    """20,000 lines, 1 MB, are read twice within a few hundred kilobytes."""
    with (tmp_path / "bulk").open("w+b") as file:
        for number in range(20_000):
            file.write(lines(crossing(number)) + b"\n")
        tracemalloc.start()
        read = Bulk(file, NDJSON, CROSSING)
        assert read.check() == sum(1 for _ in read.rows()) == 20_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 600_000


GOOD = container(
    {"type": "record", "name": "R", "fields": [{"name": "a", "type": "string"}, {"name": "b", "type": ["null", "long"]}]},
    [{"a": "x", "b": 1}] * 3,
)


@given(st.one_of(st.binary(max_size=200), st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255))), st.sampled_from([NDJSON, AVRO]))
@rules(suppress_health_check=[HealthCheck.too_slow], max_examples=400)
def test_whatever_is_sent_is_read_or_refused(broken: bytes | tuple[int, int], media_type: str) -> None:
    body = broken if isinstance(broken, bytes) else GOOD[: broken[0]] + bytes([broken[1]]) + GOOD[broken[0] + 1 :]
    read = Bulk(io.BytesIO(body), media_type, CROSSING)
    try:
        read.check()
        assert all(row.values.keys() <= CROSSING.columns.keys() for row in read.rows())
    except ProblemError:
        pass


async def test_a_file_is_taken_and_gone_after(door: Door, client: httpx.AsyncClient) -> None:
    answer = await client.post(f"/v1/providers/{SLUG}/files", params={"name": "渡工2013.xlsx", "table": "ferryman"}, content=b"1\n2\n")
    (receipt,) = answer.json()["receipts"]
    assert (answer.status_code, receipt["created"], receipt["kind"], receipt["name"]) == (202, 2, "file", "渡工2013.xlsx")
    assert door.intake.receipts[0].call_id is None
    assert list((door.settings.home / "door").iterdir()) == []


async def test_a_file_that_cannot_be_used_is_told_in_intakes_words(door: Door, client: httpx.AsyncClient) -> None:
    answer = await client.post(f"/v1/providers/{SLUG}/files?name=x.csv", content=b"")
    assert (answer.status_code, answer.json()["detail"]) == (422, "文件是空的 the file is empty: choose another")
    assert list((door.settings.home / "door").iterdir()) == []


async def test_rejected_rows_are_given_back_as_a_workbook(door: Door, client: httpx.AsyncClient) -> None:
    await send(client, lines(crossing(1)))
    assert (await client.get("/v1/receipts/1/rejects.xlsx")).status_code == 404
    await send(client, lines({"values": {"渡口": "", "岸": "N"}}), key="bulk-0002")
    answer = await client.get("/v1/receipts/2/rejects.xlsx")
    assert answer.content == b"PK rejects"
    assert "rejects-2.xlsx" in answer.headers["content-disposition"]
    assert list((door.settings.home / "door").iterdir()) == []
    assert (await client.get("/v1/receipts/2/rejects.xlsx", headers={"Authorization": "Bearer x"})).status_code == 404


def test_an_uploads_file_keeps_its_ending_and_nothing_else_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "door").mkdir()
    (tmp_path / "door" / "left.xlsx").touch()
    spools = Spool(tmp_path, 1)
    assert list((tmp_path / "door").iterdir()) == []
    for name, suffix in (("a/../../b.xlsx", ".xlsx"), ("x", ""), ("x.csv/y", ""), ("王伟.名单", "")):
        with spools.named(name) as file:
            path = Path(file.name)
            assert (path.parent, path.suffix, path.stat().st_mode & 0o777) == (tmp_path / "door", suffix, 0o600)
            assert "王" not in path.name
