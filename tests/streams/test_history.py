"""The past rebuilt from the store equals what was; what is erased or past its retention is gone from it."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg_pool import AsyncConnectionPool

from domain.composition import KnownRecord
from domain.entities import Kind
from domain.sealing import Sealer, UnsealError
from domain.tokens import text_of
from query.history import ForgottenError, History, Was
from streams import history
from streams.history import Past
from streams.store import Store, Writes
from tests.streams.ground import MASTER, TABLES, Index, Message, message, resolver

IDS = ("P-1", "P-2", "P-3")
HANDLES = tuple(bytes([number]) * 16 for number in range(4))
PAST_TABLES = ("record_past", "member_past", "entity_past")
SEALER = Sealer(MASTER)

Said = tuple[str, str]
"""An entity and what a record says."""


class Town:
    """A store, and a memory of every state it was in; entities are given, not resolved."""

    def __init__(self, store: Store, dsn: str) -> None:
        self.store, self.dsn = store, dsn
        self.records: dict[bytes, Said] = {}
        self.committed: dict[bytes, int] = {}
        self.redirects: dict[str, str | None] = {}
        self.was: dict[int, tuple[dict[bytes, Said], dict[str, str | None]]] = {}
        self.version = 0

    async def apply(self, at_ms: int, batch: dict[bytes, Said | None]) -> None:
        """Make the records say what the batch says; None drops one."""
        past, before = Past(), dict(self.records)
        for handle, said in batch.items():
            self._note(past, handle, said, at_ms)
        writes = Writes(
            records=[self._record(handle) for handle in batch if handle in self.records],
            dropped=[handle for handle in batch if handle in before and handle not in self.records],
            sealing=[(handle, SEALER.new_key()[1]) for handle in batch if handle in self.records and handle not in before],
            entities=self._lives(past, before, at_ms),
        )
        with psycopg.connect(self.dsn) as connection:
            for statement, columns in past.statements():
                connection.execute(statement, columns)
        await self.store.write(writes)
        self.was[at_ms] = dict(self.records), dict(self.redirects)

    def _note(self, past: Past, handle: bytes, said: Said | None, at_ms: int) -> None:
        old = self.records.get(handle)
        if old is not None and (said is None or said[1] != old[1]):
            past.replaced(handle, at_ms)
        if old is not None and (said is None or said[0] != old[0]):
            past.left(handle, old[0], said[0] if said else None, at_ms)
        if said is None:
            self.records.pop(handle, None)
            return
        if old is None or said[1] != old[1]:
            self.committed[handle] = at_ms
        self.records[handle] = said

    def _lives(self, past: Past, before: dict[bytes, Said], at_ms: int) -> list[tuple[str, int, int, bytes, str | None, bool]]:
        """Let ids begin and end; one that lost its last records to exactly one other points there."""
        had, have = ({identifier for identifier, _ in records.values()} for records in (before, self.records))
        lives: list[tuple[str, int, int, bytes, str | None, bool]] = []
        for identifier in sorted(had ^ have):
            if identifier in self.redirects:
                past.ended(identifier, at_ms)
            to = {self.records[h][0] for h, (former, _) in before.items() if former == identifier and h in self.records}
            self.redirects[identifier] = next(iter(to)) if identifier in had and len(to) == 1 else None
            self.version += 1
            lives.append((identifier, 0, self.version, b"", self.redirects[identifier], identifier in have))
        return lives

    def _record(self, handle: bytes) -> KnownRecord:
        identifier, said = self.records[handle]
        return KnownRecord(
            handle=handle,
            row_handle=handle,
            kind=Kind.PERSON,
            provider="p",
            table="t",
            role="r",
            lsn=self.committed[handle],
            committed_ms=self.committed[handle],
            digest=said.encode(),
            keys=[],
            blocks=[],
            compared=b"",
            muted=b"",
            public={"open": {"note": said}, "tokens": {}, "fields": ["note"]},
            sealed=None,
            entity_id=identifier,
            wrapped=b"",
        )


@pytest.fixture(scope="module")
def ground(dsn: str) -> Callable[[Callable[[Town, History], Any]], None]:
    """Return what runs a story on empty tables."""

    async def play(story: Callable[[Town, History], Any]) -> None:
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            await connection.execute("truncate " + ", ".join((*TABLES, *PAST_TABLES)))
            await connection.execute("update past_horizon set since_ms = 0")
        store = await Store.connect(dsn)
        try:
            async with AsyncConnectionPool(dsn, min_size=1, max_size=1, open=False) as pool:
                await story(Town(store, dsn), History(pool))
        finally:
            await store.close()

    return lambda story: asyncio.run(play(story))


def told(was: Was | None) -> dict[bytes, str]:
    """Return what each member said then."""
    return {member.handle: member.public["open"]["note"] for member in was.members} if was else {}


async def agrees(town: Town, past: History, at_ms: int) -> None:
    """Check every id's state as of a time against the memory of it."""
    known = [moment for moment in town.was if moment <= at_ms]
    records, redirects = town.was[max(known)] if known else ({}, {})
    for identifier in IDS:
        was = await past.as_of(identifier, at_ms)
        assert told(was) == {handle: said for handle, (member_of, said) in records.items() if member_of == identifier}
        if was is not None:
            assert was.redirect == redirects.get(identifier)


