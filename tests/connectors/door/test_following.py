"""A receipt is followed until a search finds its rows: resolved first, then searchable, then no look is needed any more."""

import httpx
import pytest
from elasticsearch import ConnectionError as IndexAwayError

from connectors.door.following import Follower, Progress, Resolved
from connectors.intake.receipt import Followed
from tests.connectors.door.conftest import Door, MemoryWay
from tests.connectors.door.test_records import WHERE, record


def row(number: int, lsn: int = 7) -> Followed:
    return Followed(number, lsn, "u", bytes([number]) * 16, ())


def test_resolved_first_then_searchable_at_that_version() -> None:
    way = MemoryWay()
    follower = Follower(way, way, way)
    rows = [row(1), row(2)]
    assert follower.look(1, rows) == Progress(2, 0, 0)
    way.resolved[rows[0].row_handle] = Resolved(6, {"P-1": 3})  # an older change
    assert follower.look(1, []) == Progress(2, 0, 0)
    way.resolved[rows[0].row_handle] = Resolved(7, {"P-1": 4})
    way.searchable["P-1"] = 3
    assert follower.look(1, []) == Progress(2, 1, 0)
    way.searchable["P-1"] = 4
    assert follower.look(1, []) == Progress(2, 1, 1)
    way.resolved[rows[1].row_handle] = Resolved(9, {"P-1": 4, "O-1": 5})  # a later change counts, and all its entities do
    assert follower.look(1, []) == Progress(2, 2, 1)
    way.searchable["O-1"] = 6
    assert follower.look(1, []).done


def test_a_deleted_row_is_gone_when_the_indexer_passed_it() -> None:
    way = MemoryWay(written=False)
    follower = Follower(way, way, way)
    way.resolved[row(1).row_handle] = Resolved(7, {})
    assert follower.look(1, [row(1)]) == Progress(1, 1, 0)
    way.written = True
    assert follower.look(1, []) == Progress(1, 1, 1)
    assert way.refreshed == 1
    assert follower.look(1, []).done
    assert way.refreshed == 1


def test_what_was_found_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.door.following._AT_ONCE", 10)
    way = MemoryWay()
    rows = [row(number) for number in range(25)]
    way.resolved = {each.row_handle: Resolved(7, {f"P-{each.line}": 1}) for each in rows}
    way.searchable = {f"P-{number}": 1 for number in range(25)}
    follower = Follower(way, way, way)
    assert [follower.look(1, rows).found for _ in range(4)] == [10, 20, 25, 25]
    assert way.asked == 50


def test_the_longest_unasked_receipt_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.door.following._MOST_TRAILS", 2)
    way = MemoryWay()
    follower = Follower(way, way, way)
    for number in (1, 2, 3):
        follower.look(number, [row(number)])
    assert [follower.knows(number) for number in (1, 2, 3)] == [False, True, True]


@pytest.mark.anyio
async def test_the_receipt_says_how_many_of_how_many(door: Door, client: httpx.AsyncClient) -> None:
    await client.post(WHERE, json=record())
    (sent,) = door.intake.sent[1]
    door.way.resolved[sent.row_handle] = Resolved(sent.lsn, {"P-1": 1})
    receipt = (await client.get("/v1/receipts/1")).json()
    assert (receipt["state"], receipt["searchable"]) == ("sent", {"of": 1, "resolved": 1, "found": 0, "sent": 1})
    door.way.searchable["P-1"] = 1
    receipt = (await client.get("/v1/receipts/1")).json()
    assert (receipt["state"], receipt["searchable"]) == ("searchable", {"of": 1, "resolved": 1, "found": 1, "sent": 1})


@pytest.mark.anyio
async def test_a_receipt_is_good_while_the_index_is_away(door: Door, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    await client.post(WHERE, json=record())

    def away(_handles: object) -> None:
        raise IndexAwayError("away")

    monkeypatch.setattr(door.way, "rows", away)
    answer = await client.get("/v1/receipts/1")
    assert (answer.status_code, answer.json()["state"], answer.json()["searchable"]) == (200, "sent", None)
