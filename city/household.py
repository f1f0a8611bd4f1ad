"""Households: who lives together, related how, born when, called what."""

from dataclasses import dataclass
from random import Random

from city.draws import Dice, Draws, below, expand, pick, share
from city.names import HAN, MALE, MINORITIES, SURNAMES, UYGHUR, fathers_name, given_name, minority_name
from city.numbers import HOME_PREFECTURE, birth, mobile
from city.places import Door, door

AS_OF = 2025
"""The world's present: nothing in it happens after the start of this year, but for live changes."""

PEOPLE, HOUSEHOLDS = 30, 11
"""People and households of a block."""

HEAD, SPOUSE, SON, DAUGHTER, FATHER, MOTHER = "02", "10", "20", "30", "51", "52"
"""Codes of GB/T 4761 (relation to the head of the household)."""

FEMALE = 2
_HOUSEHOLD, _PERSON = 1, 2
_BASE = (
    (1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 5),
    (1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6),
    (1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 5),
    (1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 5),
)


def _layouts() -> tuple[tuple[int, ...], ...]:
    shuffle = Random(30).shuffle
    layouts = []
    for base in _BASE * 16:
        sizes = list(base)
        shuffle(sizes)
        layouts.append(tuple(sizes))
    return tuple(layouts)


LAYOUTS = _layouts()
"""Ways to share out a block's people among its households."""

# Who lives in a household of a size; each pair: relation to the head, and years younger than the head (negative: older).
_Member = tuple[str, int]
_SPOUSE, _CHILD, _SECOND, _GRANDMA, _GRANDPA = (SPOUSE, 1), ("", 26), ("", 30), (MOTHER, -25), (FATHER, -27)
_SHAPES: dict[int, tuple[tuple[_Member, ...], ...]] = {
    1: ((),),
    2: ((_SPOUSE,), (_SPOUSE,), (_SPOUSE,), (_CHILD,)),
    3: ((_SPOUSE, _CHILD), (_SPOUSE, _CHILD), (_SPOUSE, _CHILD), (_SPOUSE, _GRANDMA)),
    4: ((_SPOUSE, _CHILD, _SECOND), (_SPOUSE, _CHILD, _GRANDMA)),
    5: ((_SPOUSE, _CHILD, _GRANDPA, _GRANDMA), (_SPOUSE, _CHILD, _SECOND, _GRANDMA)),
    6: ((_SPOUSE, _CHILD, _SECOND, _GRANDPA, _GRANDMA),),
}
_HEAD_BORN: dict[bool, tuple[int, int]] = {False: (1932, 68), True: (1950, 48)}
"""First year and span of the head's birth: small households, and those with children or parents."""
_SMALL = 2

_MINORITY, _FROM_ELSEWHERE, _MALE_HEAD = share(0.012), share(0.07), share(0.8)
_PREFECTURES = expand({"3401": 8, "4101": 4, "3601": 2, "5101": 2, "5201": 2, "6101": 1, "4301": 1})
_MINORITY_PREFECTURES = {UYGHUR: "6501", "04": "5401", "08": "4501", "06": "5201", "03": "6401"}
_HAS_MOBILE, _RENAMED = share(0.93), share(0.02)
_DIES_OLD, _DIES_LATER = share(0.15), share(0.03)
_OLD, _ELDERLY = AS_OF - 78, AS_OF - 60
_PHONE_AGE = AS_OF - 12
_YOUNGEST = AS_OF - 1
_OLDEST = 1915


@dataclass(slots=True)
class Person:
    """An inhabitant. ``sex`` 1 male, 2 female; dates YYYYMMDD; ``employer``: an organisation's number; ``draws``: the person's chance."""

    index: int
    household: int
    relation: str
    name: str
    former_name: str | None
    sex: int
    year: int
    birth: str
    citizen_id: str
    ethnicity: str
    mobile: str | None
    died: str | None
    employer: int | None
    draws: Draws

    @property
    def entity(self) -> str:
        """What the truth calls the person."""
        return f"P{self.index}"


