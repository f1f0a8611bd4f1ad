"""Resolving on a real store: the same entities whatever the order, the batches, the workers and the repeats."""

import asyncio
import random
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from domain.sealing import Sealer
from domain.tokens import text_of
from streams.store import Store
from tests.streams.ground import MASTER, TABLES, Index, Message, fresh, interleaved, message, play, resolver, run, split

pytestmark = pytest.mark.servers
person = st.fixed_dictionaries({"name": st.sampled_from("甲乙")}, optional={"citizen_id": st.sampled_from("123")})
event = st.tuples(st.integers(0, 4), st.one_of(st.none(), st.lists(person, min_size=1, max_size=2)))
history = st.lists(event, min_size=1, max_size=14)


def messages(events: list[Any]) -> list[Message]:
    return [message(row, 100 + lsn, people) for lsn, (row, people) in enumerate(events)]


@given(history, st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_order_batches_and_repeats_do_not_matter(dsn: str, events: list[Any], rng: random.Random) -> None:
    items = messages(events)
    newest = list({item["row_id"]: item for item in items}.values())
    expected = run(dsn, newest).alive()
    for other in (items, interleaved(rng, items)):
        assert asyncio.run(play(dsn, split(rng, other))).alive() == expected


@given(history, st.randoms(use_true_random=False))
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_workers_do_not_matter(dsn: str, events: list[Any], rng: random.Random) -> None:
    items = messages(events)
    expected = run(dsn, items).alive()

    async def two_workers() -> Index:
        index = Index()
        shares = [[m for m in items if hash(m["row_id"]) % 2 == share] for share in (0, 1)]

        async def work(store: Store, share: list[Message]) -> None:
            for batch in split(rng, share):
                await resolver(store, index).apply(batch)

        async with fresh(dsn, 2) as stores:
            await asyncio.gather(*(work(store, share) for store, share in zip(stores, shares, strict=True)))
        return index

    assert asyncio.run(two_workers()).alive() == expected


@given(history)
@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_record_is_shown_twice(dsn: str, events: list[Any]) -> None:
    """In what is emitted, a record stands under one entity, and one that moved left its former entity."""
    alive = run(dsn, *([item] for item in messages(events))).alive()
    handles = [handle for members in alive.values() for handle in members]
    assert len(handles) == len(set(handles))
    assert all(alive.values())


def test_a_repeated_batch_changes_nothing(dsn: str) -> None:
    batch = [message(1, 1, [{"citizen_id": "1", "name": "甲"}])]
    assert run(dsn, batch, batch, batch).emitted == 1


def test_a_change_of_nothing_visible_says_nothing(dsn: str) -> None:
    person = {"citizen_id": "1", "name": "甲"}
    assert run(dsn, [message(1, 1, [person])], [message(1, 2, [person])]).emitted == 1


def test_a_corrected_identifier_takes_the_record_to_its_own_entity(dsn: str) -> None:
    index = run(
        dsn,
        [message(1, 1, [{"citizen_id": "1"}]), message(2, 2, [{"citizen_id": "1"}])],
        [message(2, 3, [{"citizen_id": "2"}])],
    )
    assert sorted(map(len, index.alive().values())) == [1, 1]


def test_an_emptied_entity_points_to_where_its_records_are(dsn: str) -> None:
    index = run(dsn, [message(1, 1, [{"name": "甲"}])], [message(1, 2, [{"name": "甲", "citizen_id": "1"}])])
    (gone,) = [entity for entity in index.entities.values() if entity["deleted"]]
    (alive,) = index.alive()
    assert gone["redirect"] == alive


def test_a_delete_ends_the_entity_and_its_key(dsn: str) -> None:
    index = run(dsn, [message(1, 1, [{"citizen_id": "1"}])], [message(1, 2, None)], [message(1, 1, [{"citizen_id": "1"}])])
    assert index.alive() == {}
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select count(*) from sealing_key").fetchone() == (0,)


def test_an_unsent_large_value_is_kept(dsn: str) -> None:
    """TOAST: the placeholder is filled with what is known, also its strong key."""
    first = message(1, 1, [{"citizen_id": "1", "note": "long"}])
    later = message(1, 2, [{"name": "甲"}], unavailable=("citizen_id", "note"))
    for batches in ([[first], [later]], [[first, later]]):
        (entity,) = run(dsn, *batches).entities.values()
        (member,) = entity["members"]
        assert sorted(member["fields"]) == ["citizen_id", "name", "note"]
        with psycopg.connect(dsn) as connection:
            handle, wrapped = connection.execute("select handle, wrapped from sealing_key").fetchone() or (b"", b"")
        sealer = Sealer(MASTER)
        assert sealer.unseal(sealer.unwrap(wrapped), handle, member["sealed"]) == {"citizen_id": "1", "note": "long", "name": "甲"}
        assert text_of(handle) == member["handle"]


def test_no_value_is_in_clear_in_store_or_entities(dsn: str) -> None:
    """Without a contract that opens a field, everything is sealed or a token."""
    index = run(dsn, [message(1, 1, [{"citizen_id": "canary-id", "name": "canary-name", "note": "canary-note"}])])
    with psycopg.connect(dsn) as connection:
        held = b"".join(
            bytes(row[0]) for table in TABLES for row in connection.execute(f"select convert_to(t::text, 'UTF8') from {table} t")
        )
        public = b"".join(bytes(row[0]) for row in connection.execute("select public || sealed from record"))
    assert b"canary" not in held + public + repr(index.entities).encode()


def test_an_erased_record_stops_nobody(dsn: str) -> None:
    """Its key is gone, so its values are: who meets it goes on, and when its source speaks again it gets a new key."""
    twin = {"name": "王伟", "birth_date": "1990-03-07", "mobile": "13876590142"}

    async def story() -> Index:
        index = Index()
        async with fresh(dsn) as (store,):
            await resolver(store, index).apply([message(1, 1, [twin])])
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
                await connection.execute("delete from sealing_key")
            await resolver(store, index).apply([message(2, 2, [twin])])
            await resolver(store, index).apply([message(1, 3, [twin | {"note": "again"}], unavailable=("address",))])
        return index

    index = asyncio.run(story())
    assert [len(handles) for handles in index.alive().values()] == [2]
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select count(*) from sealing_key").fetchone() == (2,)


def test_what_cannot_be_taken_back_holds_up_nobody(dsn: str) -> None:
    async def story() -> Index:
        index = Index()
        async with fresh(dsn) as (store,):
            async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
                await connection.execute("insert into emission (owner, id) values ('', 'no entity has such an id')")
            await resolver(store, index).apply([message(1, 1, [{"name": "甲"}])])
        return index

    assert len(asyncio.run(story()).alive()) == 1
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select id from emission").fetchall() == [("no entity has such an id",)], "kept for the next start"
