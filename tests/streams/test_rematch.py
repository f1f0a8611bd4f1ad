"""Another scorecard on a real store: no worker goes on with it, and matching anew comes to what a fresh store would hold."""

import asyncio
import random
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from domain.disclosure import Disclosure
from domain.entities import Kind
from domain.matching.scorecard_file import Cards, ScorecardFile, shipped, shipped_cards
from domain.tokens import Tokeniser
from settings.scorecards import ScorecardError
from streams import cards as in_use
from streams.rematch import rematch_store
from streams.resolve import Resolver
from streams.store import Store
from tests.streams.ground import MASTER, Index, Message, fresh, message, split
from tests.streams.test_matches import bounds, decide, decision, history, messages, stored_edges

__all__ = ["bounds"]
pytestmark = pytest.mark.servers
slow = hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
KEPT = "select handle, blocks, compared, muted, entity_id from record order by handle"
ONE = {"name": "尉迟琰", "birth_date": "1990-03-07", "address": "溧阳市昆仑街道燕山路12号3幢402室"}
TWO = [message(row, 1 + row, [ONE]) for row in (1, 2)]


def bent(match: float, review: float, mobile: float) -> Cards:
    """The shipped scorecards, with another one of persons that has these thresholds and this weight of a shared mobile number."""
    text = shipped(Kind.PERSON).text
    register = text.profiles["register"]
    compared = register.fields["mobile"]
    first, *rest = compared.levels
    levels = {first: compared.levels[first].model_copy(update={"bits": mobile}), **{name: compared.levels[name] for name in rest}}
    fields = {**register.fields, "mobile": compared.model_copy(update={"levels": levels})}
    profile = register.model_copy(update={"match_bits": match, "review_bits": review, "fields": fields})
    card = text.model_copy(update={"version": 2, "profiles": {**text.profiles, "register": profile}})
    return {**shipped_cards(), Kind.PERSON: ScorecardFile(card)}


LOOSE, STRICT = bent(8, 2, 9), bent(90, 80, -3)


async def fill(store: Store, index: Index, batches: list[list[Message]], cards: Cards) -> Resolver:
    resolver = Resolver(store, index.emit, Disclosure([], Tokeniser(MASTER)), MASTER, cards)
    for batch in batches:
        await resolver.apply(batch)
    return resolver


def forget(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("truncate store_scorecard")


def kept(dsn: str) -> list[Any]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(KEPT).fetchall()


def anew(dsn: str, index: Index, cards: Cards, size: int = 2) -> Any:
    return asyncio.run(rematch_store(dsn, MASTER, cards, index.emit, size, lambda *_: None))


@given(history, st.lists(decision, max_size=2), st.sampled_from([LOOSE, STRICT]), st.integers(1, 5), st.randoms(use_true_random=False))
@slow
@pytest.mark.usefixtures("bounds")
def test_it_is_the_same_as_a_fresh_store(
    dsn: str, events: list[Any], decisions: list[Any], cards: Cards, size: int, rng: random.Random
) -> None:
    items = messages(events)

    async def filled(by: Cards) -> Index:
        index = Index()
        async with fresh(dsn) as (store,):
            resolver = await fill(store, index, split(rng, items), by)
            for each in decisions:
                await resolver.decide([decide(dsn, *each)])
        return index

    wanted = asyncio.run(filled(cards)).alive()
    edges, records = stored_edges(dsn), kept(dsn)
    forget(dsn)
    index = asyncio.run(filled(shipped_cards()))
    anew(dsn, index, cards, size)
    assert index.alive() == wanted
    assert stored_edges(dsn) == edges
    assert kept(dsn) == records
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select count(*) from edge where scorecard <> 2").fetchone() == (0,)
    in_use.check(dsn, cards)


def two(dsn: str) -> Index:
    """Two records that match by the shipped scorecard, in a store that says so."""
    index = Index()

    async def run() -> None:
        async with fresh(dsn) as (store,):
            with psycopg.connect(dsn) as connection:
                connection.execute("truncate record_past, member_past, entity_past, store_scorecard")
            in_use.check(dsn, shipped_cards())
            await fill(store, index, [TWO], shipped_cards())

    asyncio.run(run())
    assert list(map(len, index.alive().values())) == [2]
    return index


def test_what_ends_an_entity_is_emitted_and_the_past_is_told(dsn: str) -> None:
    index = two(dsn)
    said = anew(dsn, index, STRICT)
    assert said == (list(shipped_cards())[:1], 2)
    assert sorted(map(len, index.alive().values())) == [1, 1]
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select count(*) from record_past").fetchone() == (0,)  # no record says anything else
        assert connection.execute("select count(*) from member_past where until_ms > 1000000").fetchone() == (1,)
    assert anew(dsn, index, STRICT) == ([], 0)


def test_a_worker_with_another_card_does_not_start(dsn: str) -> None:
    two(dsn)
    in_use.check(dsn, shipped_cards())
    with pytest.raises(ScorecardError, match="huiliu scorecard apply"):
        in_use.check(dsn, STRICT)


def test_an_empty_store_takes_any_card(dsn: str) -> None:
    async def emptied() -> None:
        async with fresh(dsn):
            forget(dsn)

    asyncio.run(emptied())
    for cards in (shipped_cards(), STRICT, STRICT):
        in_use.check(dsn, cards)


def test_no_worker_while_it_is_matched_anew_and_not_the_other_way_round(dsn: str) -> None:
    index = two(dsn)

    async def connected(cards: Cards) -> None:
        store = await Store.connect(dsn)
        try:
            assert await store.share(shipped_cards()) == []
            assert await store.share(STRICT) == [Kind.PERSON]
            await rematch_store(dsn, MASTER, cards, index.emit, 2, lambda *_: None)
        finally:
            await store.close()

    with pytest.raises(ScorecardError, match="huiliu down"):
        asyncio.run(connected(STRICT))

    async def late(done: int, of: int) -> None:
        store = await Store.connect(dsn)
        try:
            assert await store.share(STRICT) is None, (done, of)
        finally:
            await store.close()

    tried: list[Any] = []

    async def whole() -> None:
        def told(done: int, of: int) -> None:
            tried.append(asyncio.get_running_loop().create_task(late(done, of)))

        await rematch_store(dsn, MASTER, STRICT, index.emit, 1, told)

    asyncio.run(whole())
    assert len(tried) == 2


def test_one_that_was_ended_midway_lets_no_worker_start_and_can_go_on(dsn: str) -> None:
    index = two(dsn)

    def end(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(rematch_store(dsn, MASTER, STRICT, index.emit, 1, end))
    for cards in (shipped_cards(), STRICT):
        with pytest.raises(ScorecardError, match="midway"):
            in_use.check(dsn, cards)
    anew(dsn, index, STRICT)
    assert sorted(map(len, index.alive().values())) == [1, 1]
    in_use.check(dsn, STRICT)
