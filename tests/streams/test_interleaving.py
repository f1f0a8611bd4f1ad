"""Two workers at the very moments at which one could see what the other is about to change, on a real store."""

import asyncio
from typing import Any

import psycopg
import pytest

from streams.neighbourhood import Neighbourhood
from streams.store import Known, Store
from tests.streams.ground import Index, Message, fresh, message, resolver
from tests.streams.test_matches import decide, handle_of

pytestmark = [pytest.mark.servers, pytest.mark.anyio]

CODE, CREDIT = "74562310-9", "91320456YY00004C5X"
CLOTHES, TRAVEL = "溧阳市嘉隆服饰有限公司", "溧阳市天目湖旅行社有限公司"


def firm(row: int, lsn: int, values: dict[str, str] | None) -> Message:
    """One row's message about a firm; ``values`` None deletes the row."""
    found = message(row, lsn, None if values is None else [{"legal_representative": "张建国", **values}])
    for record in found["records"]:
        keys = [f"{name}:{values[name]}" for name in ("uscc", "organisation_code") if values and name in values]
        record |= {"kind": "organisation", "keys": keys}
    return found


async def test_a_record_met_by_likeness_is_not_moved_by_another_worker_before_its_keys_are_read(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A travel agency's code stands on a row with a tailor's name. One worker deletes that row, so the agency's own row moves.

    The other brings a row that is like the agency's, and reads that one just before it moves.
    """
    base = [
        firm(1, 1, {"uscc": CREDIT, "name": CLOTHES, "landline": "051987236150"}),
        firm(2, 2, {"organisation_code": CODE, "name": CLOTHES, "landline": "051987236150"}),
        firm(3, 3, {"organisation_code": CODE, "name": TRAVEL}),
    ]
    deletes, brings = firm(2, 10, None), firm(4, 11, {"name": TRAVEL})
    alone = Index()
    async with fresh(dsn) as (store,):
        for batch in (base, [deletes], [brings]):
            await resolver(store, alone).apply(batch)

    index, emitted, go_on = Index(), asyncio.Event(), asyncio.Event()

    async def emits_slowly(entities: list[Message]) -> None:
        await index.emit(entities)
        emitted.set()
        await go_on.wait()  # its locks are held

    closes = Neighbourhood._close

    async with fresh(dsn, 2) as (one, other):
        await resolver(one, index).apply(base)
        first = asyncio.create_task(resolver(one, index, emits_slowly, "one").apply([deletes]))
        await emitted.wait()

        async def closes_late(self: Neighbourhood) -> None:
            go_on.set()
            await first
            await closes(self)

        monkeypatch.setattr(Neighbourhood, "_close", closes_late)
        asyncio.get_running_loop().call_later(0.3, go_on.set)  # where the second rightly waits for the first
        await resolver(other, index, owner="other").apply([brings])
        await first
    assert index.alive() == alone.alive()


async def test_the_first_decision_ever_binds_a_batch_that_was_under_way(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    person = {"name": "王伟", "citizen_id": "110101199003074477"}
    index, reads = Index(), Store.lock_and_read
    async with fresh(dsn, 2) as (one, other):
        await resolver(one, index).apply([message(1, 1, [person]), message(2, 2, [person])])

        async def reads_then_others_decide(self: Store, *asked: Any) -> Known:
            known = await reads(self, *asked)
            if self is one:
                await resolver(other, index, owner="other").decide([decide(dsn, (1, 0), (2, 0), False)])
            return known

        monkeypatch.setattr(Store, "lock_and_read", reads_then_others_decide)
        await resolver(one, index).apply([message(2, 3, [{**person, "mobile": "13912345678"}])])
    assert sorted(map(len, index.alive().values())) == [1, 1]


async def sealed_as_stored(dsn: str, row: int) -> tuple[bytes, bytes]:
    """Return a record's wrapped key and its sealed values."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        asked = "select s.wrapped, r.sealed from record r join sealing_key s using (handle) where handle = %s"
        found = await (await connection.execute(asked, (handle_of(row, 0),))).fetchone()
    assert found is not None
    return found[0], found[1]


async def test_what_begins_again_after_it_was_erased_is_told_again(dsn: str) -> None:
    """The values are the same, but what was told of them opens with a key that is no more."""
    index, person = Index(), {"name": "王伟", "citizen_id": "110101199003074477"}
    async with fresh(dsn) as (store,):
        await resolver(store, index).apply([message(1, 1, [person])])
        async with await psycopg.AsyncConnection.connect(dsn) as connection:
            await connection.execute("delete from sealing_key")
        assert await resolver(store, index).apply([message(1, 2, [person])]) == 1
    (entity,) = index.entities.values()
    assert entity["members"][0]["sealed"] == (await sealed_as_stored(dsn, 1))[1]


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "two batches"])
async def test_what_was_deleted_in_between_cannot_be_read_any_more(dsn: str, together: bool) -> None:  # noqa: FBT001  # a parameter
    index, person = Index(), {"name": "王伟", "citizen_id": "110101199003074477"}
    again = [message(1, 2, None), message(1, 3, [person])]
    async with fresh(dsn) as (store,):
        await resolver(store, index).apply([message(1, 1, [person])])
        before = await sealed_as_stored(dsn, 1)
        for batch in [again] if together else [[each] for each in again]:
            await resolver(store, index).apply(batch)
        wrapped, sealed = await sealed_as_stored(dsn, 1)
        assert before[0] != wrapped
        assert await resolver(store, index).apply(again) == 0, "a repeated batch changes nothing"
    alive = [entity for entity in index.entities.values() if not entity["deleted"]]
    assert [entity["members"][0]["sealed"] for entity in alive] == [sealed]


async def test_what_was_never_known_is_flagged_once(dsn: str) -> None:
    index = Index()
    async with fresh(dsn) as (store,):
        for lsn in range(1, 4):
            await resolver(store, index).apply([message(1, lsn, [{"name": "王伟"}], unavailable=("address",))])
    assert index.emitted == 1
