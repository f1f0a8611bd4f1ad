"""``huiliu entity show --as-of``: an entity as it was, in words, without a value, and an exit code for each way it can end."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.tokens import text_of
from query.history import ForgottenError
from tests.cli.test_entity import run, told
from tests.query.hamlet import Hamlet
from tests.query.test_evidence import ID, WANG

__all__ = ["run"]
NOON = 1_762_000_000_000
BEFORE = datetime.fromtimestamp(NOON / 1000 - 1, UTC).isoformat()
OLD, NEW = "P-" + "A" * 22, "P-" + "B" * 22


@pytest.fixture
def hamlet() -> Hamlet:
    hamlet = Hamlet()
    one = hamlet.add("public_security", {"name": WANG["name"], "citizen_id": ID})
    two = hamlet.add("telecom_ct", {**WANG, "citizen_id": ID})
    hamlet.was(NEW, NOON, [one])
    hamlet.was(NEW, 2 * NOON, [one, two])
    hamlet.was(OLD, NOON, [two])
    hamlet.was(OLD, 2 * NOON, [], redirect=NEW)
    return hamlet.resolve()


def test_it_is_told_as_it_was(run: Any, hamlet: Hamlet) -> None:
    one, two = map(text_of, hamlet.records)
    before, after = run("show", NEW, "--as-of", BEFORE), run("show", NEW, "--as-of", "2025-11-05T10:00")
    assert (before.exit_code, after.exit_code) == (0, 0)
    assert "当时有 1 条记录 it had 1 records then" in told(before)
    assert one in before.stdout
    assert two not in before.stdout
    assert "当时有 2 条记录" in told(after)
    assert two in after.stdout
    assert "变化时间 changed at" in after.stdout


def test_json_has_no_value_and_nothing_masked(run: Any) -> None:
    answer = json.loads(told(run("show", NEW, "--as-of", BEFORE, "--json")))
    assert [member["provider"] for member in answer["members"]] == ["public_security"]
    assert "masked" not in answer["members"][0]


def test_where_an_old_id_led(run: Any) -> None:
    result = run("show", OLD, "--as-of", "2025-11-05")
    assert result.exit_code == 0
    assert f"the id led to: {NEW}" in told(result)


def test_a_record_leads_to_its_entity_and_an_erased_one_says_so(run: Any, hamlet: Hamlet) -> None:
    one, *_ = hamlet.records
    hamlet.erase(one)
    hamlet.records[one].public["ends"] = True
    hamlet.was(hamlet.of(one), 2 * NOON, [one])
    result = run("show", text_of(one), "--as-of", "2025-11-05")
    assert result.exit_code == 0
    for word in ("已抹除", "已注销", "这条登记使实体注销"):
        assert word in told(result)


@pytest.mark.parametrize("when", ["2999-01-01", "noon", ""])
def test_what_is_no_time_of_the_past_is_a_wrong_word(run: Any, when: str) -> None:
    result = run("show", NEW, "--as-of", when)
    assert result.exit_code == 2
    assert "2026-11-01T10:00" in told(result)


def test_an_unknown_id_and_a_forgotten_time_are_told_with_their_remedy(run: Any, hamlet: Hamlet) -> None:
    result = run("show", "P-" + "Z" * 22, "--as-of", BEFORE)
    assert (result.exit_code, "请重新查询" in told(result)) == (1, True)
    hamlet.failure = ForgottenError(NOON)
    result = run("show", NEW, "--as-of", BEFORE)
    assert (result.exit_code, "2025-11-01" in told(result)) == (1, True)
