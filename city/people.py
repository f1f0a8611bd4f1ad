"""Chooses people of a block: everyone at home, those of an age, those in work."""

from city.household import AS_OF, FEMALE, Household, Person
from city.names import MALE
from city.world import Block

SEX_CHINESE = {MALE: "男", FEMALE: "女"}
SEX_ENGLISH = {MALE: "M", FEMALE: "F"}
"""Ways to write a person's sex, beside the digit of GB/T 2261.1."""

_ANY_AGE = 200


def residents(block: Block) -> list[tuple[Household, Person]]:
    """Return everyone of the block, with their homes; the dead are still on the registers."""
    return [(home, person) for home in block.households for person in home.people]


def aged(block: Block, youngest: int, oldest: int = _ANY_AGE) -> list[tuple[Household, Person]]:
    """Return the living who turn ``youngest`` to ``oldest`` in the world's present, with their homes."""
    first, last = AS_OF - oldest, AS_OF - youngest
    return [(home, person) for home in block.households for person in home.people if first <= person.year <= last and person.died is None]


def employed(block: Block) -> list[tuple[Person, int]]:
    """Return the people in work, each with the employer's number."""
    return [(person, person.employer) for home in block.households for person in home.people if person.employer is not None]
