"""People are chosen by their age and work, and the same people by every department."""

from city.household import AS_OF
from city.institutions import SORTS, institutions, staff
from city.people import aged, employed, residents
from city.world import WORKING_AGE, World

WORLD = World(3000, 7)
BLOCKS = list(WORLD.between(0, WORLD.blocks))


def test_everyone_is_a_resident_of_the_own_home() -> None:
    pairs = [pair for block in BLOCKS for pair in residents(block)]
    assert [person.index for _, person in pairs] == list(range(3000))
    assert all(home.index == person.household for home, person in pairs)


def test_the_aged_are_the_living_of_these_years() -> None:
    chosen = {person.index for block in BLOCKS for _, person in aged(block, 21, 58)}
    meant = {
        person.index
        for block in BLOCKS
        for _, person in residents(block)
        if person.died is None and int(person.birth[:4]) in range(AS_OF - 58, AS_OF - 20)
    }
    assert chosen == meant
    assert {AS_OF - person.year for block in BLOCKS for _, person in aged(block, 80)} >= {80, 90}


def test_the_employed_are_of_working_age() -> None:
    for block in BLOCKS:
        grown = {person.index for _, person in aged(block, *WORKING_AGE)}
        assert all(person.index in grown and person.employer == employer for person, employer in employed(block))
    assert sum(len(employed(block)) for block in BLOCKS) > 900


def test_staff_are_an_institutions_own_people() -> None:
    for sort in SORTS:
        told = [(place.entity, person.index) for block in BLOCKS for place, person in staff(WORLD, block, sort, slice(2))]
        places = [place for block in BLOCKS for place in institutions(WORLD, block, sort)]
        assert told == [(place.entity, person.index) for place in places for person in place.staff[:2]]
        assert told
