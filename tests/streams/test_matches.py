"""Matches on a real store: the same clusters and edges as all records compared at once, whatever the order, batches, workers and crowds."""

import asyncio
import random
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from domain.entities import Kind
from domain.matching import blocking, clusters, keys
from domain.matching.clusters import Pin
from domain.tokens import Tokeniser, text_of
from streams import filing
from streams.store import Store
from tests.streams.ground import MASTER, Index, Message, fresh, interleaved, message, play, resolver, split
from tests.streams.oracle import Outcome, outcome

pytestmark = pytest.mark.servers
slow = hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
EDGES = "select one, other, hundredths, band, refusal from edge"
TOKENS = Tokeniser(MASTER)

person = st.fixed_dictionaries(
    {"name": st.sampled_from(["王伟", "王玮", "尉迟琰", "李娜", "陈建国", "户主"])},
    optional={
        "citizen_id": st.sampled_from(["110101199003074477", "110101199003074557"]),
        "birth_date": st.sampled_from(["1990-03-07", "1990-03-17"]),
        "mobile": st.sampled_from(["13912345678", "13912345679", "18800001111"]),
        "address": st.sampled_from(["溧阳市昆仑街道燕山路12号3幢402室", "溧阳市昆仑街道燕山路12号3幢403室"]),
    },
)
event = st.tuples(
    st.integers(0, 7), st.one_of(st.none(), st.lists(person, min_size=1, max_size=2), st.lists(person, min_size=1, max_size=2))
)
history = st.lists(event, min_size=3, max_size=24)


@pytest.fixture(params=[(256, 2000, 1000), (3, 2000, 3), (3, 3, 1000)], ids=["roomy", "crowded", "large components"])
def bounds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real bounds, and some so small that a handful of records goes beyond them."""
    cap, largest, most = request.param
    monkeypatch.setattr(blocking, "CAP", cap)
    monkeypatch.setattr(filing, "CAP", cap)
    monkeypatch.setattr(clusters, "LARGEST", largest)
    monkeypatch.setitem(keys.MOST_HOLDERS, keys.CODES[Kind.PERSON, "citizen_id"], most)


def messages(events: list[Any]) -> list[Message]:
    return [message(row, 100 + lsn, people) for lsn, (row, people) in enumerate(events)]


def handle_of(row: int, role: int) -> bytes:
    return TOKENS.raw("record", f"p/t/{row}/r{role}")


def stored_edges(dsn: str) -> dict[tuple[bytes, bytes], tuple[int, str, str | None]]:
    with psycopg.connect(dsn) as connection:
        return {(row[0], row[1]): (row[2], row[3], row[4]) for row in connection.execute(EDGES)}


def wanted_of(found: Outcome) -> dict[str, frozenset[str]]:
    members: dict[str, set[str]] = {}
    for handle, identifier in found.entities.items():
        members.setdefault(identifier, set()).add(text_of(handle))
    return {identifier: frozenset(handles) for identifier, handles in members.items()}


@given(history, st.randoms(use_true_random=False))
@slow
@pytest.mark.usefixtures("bounds")
def test_it_is_the_same_as_comparing_all_at_once(dsn: str, events: list[Any], rng: random.Random) -> None:
    items = messages(events)
    wanted = outcome(TOKENS, items)
    for order in (items, interleaved(rng, items)):
        index = asyncio.run(play(dsn, split(rng, order)))
        assert index.alive() == wanted_of(wanted)
        assert stored_edges(dsn) == wanted.edges


@given(history, st.integers(2, 4), st.randoms(use_true_random=False))
@hypothesis_settings(slow, max_examples=15)
@pytest.mark.usefixtures("bounds")
def test_workers_do_not_matter(dsn: str, events: list[Any], workers: int, rng: random.Random) -> None:
    items = messages(events)

    async def together() -> Index:
        index = Index()
        shares = [[item for item in items if int(item["row_id"].rsplit("/", 1)[1]) % workers == share] for share in range(workers)]

        async def work(store: Store, share: list[Message]) -> None:
            for batch in split(rng, share):
                await resolver(store, index).apply(batch)

        async with fresh(dsn, workers) as stores:
            await asyncio.gather(*(work(store, share) for store, share in zip(stores, shares, strict=True)))
        return index

    index = asyncio.run(together())
    wanted = outcome(TOKENS, items)
    assert index.alive() == wanted_of(wanted)
    assert stored_edges(dsn) == wanted.edges


def test_a_number_that_becomes_common_counts_no_more_between_records_of_one_key(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read by their key after it was seen that the number counts no more; that must not be forgotten."""
    monkeypatch.setattr(blocking, "CAP", 3)
    monkeypatch.setattr(filing, "CAP", 3)
    own = {"mobile": "13876590142", "citizen_id": "110101199003074477"}
    said = [
        own | {"name": "王伟"},
        own | {"name": "尉迟琰"},
        own | {"name": "王伟"},
        own | {"name": "王伟", "citizen_id": "110101199003074557"},
    ]
    items = [message(row, 1 + row, [each]) for row, each in enumerate(said)]
    index = asyncio.run(play(dsn, [[item] for item in items]))
    wanted = outcome(TOKENS, items)
    assert "contested_key" in {refusal for _, _, refusal in wanted.edges.values()}
    assert stored_edges(dsn) == wanted.edges
    assert index.alive() == wanted_of(wanted)


class DiedError(Exception):
    """The worker is gone between telling of its entities and committing."""


