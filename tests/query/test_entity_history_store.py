"""An entity's past from a real store that the resolver filled: what was said then, masked, and gone with its key."""

import asyncio

import psycopg
import pytest

from query.entity_history import HistoryEvidence, as_of
from query.evidence import Evidence
from tests.query.test_entity_store import IDS, WEI, dsn, entities, explaining
from tests.streams.ground import Index, fresh, message, resolver

__all__ = ["dsn"]
pytestmark = pytest.mark.servers
MOVED = {**WEI, "mobile": "13961520939"}


def test_a_record_that_changed_and_went_is_told_as_it_was(dsn: str) -> None:
    told = [message(1, 100, [{**WEI, "citizen_id": IDS[0]}]), message(1, 200, [{**MOVED, "citizen_id": IDS[0]}]), message(1, 300, None)]
    first, second, third = (each["committed_ms"] for each in told)
    assert first < second < third

    async def story() -> None:
        async with fresh(dsn) as (store,):
            worker = resolver(store, Index())
            for each in told[:2]:
                await worker.apply([each])
            (entity_id,) = entities(dsn)
            async with explaining(dsn) as evidence:
                readable = [await at(evidence, entity_id, moment) for moment in (first, second)]
                await worker.apply(told[2:])
                gone = [await at(evidence, entity_id, moment) for moment in (first - 1, first, second, third)]
        assert [[then.side.committed_ms for then in was.members] for was in readable] == [[first], [second]]
        assert {was.members[0].side.masked["name"] for was in readable} == {"王**"}
        assert [[then.erased for then in was.members] for was in gone] == [[], [True], [True], []]
        assert {value for was in gone for then in was.members for value in then.side.masked.values()} == {"**"}
        assert gone[0].changes == (third, second, first)
        assert "13961520938" not in repr((readable, gone))

    asyncio.run(story())


def test_it_answers_again_after_the_store_came_back(dsn: str) -> None:
    async def story() -> None:
        async with fresh(dsn) as (store,):
            await resolver(store, Index()).apply([message(1, 100, [WEI])])
            (entity_id,) = entities(dsn)
            async with explaining(dsn) as evidence:
                before = await at(evidence, entity_id, 1 << 42)
                with psycopg.connect(dsn, autocommit=True) as connection:
                    connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'huiliu-why'")
                assert await at(evidence, entity_id, 1 << 42) == before
                assert await as_of(evidence, "P-" + "A" * 22, 1 << 42) is None

    asyncio.run(story())


async def at(evidence: Evidence, entity_id: str, at_ms: int) -> HistoryEvidence:
    was = await as_of(evidence, entity_id, at_ms)
    assert was is not None
    return was