@dataclass(slots=True)
class Household:
    """People behind one door; the head comes first. ``draws``: the household's chance."""

    index: int
    door: Door
    people: list[Person]
    draws: Draws

    @property
    def couples(self) -> list[tuple[Person, Person]]:
        """The married couples (husband, wife): the head's, then the head's parents."""
        by = {person.relation: person for person in self.people}
        pairs = [(by[HEAD], by[SPOUSE])] if SPOUSE in by else []
        if FATHER in by and MOTHER in by:
            pairs.append((by[FATHER], by[MOTHER]))
        return [pair if pair[0].sex == MALE else (pair[1], pair[0]) for pair in pairs]


@dataclass(slots=True)
class _Family:
    """What a household's members have in common."""

    surname: str
    ethnicity: str
    prefecture: str


def household(dice: Dice, index: int, first: int, size: int) -> Household:
    """Make household ``index``, whose people have the numbers ``first`` to ``first + size - 1``."""
    draws = dice(_HOUSEHOLD, index)
    family = _family(draws)
    shape = pick(_SHAPES[size], draws[0])
    start, span = _HEAD_BORN[size > _SMALL or shape == (_CHILD,)]
    born = start + below(span, draws[1])
    sex = MALE if draws[2] < _MALE_HEAD else FEMALE
    people = [_person(dice, first, index, family, (HEAD, sex, born))]
    for place, (relation, younger) in enumerate(shape, 1):
        role = _role(relation, born + younger, sex, draws[2 + place])
        kin = family if relation in ("", FATHER) else _by_marriage(family, draws[7 + place])
        people.append(_person(dice, first + place, index, kin, role))
    return Household(index, door(index), people, draws)


def _family(draws: Draws) -> _Family:
    surname = pick(SURNAMES, draws[13])
    if draws[14] < _MINORITY:
        ethnicity = pick(MINORITIES, draws[15])
        return _Family(surname, ethnicity, _MINORITY_PREFECTURES[ethnicity])
    if draws[14] > -_FROM_ELSEWHERE % (1 << 32):
        return _Family(surname, HAN, pick(_PREFECTURES, draws[15]))
    return _Family(surname, HAN, HOME_PREFECTURE)


def _by_marriage(family: _Family, draw: int) -> _Family:
    """A wife or mother has a surname of her own."""
    return _Family(pick(SURNAMES, draw), family.ethnicity, family.prefecture)


def _role(relation: str, born: int, head_sex: int, draw: int) -> tuple[str, int, int]:
    """Return relation, sex and year of birth of a member beside the head."""
    year = min(max(born + below(7, draw) - 3, _OLDEST), _YOUNGEST)
    if relation == SPOUSE:
        return relation, 3 - head_sex, year
    if relation:
        return relation, MALE if relation == FATHER else FEMALE, year
    sex = MALE if draw & 1 else FEMALE
    return (SON if sex == MALE else DAUGHTER), sex, year


def _person(dice: Dice, index: int, home: int, family: _Family, role: tuple[str, int, int]) -> Person:
    draws = dice(_PERSON, index)
    relation, sex, year = role
    word = fathers_name(draws[4])
    name = minority_name(family.ethnicity, sex, draws, word) or family.surname + given_name(sex, year, draws)
    numbers = birth(index, year, sex, family.prefecture)
    return Person(
        index=index,
        household=home,
        relation=relation,
        name=name,
        former_name=family.surname + given_name(sex, year, draws[3:]) if draws[10] < _RENAMED else None,
        sex=sex,
        year=year,
        birth=numbers.date,
        citizen_id=numbers.citizen_id,
        ethnicity=family.ethnicity,
        mobile=mobile(2 * index) if year <= _PHONE_AGE and draws[6] < _HAS_MOBILE else None,
        died=_died(year, draws[5], draws[11]),
        employer=None,
        draws=draws,
    )


def _died(year: int, chance: int, when: int) -> str | None:
    if year > _ELDERLY or chance >= (_DIES_OLD if year < _OLD else _DIES_LATER):
        return None
    return f"{AS_OF - 10 + below(10, when)}{below(12, when * 10 % (1 << 32)) + 1:02d}{below(28, when * 120 % (1 << 32)) + 1:02d}"
