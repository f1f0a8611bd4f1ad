"""``huiliu scorecard``: what it shows, what it writes, and what it refuses."""

import asyncio
import csv
import json
import random
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner

from cli.scorecard import app
from domain.entities import Kind
from domain.matching.scorecard_file import VERSIONS, read_scorecard, shipped, shipped_cards
from domain.matching.scorecard_text import scorecard_text
from schemas.topics import core_topics, ensure_topics
from settings import Settings, SettingsError
from stack.errors import StackError
from streams.cards import check
from streams.store import Store, create_tables
from tests.streams.ground import MASTER, Index, message, resolver

RUN = CliRunner()


def doors(path: Path, number: int) -> Path:
    rng = random.Random(5)  # noqa: S311  # repeatable draws
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("address", "township"))
        for _ in range(number):
            rows.writerow((f"溧城街道西大街{rng.randint(1, 200)}号{rng.randint(1, 9)}幢", rng.choice(("溧城街道", "昆仑街道"))))
    return path


@pytest.mark.parametrize("kind", VERSIONS)
def test_show_prints_every_field(kind: Kind) -> None:
    said = RUN.invoke(app, ["show", kind], env={"COLUMNS": "250"}).output
    assert all(field in said for profile in shipped(kind).profiles.values() for field in profile.fields)


def test_show_as_json_holds_the_scorecard() -> None:
    said = RUN.invoke(app, ["show", "person", "--json"]).output
    assert json.loads(said) == shipped(Kind.PERSON).text.model_dump(mode="json")


def test_an_estimate_is_written_as_the_next_version_and_can_be_shown(tmp_path: Path) -> None:
    out = tmp_path / "address.yaml"
    done = RUN.invoke(app, ["estimate", "address", "--from", str(doors(tmp_path / "doors.csv", 600)), "--to", str(out)])
    assert done.exit_code == 0, done.output
    made = read_scorecard(out.read_text(encoding="utf-8"))
    assert (made.kind, made.version) == (Kind.ADDRESS, VERSIONS[Kind.ADDRESS] + 1)
    assert made.text.profiles["register"].match_bits == shipped(Kind.ADDRESS).text.profiles["register"].match_bits
    assert "doors.csv" in RUN.invoke(app, ["show", "address", "--file", str(out)], env={"COLUMNS": "250"}).output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "matter"], "no scorecard of matter"),
        (["show", "person", "--file", "none.yaml"], "none.yaml"),
        (["estimate", "address", "--from", "few.csv"], "too few"),
        (["estimate", "thing", "--from", "few.csv"], "must be fields of a thing"),
        (["estimate", "address", "--from", "gbk.csv"], "UTF-8"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    doors(Path("few.csv"), 20)
    Path("gbk.csv").write_text("address\n西大街1号\n", encoding="gbk")
    error = RUN.invoke(app, arguments).exception
    assert isinstance(error, (StackError, SettingsError))
    assert said in str(error)


def test_a_card_of_ones_own_is_the_one_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KAFKA_BOOTSTRAP", "CONNECT_URL", "REGISTRY_URL", "REGISTRY_NATIVE_URL", "ELASTICSEARCH_URL", "STORE_DSN"):
        monkeypatch.setenv(f"HUILIU_{name}", "127.0.0.1:1")
    monkeypatch.setenv("HUILIU_HOME", str(tmp_path))
    out = tmp_path / "scorecards" / "address.yaml"
    out.parent.mkdir()
    RUN.invoke(app, ["estimate", "address", "--from", str(doors(tmp_path / "doors.csv", 600)), "--to", str(out), "--version", "5"])
    assert json.loads(RUN.invoke(app, ["show", "address", "--json"]).output)["version"] == 5
    assert json.loads(RUN.invoke(app, ["show", "person", "--json"]).output)["version"] == VERSIONS[Kind.PERSON]
    out.write_text("kind: 7\n", encoding="utf-8")
    assert "show address --shipped" in str(RUN.invoke(app, ["show", "address"]).exception)
    assert json.loads(RUN.invoke(app, ["show", "address", "--shipped", "--json"]).output)["version"] == VERSIONS[Kind.ADDRESS]


@pytest.mark.servers
def test_a_new_card_is_applied_once(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = settings.store_dsn.get_secret_value()
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute("drop database if exists scorecard_test with (force)")
        connection.execute("create database scorecard_test")
    dsn = psycopg.conninfo.make_conninfo(base, dbname="scorecard_test")
    ensure_topics(settings.kafka_bootstrap, core_topics(), settings.partitions)
    create_tables(dsn)
    check(dsn, shipped_cards())
    text = shipped(Kind.PERSON).text
    (tmp_path / "person.yaml").write_text(scorecard_text(text.model_copy(update={"version": 2})), encoding="utf-8")
    home = {"HOME": str(settings.home), "STORE_DSN": dsn, "SCORECARDS_DIR": str(tmp_path), "MASTER_KEY": MASTER.hex()}
    for name, value in home.items():
        monkeypatch.setenv(f"HUILIU_{name}", value)
    one = {"name": "尉迟琰", "birth_date": "1990-03-07", "address": "溧阳市昆仑街道燕山路12号3幢402室"}

    async def fill() -> None:
        store, index = await Store.connect(dsn), Index()
        await resolver(store, index).apply([message(row, row, [one]) for row in (1, 2)])
        await store.close()

    asyncio.run(fill())
    for wanted in ({"kinds": ["person"], "records": 2}, {"kinds": [], "records": 0}):
        done = RUN.invoke(app, ["apply", "--json"])
        assert done.exit_code == 0, done.exception
        assert json.loads(done.output.splitlines()[-1]) == wanted
    with psycopg.connect(dsn) as connection:
        assert connection.execute("select scorecard, band from edge").fetchall() == [(2, "match")]
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute("drop database scorecard_test with (force)")


def test_no_value_of_a_record_is_told(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["estimate", "address", "--from", str(doors(tmp_path / "few.csv", 20))])
    assert "西大街" not in f"{done.output}{done.exception}"
