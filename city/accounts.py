"""Accounts of a utility (power, water, gas): whose, where, opened and closed when. How they are written is the utility's own."""

from dataclasses import dataclass
from typing import NamedTuple

from city.dates import Day, until_now
from city.dirt import Dirt
from city.draws import Draws, below
from city.household import AS_OF, Household, Person
from city.organisations import Organisation
from city.places import Door
from city.tables import Cell, Source

OF_AGE = 18
"""Years at which somebody may first hold an account."""

_ORGANISATIONS_FROM = 20_000_000  # accounts of organisations are numbered from here, above the households'


class Account(NamedTuple):
    """An account at a door: of a person, or of an organisation. ``ended`` is None while it is open; ``draws``: its chance."""

    number: int
    holder: Person | Organisation
    door: Door
    opened: Day
    ended: Day | None
    draws: Draws

    @property
    def truth(self) -> tuple[tuple[str, str], ...]:
        """Whom the account's row speaks of."""
        role = "holder" if isinstance(self.holder, Person) else "company"
        return ((role, self.holder.entity), ("premises", self.door.entity))

    def names(self, dirt: Dirt, place: int, *, old_system: bool = False) -> tuple[Cell, Cell, Cell, Cell, Cell]:
        """Return a person's name, citizen ID and mobile number, and an organisation's name and USCC; uses three draws from ``place`` on."""
        holder, draws = self.holder, self.draws
        if isinstance(holder, Organisation):
            return None, None, None, holder.name, dirt.uscc(holder.uscc, draws[place + 1])
        name = dirt.name(holder.name, draws[place], old_system=old_system)
        return name, dirt.citizen_id(holder.citizen_id, draws[place + 1]), dirt.mobile(holder.mobile, draws[place + 2]), None, None


@dataclass(frozen=True, slots=True)
class Utility:
    """What decides a utility's accounts.

    Attributes:
        purpose: of the dice.
        first_year: before which it has no accounts on record.
        closed: bound of the draw that closes an account.
        closing: places of the draws that say whether an account has ended and when; it opened by the draws 6 to 8.
    """

    purpose: int
    first_year: int
    closed: int
    closing: tuple[int, int] = (4, 9)

    def draws(self, source: Source, home: Household) -> Draws:
        """Return the chance of a household's account."""
        return source.world.dice(self.purpose, home.index)

    def of_household(self, home: Household, person: Person, draws: Draws) -> Account:
        """Return a household's account, held by one of its people."""
        return self._account(home.index, person, home.door, person.year + OF_AGE, draws)

    def of_organisation(self, source: Source, firm: Organisation) -> Account:
        """Return an organisation's account."""
        number = _ORGANISATIONS_FROM + firm.index
        return self._account(number, firm, firm.door, int(firm.established[:4]), source.world.dice(self.purpose, number))

    def _account(self, number: int, holder: Person | Organisation, door: Door, first: int, draws: Draws) -> Account:
        whether, when = self.closing
        ended = Day(AS_OF - 1, 12, below(28, draws[when]) + 1) if draws[whether] < self.closed else None
        return Account(number, holder, door, until_now(max(first, self.first_year), draws, 6), ended, draws)
