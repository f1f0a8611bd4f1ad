"""A contract that cannot be used says so by file, line, place and remedy; one that can comes out as it was meant."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from domain.contract import Contract, ContractError, line_of, read_contract
from domain.contract_schema import contract_schema
from domain.samples import sample_problems

GOOD = """\
provider: harbour_office
row: 17
title: {zh: 港务所, en: harbour office}
owner: 港务所
liaison: {leader: 所长室, officer: 业务科}
legal_basis: [溧政办发〔2013〕59号]
mode: cdc
connection:
  kind: postgresql
  url_env: HUILIU_SOURCE_HARBOUR_OFFICE
purposes: [vessel_safety]
role: {zh: 督查, en: supervisor}
tables:
  - name: boatman
    title: {zh: 船员, en: boatmen}
    key: [id]
    speaks_of: {boatman: person}
    columns:
      id: {ignore: the department's own number}
      name: {to: {boatman.name: personal}}
      grade: {to: {boatman.position: internal}, codes: {"1": 一等船长}}
      health: {withhold: health data have no purpose here}
      updated: {ignore: technical time stamp}
    constants: {boatman.status: registered}
    expect: {rows_min: 1, rows_max: 1000, freshness: 3600}
    sample:
      row: {id: 7, name: 张三, grade: "1"}
      records:
        - {role: boatman, values: {name: 张三, position: 一等船长, status: registered}}
"""


def _problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(ContractError) as caught:
        read_contract(text, "x.yaml")
    return [(problem.line, problem.path, problem.message) for problem in caught.value.problems]


def test_a_good_contract() -> None:
    contract = read_contract(GOOD, "x.yaml").contract
    table = contract.table("boatman")
    assert table.captured == ("id", "name", "grade")
    assert table.withheld == {"health": "health data have no purpose here"}
    assert contract.role
    assert contract.role.en == "supervisor"
    with pytest.raises(KeyError):
        contract.table("nobody")


WRONG = [
    ("mode: cdc", "mode: magic", 7, "mode", "must be one of 'cdc'"),
    ("row: 17", "row: 46", 2, "row", "must be at most 45"),
    ("row: 17", "row: many", 2, "row", "must be a whole number"),
    ("provider: harbour_office", "provider: Harbour", 1, "provider", "must match"),
    ("owner: 港务所\n", "", 1, "owner", "is missing: add it"),
    ("owner: 港务所\n", "owner:\n", 4, "owner", "is still empty: fill it in"),
    ("owner: 港务所\n", "owner: 港务所\nowners: x\n", 5, "owners", "no such setting"),
    ("purposes: [vessel_safety]", "purposes: []", 1, "", "purposes is missing"),
    ("purposes: [vessel_safety]", "purposes: vessel_safety", 11, "purposes", "must be a list"),
    ("key: [id]", "key: [number]", 14, "tables.0", "key column number is not among columns: add it"),
    ("key: [id]", "key: [health]", 14, "tables.0", "key column health is withheld"),
    ("{to: {boatman.name: personal}}", "{to: {boatman.name: secret}}", 20, "tables.0.columns.name.to.boatman.name", "'sensitive': use one"),
    ("{to: {boatman.name: personal}}", "{to: {captain.name: personal}}", 14, "tables.0", "role captain is not in speaks_of"),
    ("{to: {boatman.name: personal}}", "{to: {boatman.plumage: open}}", 14, "tables.0", "a person has no field plumage"),
    ("{to: {boatman.name: personal}}", "{to: {boatman.position: open}}", 14, "tables.0", "boatman.position is already filled by name"),
    ("{to: {boatman.name: personal}}", "{}", 20, "tables.0.columns.name", "say exactly one of to / ignore / withhold"),
    ("{to: {boatman.name: personal}}", "{ignore: not needed, withhold: not needed}", 20, "tables.0.columns.name", "say exactly one of"),
    ("{to: {boatman.name: personal}}", "{to: {}}", 20, "tables.0.columns.name", "`to` is empty"),
    ("{ignore: technical time stamp}", "{ignore: no}", 23, "tables.0.columns.updated.ignore", "write the reason out"),
    ("{ignore: technical time stamp}", "{ignore: technical, codes: {a: b}}", 23, "tables.0.columns.updated", "codes belong to a mapped"),
    ('codes: {"1": 一等船长}', "codes: {1: 一等船长}", 21, "tables.0.columns.grade.codes.1", "put it in quotes"),
    ("rows_min: 1,", "rows_min: 2000,", 25, "tables.0.expect", "rows_min is larger than rows_max"),
    ("speaks_of: {boatman: person}", "speaks_of: {boatman: person, crew: person}", 14, "tables.0", "role crew gets no field"),
    ("speaks_of: {boatman: person}", "speaks_of: {boatman: ghost}", 17, "tables.0.speaks_of.boatman", "must be one of"),
    ("name: 张三, grade", "name: 2013-05-30, grade", 27, "tables.0.sample.row.name", "put dates in quotes"),
    ("url_env: HUILIU_SOURCE_HARBOUR_OFFICE", "url_env: postgresql://u:p@h/d", 10, "connection.url_env", "must match"),
]


@pytest.mark.parametrize(("good", "bad", "line", "path", "says"), WRONG, ids=[f"{path}: {says}" for *_, path, says in WRONG])
def test_each_mistake_has_line_place_and_remedy(good: str, bad: str, line: int, path: str, says: str) -> None:
    assert GOOD.count(good) == 1
    (problem,) = _problems(GOOD.replace(good, bad))
    assert problem[:2] == (line, path)
    assert says in problem[2]
    assert any("\u4e00" <= character <= "\u9fff" for character in problem[2])


def test_all_mistakes_are_told_at_once_in_the_order_of_lines() -> None:
    lines = [
        line for line, _, _ in _problems(GOOD.replace("row: 17", "row: 99").replace("mode: cdc", "mode: x").replace("owner: 港务所\n", ""))
    ]
    assert lines == [1, 2, 6]


@pytest.mark.parametrize("text", ["", "- a\n", "42\n", "a: [1\n", "a: 1\na: 2\n", "\tx: 1\n"])
def test_what_is_no_contract_is_told(text: str) -> None:
    assert len(_problems(text)) == 1


def test_a_table_listed_twice() -> None:
    tables = GOOD[GOOD.index("  - name: boatman") :]
    assert any("boatman is listed twice" in message for _, _, message in _problems(GOOD + tables))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.text(max_size=3))
def test_a_damaged_contract_never_raises_anything_else(at: int, put: str) -> None:
    with suppress(ContractError):
        read_contract(GOOD[:at] + put + GOOD[at + 1 :], "x.yaml")


def test_lines_of_places_that_are_there_and_not_there() -> None:
    document = read_contract(GOOD, "x.yaml").document
    assert line_of(document, ("tables", 0, "columns", "name")) == 20
    assert line_of(document, ("tables", 0, "columns", "nobody")) == 18
    assert line_of(document, ("tables", 9)) == 13
    assert line_of(document, ()) == 1


def test_the_schema_for_editors_agrees_with_the_model() -> None:
    validator = Draft202012Validator(json.loads(contract_schema()))
    yaml = YAML(typ="safe")
    assert list(validator.iter_errors(yaml.load(GOOD))) == []
    for good, bad in (
        ("mode: cdc", "mode: magic"),
        ("row: 17", "row: 46"),
        ("owner:", "owners:"),
        ("boatman.name: personal", "name: personal"),
    ):
        assert list(validator.iter_errors(yaml.load(GOOD.replace(good, bad)))), bad
    assert "withhold" in json.dumps(Contract.model_json_schema())


SAMPLES = [
    ("values: {name: 张三,", "values: {name: 李四,", "records.0.values.name", "becomes '张三', not '李四'"),
    ("values: {name: 张三,", "values: {", "records.0.values.name", "becomes '张三': add it to values"),
    ("status: registered}}", "status: registered, note: x}}", "records.0.values.note", "gets no value"),
    ("{role: boatman, values", "{role: crew, values", "records.0", "makes no record in role crew"),
    ("id: 7, ", "", "row", "lacks key column id"),
    ('grade: "1"}', 'grade: "1", health: ill}', "row.health", "never leaves the source"),
    ('grade: "1"}', 'grade: "9"}', "records.0.flags", "position:unknown_code"),
]


@pytest.mark.parametrize(("good", "bad", "path", "says"), SAMPLES, ids=[says for *_, says in SAMPLES])
def test_a_sample_that_becomes_something_else_is_told(good: str, bad: str, path: str, says: str) -> None:
    assert GOOD.count(good) == 1
    told = [
        (".".join(map(str, place)), message)
        for place, message in sample_problems(read_contract(GOOD.replace(good, bad), "x.yaml").contract)
    ]
    assert any(place == f"tables.0.sample.{path}" and says in message for place, message in told), told


def test_a_good_sample_has_no_problem() -> None:
    assert list(sample_problems(read_contract(GOOD, "x.yaml").contract)) == []
