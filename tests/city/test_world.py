"""The world is a function of (people, seed), block by block, and holds together."""

from collections import Counter

import pytest

from city.household import FATHER, MOTHER, SPOUSE
from city.numbers import MOST_PEOPLE
from city.places import door, shop_front
from city.world import World

CITY = World(3000, 7)
BLOCKS = list(CITY.between(0, CITY.blocks))
PEOPLE = [person for block in BLOCKS for home in block.households for person in home.people]


def test_equal_seeds_give_equal_cities_in_any_order() -> None:
    again = World(3000, 7)
    assert [again.block(number) for number in reversed(range(again.blocks))][::-1] == BLOCKS


def test_another_seed_gives_another_city() -> None:
    other = [home.people[0].name for home in World(3000, 8).block(0).households]
    assert other != [home.people[0].name for home in BLOCKS[0].households]


def test_every_person_is_there_once() -> None:
    assert [person.index for person in PEOPLE] == list(range(3000))
    assert len({person.citizen_id for person in PEOPLE}) == 3000


@pytest.mark.parametrize("people", [1, 2, 29, 31, 100])
def test_a_city_of_any_size_is_exact(people: int) -> None:
    world = World(people, 1)
    assert sum(len(home.people) for block in world.between(0, world.blocks) for home in block.households) == people


@pytest.mark.parametrize("people", [0, -1, MOST_PEOPLE + 1])
def test_impossible_sizes_are_refused(people: int) -> None:
    with pytest.raises(ValueError, match="人数须在"):
        World(people, 1)


def test_families_hold_together() -> None:
    for home in (home for block in BLOCKS for home in block.households):
        head = home.people[0]
        for person in home.people[1:]:
            gap = person.year - head.year
            if person.relation == SPOUSE:
                assert person.sex != head.sex
                assert abs(gap) <= 5
            elif person.relation in (FATHER, MOTHER):
                assert gap <= -20
            else:
                assert gap >= 18
                assert person.name[0] == head.name[0] or "·" in head.name


def test_names_follow_the_city() -> None:
    surnames = Counter(person.name[0] for person in PEOPLE)
    assert {"王", "李", "张"} <= {name for name, _ in surnames.most_common(6)}
    many = World(60_000, 1)
    names = "".join(person.name for block in many.between(0, many.blocks) for home in block.households for person in home.people)
    assert "·" in names
    assert any(ord(character) > 0xFFFF for character in names)


def test_doors_do_not_repeat() -> None:
    texts = [make(index).text for make in (door, shop_front) for index in range(30_000)]
    assert len(set(texts)) == len(texts)


def test_vehicles_have_one_owner_and_their_own_numbers() -> None:
    fleet = [vehicle for block in BLOCKS for vehicle in block.vehicles]
    assert all((vehicle.person is None) != (vehicle.organisation is None) for vehicle in fleet)
    assert len({vehicle.vin for vehicle in fleet}) == len({vehicle.plate for vehicle in fleet}) == len(fleet)


def test_employers_exist_and_large_ones_employ_many() -> None:
    jobs = Counter(person.employer for person in PEOPLE if person.employer is not None)
    assert max(jobs) < 2 * CITY.blocks
    assert len(PEOPLE) / 4 < sum(jobs.values()) < len(PEOPLE) / 2
    assert jobs.most_common(1)[0][1] > 10
