"""What rows only mention is kept once, on a real store: from its first mention to its last, whatever the order, batches and workers."""

import asyncio
import random
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from domain.entities import Kind
from domain.matching.keys import key_of
from domain.mentions import mention_handle
from domain.tokens import Tokeniser, text_of
from streams.store import Store
from tests.streams.ground import MASTER, Index, Message, fresh, interleaved, message, play, resolver, run, split

pytestmark = pytest.mark.servers
slow = hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TOKENS = Tokeniser(MASTER)
USCC = ("91320456YY00004C5X", "91320456MA1XX0001A")

employer = st.fixed_dictionaries(
    {"name": st.sampled_from(["溧阳市嘉隆服饰有限公司", "嘉隆服饰", "天目湖旅行社有限公司"])},
    optional={"uscc": st.sampled_from(USCC), "landline": st.sampled_from(["051987654321", "051987654322"])},
)
person = st.fixed_dictionaries({"name": st.sampled_from(["王伟", "李娜"])})
event = st.tuples(st.integers(0, 7), st.one_of(st.none(), st.tuples(person, st.lists(employer, max_size=2))))
history = st.lists(event, min_size=3, max_size=24)


def employs(values: dict[str, str], role: str = "e0", unavailable: tuple[str, ...] = ()) -> Message:
    keys = [f"uscc:{values['uscc']}"] if "uscc" in values else []
    return {
        "role": role, "kind": "organisation", "values": values, "raw": {}, "keys": keys, "flags": [],
        "unavailable": list(unavailable), "mentioned": True,
    }  # fmt: skip


def row(number: int, lsn: int, said: tuple[dict[str, str], list[dict[str, str]]] | None) -> Message:
    """One person's row and the employers it mentions; None deletes the row."""
    if said is None:
        return message(number, lsn, None)
    whole = message(number, lsn, [said[0]])
    whole["records"] += [employs(values, f"e{place}") for place, values in enumerate(said[1])]
    return whole


def messages(events: list[Any]) -> list[Message]:
    return [row(number, 100 + lsn, said) for lsn, (number, said) in enumerate(events)]


def wanted(items: list[Message]) -> set[tuple[bytes, str, bytes]]:
    """The mentions there must be: of each row's newest message."""
    newest = {item["row_id"]: item for item in sorted(items, key=lambda item: item["lsn"])}
    return {
        (
            TOKENS.raw("row", item["row_id"]),
            record["role"],
            mention_handle(TOKENS, "p", "t", record, [key_of(TOKENS, Kind.ORGANISATION, key) for key in record["keys"]]),
        )
        for item in newest.values()
        for record in item["records"]
        if record["mentioned"]
    }


def kept(dsn: str) -> tuple[set[Any], set[Any], set[Any]]:
    """What the store keeps: mentions; handles of organisations' records; of them, those that can be read."""
    with psycopg.connect(dsn) as connection:
        mentions = set(connection.execute("select row_handle, role, handle from mention").fetchall())
        records = {each[0] for each in connection.execute("select handle from record where kind = 1")}
        readable = {each[0] for each in connection.execute("select r.handle from record r join sealing_key using (handle) where kind = 1")}
    return mentions, records, readable


def organisations(index: Index) -> dict[str, frozenset[str]]:
    return {identifier: members for identifier, members in index.alive().items() if identifier[0] == "O"}


def canonical(items: list[Message]) -> list[Message]:
    newest = {item["row_id"]: item for item in sorted(items, key=lambda item: item["lsn"])}
    return [item for item in newest.values() if item["records"]]


@given(history, st.randoms(use_true_random=False))
@slow
def test_only_what_rows_say_now_is_kept(dsn: str, events: list[Any], rng: random.Random) -> None:
    items = messages(events)
    once = asyncio.run(play(dsn, [canonical(items)]))
    for order in (items, interleaved(rng, items)):
        index = asyncio.run(play(dsn, split(rng, order)))
        mentions, records, readable = kept(dsn)
        assert mentions == wanted(items)
        assert records == readable == {handle for _, _, handle in mentions}
        assert organisations(index) == organisations(once)
        assert {handle for members in organisations(index).values() for handle in members} == {text_of(handle) for handle in records}


