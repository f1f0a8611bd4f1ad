"""Explanations from a real store that the resolver filled: they join what it joined, and read in one round trip."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from domain.entities import Kind
from domain.matching import blocking, keys
from domain.matching.explain import groups
from domain.review import Verdict
from domain.tokens import Tokeniser
from query import entity_store
from query.entity_how import how
from query.entity_store import PostgresStore
from query.entity_why import why
from query.evidence import Evidence
from query.review import Review
from query.review_queue import Queue
from settings import Settings
from streams import filing
from streams.resolve import Resolver
from streams.store import Store, create_tables
from tests.query.test_evidence import CANARIES
from tests.streams.ground import MASTER, Index, Message, fresh, message, resolver

pytestmark = pytest.mark.servers

TOKENS = Tokeniser(MASTER)
ID_CODE = keys.CODES[Kind.PERSON, "citizen_id"]
IDS = ("110101199003074477", "110101199003074557")
WEI = {"name": "王小伟", "birth_date": "1990-03-07", "mobile": "13961520938", "address": "溧阳市昆仑街道燕山路12号3幢402室"}


@pytest.fixture(scope="module")
def dsn(stack_home: Path) -> Iterator[str]:
    """A database of this module's own."""
    base = Settings.load(stack_home).store_dsn.get_secret_value()
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute("drop database if exists why_test with (force)")
        connection.execute("create database why_test")
    own = psycopg.conninfo.make_conninfo(base, dbname="why_test")
    create_tables(own)
    yield own
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute("drop database why_test with (force)")


def handle_of(row: int, role: int = 0) -> bytes:
    return TOKENS.raw("record", f"p/t/{row}/r{role}")


def decide(dsn: str, one: bytes, other: bytes, same: bool) -> Message:  # noqa: FBT001  # drawn as a triple
    """Write a steward's decision as the review does, and return what it tells the stream."""
    pair = sorted((one, other))
    with psycopg.connect(dsn) as connection:
        row = connection.execute(
            "insert into decision (kind, one, other, verdict, steward, reason, needs_second, touches, decided_ms) "
            "values (0, %s, %s, %s, 'a', 'x', false, 2, 1) returning id",
            (*pair, "same" if same else "different"),
        ).fetchone()
    assert row is not None
    return {"one": pair[0], "other": pair[1], "decision": row[0]}


@asynccontextmanager
async def played(dsn: str, people: list[dict[str, str]], decisions: Sequence[tuple[bytes, bytes, bool]] = ()) -> AsyncIterator[Evidence]:
    """Resolve one record a row into an empty store; yield what explains it."""
    async with fresh(dsn) as (store,):
        worker = resolver(store, Index())
        await worker.apply([message(row, 100 + row, [values]) for row, values in enumerate(people)])
        for decision in decisions:
            await worker.decide([decide(dsn, *decision)])
    async with explaining(dsn) as evidence:
        yield evidence


@asynccontextmanager
async def again(dsn: str) -> AsyncIterator[Resolver]:
    """A worker on the store as it is."""
    store = await Store.connect(dsn)
    try:
        yield resolver(store, Index())
    finally:
        await store.close()


@contextmanager
def most_holders(most: int) -> Iterator[None]:
    """Let so many records have one citizen ID before it joins nothing."""
    before = keys.MOST_HOLDERS[ID_CODE]
    keys.MOST_HOLDERS[ID_CODE] = most
    try:
        yield
    finally:
        keys.MOST_HOLDERS[ID_CODE] = before


@asynccontextmanager
async def explaining(dsn: str) -> AsyncIterator[Evidence]:
    evidence = Evidence(dsn, MASTER)
    try:
        yield evidence
    finally:
        await evidence.close()


def entities(dsn: str) -> dict[str, set[bytes]]:
    found: dict[str, set[bytes]] = {}
    with psycopg.connect(dsn) as connection:
        for entity_id, handle in connection.execute("select entity_id, handle from record"):
            found.setdefault(entity_id, set()).add(handle)
    return found


person = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["王小伟", "王小玮", "尉迟琰", "陈建国", "陈建国", "赵敏", "钱多多", "孙丽华"]),
        "citizen_id": st.sampled_from(IDS),
        "birth_date": st.sampled_from(["1990-03-07", "1990-03-17"]),
        "mobile": st.sampled_from(["13961520938", "13961520939"]),
        "address": st.just(WEI["address"]),
    },
)


@pytest.mark.parametrize("most", [1_000, 4])
@given(st.lists(person, min_size=1, max_size=9), st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.booleans()), max_size=3))
@rules(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_resolver_joined_is_explained(
    dsn: str, most: int, people: list[dict[str, str]], decisions: list[tuple[int, int, bool]]
) -> None:
    """Whatever it joined, by whatever decisions: the steps connect it, without a value, and any two are explained in either order.

    Of an ID on unlike names, on too many of them, and on too many records, too.
    """
    said = [(handle_of(a), handle_of(b), same) for a, b, same in decisions if a != b and max(a, b) < len(people)]

    async def explain() -> None:
        with most_holders(most):
            await explained()

    async def explained() -> None:
        async with played(dsn, people, said) as evidence:
            for entity_id, members in entities(dsn).items():
                found = await how(evidence, entity_id)
                assert found is not None
                assert {side.handle for side in found.members} == members
                assert groups(members, [step.join for step in found.steps]) == 1
                assert not [
                    value for value in (*CANARIES, *IDS, "小玮", "迟琰", "建国", "多多", "丽华", "1990", "13961") if value in repr(found)
                ]
            first, last = handle_of(0), handle_of(len(people) - 1)
            assert await why(evidence, first, last) == await why(evidence, last, first)
            if first != last:
                assert await evidence.pair(first, last) == await evidence.pair(last, first) is not None

    asyncio.run(explain())


def test_edges_pins_keys_and_redirects_are_read(dsn: str) -> None:
    people = [{**WEI, "citizen_id": IDS[0]}, {**WEI, "citizen_id": IDS[1]}, WEI, {"name": "尉迟琰"}]

    async def read() -> None:
        async with played(dsn, people, [(handle_of(0), handle_of(3), False)]) as evidence:
            entity_id = next(identifier for identifier, members in entities(dsn).items() if handle_of(0) in members)
            found = await how(evidence, entity_id)
            assert found is not None
            assert [(near, far.handle, edge.refusal) for near, far, edge, _ in found.refused] == [(handle_of(0), handle_of(2), "torn")]
            assert [(near, far.handle) for near, far in found.kept_apart] == [(handle_of(0), handle_of(3))]
            pair = await evidence.pair(handle_of(2), handle_of(0))
            assert pair is not None
            assert pair.refusal == "torn"
            pinned = await evidence.pair(handle_of(3), handle_of(0))
            assert pinned is not None
            assert pinned.pinned is False

    asyncio.run(read())


def test_a_steward_who_parts_one_id_is_explained_by_likeness(dsn: str) -> None:
    """The key joins nothing any more; the resolver then judges its records by the scorecard and keeps no edge of that."""
    people = [{**WEI, "citizen_id": IDS[0]}, {**WEI, "citizen_id": IDS[0]}, {"name": WEI["name"], "citizen_id": IDS[0]}]

    async def read() -> None:
        async with played(dsn, people, [(handle_of(0), handle_of(2), False)]) as evidence:
            entity_id = next(identifier for identifier, members in entities(dsn).items() if handle_of(0) in members)
            found = await how(evidence, entity_id)
            assert found is not None
            assert ([step.join.how for step in found.steps], found.unsettled) == (["edge"], False)
            assert found.ambiguous == ("citizen_id",)

    asyncio.run(read())


def test_a_steward_who_parts_a_part_of_one_id_is_explained_by_likeness(dsn: str) -> None:
    chen = {**WEI, "name": "陈建国", "citizen_id": IDS[0]}
    people = [chen, chen, {"name": "陈建国", "citizen_id": IDS[0]}, {"name": "尉迟琰", "citizen_id": IDS[0]}]

    async def read() -> None:
        async with played(dsn, people, [(handle_of(0), handle_of(2), False)]) as evidence:
            found = await how(evidence, entity_of(dsn, handle_of(0)))
            assert found is not None
            assert ([step.join.how for step in found.steps], found.unsettled) == (["edge"], False)
            assert (found.ambiguous, len(found.doubted)) == (("citizen_id",), 1)

    asyncio.run(read())


UNLIKE = [{"name": "王伟", "citizen_id": IDS[0]}] * 2 + [{"name": "陈建国", "citizen_id": IDS[0], "mobile": "13961520938"}] * 2


def entity_of(dsn: str, handle: bytes) -> str:
    return next(entity_id for entity_id, members in entities(dsn).items() if handle in members)


def review_of(dsn: str) -> Review:
    return Review(dsn, MASTER, lambda _: None)


def test_one_id_on_unlike_names_joins_its_parts_and_leaves_them_to_a_person(dsn: str) -> None:
    async def read() -> None:
        async with played(dsn, UNLIKE) as evidence:
            wang, chen = entity_of(dsn, handle_of(0)), entity_of(dsn, handle_of(2))
            assert sorted(map(len, entities(dsn).values())) == [2, 2]
            for entity_id, other in ((wang, chen), (chen, wang)):
                found = await how(evidence, entity_id)
                assert found is not None
                assert ([step.join.how for step in found.steps], found.ambiguous, found.unsettled) == (["key"], (), False)
                assert [(far.entity_id, edge.refusal) for _, far, edge, _ in found.refused] == [(other, "contested_key")]
                assert ["姓名差得太多" in words.zh for words in found.doubted] == [True]
            for one, two in ((wang, chen), (handle_of(0), handle_of(2)), (handle_of(1), handle_of(3))):
                answer = await why(evidence, one, two)
                assert answer.relation == "two_entities"
                assert ["姓名差得太多" in words.zh for words in answer.obstacles] == [True]
                assert answer.pair is not None
                assert answer.pair.verdict.zh.startswith("公民身份号码相同，但用这个号码的记录姓名差得太多")
                assert "由人判断" in answer.pair.verdict.zh
                assert answer.pair.judgement is not None, "a person who must judge sees the evidence"
            inside = await evidence.pair(handle_of(2), handle_of(3))
            assert inside is not None
            assert inside.verdict.zh == "公民身份号码相同且有效：同一实体"

    asyncio.run(read())


def test_what_a_steward_says_of_unlike_names_under_one_id(dsn: str) -> None:
    """*same* joins the two parts, whichever records it is said of, and needs no second steward; *different* leaves them as they are."""

    async def decided(*, same: bool) -> tuple[list[str], list[bytes], str]:
        async with played(dsn, UNLIKE) as evidence:
            review = review_of(dsn)
            card = (await Queue(review, MASTER).page()).cards[0]
            assert (card.refusal, {card.one, card.other} & {handle_of(0), handle_of(1)} != set()) == ("contested_key", True)
            line = await review.decide((card.one, card.other), Verdict("same" if same else "different"), "x", "a")
            assert (line.needs_second, line.counts, line.touches) == (False, True, 4)
            async with again(dsn) as worker:
                await worker.decide([{"one": line.one, "other": line.other, "decision": line.id}])
            assert (await Queue(review, MASTER).page()).cards == []
            found = await how(evidence, entity_of(dsn, handle_of(0)))
            assert found is not None
            assert not found.unsettled
            one, other = (handle for handle in map(handle_of, range(4)) if handle not in line.pair)
            told = await evidence.pair(one, other)
            assert told is not None
            assert ("别的依据" in told.verdict.zh, "由人判断" in told.verdict.zh) == (same, not same)
            answer = await why(evidence, one, other)
            said = answer.obstacles[0].zh if answer.obstacles else answer.verdict.zh
            return sorted(step.join.how for step in found.steps), [side.handle for side in found.members], said

    how_joined, members, said = asyncio.run(decided(same=True))
    assert (how_joined, len(members)) == (["key", "key", "pin"], 4)
    assert said.startswith("同一实体")
    how_joined, members, said = asyncio.run(decided(same=False))
    assert (how_joined, len(members)) == (["key"], 2)
    assert "已判定" in said


def test_an_id_on_too_many_unlike_names_joins_nobody(dsn: str) -> None:
    people = [{"name": name, "citizen_id": IDS[0]} for name in ("王伟", "陈建国", "尉迟琰", "赵敏", "钱多多", "王伟")]

    async def read() -> None:
        async with played(dsn, people) as evidence:
            assert len(entities(dsn)) == len(people)
            found = await how(evidence, entity_of(dsn, handle_of(0)))
            assert found is not None
            assert (found.steps, found.ambiguous, ["样本" in words.zh for words in found.doubted]) == ((), (), [True])
            answer = await why(evidence, handle_of(0), handle_of(5))
            assert ["样本" in words.zh for words in answer.obstacles] == [True]
            pair = await evidence.pair(handle_of(0), handle_of(1))
            assert pair is not None
            assert "样本" in pair.verdict.zh, "as all records with the ID tell, not these two"

    asyncio.run(read())


def test_an_id_on_too_many_records_joins_nobody(dsn: str) -> None:
    people = [{"name": "王伟", "citizen_id": IDS[0]}] * 4 + [{"name": "王伟", "citizen_id": IDS[1]}]

    async def read() -> None:
        async with played(dsn, people) as evidence:
            assert len(entities(dsn)) == len(people)
            found = await how(evidence, entity_of(dsn, handle_of(0)))
            assert found is not None
            assert (found.steps, found.ambiguous, ["超过 3 条" in words.zh for words in found.doubted]) == ((), (), [True])
            same, different = await evidence.pair(handle_of(0), handle_of(1)), await evidence.pair(handle_of(0), handle_of(4))
            assert same is not None
            assert different is not None
            assert same.verdict.zh.startswith("公民身份号码相同，但超过 3 条记录")
            assert different.verdict.zh.startswith("公民身份号码不同，但其中有超过 3 条记录")
            for asked in (1, 4):
                answer = await why(evidence, handle_of(0), handle_of(asked))
                assert ["超过 3 条" in words.zh for words in answer.obstacles] == [True]

    with most_holders(3):
        asyncio.run(read())


def test_former_ids_lead_on(dsn: str) -> None:
    async def read() -> None:
        async with fresh(dsn) as (store,), explaining(dsn) as evidence:
            worker = resolver(store, Index())
            await worker.apply([message(1, 1, [WEI])])
            (before,) = entities(dsn)
            await worker.apply([message(1, 2, [{**WEI, "citizen_id": IDS[0]}])])
            (after,) = entities(dsn)
            found = await how(evidence, before)
            assert found is not None
            assert (found.entity_id, found.former) == (after, (before,))
            await worker.apply([message(1, 3, None)])
            assert await how(evidence, before) is None
            assert await how(evidence, after) is None
            assert await evidence.store.record(handle_of(1)) is None

    asyncio.run(read())


def test_crowded_blocks_are_told_by_what_they_are_made_of(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (entity_store, blocking, filing):
        monkeypatch.setattr(module, "CAP", 3)
    people = [{"name": f"王{letter}", "mobile": WEI["mobile"]} for letter in "伟芳敏静丽"]

    async def read() -> None:
        async with played(dsn, people) as evidence:
            found = await how(evidence, next(iter(entities(dsn))))
            assert found is not None
            assert [words.zh for words in found.crowded] == ["手机号"]
            assert found.members[0].muted == ("mobile",)

    asyncio.run(read())


def test_a_restarted_store_is_asked_again(dsn: str) -> None:
    async def read() -> None:
        async with played(dsn, [WEI, WEI]) as evidence:
            assert await evidence.pair(handle_of(0), handle_of(1)) is not None
            with psycopg.connect(dsn, autocommit=True) as connection:
                connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'huiliu-why'")
            assert await evidence.pair(handle_of(0), handle_of(1)) is not None

    asyncio.run(read())


def test_it_reads_only(dsn: str) -> None:
    async def write() -> Any:
        store = PostgresStore(dsn)
        try:
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                await store._ask(("delete from record",), {})
            return await store.record(bytes(16))
        finally:
            await store.close()

    assert asyncio.run(write()) is None, "and goes on reading"
