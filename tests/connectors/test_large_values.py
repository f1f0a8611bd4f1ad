"""A cell of 10 MB in a department's database: the feed goes on, the row arrives with the field flagged, and what is withheld stays."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from connectors.attach import attach
from connectors.detach import detach
from connectors.report import Report
from connectors.worker import Worker
from domain.contract import ContractFile, read_contract
from domain.normalise import UNAVAILABLE, RejectError, RowNormaliser
from domain.values import LONGEST, LONGEST_TEXT
from settings import Settings
from tests.connectors.harbour import CANARY, TABLES, make_department
from tests.connectors.tap import Event, Tap, forget_topics

pytestmark = pytest.mark.servers

SLUG, VARIABLE = "archive_office", "HUILIU_SOURCE_ARCHIVE_OFFICE"
BOATMEN, BERTHS = f"src.{SLUG}.boatman", f"src.{SLUG}.berth"
LARGE = 10 << 20  # characters; three times as many bytes where they are Chinese


@pytest.fixture(scope="module")
def archive(harbour_text: str) -> ContractFile:
    text = harbour_text.replace("harbour_office", SLUG).replace("HARBOUR_OFFICE", SLUG.upper())
    ignored = "      sketch: {ignore: nobody needs it}\n      card: {to: {boatman.certificate: internal}}\n"
    return read_contract(text.replace("      health:", ignored + "      health:", 1), f"{SLUG}.yaml")


@pytest.fixture(scope="module")
def dba(cluster: psycopg.Connection, settings: Settings, worker: Worker) -> Iterator[psycopg.Connection]:
    worker.remove(f"src.{SLUG}")
    forget_topics(settings, SLUG)
    tables = TABLES.replace("name varchar(80)", "name text").replace("diary text", "diary text, sketch text, card jsonb")
    urls = make_department(cluster, SLUG, tables)
    with pytest.MonkeyPatch.context() as patch, psycopg.connect(urls[1], autocommit=True) as connection:
        patch.setenv(VARIABLE, urls[0])
        patch.setenv(f"{VARIABLE}_ADMIN", urls[1])
        yield connection


@pytest.fixture(scope="module")
def attached(archive: ContractFile, settings: Settings, worker: Worker, dba: psycopg.Connection) -> Iterator[Report]:
    _insert(dba, 1)
    yield attach(archive, settings, worker)
    detach(archive.contract, settings, worker)


@pytest.fixture(scope="module")
def tap(attached: Report, settings: Settings) -> Iterator[Tap]:
    assert attached.ok, attached.problems
    tap = Tap(settings, [BOATMEN, BERTHS])
    yield tap
    tap.close()


def _insert(dba: psycopg.Connection, number: int) -> None:
    """Insert a boatman all of whose texts are large; the database makes them, so that they need not travel to it."""
    dba.execute(
        "INSERT INTO boatman (id, citizen_id, name, remarks, card, diary, sketch) VALUES (%(id)s, '11010519491231002X', "
        "repeat('长', %(n)s), repeat('江', %(n)s), to_jsonb(repeat('7', %(n)s)), %(c)s || repeat('x', %(n)s), %(c)s || repeat('y', %(n)s))",
        {"id": number, "n": LARGE, "c": CANARY},
    )


def _last(tap: Tap, op: str, **key: object) -> Event:
    def found() -> list[Event]:
        return [event for event in tap.events(BERTHS if "harbour" in key else BOATMEN, **key) if event.value and event.value["op"] == op]

    tap.until(lambda: bool(found()), 40)
    return found()[-1]


def _record(archive: ContractFile, event: Event) -> dict[str, Any]:
    (record,) = RowNormaliser(SLUG, archive.contract.table("boatman"))(event.key, event.value or {})["records"]
    return dict(record)


def test_the_feed_goes_on_and_the_row_arrives(tap: Tap, dba: psycopg.Connection, archive: ContractFile, worker: Worker) -> None:
    _insert(dba, 2)
    dba.execute("UPDATE boatman SET grade = '1' WHERE id = 2")
    dba.execute("INSERT INTO boatman (id, name) VALUES (3, '丙')")
    _last(tap, "c", id=3)
    assert worker.state(f"src.{SLUG}").state == "running"
    for event in (_last(tap, "r", id=1), _last(tap, "c", id=2)):
        record = _record(archive, event)
        assert record["keys"] == ["citizen_id:11010519491231002X"]
        assert {"name:too_long", "note:too_long", "certificate:too_long"} <= set(record["flags"])
        assert (record["raw"]["name"], record["raw"]["note"]) == ("长" * LONGEST, "江" * LONGEST)
    later = _record(archive, _last(tap, "u", id=2))  # the placeholder of what an update does not send is not cut
    assert set(later["unavailable"]) == {"name", "note", "certificate"}
    assert UNAVAILABLE not in str(later["values"])
    assert max(len(part) for part in tap.parts()) < 200_000
    assert not any(CANARY.encode() in part for part in tap.parts())


def test_what_is_as_long_as_it_may_be_is_whole_and_what_is_longer_is_flagged(
    tap: Tap, dba: psycopg.Connection, archive: ContractFile
) -> None:
    for number, length in enumerate((LONGEST_TEXT, LONGEST_TEXT + 1), 10):
        dba.execute("INSERT INTO boatman (id, remarks) VALUES (%s, repeat('𠮷', %s))", (number, length))  # two characters each, to Java
    whole, flagged = (_record(archive, _last(tap, "c", id=number)) for number in (10, 11))
    assert (whole["values"]["note"], whole["flags"]) == ("𠮷" * LONGEST_TEXT, [])
    assert "note:too_long" in flagged["flags"]


def test_a_key_is_never_cut(tap: Tap, dba: psycopg.Connection, archive: ContractFile) -> None:
    long = "东" * 30_000  # an index holds it, packed
    dba.execute("INSERT INTO port.berth VALUES (%s, '1', '')", (long,))
    event = _last(tap, "c", harbour=long, number="1")
    with pytest.raises(RejectError, match="key is longer than"):
        RowNormaliser(SLUG, archive.contract.table("berth"))(event.key, event.value or {})