@given(history, st.integers(2, 4), st.randoms(use_true_random=False))
@hypothesis_settings(slow, max_examples=15)
def test_workers_do_not_matter(dsn: str, events: list[Any], workers: int, rng: random.Random) -> None:
    items = messages(events)
    once = asyncio.run(play(dsn, [canonical(items)]))

    async def together() -> Index:
        index = Index()

        async def work(store: Store, share: int) -> None:
            mine = [item for item in items if int(item["row_id"].rsplit("/", 1)[1]) % workers == share]
            for batch in split(rng, mine):
                await resolver(store, index).apply(batch)

        async with fresh(dsn, workers) as stores:
            await asyncio.gather(*(work(store, share) for share, store in enumerate(stores)))
        return index

    index = asyncio.run(together())
    mentions, records, readable = kept(dsn)
    assert mentions == wanted(items)
    assert records == readable == {handle for _, _, handle in mentions}
    assert organisations(index) == organisations(once)


FIRM = {"name": "溧阳市嘉隆服饰有限公司", "uscc": USCC[0]}
OTHER = FIRM | {"name": "嘉隆服饰"}


def test_a_second_mention_tells_nothing(dsn: str) -> None:
    one, two = row(1, 1, ({"name": "王伟"}, [FIRM])), row(2, 2, ({"name": "李娜"}, [FIRM]))
    index = run(dsn, [one], [two])
    assert len(organisations(index)) == 1
    assert index.emitted == 3, "two persons, one firm"


def test_the_last_mention_ends_it(dsn: str) -> None:
    said = [row(number, number, ({"name": "王伟"}, [FIRM])) for number in (1, 2)]
    index = run(dsn, said, [row(1, 3, None)])
    assert len(organisations(index)) == 1
    index = run(dsn, said, [row(1, 3, None)], [row(2, 4, ({"name": "王伟"}, []))])
    assert not organisations(index)
    assert kept(dsn) == (set(), set(), set())


def test_a_value_that_was_not_sent_is_what_the_row_mentioned(dsn: str) -> None:
    whole = row(1, 1, ({"name": "王伟"}, [FIRM]))
    later = row(1, 2, ({"name": "王伟"}, []))
    later["records"].append(employs({"name": FIRM["name"]}, unavailable=("uscc",)))
    index = run(dsn, [whole], [later])
    assert len(organisations(index)) == 1
    assert kept(dsn)[0] == wanted([whole])
    changed = row(1, 3, ({"name": "王伟"}, []))
    changed["records"].append(employs({"name": OTHER["name"]}, unavailable=("uscc",)))
    run(dsn, [whole], [later], [changed])
    assert kept(dsn)[0] == wanted([row(1, 3, ({"name": "王伟"}, [OTHER]))])


def test_what_was_erased_is_made_anew_only_by_a_new_mention(dsn: str) -> None:
    async def story() -> Index:
        index = Index()
        async with fresh(dsn) as (store,):
            worker = resolver(store, index)
            await worker.apply([row(1, 1, ({"name": "王伟"}, [FIRM]))])
            with psycopg.connect(dsn) as connection:
                connection.execute("delete from sealing_key s using record r where r.handle = s.handle and r.kind = 1")
            await worker.apply([row(1, 2, ({"name": "李娜"}, [FIRM]))])
            assert not kept(dsn)[2]
            await worker.apply([row(2, 3, ({"name": "李娜"}, [FIRM]))])
        return index

    index = asyncio.run(story())
    assert len(organisations(index)) == 1
    assert len(kept(dsn)[2]) == 1


def test_a_register_and_a_mention_are_one_organisation(dsn: str) -> None:
    register = message(9, 1, None) | {"op": "upsert", "order": 1}
    register["records"] = [employs(FIRM) | {"mentioned": False}]
    index = run(dsn, [register], [row(1, 2, ({"name": "王伟"}, [FIRM]))], [row(2, 3, ({"name": "李娜"}, [OTHER]))])
    assert [len(members) for members in organisations(index).values()] == [3]


def test_what_a_contract_makes_a_mention_leaves_no_record_of_the_row_behind(dsn: str) -> None:
    """And the other way round: a new version of the contract has every row read again."""
    own, mention = (row(1, lsn, ({"name": "王伟"}, [FIRM])) for lsn in (1, 2))
    own["records"][1] = own["records"][1] | {"mentioned": False}
    assert [len(members) for members in organisations(run(dsn, [own], [mention])).values()] == [1]
    assert kept(dsn)[1] == {handle for _, _, handle in wanted([mention])}
    back = own | {"lsn": 3}
    assert [len(members) for members in organisations(run(dsn, [mention], [back])).values()] == [1]
    assert kept(dsn)[0] == set()
