"""What waits for people, counted as the queue shows it; the gauges say it, and say nothing where the store does not."""

import random
import threading
from collections import Counter
from itertools import combinations
from math import isnan

import pytest

from domain.entities import Kind
from domain.review import Verdict
from ops.backlog import Backlog, Waiting, backlog
from ops.crowds import SHARED, Crowd
from ops.identity_watch import IdentityWatch, show_backlog, show_crowds
from query.review_queue import Queue
from schemas import metrics
from tests.query.review_store import Ground
from tests.query.town import MASTER, TIME_MS

SAME, DIFFERENT, UNSURE = Verdict
servers = pytest.mark.servers
anyio = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def counted(store: Ground) -> Backlog:
    with store.connect() as connection:
        return backlog(connection)


@servers
@anyio
async def test_a_word_on_a_card_settles_it_unless_it_is_unsure(ground_store: Ground) -> None:
    old, settled, unsure = (ground_store.pair(f"P-{n}", f"P-{n}{n}", since_ms=TIME_MS - n) for n in (1, 2, 3))
    assert counted(ground_store).reviews == {Kind.PERSON: Waiting(3, TIME_MS - 3)}
    await ground_store.review().decide(settled, DIFFERENT, "出生地不同", "li")
    await ground_store.review().decide(unsure, UNSURE, "看不出", "li")
    assert counted(ground_store).reviews == {Kind.PERSON: Waiting(2, TIME_MS - 3)}
    assert counted(ground_store).decisions["resolver"].count == 2
    ground_store.apply()
    assert counted(ground_store).decisions["resolver"] == Waiting()
    assert old


@servers
@anyio
@pytest.mark.parametrize("seed", range(6))
async def test_the_count_is_the_queues(ground_store: Ground, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # no secret
    records = {ground_store.record(f"P-{n % 5}"): n % 5 for n in range(12)}
    refused: Counter[str] = Counter()
    for one, other in combinations(sorted(records), 2):
        if chance.random() < 0.5:
            refusal = chance.choice([None, None, "torn", "no_support"])
            ground_store.edge(one, other, chance.uniform(1, 20), "match" if refusal else "review", refusal, TIME_MS - chance.randrange(99))
            refused.update([refusal] if refusal and records[one] != records[other] else [])
    for pair in chance.sample(list(combinations(sorted(records), 2)), 4):
        await ground_store.review().decide(pair, chance.choice([SAME, DIFFERENT, UNSURE]), "理由", "li")
    page = await Queue(ground_store.review(), MASTER).page(most=50)
    found = counted(ground_store)
    waiting = found.reviews.get(Kind.PERSON, Waiting())
    assert (waiting.count, waiting.since_ms) == (page.total, min((card.since_ms for card in page.cards), default=None))
    assert found.refused == {(Kind.PERSON, reason): count for reason, count in refused.items()}


@servers
@anyio
async def test_what_waits_for_another_steward_is_told_with_its_age(ground_store: Ground) -> None:
    ids = ("11010519491231002X", "440524188001010014")
    one, other = sorted(ground_store.record(f"P-{n}", {"name": "王测试", "citizen_id": value}) for n, value in enumerate(ids))
    ground_store.edge(one, other, 12)
    await ground_store.review().decide((one, other), SAME, "证件号登记重复", "li")
    found = counted(ground_store)
    assert found.decisions == {"steward": Waiting(1, TIME_MS), "resolver": Waiting()}
    assert found.reviews == {}


@servers
@anyio
async def test_a_card_is_open_again_when_the_word_on_it_joins_nothing(ground_store: Ground) -> None:
    line = await ground_store.review().decide(ground_store.pair(), SAME, "同一人", "li")
    assert counted(ground_store).reviews == {}
    ground_store.rest(line.id, "pinned_different")
    found, page = counted(ground_store), await Queue(ground_store.review(), MASTER).page()
    assert (found.reviews, found.resting) == ({Kind.PERSON: Waiting(1, TIME_MS)}, {"pinned_different": 1})
    assert [card.unsure for card in page.cards] == [False]


def value(gauge: object, *labels: str) -> float:
    return float(gauge.labels(*labels)._value.get())  # type: ignore[attr-defined]  # any gauge


def test_gauges_say_ages_in_seconds_and_zero_where_nothing_waits() -> None:
    reviews, refused = {Kind.PERSON: Waiting(7, TIME_MS - 5_000)}, {(Kind.PERSON, "torn"): 3}
    show_backlog(Backlog(reviews, refused, {"steward": Waiting(1, TIME_MS - 250)}, {"cannot_link": 2}), TIME_MS)
    assert (value(metrics.OPEN_REVIEWS, "person"), value(metrics.OPEN_REVIEW_SECONDS, "person")) == (7, 5)
    assert (value(metrics.OPEN_REVIEWS, "thing"), value(metrics.OPEN_REVIEW_SECONDS, "thing")) == (0, 0)
    assert (value(metrics.REFUSED_PAIRS, "person", "torn"), value(metrics.REFUSED_PAIRS, "person", "no_support")) == (3, 0)
    assert value(metrics.WAITING_DECISION_SECONDS, "steward") == 0.25
    assert [value(metrics.RESTING_DECISIONS, why) for why in ("cannot_link", "pinned_different")] == [2, 0]


def test_what_is_crowded_no_more_shows_zero() -> None:
    mobile = SHARED[0]
    show_crowds({mobile: Crowd(2, 400, 300)})
    gauges = (metrics.CROWDED_VALUES, metrics.CROWDED_LARGEST, metrics.CROWDED_UNMET)
    assert [value(gauge, mobile.what, mobile.of) for gauge in gauges] == [2, 400, 300]
    show_crowds({})
    assert [value(gauge, mobile.what, mobile.of) for gauge in gauges] == [0, 0, 0]


def test_where_the_store_does_not_answer_nothing_is_claimed(caplog: pytest.LogCaptureFixture) -> None:
    metrics.OPEN_REVIEWS.clear()  # as at the start: what was never measured is told of too
    IdentityWatch("postgresql://127.0.0.1:1/store?connect_timeout=1", threading.Event()).measure()
    assert isnan(value(metrics.OPEN_REVIEWS, "person"))
    assert "huiliu status" in caplog.text
    show_backlog(Backlog({}, {}, {}, {}), TIME_MS)
    assert value(metrics.OPEN_REVIEWS, "person") == 0


@servers
def test_the_watch_measures_the_store_by_read_only_connections(ground_store: Ground) -> None:
    ground_store.pair()
    IdentityWatch(ground_store.dsn, threading.Event()).measure()
    assert value(metrics.OPEN_REVIEWS, "person") == 1
    assert value(metrics.CROWDED_VALUES, "block", "mobile") == 0