said = st.one_of(st.none(), st.tuples(st.sampled_from(IDS), st.sampled_from("甲乙")))
batches = st.lists(
    st.tuples(st.integers(0, 2), st.dictionaries(st.sampled_from(HANDLES), said, min_size=1, max_size=4)), min_size=1, max_size=10
)


@pytest.mark.servers
@given(batches, st.integers(0, 20))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_is_told_as_it_was(ground: Callable[..., None], steps: list[tuple[int, dict[bytes, Said | None]]], horizon: int) -> None:
    async def story(town: Town, past: History) -> None:
        at_ms = 1
        for step, batch in steps:
            at_ms += step  # 0: committed in the same millisecond
            await town.apply(at_ms, batch)
        for moment in range(at_ms + 2):
            await agrees(town, past, moment)
        history.purge(town.dsn, horizon)
        for moment in range(at_ms + 2):
            if moment >= horizon:
                await agrees(town, past, moment)
            else:
                with pytest.raises(ForgottenError):
                    await past.as_of(IDS[0], moment)

    ground(story)


@pytest.mark.servers
def test_a_first_load_has_no_past(ground: Callable[..., None]) -> None:
    async def story(town: Town, _: History) -> None:
        await town.apply(1, dict.fromkeys(HANDLES, ("P-1", "甲")))
        with psycopg.connect(town.dsn) as connection:
            for table in PAST_TABLES:
                assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)

    ground(story)


@pytest.mark.servers
def test_a_late_commit_never_puts_a_record_into_two_entities(ground: Callable[..., None]) -> None:
    """Departments commit at different speeds: a change of an earlier time may arrive after one of a later time."""

    async def story(town: Town, past: History) -> None:
        await town.apply(10, {HANDLES[0]: ("P-1", "甲")})
        await town.apply(30, {HANDLES[0]: ("P-2", "甲")})
        await town.apply(20, {HANDLES[0]: ("P-3", "甲"), HANDLES[1]: ("P-3", "乙")})
        for moment, identifier in ((10, "P-1"), (29, "P-1"), (30, "P-3"), (40, "P-3")):
            found = [each for each in IDS if HANDLES[0] in told(await past.as_of(each, moment))]
            assert found == [identifier]

    ground(story)


@pytest.mark.servers
def test_an_id_that_never_was_is_unknown_and_one_that_is_not_yet_is_empty(ground: Callable[..., None]) -> None:
    async def story(town: Town, past: History) -> None:
        await town.apply(10, {HANDLES[0]: ("P-1", "甲")})
        assert await past.as_of("P-9", 10) is None
        assert await past.as_of("P-1", 9) == Was("P-1", 9, (), None)

    ground(story)


@pytest.mark.servers
def test_erasing_a_records_key_erases_its_past(ground: Callable[..., None]) -> None:
    key, wrapped = SEALER.new_key()
    handle = HANDLES[0]
    sealed = SEALER.seal(key, handle, {"name": "canary"})

    async def story(town: Town, past: History) -> None:
        await town.apply(1, {handle: ("P-1", "甲")})
        with psycopg.connect(town.dsn) as connection:
            connection.execute("update record set sealed = %s", (sealed,))
            connection.execute("update sealing_key set wrapped = %s", (wrapped,))
        await town.apply(2, {handle: ("P-1", "乙")})
        (was,) = (await past.as_of("P-1", 1)).members  # type: ignore[union-attr]  # it was
        assert SEALER.unseal(SEALER.unwrap(was.wrapped or b""), handle, was.sealed or b"") == {"name": "canary"}
        await town.apply(3, {handle: None})
        (was,) = (await past.as_of("P-1", 1)).members  # type: ignore[union-attr]  # it was
        assert was.wrapped is None
        await town.apply(4, {handle: ("P-1", "乙")})  # the row is back, under a new key
        (was,) = (await past.as_of("P-1", 1)).members  # type: ignore[union-attr]  # it was
        with pytest.raises(UnsealError):
            SEALER.unseal(SEALER.unwrap(was.wrapped or b""), handle, was.sealed or b"")

    ground(story)


