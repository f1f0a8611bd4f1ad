"""Explanations from a real store that the resolver filled: they join what it joined, and read in one round trip."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from domain.matching import blocking
from domain.matching.explain import groups
from domain.tokens import Tokeniser
from query import entity_store
from query.entity_how import how
from query.entity_store import PostgresStore
from query.entity_why import why
from query.evidence import Evidence
from settings import Settings
from streams import filing
from streams.store import create_tables
from tests.query.test_evidence import CANARIES
from tests.streams.ground import MASTER, Index, Message, fresh, message, resolver

pytestmark = pytest.mark.servers

TOKENS = Tokeniser(MASTER)
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
    {"name": st.sampled_from(["王小伟", "王小玮", "尉迟琰"])},
    optional={
        "citizen_id": st.sampled_from(IDS),
        "birth_date": st.sampled_from(["1990-03-07", "1990-03-17"]),
        "mobile": st.sampled_from(["13961520938", "13961520939"]),
        "address": st.just(WEI["address"]),
    },
)


@given(st.lists(person, min_size=1, max_size=9), st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.booleans()), max_size=3))
@rules(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_the_resolver_joined_is_explained(dsn: str, people: list[dict[str, str]], decisions: list[tuple[int, int, bool]]) -> None:
    """Whatever it joined, by whatever decisions: the steps connect it, without a value, and any two are explained in either order."""
    said = [(handle_of(a), handle_of(b), same) for a, b, same in decisions if a != b and max(a, b) < len(people)]

    async def explain() -> None:
        async with played(dsn, people, said) as evidence:
            for entity_id, members in entities(dsn).items():
                found = await how(evidence, entity_id)
                assert found is not None
                assert {side.handle for side in found.members} == members
                assert groups(members, [step.join for step in found.steps]) == 1
                assert not [value for value in (*CANARIES, *IDS, "小玮", "迟琰", "1990", "13961") if value in repr(found)]
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
    people = [{**WEI, "citizen_id": IDS[0]}, {**WEI, "citizen_id": IDS[0]}, {"name": "尉迟琰", "citizen_id": IDS[0]}]

    async def read() -> None:
        async with played(dsn, people, [(handle_of(0), handle_of(2), False)]) as evidence:
            entity_id = next(identifier for identifier, members in entities(dsn).items() if handle_of(0) in members)
            found = await how(evidence, entity_id)
            assert found is not None
            assert ([step.join.how for step in found.steps], found.unsettled) == (["edge"], False)
            assert found.ambiguous == ("citizen_id",)

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
