"""One record through the API: taken with a receipt, corrected, deleted, or refused with the place, both languages, and no value."""

import logging
from typing import Any

import httpx
import psycopg
import pytest
from confluent_kafka import KafkaError, KafkaException
from hypothesis import given
from hypothesis import strategies as st

from connectors.door.page_words import PAGE
from connectors.door.problems import ProblemError
from connectors.door.records import read_record
from connectors.door.words import FLAGS, KIND_HINTS, PROBLEMS, REMARKS
from connectors.intake.receipt import IntakeError
from domain.contract import Contract, read_contract
from domain.values import KINDS
from tests.connectors.door.conftest import CAPTURED, HERE, SLUG, Door

pytestmark = pytest.mark.anyio
SECRET = "11010519491231003X"
GOOD = {"编号": "1", "姓名": "王伟", "身份证号": "11010519491231002X", "性别": "1"}
WHERE = f"/v1/providers/{SLUG}/records"


def ferry() -> Contract:
    return read_contract((HERE / "ferry_office.yaml").read_text(encoding="utf-8"), "ferry_office.yaml").contract


def behind(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def record(op: str = "upsert", **values: Any) -> dict[str, Any]:
    return {"table": "ferryman", "op": op, "values": {**GOOD, **values}}


async def test_a_record_is_taken_and_its_receipt_can_be_followed(door: Door, client: httpx.AsyncClient) -> None:
    answer = await client.post(WHERE, json=record())
    receipt = answer.json()
    assert (answer.status_code, answer.headers["location"]) == (202, "/v1/receipts/1")
    assert (receipt["state"], receipt["created"], receipt["rows"]) == ("sent", 1, 1)
    followed = await client.get(answer.headers["location"])
    assert followed.json()["searchable"] == {"of": 1, "resolved": 0, "found": 0, "sent": 1}
    assert "王伟" not in answer.text + followed.text
    assert door.intake.rows[SLUG, "ferryman"] == {("1",): {**dict.fromkeys(ferry().table("ferryman").captured), **GOOD}}


async def test_the_same_key_corrects_and_delete_deletes(door: Door, client: httpx.AsyncClient) -> None:
    await client.post(WHERE, json=record())
    assert (await client.post(WHERE, json=record(姓名="王卫"))).json()["updated"] == 1
    assert (await client.post(WHERE, json=record(姓名="王伟"))).json()["updated"] == 1  # back to the first: not taken for a repeat
    assert (await client.post(WHERE, json={"table": "ferryman", "op": "delete", "values": {"编号": "1"}})).json()["deleted"] == 1
    assert door.intake.rows[SLUG, "ferryman"] == {}


async def test_an_idempotency_key_makes_sending_again_harmless(door: Door, client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "entry-0001"}
    first, again = [await client.post(WHERE, json=record(), headers=headers) for _ in range(2)]
    assert (first.json()["id"], again.json()["id"], again.json()["state"]) == (1, 1, "repeated")
    assert again.headers["location"] == first.headers["location"]
    other = await client.post(WHERE, json=record(姓名="李娜"), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "refused")
    assert len(door.intake.receipts) == 1
    bad = await client.post(WHERE, json=record(), headers={"Idempotency-Key": "short"})
    assert (bad.status_code, bad.json()["code"]) == (400, "bad_idempotency_key")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"table": "none", "values": {}}, {("/table", "unknown_table")}),
        ({"values": GOOD}, {("/table", "unknown_table")}),
        ({"table": "ferryman", "values": GOOD, "op": "erase"}, {("/op", "unknown_op")}),
        ({"table": "ferryman"}, {("/values", "not_json")}),
        ({"table": "ferryman", "values": [GOOD]}, {("/values", "not_json")}),
        ({"table": "ferryman", "values": GOOD, SECRET: 1}, {("", "unknown_member")}),
        (record(**{SECRET: SECRET}), {("/values", "unknown_column")}),
        (record(病史="无"), {("/values/病史", "withheld_column")}),
        (record(编号=None), {("/values/编号", "missing_key")}),
        (record(编号=" ", 姓名=""), {("/values/编号", "missing_key"), ("/values/姓名", "missing_required")}),
        (record(姓名=None), {("/values/姓名", "missing_required")}),
        (record(身份证号={"$ne": 1}), {("/values/身份证号", "not_text")}),
        (record(身份证号=440301199001011234), {("/values/身份证号", "number_lost_digits")}),
        (record(备注="\0"), {("/values/备注", "nul")}),
        (record(备注="长" * 20_001), {("/values/备注", "too_long_text")}),
        ({"table": "crossing", "op": "delete", "values": {"渡口": "东渡"}}, {("/values/岸", "missing_key")}),
    ],
)
async def test_a_mistake_has_its_place_and_its_remedy(
    door: Door, client: httpx.AsyncClient, body: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    answer = await client.post(WHERE, json=body)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert {(error["pointer"], error["code"]) for error in problem["errors"]} == expected
    assert {"type", "title", "status", "detail", "code", "remedy"} <= problem.keys()
    assert all(error["zh"] and error["en"] and error["remedy"]["zh"] and error["remedy"]["en"] for error in problem["errors"])
    assert SECRET not in answer.text
    assert not door.intake.receipts


async def test_an_empty_record_is_not_an_erasure(client: httpx.AsyncClient) -> None:
    answer = await client.post(WHERE, json={"table": "crossing", "values": {"渡口": "*", "岸": "*"}})
    assert answer.status_code in {202, 422}
    empty = await client.post(f"/v1/providers/{SLUG}/check", json={"table": "ferryman", "values": {"编号": "1", "录入时间": "x"}})
    assert {(error["pointer"], error["code"]) for error in empty.json()["errors"]} == {
        ("/values/姓名", "missing_required"),
        ("/values", "nothing_said"),
    }


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"{", "application/json", 400, "not_json"),
        (b"[]", "application/json", 400, "not_json"),
        (b"\xff\xfe", "application/json", 400, "not_json"),
        (b"[" * 100_000, "application/json", 400, "not_json"),
        (b"", "application/json; charset=utf-8", 400, "not_json"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "wrong_type"),
        (b"{}", "", 415, "wrong_type"),
        (b"x" * (1 << 20) + b"x", "application/json", 413, "too_large"),
    ],
)
async def test_bodies_that_are_no_record(client: httpx.AsyncClient, content: bytes, media_type: str, status: int, code: str) -> None:
    answer = await client.post(WHERE, content=content, headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_body_that_grows_is_cut_and_a_compressed_one_refused(client: httpx.AsyncClient) -> None:
    async def drip() -> Any:
        for _ in range(40):
            yield b" " * 65_536

    answer = await client.post(WHERE, content=drip(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    answer = await client.post(WHERE, content=b"{}", headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["code"]) == (415, "compressed")


async def test_who_is_captured_or_not_attached_is_told_so(door: Door, client: httpx.AsyncClient) -> None:
    key = (door.settings.home / "keys" / "desk" / CAPTURED).read_text()
    answer = await client.post(
        f"/v1/providers/{CAPTURED}/records",
        json={"table": "berth", "values": {"harbour": "东港", "number": "1"}},
        headers={"Authorization": f"Bearer {key}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "other_way")
    door.topics.clear()
    answer = await client.post(WHERE, json=record())
    assert (answer.status_code, answer.json()["code"]) == (409, "not_attached")
    assert "huiliu contract attach" in answer.json()["remedy"]["zh"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (IntakeError("正在报送 being sent: wait"), 422, "refused"),
        (behind(IntakeError("正在处理 is busy: later"), psycopg.errors.LockNotAvailable()), 503, "busy"),
        (psycopg.OperationalError(f"values ({SECRET})"), 503, "store_away"),
        (KafkaException(KafkaError(KafkaError._TRANSPORT)), 503, "broker_away"),
        (RuntimeError(f"row {SECRET}"), 500, "fault"),
    ],
)
async def test_what_fails_behind_the_door_is_told_without_a_value(
    door: Door, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, error: Exception, status: int, code: str
) -> None:
    door.intake.broken = error
    with caplog.at_level(logging.DEBUG):
        answer = await client.post(WHERE, json=record(备注=SECRET))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert SECRET not in answer.text + caplog.text
    assert "王伟" not in caplog.text


async def test_another_desks_receipt_looks_like_none(door: Door, client: httpx.AsyncClient) -> None:
    await client.post(WHERE, json=record())
    other = (door.settings.home / "keys" / "desk" / CAPTURED).read_text()
    answers = [
        await client.get("/v1/receipts/1", headers={"Authorization": f"Bearer {other}"}),
        await client.get("/v1/receipts/99"),
        await client.get("/v1/receipts/0"),
        await client.get(f"/v1/receipts/{SECRET}"),
        await client.get("/v1/receipts/" + "9" * 5000),
        await client.get("/v1/receipts/1", headers={"Authorization": ""}),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
    assert SECRET not in answers[3].text


async def test_the_desk_lists_its_own_receipts(client: httpx.AsyncClient) -> None:
    for number in ("1", "2", "3"):
        await client.post(WHERE, json=record(编号=number))
    listed = (await client.get(f"/v1/providers/{SLUG}/receipts?limit=2")).json()["receipts"]
    assert [receipt["id"] for receipt in listed] == [3, 2]
    assert (await client.get(f"/v1/providers/{SLUG}/receipts?limit=x")).json()["code"] == "bad_number"


async def test_a_copy_beyond_its_limits_waits_for_a_named_decision(door: Door, client: httpx.AsyncClient) -> None:
    door.intake.waits = True
    await client.post(WHERE, json=record())
    assert (await client.get("/v1/receipts/1")).json()["state"] == "waiting"
    nobody = await client.post("/v1/receipts/1/confirm", json={"by": "  "})
    assert (nobody.status_code, nobody.json()["errors"][0]["pointer"]) == (422, "/by")
    confirmed = await client.post("/v1/receipts/1/confirm", json={"by": "业务科"})
    assert (confirmed.json()["state"], "业务科" in confirmed.json()["reason"]) == ("sent", True)
    again = await client.post("/v1/receipts/1/cancel", json={"by": "业务科"})
    assert (again.status_code, again.json()["code"]) == (422, "refused")


async def test_the_form_is_told_to_programs_too(client: httpx.AsyncClient) -> None:
    told = (await client.get(f"/v1/providers/{SLUG}")).json()
    table = told["tables"][0]
    columns = {column["name"]: column for column in table["columns"]}
    assert table["key"] == ["编号"]
    assert columns["性别"]["codes"] == {"1": "男", "2": "女"}
    assert columns["姓名"]["required"]
    assert columns["编号"]["label"]["en"] == "ferryman's number"
    assert not {"病史", "录入时间"} & columns.keys()


CELL = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=40)
    | st.lists(st.text(max_size=3), max_size=2)
)


@given(st.dictionaries(st.sampled_from([*GOOD, "病史", SECRET, "a/b~c"]), CELL), st.sampled_from(["upsert", "delete", SECRET, None, 1]))
def test_anything_sent_is_a_row_or_a_problem(values: dict[str, Any], op: object) -> None:
    import orjson  # noqa: PLC0415  # only here

    try:
        body = orjson.dumps({"table": "ferryman", "op": op, "values": values})
    except (TypeError, orjson.JSONEncodeError):
        return
    told = ""
    try:
        _, row = read_record(body, ferry())
    except ProblemError as error:
        told = bytes(error.response().body).decode()
    else:
        assert all(cell is None or isinstance(cell, str) for cell in row.values.values())
    assert SECRET not in told


def test_every_sentence_is_in_both_languages() -> None:
    texts = [*FLAGS.values(), *KIND_HINTS.values(), *PAGE.values()]
    texts += [text for trouble in PROBLEMS.values() for text in (trouble.what, trouble.remedy)]
    for text in texts:
        assert any("\u4e00" <= character <= "\u9fff" for character in text.zh)
        assert any(character.isascii() and character.isalpha() for character in text.en)
    assert set(KIND_HINTS) | {"hmt_permit", "foreign_card", "mac"} >= set(KINDS)
    assert set(FLAGS) >= REMARKS
