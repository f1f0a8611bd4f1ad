"""Immediate calls at the desk: seen, answered by what is handed in for them, and never another's."""

import httpx
import pytest

from connectors.door.calls import Call
from tests.connectors.door.conftest import CAPTURED, SLUG, Door
from tests.connectors.door.fake_intake import CLOCK_MS
from tests.connectors.door.test_records import WHERE, record

MINUTE = 60_000


def call(provider: str = SLUG, minutes: int = 60) -> Call:
    return Call(0, provider, "ferryman", "今日值班渡工名单", "整合办值班室", CLOCK_MS, CLOCK_MS + minutes * MINUTE)


def test_where_a_call_stands() -> None:
    made = call()
    assert made.state(CLOCK_MS) == "open"
    assert made.state(made.due_ms + 1) == "overdue"
    assert made.late_ms is None
    answered = Call(1, SLUG, None, "x", "y", 0, 10, answered_ms=25)
    assert (answered.state(99), answered.late_ms) == ("answered", 15)
    assert Call(1, SLUG, None, "x", "y", 0, 10, answered_ms=5).late_ms == 0
    assert Call(1, SLUG, None, "x", "y", 0, 10, closed_ms=5).state(99) == "closed"


@pytest.mark.anyio
async def test_the_desk_sees_its_own_calls_and_when_it_first_did_is_kept(door: Door, client: httpx.AsyncClient) -> None:
    door.calls.make(call())
    door.calls.make(call(CAPTURED))
    told = (await client.get(f"/v1/providers/{SLUG}/calls")).json()
    (shown,) = told["calls"]
    assert told["now_ms"] == CLOCK_MS
    assert (shown["state"], shown["seen_ms"], shown["due_ms"] - told["now_ms"]) == ("open", CLOCK_MS, 60 * MINUTE)
    door.now[0] += 3601
    (shown,) = (await client.get(f"/v1/providers/{SLUG}/calls")).json()["calls"]
    assert (shown["state"], shown["seen_ms"]) == ("overdue", CLOCK_MS)
    assert door.calls.all[2].seen_ms is None


@pytest.mark.anyio
async def test_what_is_handed_in_for_a_call_answers_it(door: Door, client: httpx.AsyncClient) -> None:
    door.calls.make(call())
    door.now[0] += 60
    answer = await client.post(f"{WHERE}?call=1", json=record())
    assert answer.json()["call_id"] == 1
    assert (door.calls.all[1].answered_ms, door.calls.all[1].receipts) == (CLOCK_MS + MINUTE, (1,))
    await client.post(WHERE, json=record(编号="2"), headers={"Huiliu-Call": "1"})
    await client.post(f"/v1/providers/{SLUG}/files?name=x.csv&table=ferryman&call=1", content=b"9")
    assert door.calls.all[1].receipts == (1, 2, 3)
    assert door.calls.all[1].answered_ms == CLOCK_MS + MINUTE  # the first answer's time


@pytest.mark.anyio
async def test_a_copy_that_waits_answers_only_once_it_is_confirmed(door: Door, client: httpx.AsyncClient) -> None:
    door.calls.make(call())
    door.intake.waits = True
    await client.post(f"{WHERE}?call=1", json=record())
    assert door.calls.all[1].answered_ms is None
    await client.post("/v1/receipts/1/confirm", json={"by": "业务科"})
    assert door.calls.all[1].receipts == (1,)


@pytest.mark.anyio
@pytest.mark.parametrize("number", ["2", "99", "x", "-1", "1" * 30])
async def test_only_an_open_call_of_ones_own_can_be_answered(door: Door, client: httpx.AsyncClient, number: str) -> None:
    door.calls.make(call())
    door.calls.make(call(CAPTURED))
    answer = await client.post(f"{WHERE}?call={number}", json=record())
    assert answer.status_code == 422
    assert answer.json()["code"] in {"no_such_call", "bad_number"}
    assert not door.intake.receipts


@pytest.mark.anyio
async def test_who_is_captured_has_a_desk_for_calls_too(door: Door, client: httpx.AsyncClient) -> None:
    door.calls.make(call(CAPTURED))
    key = (door.settings.home / "keys" / "desk" / CAPTURED).read_text()
    answer = await client.get(f"/v1/providers/{CAPTURED}/calls", headers={"Authorization": f"Bearer {key}"})
    assert len(answer.json()["calls"]) == 1
