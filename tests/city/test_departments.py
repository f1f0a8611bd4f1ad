"""Every department's rows fit its DDL, its contract and the promise that no number is a real one's."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from city.departments import DEPARTMENTS
from city.dirt import CLEAN, Dirt
from city.numbers import CITY_COUNTIES, MOBILE_PREFIX
from city.tables import Entry, Source, Table
from city.world import World
from domain.contract import Contract, read_contract
from domain.entities import STRONG_KEYS, Kind
from domain.normalise import RowNormaliser
from domain.samples import sample_problems
from domain.values import parse

PROVIDERS = Path(__file__).parents[2] / "connectors" / "providers"
WORLD = World(2000, 7)
BLOCKS = list(WORLD.between(0, WORLD.blocks))
TABLES = [(slug, table) for slug, department in DEPARTMENTS.items() for table in department.shared]
WITHHELD = [(slug, table) for slug, department in DEPARTMENTS.items() for table in department.tables if table.withheld]
every_table = pytest.mark.parametrize(("slug", "table"), TABLES, ids=[f"{slug}.{table.name}" for slug, table in TABLES])


@cache
def contract(slug: str) -> Contract:
    path = PROVIDERS / f"{slug}.yaml"
    return read_contract(path.read_text(encoding="utf-8"), path.name).contract


@cache
def rows(table: Table, *, clean: bool = False) -> list[Entry]:
    source = Source(WORLD, Dirt(CLEAN) if clean else Dirt())
    return [entry for block in BLOCKS for entry in table.rows(source, block)]


@pytest.mark.parametrize("slug", DEPARTMENTS)
def test_contract_speaks_of_exactly_this_database(slug: str) -> None:
    found = contract(slug)
    assert found.provider == slug
    department = DEPARTMENTS[slug]
    assert [table.name for table in found.tables] == [table.name for table in department.shared]
    assert list(found.withheld_tables) == [table.name for table in department.tables if table.withheld]
    assert found.mode == {"database": "cdc", "file": "file", "entry": "entry"}[department.way]
    assert (department.format is not None) == (department.way == "file")
    if found.mode == "cdc":
        assert found.source.url_env == department.variable
        assert found.source.admin_url_env == f"{department.variable}_ADMIN"
    assert list(sample_problems(found)) == []


@every_table
def test_columns_and_key_are_the_contracts(slug: str, table: Table) -> None:
    spoken = contract(slug).table(table.name)
    assert [column.name for column in table.columns] == list(spoken.columns)
    assert list(table.key) == spoken.key
    assert all(re.search("[\u4e00-\u9fff]", column.comment) for column in table.columns)


@every_table
def test_rows_fit_the_ddl(slug: str, table: Table) -> None:
    del slug
    entries = rows(table)
    widths = [int(match[1]) if (match := re.match(r"(?:var)?char\((\d+)\)", column.type)) else None for column in table.columns]
    required = ["NOT NULL" in column.type for column in table.columns]
    for cells, _ in entries:
        assert len(cells) == len(table.columns)
        for cell, width, need in zip(cells, widths, required, strict=True):
            assert cell is not None or not need
            assert cell is None or width is None or len(cell) <= width
            assert cell is None or not set(cell) & set("\t\n\r\\")
    places = table.places(table.key)
    assert len({tuple(cells[place] for place in places) for cells, _ in entries}) == len(entries)


@every_table
def test_withheld_columns_say_that_they_are_synthetic(slug: str, table: Table) -> None:
    places = table.places(tuple(contract(slug).table(table.name).withheld))
    cells = {entry.cells[place] for entry in rows(table) for place in places}
    assert all(cell is None or cell.startswith("合成数据") for cell in cells)


@pytest.mark.parametrize(("slug", "table"), WITHHELD, ids=[f"{slug}.{table.name}" for slug, table in WITHHELD])
def test_withheld_tables_have_rows_that_say_what_they_are(slug: str, table: Table) -> None:
    del slug
    entries = rows(table)
    assert entries
    assert all(any((cell or "").startswith("合成数据") for cell in entry.cells) for entry in entries)
    assert all(not entry.truth for entry in entries)


@every_table
def test_every_code_is_in_the_contract(slug: str, table: Table) -> None:
    spoken = contract(slug).table(table.name)
    for name, column in spoken.columns.items():
        if column.codes:
            (place,) = table.places((name,))
            assert {entry.cells[place] for entry in rows(table)} - {None} <= set(column.codes)


@every_table
def test_truth_names_the_contracts_roles(slug: str, table: Table) -> None:
    spoken = contract(slug).table(table.name)
    normaliser = RowNormaliser(slug, spoken)
    letters = {role: kind[0].upper() for role, kind in spoken.speaks_of.items()}
    for cells, truth in rows(table):
        row = dict(zip((column.name for column in table.columns), cells, strict=True))
        event = {"op": "r", "after": row, "source": {"lsn": 1, "ts_ms": 0}}
        made = normaliser({name: row[name] for name in table.key}, event)["records"]
        assert {record["role"] for record in made} == {role for role, _ in truth}
        assert all(entity[0] == letters[role] for role, entity in truth)


@every_table
def test_no_number_is_a_real_persons(slug: str, table: Table) -> None:
    del slug
    for cells, _ in rows(table):
        for cell in cells:
            digits = (cell or "").translate(str.maketrans("０１２３４５６７８９", "0123456789"))
            for citizen_id in re.findall(r"(?<![0-9A-Z])\d{14}(?:\d|\d{3}[\dXx])(?![0-9A-Z])", digits):
                if parse("citizen_id", citizen_id).plausible:
                    assert int(citizen_id[4:6]) in CITY_COUNTIES
            for number in re.findall(r"(?<![0-9A-Z])1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![0-9A-Z])", re.sub(r"^(\+86|0086 )", "", digits)):
                assert number.startswith(MOBILE_PREFIX)


def test_clean_rows_join_whom_they_truly_speak_of() -> None:
    by_id: dict[str, set[str]] = {}
    for slug, table in TABLES:
        normaliser = RowNormaliser(slug, contract(slug).table(table.name))
        for cells, truth in rows(table, clean=True):
            row = dict(zip((column.name for column in table.columns), cells, strict=True))
            made = normaliser({name: row[name] for name in table.key}, {"op": "r", "after": row, "source": {"lsn": 1, "ts_ms": 0}})
            for record in made["records"]:
                identified = any(field in record["values"] for field in STRONG_KEYS[Kind(record["kind"])])
                assert record["keys"] or not identified or "address:unparsed" in record["flags"], (slug, record["role"])
                for key in record["keys"]:
                    by_id.setdefault(f"{record['kind']} {key}", set()).add(dict(truth)[record["role"]])
    assert [key for key, entities in by_id.items() if len(entities) > 1] == []


def test_departments_overlap() -> None:
    seen: dict[str, set[str]] = {}
    for slug, table in TABLES:
        for _, truth in rows(table):
            for _, entity in truth:
                seen.setdefault(entity, set()).add(slug)
    spread = Counter((entity[0], len(slugs) > 1) for entity, slugs in seen.items())
    assert spread["P", True] > spread["P", False]
    assert spread["A", True] > spread["A", False]
    assert spread["O", True] > 100
    assert max(len(slugs) for slugs in seen.values()) >= 5


def test_some_texts_are_long_enough_to_be_stored_out_of_line() -> None:
    for slug, table in TABLES:
        for name in table.out_of_line:
            (place,) = table.places((name,))
            long = [entry for entry in rows(table) if len((entry.cells[place] or "").encode()) > 2500]
            assert long, (slug, table.name)
