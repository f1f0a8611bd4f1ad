"""The truth covers every role of every row, by the row's key."""

from city.departments import DEPARTMENTS
from city.dirt import Dirt
from city.tables import Source
from city.truth import truth
from city.world import World


def test_truth_knows_each_row_by_its_key() -> None:
    world = World(300, 7)
    told = list(truth(world))
    register = [each for each in told if each.table == "hj_czrk" and each.role == "resident"]
    table, source = DEPARTMENTS["public_security"].tables[0], Source(world, Dirt())
    keys = [(entry.cells[0],) for block in world.between(0, world.blocks) for entry in table.rows(source, block)]
    assert [each.key for each in register] == keys
    assert [each.entity for each in register] == [f"P{index}" for index in range(300)]
    assert {each.provider for each in told} == set(DEPARTMENTS)
    assert len({(each.provider, each.table, each.key, each.role) for each in told}) == len(told)


def test_a_couple_is_two_people() -> None:
    roles: dict[tuple[str, ...], dict[str, str]] = {}
    for each in truth(World(300, 7)):
        if each.table == "hy_djxx":
            roles.setdefault(each.key, {})[each.role] = each.entity
    assert roles
    assert all(set(couple) == {"husband", "wife"} and couple["husband"] != couple["wife"] for couple in roles.values())
