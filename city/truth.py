"""The truth: which row is whom. Computed from (people, seed), never stored, so no database of the city holds it."""

from collections.abc import Iterator
from typing import NamedTuple

from city.departments import DEPARTMENTS
from city.dirt import Dirt
from city.tables import Source
from city.world import World


class Truth(NamedTuple):
    """One role of one row, and the true entity: a letter for its kind and its number in the world, e.g. ``P17``."""

    provider: str
    table: str
    key: tuple[str, ...]
    role: str
    entity: str


def truth(world: World, dirt: Dirt | None = None) -> Iterator[Truth]:
    """Yield the truth of every row as ``create`` loads it, block by block; live changes are not in it."""
    source = Source(world, dirt or Dirt())
    tables = [(slug, table, table.places(table.key)) for slug, department in DEPARTMENTS.items() for table in department.tables]
    for block in world.between(0, world.blocks):
        for slug, table, places in tables:
            for cells, speaks_of in table.rows(source, block):
                key = tuple(cells[place] or "" for place in places)
                for role, entity in speaks_of:
                    yield Truth(slug, table.name, key, role, entity)
