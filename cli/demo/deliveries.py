"""Sends what the city's other departments deliver: periodic copies through the sandbox, entries through the door's API."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import orjson

from city.copies import write_copies
from city.departments import DEPARTMENTS
from city.dirt import Dirt
from city.tables import Department, Source
from city.tables import Table as CityTable
from city.world import World
from connectors.door.keys import desk_key
from connectors.intake.core import Intake
from connectors.intake.files import submit
from connectors.intake.receipt import Receipt
from domain.contract import Contract, Table
from domain.normalise import row_id
from settings import Settings
from stack.errors import StackError

_TIMEOUT = 120.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one table's delivery held, by row id, and which of its rows the door refused."""

    provider: str
    table: Table
    rows: list[str]
    refused: frozenset[str] = field(default_factory=frozenset)

    @property
    def taken(self) -> int:
        """Rows that were taken over."""
        return len(set(self.rows) - self.refused)


def deliver(settings: Settings, contracts: list[Contract], world: World) -> Iterator[Delivery]:
    """Send every file and entry provider's rows, and yield a delivery a table; the same again changes nothing.

    Raises:
        StackError: a copy or an entry was refused whole.
        IntakeError: likewise, for a file that cannot be used.
    """
    for contract in contracts:
        department = DEPARTMENTS.get(contract.provider)
        if department is None or contract.mode not in ("file", "entry"):
            continue
        send = _send_copies if contract.mode == "file" else _send_entries
        receipts = {receipt.table: receipt for receipt in send(settings, contract, department, world)}
        for city_table in department.shared:
            yield _delivery(contract, city_table, receipts[city_table.name], world)


def _send_copies(settings: Settings, contract: Contract, department: Department, world: World) -> Iterator[Receipt]:
    folder: Path = settings.home / "copies" / contract.provider
    intake = Intake(settings)
    for path in write_copies(world, department, contract, folder):
        yield from submit(settings, intake, contract, path)


def _send_entries(settings: Settings, contract: Contract, department: Department, world: World) -> Iterator[Receipt]:
    headers = {"Authorization": f"Bearer {desk_key(settings.home, contract.provider)}", "Content-Type": "application/x-ndjson"}
    intake = Intake(settings)
    with httpx.Client(base_url=f"http://{settings.door_host}:{settings.door_port}", headers=headers, timeout=_TIMEOUT) as door:
        for table in department.shared:
            withheld = contract.table(table.name).withheld
            names = [column.name for column in table.columns]
            lines = [
                orjson.dumps({"op": "upsert", "values": {n: c for n, c in zip(names, cells, strict=True) if n not in withheld}})
                for cells in _cells(world, table)
            ]
            key = f"city-{world.people}-{world.seed}-{table.name}"
            answer = door.post(
                f"/v1/providers/{contract.provider}/records",
                params={"table": table.name},
                content=b"\n".join(lines),
                headers={"Idempotency-Key": key},
            )
            if answer.status_code != httpx.codes.ACCEPTED:
                raise StackError(f"{contract.provider}.{table.name} 未被接收 was not accepted ({answer.status_code}): huiliu logs door")
            yield intake.receipt(int(answer.json()["id"]))


def _delivery(contract: Contract, city_table: CityTable, receipt: Receipt, world: World) -> Delivery:
    """Tell rows by their ids. A line of the receipt is the row's place: below the headings in a copy, from 1 in a bulk of entries."""
    table = contract.table(city_table.name)
    places = city_table.places(city_table.key)
    rows = [row_id(contract.provider, table.name, (cells[place] or "" for place in places)) for cells in _cells(world, city_table)]
    if receipt.state in {"refused", "waiting"}:
        raise StackError(f"{contract.provider}.{table.name} 未被接收 was not accepted ({receipt.reason}): huiliu submit --help")
    heading = table.file.heading_row if table.file else 1 if contract.mode == "file" else 0
    refused = frozenset(rows[each.line - 1 - heading] for each in receipt.rejects)
    return Delivery(contract.provider, table, rows, refused)


def _cells(world: World, table: CityTable) -> Iterator[tuple[str | None, ...]]:
    source = Source(world, Dirt())
    for block in world.between(0, world.blocks):
        for entry in table.rows(source, block):
            yield entry.cells