def noted(*notes: tuple[Any, ...]) -> dict[str, dict[Any, int]]:
    past = Past()
    for name, *arguments in notes:
        getattr(past, name)(*arguments)
    return {statement.split()[2]: dict(zip(*columns, strict=True)) for statement, columns in past.statements()}


def test_entities_that_exchange_records_change_at_one_moment() -> None:
    moved = [("left", b"x", "P-1", "P-2", 5), ("left", b"y", "P-3", "P-2", 6), ("left", b"z", "P-4", "P-5", 7)]
    caused = [("changed", "P-2", 20), ("ended", "P-3", 6), ("ended", "P-4", 7)]
    expected = {"member_past": {b"x": 20, b"y": 20, b"z": 7}, "entity_past": {"P-3": 20, "P-4": 7}}
    assert noted(*moved, *caused) == expected
    assert noted(*reversed(caused), *reversed(moved)) == expected


def test_nothing_is_sent_where_nothing_is_past() -> None:
    assert noted(("changed", "P-1", 3)) == {}
    assert noted(("replaced", b"x", 3)) == {"record_past": {b"x": 3}}


firm = st.fixed_dictionaries(
    {"name": st.sampled_from("甲乙")}, optional={"uscc": st.sampled_from("12"), "organisation_code": st.sampled_from("AB")}
)
event = st.tuples(st.integers(0, 4), st.one_of(st.none(), st.lists(firm, min_size=1, max_size=2)))


def firms(row: int, lsn: int, said: list[dict[str, str]] | None) -> Message:
    """A row that speaks of organisations: one with both keys takes those with either of them into its entity."""
    made = message(row, lsn, said)
    for record in made["records"]:
        keys = [f"{name}:{record['values'][name]}" for name in ("uscc", "organisation_code") if name in record["values"]]
        record |= {"kind": "organisation", "keys": keys}
    return made


@pytest.mark.servers
@given(st.lists(event, min_size=1, max_size=12), st.lists(st.integers(1, 3)))
@example(
    [
        (1, [{"name": "甲", "organisation_code": "A"}]),
        (0, [{"name": "甲", "uscc": "1", "organisation_code": "A"}, {"name": "甲", "uscc": "2", "organisation_code": "A"}]),
    ],
    [],
)
@example([(1, [{"name": "甲", "organisation_code": "A"}]), (2, [{"name": "乙", "organisation_code": "A", "uscc": "1"}])], [1, 1])
@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_past_is_what_searchers_saw(ground: Callable[..., None], events: list[Any], sizes: list[int]) -> None:
    """Through the resolver: after every batch, note what the index would show; all of it can be told again at the end."""
    changes = [firms(row, 100 + lsn, said) for lsn, (row, said) in enumerate(events)]

    async def story(town: Town, past: History) -> None:
        index, shown = Index(), {}
        for batch in batched(changes, sizes):
            await resolver(town.store, index).apply(batch)
            shown[batch[-1]["committed_ms"]] = dict(index.entities)
        for at_ms, entities in shown.items():
            for identifier in index.entities:
                was = await past.as_of(identifier, at_ms)
                assert was is not None
                seen = entities.get(identifier)
                members = seen["members"] if seen else []
                assert {text_of(m.handle): (m.lsn, m.public["fields"]) for m in was.members} == {
                    m["handle"]: (m["lsn"], m["fields"]) for m in members
                }
                assert was.redirect == (seen["redirect"] if seen else None)

    ground(story)


def batched(items: list[Message], sizes: list[int]) -> Iterator[list[Message]]:
    """Yield the items in batches of these sizes; what is left, one by one."""
    for size in [*sizes, *(1 for _ in items)]:
        if items:
            yield items[:size]
            items = items[size:]