@given(history, st.lists(st.booleans(), min_size=8, max_size=8), st.randoms(use_true_random=False))
@slow
def test_what_a_worker_told_before_it_died_is_taken_back(dsn: str, events: list[Any], dies: list[bool], rng: random.Random) -> None:
    """Its batch comes again later, and differently cut, after what others made of the same records."""
    items = messages(events)
    deaths = iter(dies)

    async def mixed() -> Index:
        index = Index()

        async def emit(entities: list[Message]) -> None:
            await index.emit(entities)
            if next(deaths, False):
                raise DiedError

        waiting = split(rng, items)
        async with fresh(dsn) as (store,):
            while waiting:
                batch = waiting.pop(0)
                try:
                    await resolver(store, index, emit).apply(batch)
                except DiedError:
                    rows = {item["row_id"] for item in batch}
                    later = next((at for at, other in enumerate(waiting) if rows & {item["row_id"] for item in other}), len(waiting))
                    if later < len(waiting) and rng.random() < 0.7:
                        waiting[later] = [*batch, *waiting[later]]
                    else:
                        waiting[later:later] = split(rng, batch)  # a row's own changes keep their order
            await resolver(store, index).apply(items[-1:])
        return index

    assert asyncio.run(mixed()).alive() == wanted_of(outcome(TOKENS, items))


def test_what_was_told_and_never_was_ends(dsn: str) -> None:
    """The batch that comes again holds a newer change too, so what the dead worker told of never comes to be."""
    first, later = message(1, 1, [{"name": "王伟"}]), message(1, 2, [{"name": "王伟", "citizen_id": "110101199003074477"}])

    async def story() -> Index:
        index = Index()

        async def dies(entities: list[Message]) -> None:
            await index.emit(entities)
            raise DiedError

        async with fresh(dsn) as (store,):
            with pytest.raises(DiedError):
                await resolver(store, index, dies).apply([first])
            await resolver(store, index).apply([first, later])
        return index

    index = asyncio.run(story())
    assert index.alive() == wanted_of(outcome(TOKENS, [first, later]))
    assert [entity["deleted"] for entity in index.entities.values()].count(True) == 1


places = st.tuples(st.integers(0, 7), st.integers(0, 1))
decision = st.tuples(places, places, st.booleans(), st.booleans()).filter(lambda each: each[0] != each[1])


@given(history, st.lists(decision, min_size=1, max_size=4), st.randoms(use_true_random=False))
@slow
@pytest.mark.usefixtures("bounds")
def test_pins_count_whenever_they_come(dsn: str, events: list[Any], decisions: list[Any], rng: random.Random) -> None:
    items = messages(events)
    numbered = enumerate(decisions, 1)
    last = {
        tuple(sorted((handle_of(*one), handle_of(*other)))): (same, number, seconded) for number, (one, other, same, seconded) in numbered
    }
    wanted = outcome(TOKENS, items, [Pin(*pair, *word) for pair, word in last.items()])

    async def mixed() -> Index:
        index = Index()
        todo: list[Any] = [*split(rng, items), *decisions]
        order = sorted(range(len(todo)), key=lambda place: (rng.random(), place))
        in_turn = iter(sorted(place for place in order if isinstance(todo[place], list)))
        decided_in_turn = iter(sorted(place for place in order if not isinstance(todo[place], list)))
        async with fresh(dsn) as (store,):
            for place in order:
                work = todo[next(in_turn) if isinstance(todo[place], list) else next(decided_in_turn)]
                if isinstance(work, list):
                    await resolver(store, index).apply(work)
                else:
                    await resolver(store, index).decide([decide(dsn, *work)])
        return index

    assert asyncio.run(mixed()).alive() == wanted_of(wanted)
    assert stored_edges(dsn) == wanted.edges
    with psycopg.connect(dsn) as connection:
        assert dict(connection.execute("select decision, why from resting_pin").fetchall()) == wanted.resting


def test_one_word_does_not_dissolve_what_a_key_holds_together(dsn: str) -> None:
    """More records have the number than are compared with one another: the two in dispute leave or stay, the others are one."""
    person, many = {"name": "王伟", "citizen_id": "110101199003074477"}, blocking.CAP + 5

    async def story() -> Index:
        index = Index()
        async with fresh(dsn) as (store,):
            await resolver(store, index).apply([message(row, row, [person]) for row in range(1, many)])
            await resolver(store, index).decide([decide(dsn, (1, 0), (2, 0), False)])
        return index

    sizes = sorted(len(handles) for handles in asyncio.run(story()).alive().values())
    assert sum(sizes) == many - 1
    assert sizes[-1] >= many - 3


def decide(
    dsn: str,
    one: tuple[int, int],
    other: tuple[int, int],
    same: bool,  # noqa: FBT001  # drawn as a tuple
    seconded: bool = False,  # noqa: FBT001, FBT002  # likewise
) -> Message:
    """Write a steward's decision, and perhaps another's consent, as the review does, and return what it tells the stream."""
    pair = sorted((handle_of(*one), handle_of(*other)))
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "insert into decision (kind, one, other, verdict, steward, reason, needs_second, touches, decided_ms) "
            "values (0, %s, %s, %s, 'a', 'x', %s, 2, 1) returning id",
            (*pair, "same" if same else "different", seconded),
        ).fetchone()
        assert row is not None
        if seconded:
            connection.execute("insert into decision_consent values (%s, 'a', 'b', 1)", row)
    return {"one": pair[0], "other": pair[1], "decision": row[0]}
