"""Decisions on a real store: only added to, replayed the same by SQL and by the domain, bound to two people where they must be."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from domain.matching.clusters import Pin
from domain.review import MOST_FOR_ONE_STEWARD, MOST_REASON, Line, Verdict, last_words, pins, waiting
from query.problems import ProblemError
from settings import Settings
from tests.query.review_store import Ground, ground

pytestmark = [pytest.mark.servers, pytest.mark.anyio]
SAME, DIFFERENT, UNSURE = Verdict
ID, OTHER_ID = "320481199003071234", "320481198811122345"


@pytest.fixture(scope="module")
def shared(stack_home: Path) -> Iterator[Ground]:
    with ground(Settings.load(stack_home).store_dsn.get_secret_value()) as own:
        yield own


@pytest.fixture
def store(shared: Ground) -> Ground:
    shared.clear()
    return shared


def ordered(one: bytes, other: bytes) -> tuple[bytes, bytes]:
    return min(one, other), max(one, other)


def refused(error: pytest.ExceptionInfo[ProblemError]) -> tuple[int, str]:
    return error.value.status, error.value.problems[0].code


async def test_the_last_word_pins_and_an_undo_brings_the_one_before_back(store: Ground) -> None:
    review, pair = store.review(), store.pair()
    await review.decide(pair, DIFFERENT, "户籍不同", "li")
    second = await review.decide(pair, SAME, "原来是同一人", "li")
    assert store.pins() == {(*pair, True)}
    undo = await review.undo(second.id, "看错了", "chen")
    assert store.pins() == {(*pair, False)}
    assert [line.id for line in await review.of_pair(pair)] == [undo.id, second.id, second.id - 1]
    assert review.reason((await review.of_pair(pair))[0]) == "看错了"
    await review.decide(pair, UNSURE, "再等等", "li")
    assert store.pins() == set()


async def test_an_undo_is_not_undone_and_nothing_is_taken_back_twice(store: Ground) -> None:
    review, pair = store.review(), store.pair()
    line = await review.decide(pair, SAME, "同一人", "li")
    undo = await review.undo(line.id, "看错了", "li")
    for number in (undo.id, line.id):
        with pytest.raises(ProblemError) as error:
            await review.undo(number, "再撤", "chen")
        assert refused(error) == (409, "not_undoable")


async def test_a_decision_can_be_taken_back_when_a_record_is_gone(store: Ground) -> None:
    review, pair = store.review(), store.pair()
    line = await review.decide(pair, SAME, "同一人", "li")
    with store.connect() as connection:
        connection.execute("delete from record where handle = %s", (pair[0],))
    await review.undo(line.id, "记录已删", "li")
    assert store.pins() == set()
    with pytest.raises(ProblemError) as error:
        await review.decide(pair, SAME, "同一人", "li")
    assert refused(error) == (404, "unknown_record")


@pytest.mark.parametrize("reason", ["", " \n\t ", "长" * (MOST_REASON + 1)])
async def test_a_reason_is_wanted(store: Ground, reason: str) -> None:
    with pytest.raises(ProblemError) as error:
        await store.review().decide(store.pair(), SAME, reason, "li")
    assert error.value.problems[0].place == "reason"


async def test_a_reason_stands_in_the_store_sealed(store: Ground) -> None:
    pair = store.pair()
    await store.review().decide(pair, SAME, "甄别词甲", "li")
    with store.connect() as connection:
        (row,) = connection.execute("select decision::text from decision").fetchone() or ("",)
    assert "甄别词甲" not in row
    assert "甄别词甲".encode().hex() not in row


# ---- two stewards


def large(store: Ground, records: int) -> tuple[bytes, bytes]:
    pair = store.pair()
    for _ in range(records - len(pair)):
        store.record("P-a")
    return pair


async def test_a_large_merge_waits_for_another_steward(store: Ground) -> None:
    review, pair = store.review(), large(store, MOST_FOR_ONE_STEWARD + 1)
    line = await review.decide(pair, SAME, "同一人", "li")
    assert (line.touches, line.needs_second, line.waits, line.holds) == (MOST_FOR_ONE_STEWARD + 1, True, True, False)
    assert store.pins() == set()
    assert store.resolver.heard == []
    with pytest.raises(ProblemError) as error:
        await review.consent(line.id, "li")
    assert refused(error) == (403, "own_decision")
    consented = await review.consent(line.id, "chen")
    assert (consented.consented_by, consented.holds) == ("chen", True)
    assert store.pins() == {(*pair, True)}
    assert [notice.decision for notice in store.resolver.heard] == [line.id]
    with pytest.raises(ProblemError) as error:
        await review.consent(line.id, "zhao")
    assert refused(error) == (409, "not_waiting")


async def test_a_merge_of_the_stated_size_needs_one(store: Ground) -> None:
    line = await store.review().decide(large(store, MOST_FOR_ONE_STEWARD), SAME, "同一人", "li")
    assert line.holds


async def test_a_large_split_waits_too_and_its_undo(store: Ground) -> None:
    review, pair = store.review(), large(store, MOST_FOR_ONE_STEWARD + 1)
    store.join("P-a", "P-b")
    held = await review.decide(pair, SAME, "同一人", "li")
    assert held.holds, "it keeps what is"
    split = await review.decide(pair, DIFFERENT, "两个人", "li")
    assert split.waits
    undo = await review.undo(held.id, "看错了", "li")
    assert undo.waits
    assert store.pins() == {(*pair, True)}, "until another steward consents, what held holds"
    await review.consent(undo.id, "chen")
    assert store.pins() == set()


async def test_same_against_two_valid_ids_needs_two(store: Ground) -> None:
    one, other = sorted((store.record("P-a", {"citizen_id": ID}), store.record("P-b", {"name": "王测试"})))
    store.record("P-b", {"citizen_id": OTHER_ID})
    line = await store.review().decide((one, other), SAME, "曾用两证", "li")
    assert line.waits, "the ID of another record of the entity counts as well"


async def test_a_newer_decision_overtakes_one_that_waits(store: Ground) -> None:
    review, pair = store.review(), large(store, MOST_FOR_ONE_STEWARD + 1)
    waits = await review.decide(pair, SAME, "同一人", "li")
    await review.decide(pair, UNSURE, "不好说", "chen")
    with pytest.raises(ProblemError) as error:
        await review.consent(waits.id, "zhao")
    assert refused(error) == (409, "not_waiting")
    assert await review.waiting() == []


async def test_one_person_with_two_tabs_is_one_person(store: Ground) -> None:
    review, again, pair = store.review(), store.review(), large(store, MOST_FOR_ONE_STEWARD + 1)
    lines = await asyncio.gather(review.decide(pair, SAME, "同一人", "li"), again.decide(pair, SAME, "同一人", "li"))
    outcomes = await asyncio.gather(*(review.consent(line.id, "li") for line in lines), return_exceptions=True)
    assert all(isinstance(outcome, ProblemError) for outcome in outcomes)
    assert store.pins() == set()
    with store.connect() as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("insert into decision_consent values (%s, 'li', 'li', 1)", (lines[0].id,))
    with store.connect() as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute("insert into decision_consent values (%s, 'chen', 'li', 1)", (lines[0].id,))


# ---- a log


@pytest.mark.parametrize(
    "statement",
    ["update decision set verdict = 'same'", "delete from decision", "truncate decision cascade", "delete from decision_consent"],
)
async def test_lines_are_only_added_to(store: Ground, statement: str) -> None:
    await store.review().decide(store.pair(), DIFFERENT, "两个人", "li")
    with store.connect() as connection, pytest.raises(psycopg.errors.RaiseException, match="only added to"):
        connection.execute(statement)


async def test_two_stewards_at_once_are_both_logged_and_the_last_wins(store: Ground) -> None:
    for _ in range(5):
        store.clear()
        pair, reviews = store.pair(), [store.review() for _ in range(8)]
        verdicts = [SAME, DIFFERENT] * 4
        lines = await asyncio.gather(*(r.decide(pair, v, "判断", f"s{n}") for n, (r, v) in enumerate(zip(reviews, verdicts, strict=True))))
        last = max(lines, key=lambda line: line.id)
        assert len(await reviews[0].of_pair(pair)) == len(reviews)
        assert store.pins() == {(*pair, last.verdict == SAME)}


async def test_of_many_undos_and_consents_at_once_one_is_taken(store: Ground) -> None:
    review, pair = store.review(), store.pair()
    line = await review.decide(pair, SAME, "同一人", "li")
    undos = await asyncio.gather(*(store.review().undo(line.id, "看错了", f"s{n}") for n in range(6)), return_exceptions=True)
    crowd = large(store, MOST_FOR_ONE_STEWARD + 1)
    waits = await review.decide(crowd, SAME, "同一人", "li")
    consents = await asyncio.gather(*(store.review().consent(waits.id, f"s{n}") for n in range(6)), return_exceptions=True)
    for outcomes in (undos, consents):
        errors = [outcome for outcome in outcomes if isinstance(outcome, ProblemError)]
        assert [error.status for error in errors] == [409] * 5


word = st.tuples(st.integers(0, 2), st.sampled_from([*Verdict, None]), st.booleans(), st.booleans(), st.integers(0, 11))


@hypothesis_settings(max_examples=100)
@given(st.lists(word, min_size=1, max_size=12))
def test_the_views_say_what_a_replay_says(shared: Ground, words: list[tuple[int, Verdict | None, bool, bool, int]]) -> None:
    pairs = [(b"\0a", b"\0b"), (b"\0a", b"\0c"), (b"\0b", b"\0c")]
    log: list[Line] = []
    with shared.connect() as connection, connection.transaction(force_rollback=True):
        for at, verdict, second, consented, back in words:
            earlier = [line for line in log if line.pair == pairs[at] and line.verdict is not None]
            undoes = earlier[back % len(earlier)].id if verdict is None and earlier else None
            said = None if undoes else verdict or UNSURE
            found = connection.execute(
                "insert into decision (kind, one, other, verdict, undoes, steward, reason, needs_second, touches, decided_ms) "
                "values (0, %s, %s, %s, %s, 'li', 'x', %s, 2, 1) returning id",
                (*pairs[at], said, undoes, second),
            ).fetchone()
            assert found is not None
            if second and consented:
                connection.execute("insert into decision_consent values (%s, 'li', 'chen', 1)", found)
            log.append(Line(found[0], pairs[at], said, undoes, second, second and consented))
        mine = "where one < %s", (b"\1",)
        last = connection.execute("select one, other, verdict from last_word " + mine[0], mine[1]).fetchall()
        pinned = connection.execute("select one, other, same, decision, seconded from pin " + mine[0], mine[1]).fetchall()
        waits = connection.execute("select id from waiting_decision " + mine[0], mine[1]).fetchall()
    assert {(one, other): verdict for one, other, verdict in last} == last_words(log)
    assert {Pin(*pin) for pin in pinned} == pins(log)
    assert {number for (number,) in waits} == waiting(log)


async def test_decisions_that_are_not_applied_yet_weigh_on_the_next(store: Ground) -> None:
    """Two words of one steward, said before the resolver could do the first, would join two valid IDs, or more than one may."""
    review = store.review()
    known, nameless, other = store.record("P-a", {"citizen_id": ID}), store.record("P-b"), store.record("P-c", {"citizen_id": OTHER_ID})
    assert (await review.decide(ordered(known, nameless), SAME, "同一人", "li")).holds
    assert (await review.decide(ordered(nameless, other), SAME, "同一人", "li")).waits
    store.apply()
    store.join("P-a", "P-b")
    assert (await review.decide(ordered(nameless, other), SAME, "同一人", "li")).waits, "and so it is afterwards"


async def test_many_small_merges_are_one_large_merge(store: Ground) -> None:
    review, half = store.review(), MOST_FOR_ONE_STEWARD // 2
    first, second, third = ([store.record(entity) for _ in range(half)] for entity in ("P-a", "P-b", "P-c"))
    assert (await review.decide(ordered(first[0], second[0]), SAME, "同一人", "li")).holds
    line = await review.decide(ordered(second[1], third[0]), SAME, "同一人", "li")
    assert (line.touches, line.waits) == (3 * half, True)


async def test_what_took_two_stewards_is_not_taken_back_by_one_while_a_record_is_away(store: Ground) -> None:
    review, pair = store.review(), large(store, MOST_FOR_ONE_STEWARD + 1)
    line = await review.decide(pair, SAME, "同一人", "li")
    await review.consent(line.id, "chen")
    with store.connect() as connection:
        connection.execute("delete from record where handle = %s", (pair[0],))
    undo = await review.undo(line.id, "看错了", "li")
    assert undo.waits
    assert store.pins() == {(*pair, True)}


async def test_a_decision_that_joins_nothing_says_so_as_long_as_it_holds(store: Ground) -> None:
    review, pair = store.review(), store.pair()
    line = await review.decide(pair, SAME, "同一人", "li")
    store.rest(line.id, "cannot_link")
    (told,) = await review.of_pair(pair)
    assert (told.holds, told.rests) == (True, "cannot_link")
    await review.undo(line.id, "看错了", "li")
    assert [each.rests for each in await review.of_pair(pair)] == [None, None]


# ---- the resolver is told


async def test_what_could_not_be_sent_is_sent_with_the_next(store: Ground) -> None:
    review, first, second = store.review(), store.pair("P-a", "P-b"), store.pair("P-c", "P-d")
    store.resolver.away = True
    line = await review.decide(first, SAME, "同一人", "li")
    assert line.holds, "the decision stands whether or not Kafka does"
    store.resolver.away = False
    later = await review.decide(second, SAME, "同一人", "li")
    assert [(notice.decision, notice.one, notice.other) for notice in store.resolver.heard] == [(line.id, *first), (later.id, *second)]
    store.apply()
    store.resolver.clear()
    assert await review.send_outstanding()
    assert store.resolver.heard == [], "what was applied is not sent again"


async def test_what_another_process_could_not_send_is_sent_until_it_arrives(store: Ground) -> None:
    task = asyncio.create_task(store.review().keep_sending(0.01))
    await asyncio.sleep(0.1)  # nothing is outstanding
    store.resolver.away = True
    line = await store.review().decide(store.pair(), SAME, "同一人", "li")
    await asyncio.sleep(0.1)
    store.resolver.away = False
    while not store.resolver.heard:  # noqa: ASYNC110  # it is told in another thread
        await asyncio.sleep(0.01)
    task.cancel()
    assert store.resolver.heard[0].decision == line.id


async def test_what_was_told_is_not_told_every_few_seconds(store: Ground) -> None:
    """The resolver may be away for a day; what it was told waits for it in Kafka."""
    review = store.review()
    await review.decide(store.pair(), SAME, "同一人", "li")
    for _ in range(3):
        assert await review.send_outstanding()
    assert len(store.resolver.heard) == 1


async def test_a_store_that_is_away_is_told_without_its_address(store: Ground) -> None:
    from query.review import Review  # noqa: PLC0415  # only here
    from tests.query.town import MASTER  # noqa: PLC0415  # likewise

    with pytest.raises(ProblemError) as error:
        await Review("postgresql://127.0.0.1:1/none", MASTER, store.resolver).log()
    assert refused(error) == (503, "store_away")
