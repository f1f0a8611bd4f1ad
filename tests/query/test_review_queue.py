"""The queue: one card for two entities, what can be settled first, nothing that is settled, nothing lost between pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.entities import Kind
from domain.review import Verdict
from query.problems import ProblemError
from query.review_queue import Card, Queue
from settings import Settings
from tests.query.review_store import Ground, ground
from tests.query.town import MASTER, TIME_MS

pytestmark = [pytest.mark.servers, pytest.mark.anyio]
SAME, DIFFERENT, UNSURE = Verdict


@pytest.fixture(scope="module")
def shared(stack_home: Path) -> Iterator[Ground]:
    with ground(Settings.load(stack_home).store_dsn.get_secret_value()) as own:
        yield own


@pytest.fixture
def store(shared: Ground) -> Ground:
    shared.clear()
    return shared


async def cards(store: Ground) -> list[Card]:
    return (await Queue(store.review(), MASTER).page()).cards


def pairs(found: list[Card]) -> list[tuple[bytes, bytes]]:
    return [(card.one, card.other) for card in found]


async def test_two_entities_are_one_card_shown_by_their_best_pair(store: Ground) -> None:
    a, a2, b, b2 = (store.record(entity) for entity in ("P-a", "P-a", "P-b", "P-b"))
    store.edge(a, b, 9.87)
    store.edge(a2, b2, 11.5)
    store.edge(a, b2, 8, since_ms=TIME_MS - 1000)
    (card,) = await cards(store)
    assert [card.one, card.other] == sorted((a2, b2))
    assert (card.bits, card.pairs, card.since_ms, card.kind) == (11, 3, TIME_MS - 1000, Kind.PERSON)
    assert [side.provider for side in card.sides] == ["public_security", "public_security"]


async def test_the_nearest_to_a_match_come_first_then_the_oldest_then_unsure_ones(store: Ground) -> None:
    low, late = store.pair("P-a", "P-b", 5), store.pair("P-c", "P-d", 9)
    early, crowd = store.pair("P-e", "P-f", 9, since_ms=TIME_MS - 5), store.pair("P-g", "P-h", 30, band="match", refusal="large_component")
    unsure = store.pair("P-i", "P-j", 20, band="match", refusal="torn")
    await store.review().decide(unsure, UNSURE, "看不出", "li")
    found = await cards(store)
    assert pairs(found) == [early, late, low, crowd, unsure]
    assert [card.unsure for card in found] == [False] * 4 + [True]
    by_age = (await Queue(store.review(), MASTER).page(order="age")).cards
    assert pairs(by_age) == [early, late, low, crowd, unsure]


async def test_what_is_joined_matched_settled_or_waiting_is_no_card(store: Ground) -> None:
    store.pair("P-a", "P-a")
    store.pair("P-b", "P-c", band="match")
    settled, waits = store.pair("P-d", "P-e"), store.pair("P-f", "P-g")
    store.edge(store.record("P-d"), store.record("P-e"), 7)
    await store.review().decide(settled, DIFFERENT, "两个人", "li")
    for _ in range(50):
        store.record("P-f")
    await store.review().decide(waits, SAME, "同一人", "li")
    assert await cards(store) == []


async def test_a_decision_on_any_two_records_of_the_entities_settles_the_card(store: Ground) -> None:
    store.pair("P-a", "P-b")
    one, other = sorted((store.record("P-a"), store.record("P-b")))
    line = await store.review().decide((one, other), DIFFERENT, "两个人", "li")
    assert await cards(store) == []
    await store.review().undo(line.id, "看错了", "li")
    assert len(await cards(store)) == 1


async def test_pages_lose_and_repeat_nothing(store: Ground) -> None:
    expected = {store.pair(f"P-{n}", f"Q-{n}", n % 4, since_ms=TIME_MS + n % 3) for n in range(23)}
    queue, after, seen = Queue(store.review(), MASTER), None, []
    while True:
        page = await queue.page(most=5, after=after)
        assert page.total == len(expected)
        seen += pairs(page.cards)
        if (after := page.next) is None:
            break
    assert len(seen) == len(expected)
    assert set(seen) == expected
    assert seen == pairs((await queue.page(most=50)).cards)


async def test_only_one_kind(store: Ground) -> None:
    store.pair()
    queue = Queue(store.review(), MASTER)
    assert (await queue.page(Kind.ORGANISATION)).cards == []
    assert len((await queue.page(Kind.PERSON)).cards) == 1


@pytest.mark.parametrize("after", ["", "x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "甲"])
async def test_a_foreign_cursor_is_refused(store: Ground, after: str) -> None:
    with pytest.raises(ProblemError) as error:
        await Queue(store.review(), MASTER).page(after=after)
    assert error.value.problems[0].code == "bad_cursor"


async def test_a_cursor_belongs_to_its_order(store: Ground) -> None:
    for n in range(3):
        store.pair(f"P-{n}", f"Q-{n}")
    queue = Queue(store.review(), MASTER)
    page = await queue.page(most=1)
    with pytest.raises(ProblemError):
        await queue.page(order="age", most=1, after=page.next)
