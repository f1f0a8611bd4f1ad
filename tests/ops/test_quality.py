"""What feeds promised, judged; and on the real store measured, kept as a history, and marked when broken."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest

from domain.contract import Contract
from domain.entities import Kind
from ops.quality import Held, findings, measure
from schemas.quality import Finding, create_table, history, latest, record
from settings import Settings
from settings.contracts import load_contract
from streams.store import create_tables

PROVIDER = "telecom_ct"
PATH = Path(__file__).parents[2] / "connectors" / "providers" / f"{PROVIDER}.yaml"


@pytest.fixture(scope="module")
def contract() -> Contract:
    """A contract with one table that promises 2 to 4 rows, an hour, names, known codes and unique numbers."""
    loaded = load_contract(PATH).contract
    table = loaded.tables[0]
    promised = {"complete": {"holder.name": 0.9}, "unknown_codes": 0.25, "unique": ["holder.mobile"]}
    expect = table.expect.model_copy(update={"rows_min": 2, "rows_max": 4, "freshness": 3600, **promised})
    return loaded.model_copy(update={"tables": [table.model_copy(update={"expect": expect})]})


def judged(contract: Contract, held: Held, silence: float | None = 0) -> dict[tuple[str, str], Finding]:
    found = findings(contract, contract.tables[0], held, silence)
    return {(each.measure, each.subject): each for each in found}


def held(records: int, *, named: int, unreadable: int = 0, status: int = 0, unknown: int = 0, shared: int = 0) -> Held:
    words = {
        ("holder", "name"): named, ("holder", "name:unreadable"): unreadable,
        ("holder", "status"): status, ("holder", "status:unknown_code"): unknown,
    }  # fmt: skip
    return Held(Counter({"holder": records}), Counter(words), {"holder.mobile": shared})


def test_what_is_promised_and_kept_is_told_as_kept(contract: Contract) -> None:
    found = judged(contract, held(4, named=4, status=4, unknown=1))
    assert {each.kept for each in found.values()} == {True}
    assert {measure for measure, _ in found} == {"volume", "freshness", "completeness", "vocabulary", "uniqueness"}


@pytest.mark.parametrize(
    ("what", "silence", "broken"),
    [
        (held(1, named=1), 0, ("volume", "")),
        (held(5, named=5), 0, ("volume", "")),
        (held(4, named=4), 3601, ("freshness", "")),
        (held(4, named=3), 0, ("completeness", "holder.name")),
        (held(4, named=4, unreadable=1), 0, ("completeness", "holder.name")),
        (held(4, named=4, status=4, unknown=2), 0, ("vocabulary", "holder.status")),
        (held(4, named=4, shared=1), 0, ("uniqueness", "holder.mobile")),
    ],
)
def test_a_broken_promise_is_the_only_one_told(contract: Contract, what: Held, silence: float, broken: tuple[str, str]) -> None:
    assert [place for place, each in judged(contract, what, silence).items() if not each.kept] == [broken]


def test_a_feed_never_heard_of_is_short_of_rows_and_nothing_else_is_claimed(contract: Contract) -> None:
    assert {place: each.kept for place, each in judged(contract, Held(shared={}), None).items()} == {("volume", ""): False}


@pytest.fixture
def store(settings: Settings) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    dsn = settings.store_dsn.get_secret_value()
    create_tables(dsn)
    with psycopg.connect(dsn, autocommit=True) as connection:
        create_table(connection)
        yield connection
        connection.execute("delete from record where provider = %s", (PROVIDER,))
        connection.execute("delete from quality where provider = %s", (PROVIDER,))


def put(connection: psycopg.Connection[tuple[object, ...]], number: int, said: dict[str, object], committed_ms: int = 1) -> None:
    handle, kind = number.to_bytes(16, "big"), list(Kind).index(Kind.PERSON)
    row = (handle, handle, kind, PROVIDER, "cust_acct", "holder", 1, committed_ms, b"", b"", b"", b"", b"", orjson.dumps(said), None, "P-x")
    connection.execute(f"insert into record values ({', '.join(['%s'] * len(row))})", row)


@pytest.mark.servers
def test_the_store_is_measured_and_news_alone_is_kept(contract: Contract, store: psycopg.Connection[tuple[object, ...]]) -> None:
    fields = ["mobile", "name", "status"]
    put(store, 1, {"open": {}, "tokens": {"mobile": ["T1"]}, "fields": fields})
    put(store, 2, {"open": {}, "tokens": {"mobile": ["T1"]}, "fields": fields, "flags": ["status:unknown_code"]})
    put(store, 3, {"open": {}, "tokens": {"mobile": ["T2"]}, "fields": fields, "flags": ["name:unreadable"]})
    found = measure(store, [contract], alive=[PROVIDER])
    values = {(each.measure, each.subject): (round(each.value, 2), each.kept) for each in found}
    assert values["volume", ""] == (3, True)
    assert values["freshness", ""] == (0, True)
    assert values["completeness", "holder.name"] == (0.67, False)
    assert values["vocabulary", "holder.status"] == (0.33, False)
    assert values["uniqueness", "holder.mobile"] == (1, False)
    assert record(store, found) == len(found)
    assert record(store, measure(store, [contract], alive=[PROVIDER])) == 0
    store.execute(
        "update record set public = replace(convert_from(public, 'UTF8'), 'T1', 'T3')::bytea where handle = %s", (bytes(15) + b"\2",)
    )
    assert record(store, measure(store, [contract], alive=[PROVIDER])) == 1
    assert {each.kept for each in latest(store) if each.measure == "uniqueness"} == {True}
    told = [each for each in history(store, PROVIDER, 100) if each.measure == "uniqueness"]
    assert [each.kept for each in told] == [True, False]
    assert "T1" not in repr(told)


@pytest.mark.servers
def test_a_silent_feed_is_as_old_as_its_newest_commit(contract: Contract, store: psycopg.Connection[tuple[object, ...]]) -> None:
    put(store, 1, {"open": {}, "tokens": {}, "fields": ["name"]}, committed_ms=1_000)
    (found,) = [each for each in measure(store, [contract], alive=[]) if each.measure == "freshness"]
    assert found.value > 365 * 24 * 3600
    assert not found.kept
