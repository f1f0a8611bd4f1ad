"""Crowded values, walked in bounded pieces: what the walk counts is what grouping the whole table counts."""

import random
from collections.abc import Iterator

import psycopg
import pytest

from domain.matching import blocking
from domain.matching.blocking import CAP, NOBODY, RULES
from domain.matching.keys import CODES, MOST_HOLDERS
from ops import crowds
from ops.crowds import SHARED, Crowd, Walk
from tests.query.review_store import Ground

pytestmark = pytest.mark.servers
MOBILE, BORN = (list(RULES).index(rule) for rule in ("m", "nb"))
CITIZEN_ID, USCC = (bytes((code,)) for (_, field), code in CODES.items() if field in {"citizen_id", "uscc"})
Store = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def store(ground_store: Ground) -> Iterator[Store]:
    with ground_store.connect() as connection:
        connection.execute("truncate block, strong_key")
        yield connection


def handle(number: int) -> bytes:
    return number.to_bytes(16, "big")


def block(store: Store, rule: int, name: int, holders: int, within: bytes = NOBODY) -> None:
    token = bytes((rule,)) + name.to_bytes(15, "big")
    with store.cursor() as cursor:
        cursor.executemany("insert into block values (%s, %s, %s)", [(token, within, handle(number)) for number in range(holders)])


def key(store: Store, code: bytes, name: int, holders: int) -> None:
    token = code + name.to_bytes(16, "big")
    with store.cursor() as cursor:
        cursor.executemany("insert into strong_key values (%s, %s)", [(token, handle(number)) for number in range(holders)])


def walked(store: Store, walk: Walk | None = None) -> dict[str, Crowd]:
    walk = walk or Walk()
    while not walk.go(store, 0):
        pass
    return {shared.of: crowd for shared, crowd in (walk.found or {}).items()}


def test_a_value_is_crowded_above_the_cap_and_not_at_it(store: Store) -> None:
    block(store, MOBILE, 1, CAP)
    assert walked(store) == {}
    block(store, MOBILE, 2, CAP + 1)
    assert walked(store) == {"mobile": Crowd(1, CAP + 1, CAP + 1)}


def test_records_that_agree_further_meet_unless_they_too_are_too_many(store: Store) -> None:
    for within, holders in ((b"a" * 8, CAP), (b"b" * 8, CAP + 1), (NOBODY, 3)):
        block(store, BORN, 1, holders, within)
    assert walked(store) == {"name and birth date": Crowd(1, 2 * CAP + 4, CAP + 4)}


def test_an_identifier_is_crowded_where_it_joins_nothing(store: Store) -> None:
    most = MOST_HOLDERS[CITIZEN_ID[0]]
    key(store, CITIZEN_ID, 1, most)
    key(store, USCC, 1, most + 1)  # a firm may have any number of employees
    assert walked(store) == {}
    key(store, CITIZEN_ID, 2, most + 1)
    assert walked(store) == {"citizen_id": Crowd(1, most + 1, most + 1)}


@pytest.mark.parametrize("piece", [1, 7, CAP, 50_000])
def test_however_small_the_pieces_all_is_counted_once(store: Store, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(crowds, "_PIECE", piece)
    chance = random.Random(piece)  # noqa: S311  # no secret
    sizes = [chance.choice([1, 2, CAP, CAP + 1, 2 * CAP]) for _ in range(12)]
    for name, size in enumerate(sizes):
        block(store, MOBILE, name, size)
    large = [size for size in sizes if size > CAP]
    assert walked(store) == {"mobile": Crowd(len(large), max(large), sum(large))}


def test_a_walk_goes_on_where_it_stood_and_keeps_the_last_whole_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "_PIECE", 1)
    block(store, MOBILE, 1, CAP + 1)
    block(store, MOBILE, 2, 1)
    walk = Walk()
    assert not walk.go(store, 0)
    assert walk.found is None
    assert [crowd.values for crowd in walk.so_far.values()] == [1]
    assert walked(store, walk) == {"mobile": Crowd(1, CAP + 1, CAP + 1)}
    store.execute("truncate block")
    assert not walk.so_far
    assert walked(store, walk) == {}


def test_it_goes_by_the_index_and_reads_no_more_than_a_piece(store: Store) -> None:
    """Sixteen thousand values of two records: a step of ten reads ten entries, and those of one value."""
    store.execute(
        "insert into block select '\\x00'::bytea || substring(sha256(n::text::bytea) for 15), '\\x0000000000000000', "
        "decode(lpad(to_hex(m), 32, '0'), 'hex') from generate_series(1, 16000) n, generate_series(1, 2) m"
    )
    store.execute("analyze block")
    asked = {"after": b"", "until": b"\xff", "most": CAP, "piece": 10, "nobody": NOBODY}
    plan = "\n".join(str(row[0]) for row in store.execute(f"explain (analyze, buffers, timing off) {crowds._BLOCKS}", asked))
    assert "Seq Scan" not in plan
    read = [float(part.split("rows=")[-1].split()[0]) for part in plan.splitlines() if "actual rows" in part]
    assert max(read) <= 12


def test_every_crowd_has_a_name_of_its_own() -> None:
    assert len({(shared.what, shared.of) for shared in SHARED}) == len(SHARED) == len(blocking.RULES) + len(MOST_HOLDERS)
