"""What the three telephone companies share: which of the city's numbers each has, since when, and where base stations stand."""

from collections.abc import Iterator

from city.dates import Day, until_now
from city.draws import Draws, share
from city.household import Household, Person
from city.places import Door
from city.tables import Source
from city.world import Block

TELECOM, MOBILE, UNICOM = (0, share(0.5)), (share(0.5), share(0.62)), (share(0.62), share(0.742))
"""Stretches of the draw that gives a person's number to China Telecom, China Mobile or China Unicom; the rest is elsewhere."""

_OF_AGE = 12


def customers(block: Block, stretch: tuple[int, int]) -> Iterator[tuple[Household, Person]]:
    """Yield the people with a mobile number at the company of this stretch, and their homes."""
    first, last = stretch
    for home in block.households:
        for person in home.people:
            if person.mobile is not None and first <= person.draws[12] < last:
                yield home, person


def opened(person: Person, first_year: int, draws: Draws, place: int) -> Day:
    """Draw the day on which a person's number came into use; uses three draws from ``place`` on."""
    return until_now(max(person.year + _OF_AGE, first_year), draws, place)


def stations(source: Source, block: Block, purpose: int, turn: tuple[int, int], firm: int = 0) -> Iterator[tuple[Door, Draws]]:
    """Yield the door and the chance of the block's base station, which stands at one of its organisations.

    Args:
        source: the city.
        block: where to look.
        purpose: of the dice.
        turn: (every, rest): blocks with this rest have a station.
        firm: which of the block's organisations gives the place.
    """
    every, rest = turn
    if block.number % every == rest:
        yield block.organisations[firm].door, source.world.dice(purpose, block.number)
