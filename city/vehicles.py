"""Vehicles of the synthetic city, each owned by a person or an organisation of its block."""

from collections.abc import Iterator
from dataclasses import dataclass

from city.dates import drawn
from city.draws import Dice, Draws, pick, share
from city.household import AS_OF, SPOUSE, Household, Person
from city.numbers import plate, vin
from city.organisations import Organisation

SLOTS = 2
"""Most vehicles that one household or organisation owns."""

_VEHICLE = 4
_FIRST_CAR, _SECOND_CAR, _FLEET = share(0.55), share(0.18), share(0.35)
_DRIVING_AGE = AS_OF - 20
_MAKERS = (
    ("LSV", "大众", "朗逸"),
    ("LFV", "大众", "迈腾"),
    ("LSG", "别克", "英朗"),
    ("LGX", "比亚迪", "秦"),
    ("LGW", "长城", "哈弗H6"),
    ("LHG", "本田", "雅阁"),
    ("LVG", "丰田", "凯美瑞"),
    ("LB3", "吉利", "帝豪"),
    ("LS5", "长安", "逸动"),
    ("LZW", "五菱", "宏光"),
)
_TRUCKS = (("LGA", "东风", "天锦"), ("LZZ", "重汽", "豪沃"), ("LJ1", "江淮", "骏铃"))
_COLOURS = ("白", "白", "白", "黑", "黑", "灰", "灰", "银", "蓝", "红", "棕")


@dataclass(slots=True)
class Vehicle:
    """A vehicle with its owner: either ``person`` or ``organisation``. ``registered`` YYYYMMDD."""

    index: int
    plate: str
    vin: str
    engine: str
    make: str
    model: str
    colour: str
    truck: bool
    registered: str
    person: Person | None
    organisation: Organisation | None
    draws: Draws

    @property
    def entity(self) -> str:
        """What the truth calls the vehicle."""
        return f"T{self.index}"


def vehicles(dice: Dice, homes: list[Household], firms: list[Organisation]) -> list[Vehicle]:
    """Make the vehicles of a block's households and organisations."""
    return [*_cars(dice, homes), *_fleets(dice, firms)]


def _cars(dice: Dice, homes: list[Household]) -> Iterator[Vehicle]:
    for home in homes:
        head = home.people[0]
        owners = [head, *(person for person in home.people if person.relation == SPOUSE)]
        for place, bound in enumerate((_FIRST_CAR, _SECOND_CAR)):
            owner = owners[place % len(owners)]
            if home.draws[11 + place] < bound and owner.year <= _DRIVING_AGE and owner.died is None:
                yield _vehicle(dice, vehicle_index(home.index, place), owner, None)


def _fleets(dice: Dice, firms: list[Organisation]) -> Iterator[Vehicle]:
    for firm in firms:
        for place in range(SLOTS):
            if firm.draws[10 + place] < _FLEET:
                yield _vehicle(dice, fleet_index(firm.index, place), None, firm)


def vehicle_index(household: int, place: int) -> int:
    """Return the number of a household's vehicle: even, so that no organisation's has it."""
    return (household * SLOTS + place) * 2


def fleet_index(organisation: int, place: int) -> int:
    """Return the number of an organisation's vehicle: odd, so that no household's has it."""
    return (organisation * SLOTS + place) * 2 + 1


def _vehicle(dice: Dice, index: int, person: Person | None, firm: Organisation | None) -> Vehicle:
    draws = dice(_VEHICLE, index)
    truck = firm is not None and draws[0] & 1 == 1
    maker, make, model = pick(_TRUCKS if truck else _MAKERS, draws[1])
    return Vehicle(
        index=index,
        plate=plate(index),
        vin=vin(maker, draws[2], index),
        engine=f"E{draws[3]:08X}{index % 1000:03d}",
        make=make,
        model=model,
        colour=pick(_COLOURS, draws[4]),
        truck=truck,
        registered=drawn(AS_OF - 15, 15, draws, 5).padded(),
        person=person,
        organisation=firm,
        draws=draws,
    )
