"""``huiliu entity``: words a clerk understands, JSON without a value, and an exit code for each way it can end."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli import entity as command
from cli.main import app
from domain.tokens import text_of
from query.evidence import Evidence
from tests.query.hamlet import Hamlet
from tests.query.test_entity_how import PHONE
from tests.query.test_evidence import CANARIES, ID, OTHER_ID, WANG
from tests.query.town import MASTER


@pytest.fixture
def hamlet() -> Hamlet:
    hamlet = Hamlet()
    hamlet.add("public_security", {"name": WANG["name"], "citizen_id": ID})
    hamlet.add("telecom_ct", {**WANG, "citizen_id": ID})
    hamlet.add("public_security", PHONE)
    hamlet.add("public_security", {**WANG, "citizen_id": OTHER_ID, "mobile": "15424611821"})
    return hamlet.resolve()


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hamlet: Hamlet) -> Any:
    monkeypatch.setattr(command, "Evidence", lambda _dsn, _master, **_: Evidence("", MASTER, store=hamlet))
    monkeypatch.setattr(command.psycopg, "connect", lambda *_, **__: SimpleNamespace(close=lambda: None))
    monkeypatch.setenv("HUILIU_HOME", str(tmp_path))
    for name in ("KAFKA_BOOTSTRAP", "CONNECT_URL", "REGISTRY_URL", "REGISTRY_NATIVE_URL", "ELASTICSEARCH_URL", "STORE_DSN"):
        monkeypatch.setenv(f"HUILIU_{name}", "x")
    monkeypatch.setenv("HUILIU_MASTER_KEY", "ab" * 32)
    monkeypatch.setenv("COLUMNS", "300")
    return lambda *words: CliRunner().invoke(app, ["entity", *words])


def names(hamlet: Hamlet) -> tuple[list[str], list[str]]:
    """Return the records' handles, and each one's entity."""
    return [text_of(handle) for handle in hamlet.records], [held.entity_id for held in hamlet.records.values()]


def told(result: Result) -> str:
    """Return what was said, after a look that no value is in it."""
    said = result.stdout + result.stderr
    assert not [value for value in (*CANARIES, "1975") if value in said]
    return said


def test_why_two_entities_are_two(run: Any, hamlet: Hamlet) -> None:
    _, (one, *_, other) = names(hamlet)
    result = run("why", one, other)
    assert result.exit_code == 0
    assert "公民身份号码都有效但不同" in told(result)
    assert "two entities" in result.stdout


def test_why_shows_levels_with_bars_and_the_verdict(run: Any, hamlet: Hamlet) -> None:
    (_, two, three, _), _ = names(hamlet)
    result = run("why", two, three)
    assert result.exit_code == 0
    for word in ("同一实体", "出生日期相同 same birth date", "█", "比特", "王**"):
        assert word in told(result)


def test_json_is_the_same_in_either_order_and_has_no_value(run: Any, hamlet: Hamlet) -> None:
    (one, *_), (first, *_, last) = names(hamlet)
    for pair in ((first, last), (one, last)):
        results = [run("why", *order, "--json") for order in (pair, pair[::-1])]
        assert results[0].stdout == results[1].stdout
        answer = json.loads(results[0].stdout)
        assert answer["relation"] == "two_entities"
        assert "masked" not in results[0].stdout
        assert "王" not in told(results[0])


def test_how_tells_steps_and_json(run: Any, hamlet: Hamlet) -> None:
    (one, two, three, _), (entity, *_) = names(hamlet)
    result = run("how", entity)
    assert result.exit_code == 0
    for word in ("公民身份号码相同 same citizen ID", "相像", "1 步凭证件号", one, two, three):
        assert word in told(result)
    answer = json.loads(told(run("how", entity, "--json")))
    assert [step["how"] for step in answer["steps"]] == ["key", "edge"]
    assert "masked" not in answer["members"][0]


def test_how_shows_what_nearly_joined_and_what_is_kept_apart(run: Any, hamlet: Hamlet) -> None:
    hamlet.add("telecom_ct", {**WANG, "mobile": "15424611821"})
    handles = list(hamlet.records)
    hamlet.pin(handles[2], handles[4], same=False)
    hamlet.resolve()
    result = run("how", hamlet.of(handles[2]))
    assert result.exit_code == 0
    assert "差一点合并的" in told(result)
    assert "复核员判定为不同" in result.stdout
    assert text_of(handles[4]) in result.stdout


def test_show_lists_records_by_entity_or_record(run: Any, hamlet: Hamlet) -> None:
    (one, *_), (entity, *_) = names(hamlet)
    hamlet.former["P-" + "A" * 22] = entity
    for name in (entity, one, "P-" + "A" * 22):
        result = run("show", name)
        assert result.exit_code == 0
        assert "telecom_ct" in told(result)
        assert "citizen_id **" in result.stdout
    assert f"→ {entity}" in result.stdout
    answer = json.loads(told(run("show", entity, "--json")))
    assert set(answer) == {"entity", "kind", "members", "more", "former"}
    assert {field for member in answer["members"] for field in member["fields"]} >= {"name", "citizen_id"}


@pytest.mark.parametrize("words", [("how",), ("show",), ("why", "A" * 22)])
def test_an_unknown_name_is_told_with_its_remedy(run: Any, words: tuple[str, ...]) -> None:
    result = run(*words, "P-" + "A" * 22)
    assert result.exit_code == 1
    assert "请重新查询" in told(result)
    assert "P-AAAA" in result.stderr


@pytest.mark.parametrize(
    "words", [("how", "王小伟"), ("show", ID), ("why", "A" * 22, ID), ("why", "A" * 22), ("how",), ("how", "x", "--loud")]
)
def test_what_is_no_name_is_a_wrong_word(run: Any, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    told(result)


def test_a_handle_may_begin_with_a_dash(run: Any) -> None:
    for name in ("-" + "A" * 21, "--" + "A" * 20, "-h" + "A" * 20):
        result = run("show", name)
        assert (result.exit_code, name in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("failure", "remedy"),
    [(psycopg.OperationalError("canary"), "huiliu up store"), (psycopg.errors.UndefinedTable("canary"), "huiliu up streams-0")],
)
def test_a_store_that_is_away(run: Any, hamlet: Hamlet, failure: Exception, remedy: str) -> None:
    hamlet.failure = failure
    result = run("how", names(hamlet)[1][0])
    assert result.exit_code == 1
    assert remedy in told(result)
    assert "canary" not in result.stderr


@pytest.mark.parametrize("name", ["why", "how", "show"])
def test_help_has_examples_and_exit_codes(run: Any, name: str) -> None:
    said = run(name, "--help").stdout
    assert f"huiliu entity {name} " in said
    assert "exit code" in said
