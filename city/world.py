"""The one consistent world behind all departments: households and their people, doors, organisations and vehicles.

Thirty people in eleven households, with two organisations, make a block. A block is a pure function of (seed, its number):
any person can be made without the others, blocks stream in bounded memory, and the truth can be recomputed at any time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from city.draws import Dice, below, pick, share
from city.household import AS_OF, HOUSEHOLDS, LAYOUTS, PEOPLE, Household, Person, household
from city.numbers import MOST_PEOPLE
from city.organisations import ORGANISATIONS, Organisation, organisation
from city.vehicles import Vehicle, vehicles

_BLOCK = 5
_EMPLOYED = share(0.66)
WORKING_AGE = (20, 59)
"""Ages, in the world's present, of people who may have an employer."""
_WORKS_FROM, _WORKS_UNTIL = AS_OF - WORKING_AGE[1], AS_OF - WORKING_AGE[0]
_WELL_KNOWN = 1 << 14  # large employers are asked for again and again


@dataclass(slots=True)
class Block:
    """What lives in one block; a city's last block may be short of people. ``representatives[i]`` heads ``organisations[i]``."""

    number: int
    households: list[Household]
    organisations: list[Organisation]
    representatives: list[Person]
    vehicles: list[Vehicle]


class World:
    """A city of ``people`` inhabitants; equal (people, seed) give an equal city."""

    def __init__(self, people: int, seed: int) -> None:
        """Say how large and which city; ``seed`` is 0 ≤ seed < 2⁶⁴.

        Raises:
            ValueError: no people, or more than there are citizen IDs that cannot be real.
        """
        if not 1 <= people <= MOST_PEOPLE:
            message = (
                f"人数须在 1 至 {MOST_PEOPLE} 之间 people must be from 1 to {MOST_PEOPLE}: the ID ranges that cannot be real hold no more"
            )
            raise ValueError(message)
        self.people = people
        self.seed = seed
        self.dice = Dice(seed)
        self.blocks = -(-people // PEOPLE)
        self.organisation = lru_cache(_WELL_KNOWN)(partial(organisation, self.dice))
        """An organisation by number."""

    def block(self, number: int) -> Block:
        """Make one block."""
        draws = self.dice(_BLOCK, number)
        first, homes = number * PEOPLE, []
        for place, planned in enumerate(pick(LAYOUTS, draws[0])):
            size = min(planned, self.people - first)
            if size < 1:
                break
            homes.append(household(self.dice, number * HOUSEHOLDS + place, first, size))
            first += size
        for home in homes:
            self._employ(home)
        firms = [organisation(self.dice, number * ORGANISATIONS + place) for place in range(ORGANISATIONS)]
        heads = [pick(homes, firm.draws[15]).people[0] for firm in firms]
        return Block(number, homes, firms, heads, vehicles(self.dice, homes, firms))

    def between(self, start: int, stop: int) -> Iterator[Block]:
        """Make the blocks ``start`` to ``stop - 1``, one at a time."""
        return map(self.block, range(start, stop))

    def _employ(self, home: Household) -> None:
        """Give people of working age an employer: small numbers are large employers."""
        for person in home.people:
            draws = person.draws
            if draws[7] < _EMPLOYED and _WORKS_FROM <= person.year <= _WORKS_UNTIL and person.died is None:
                person.employer = below(self.blocks * ORGANISATIONS, draws[8] * draws[9] >> 32)
