"""``huiliu review`` on a real store: its exit codes, who it acts as, and that no clear value is shown."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from domain.review import MOST_FOR_ONE_STEWARD
from domain.tokens import text_of
from query import review_routes
from settings import Settings
from tests.query.review_store import Ground, ground
from tests.query.town import MASTER

Run = Callable[..., Result]
NAME = "尉迟甄别"


def runner(home: Path, dsn: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HUILIU_HOME", str(home))
    for name in ("KAFKA_BOOTSTRAP", "CONNECT_URL", "REGISTRY_URL", "REGISTRY_NATIVE_URL", "ELASTICSEARCH_URL"):
        monkeypatch.setenv(f"HUILIU_{name}", "http://127.0.0.1:1")
    monkeypatch.setenv("HUILIU_STORE_DSN", dsn)
    monkeypatch.setenv("HUILIU_MASTER_KEY", MASTER.hex())
    monkeypatch.delenv("HUILIU_STEWARD_KEY", raising=False)
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *words, **key: CliRunner().invoke(app, ["review", *words], env={"HUILIU_STEWARD_KEY": key.get("key", "")})


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(tmp_path, "postgresql://127.0.0.1:1/none", monkeypatch)


@pytest.fixture(scope="module")
def shared(stack_home: Path) -> Iterator[Ground]:
    with ground(Settings.load(stack_home).store_dsn.get_secret_value()) as own:
        yield own


@pytest.fixture
def store(shared: Ground) -> Ground:
    shared.clear()
    return shared


@pytest.fixture
def run(store: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(review_routes, "KafkaSending", lambda _: store.resolver)
    return runner(tmp_path, store.dsn, monkeypatch)


def key_of(run: Run, name: str) -> str:
    return run("steward", name).stdout.strip()


@pytest.mark.parametrize("command", ["list", "show", "decide", "undo", "consent", "log", "steward"])
def test_help_has_examples(command: str) -> None:
    said = CliRunner().invoke(app, ["review", command, "--help"], env={"COLUMNS": "200"}).output
    assert f"Examples: huiliu review {command}" in said


def test_a_steward_gets_one_key(away: Run) -> None:
    assert key_of(away, "li").startswith("li.")
    again = away("steward", "li")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "--renew" in again.stderr
    assert away("steward", "li", "--renew").exit_code == 0
    assert away("steward", "李").exit_code == 1


@pytest.mark.parametrize("words", [("list",), ("log",), ("show", "A" * 22, "B" * 21 + "A")])
def test_a_store_that_is_away_is_one_sentence(away: Run, words: tuple[str, ...]) -> None:
    result = away(*words)
    assert result.exit_code == 1
    assert "huiliu status" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("decide", "A" * 22, "B" * 21 + "A", "perhaps", "--reason", "x"),
        ("decide", "A" * 22, "B" * 21 + "A", "same"),
        ("decide", "A" * 22, "P-" + "A" * 22, "same", "--reason", "x"),
        ("show", "bad", "A" * 22),
        ("undo", "x", "--reason", "y"),
        ("list", "--waiting", "--kind", "person"),
        ("log", "--newest", "--after", "3"),
        (),
    ],
)
def test_wrong_usage_is_2(away: Run, words: tuple[str, ...]) -> None:
    assert away(*words).exit_code == 2


@pytest.mark.parametrize("key", ["", "li.wrong"])
def test_without_a_key_nothing_is_decided(away: Run, key: str) -> None:
    result = away("consent", "1", key=key)
    assert result.exit_code == 1
    assert "HUILIU_STEWARD_KEY" in result.stderr


@pytest.mark.servers
def test_list_show_decide_undo_log(run: Run, store: Ground) -> None:
    pair = one, other = store.pair(bits=13)
    li = key_of(run, "li")
    card, end = map(json.loads, run("list", "--json").stdout.splitlines())
    assert end == {"total": 1, "next": None}
    assert (card["one"], card["bits"]) == (text_of(one), 13)
    assert text_of(other) in run("list").stdout
    decided = run("decide", text_of(other), text_of(one), "same", "--reason", "同一户", "--json", key=li)
    assert (decided.exit_code, json.loads(decided.stdout)["state"]) == (0, "holds")
    assert store.pins() == {(*pair, True)}
    shown = run("show", text_of(one), text_of(other))
    assert "同一户" in shown.stdout
    number = str(json.loads(decided.stdout)["id"])
    assert run("undo", number, "--reason", "看错了", key=li).exit_code == 0
    assert run("undo", number, "--reason", "看错了", key=li).exit_code == 1
    assert [line["steward"] for line in map(json.loads, run("log", "--json").stdout.splitlines())] == ["li", "li"]
    (last,) = map(json.loads, run("log", "--newest", "--limit", "1", "--json").stdout.splitlines())
    assert last["undoes"] == int(number)
    assert run("show", "A" * 22, "B" * 21 + "A").exit_code == 1


@pytest.mark.servers
def test_the_list_goes_on_where_a_page_ended(run: Run, store: Ground) -> None:
    pairs = {tuple(map(text_of, store.pair(f"P-a{number}", f"P-b{number}", bits=number))) for number in range(3)}
    *cards, end = map(json.loads, run("list", "--limit", "2", "--json").stdout.splitlines())
    assert (len(cards), end["total"]) == (2, 3)
    *rest, last = map(json.loads, run("list", "--limit", "2", "--after", end["next"], "--json").stdout.splitlines())
    assert {(card["one"], card["other"]) for card in (*cards, *rest)} == pairs
    assert last["next"] is None
    assert "--after" in run("list", "--limit", "2").stdout


@pytest.mark.servers
def test_what_waits_is_3_and_another_steward_consents(run: Run, store: Ground) -> None:
    one, other = store.pair()
    for _ in range(MOST_FOR_ONE_STEWARD):
        store.record("P-b")
    li, chen = key_of(run, "li"), key_of(run, "chen")
    decided = run("decide", text_of(one), text_of(other), "same", "--reason", "同一人", "--json", key=li)
    assert decided.exit_code == 3
    number = str(json.loads(decided.stdout)["id"])
    assert [json.loads(line)["id"] for line in run("list", "--waiting", "--json").stdout.splitlines()] == [int(number)]
    assert run("consent", number, key=li).exit_code == 1
    assert run("consent", number, key=chen).exit_code == 0
    assert store.pins() == {(one, other, True)}


@pytest.mark.servers
def test_a_handle_may_begin_with_a_dash(run: Run, store: Ground) -> None:
    with store.connect() as connection:
        pair = store.pair()
        handles = sorted(bytes([first]) + handle[1:] for first, handle in zip((0xF8, 0xFB), pair, strict=True))
        for old, new in zip(pair, handles, strict=True):
            connection.execute("update record set handle = %s where handle = %s", (new, old))
    dashed = [text for text in map(text_of, handles) if text.startswith("-")]
    assert dashed, "0xF8 is written as -"
    decided = run("decide", *map(text_of, handles), "different", "--reason", "两个人", key=key_of(run, "li"))
    assert decided.exit_code == 0, decided.output


@pytest.mark.servers
def test_no_clear_value_is_shown(run: Run, store: Ground) -> None:
    one, other = sorted((store.record("P-a", {"name": NAME}), store.record("P-b", {"name": NAME})))
    store.edge(one, other, 9)
    for words in (("list",), ("list", "--json"), ("show", text_of(one), text_of(other)), ("show", text_of(one), text_of(other), "--json")):
        result = run(*words)
        assert result.exit_code == 0, result.output
        assert NAME not in result.output
