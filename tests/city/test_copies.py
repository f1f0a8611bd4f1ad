"""A department's copies hold its shared rows and nothing that is withheld, and the readers read them back as they were."""

from pathlib import Path

import pytest

from city.copies import write_copies
from city.departments import DEPARTMENTS
from city.dirt import Dirt
from city.errors import CityError
from city.tables import Source
from city.world import World
from connectors.intake.headings import matches
from connectors.readers.sandbox import Sandbox
from settings.contracts import load_contract

WORLD = World(300, 7)
PROVIDERS = Path(__file__).parents[2] / "connectors" / "providers"
SENDERS = sorted(slug for slug, department in DEPARTMENTS.items() if department.way == "file")


def test_every_format_is_there() -> None:
    assert {DEPARTMENTS[slug].format for slug in SENDERS} >= {"xlsx", "xls", "csv_gb18030", "dbf", "sqlite"}


@pytest.mark.parametrize("slug", SENDERS)
def test_copies_read_back(slug: str, tmp_path: Path) -> None:
    department, contract = DEPARTMENTS[slug], load_contract(PROVIDERS / f"{slug}.yaml").contract
    read: dict[str, list[tuple[str | None, ...]]] = {}
    for path in write_copies(WORLD, department, contract, tmp_path):
        with path.open("rb") as file, Sandbox(file, path.name) as sandbox:
            for match in matches(contract, sandbox.tables(), None):
                order = [match.names.index(name) for name in match.table.captured]
                rows = sandbox.rows(match.found.number, match.heading, match.columns)
                read[match.table.name] = [tuple(str(row.cells[at] or "") for at in order) for row in rows]
    assert read.keys() == {table.name for table in department.shared}
    for table in department.shared:
        places = table.places(contract.table(table.name).captured)
        source = Source(WORLD, Dirt())
        made = [entry.cells for block in WORLD.between(0, WORLD.blocks) for entry in table.rows(source, block)]
        assert read[table.name] == [tuple((cells[at] or "").strip() for at in places) for cells in made]


@pytest.mark.parametrize("slug", SENDERS)
def test_nothing_withheld_is_written(slug: str, tmp_path: Path) -> None:
    department, contract = DEPARTMENTS[slug], load_contract(PROVIDERS / f"{slug}.yaml").contract
    for path in write_copies(WORLD, department, contract, tmp_path):
        with path.open("rb") as file, Sandbox(file, path.name) as sandbox:
            for found in sandbox.tables():
                cells = {str(cell) for _, row in found.rows for cell in row}
                assert not [cell for cell in cells if cell.startswith("合成数据·")]
                withheld = {name.casefold() for table in contract.tables for name in table.withheld}
                assert not withheld & {str(cell).casefold() for cell in found.rows[0][1]}
                assert found.name.casefold() not in contract.withheld_tables


def test_the_same_city_gives_the_same_rows(tmp_path: Path) -> None:
    department, contract = DEPARTMENTS["insurers"], load_contract(PROVIDERS / "insurers.yaml").contract
    first, second = (write_copies(WORLD, department, contract, tmp_path / name) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_a_captured_department_sends_no_files(tmp_path: Path) -> None:
    with pytest.raises(CityError, match="sends no files"):
        write_copies(WORLD, DEPARTMENTS["transport"], load_contract(PROVIDERS / "transport.yaml").contract, tmp_path)
