"""Values that only live changes have, one set a round, so that finding one proves that its change arrived."""

from typing import NamedTuple

from city.names import SURNAMES
from city.numbers import HOME_PREFECTURE, LIVE_COUNTIES, LIVE_MOBILE_PREFIX, birth, mobile, plate, vin
from city.places import Door, door

_GIVEN = tuple("安柏初冬恩帆歌禾嘉景钧朗沐宁其清如书棠唯希言源泽知舟子尘晴远")
_FIRM = tuple("汇流润济源通达合聚泽澄沛溪洲泓涵渊清浩江海湖瀚沁")
_ONE_OF = tuple(dict.fromkeys(SURNAMES))
_NUMBERS_A_ROUND, _NAMES_A_ROUND = 8, 4
_GIVEN_LENGTH, _FIRM_LENGTH = 3, 5
NAMES: int = len(_ONE_OF) * len(_GIVEN) ** _GIVEN_LENGTH
COMPANY_NAMES: int = len(_FIRM) ** _FIRM_LENGTH
"""So many names there are before one comes again."""
_DOORS_FROM = 100_000_000
_VINS_FROM = 300_000_000
_LAST_PLATE = 24**4 * 50 - 1
_FIRST_YEAR, _YEARS = 1950, 50
_SCATTER = 1_000_003  # a prime: coprime to the number of names and of company names


class Newcomer(NamedTuple):
    """A person whom the city has not: ``sex`` 1 or 2, ``birth`` YYYYMMDD."""

    citizen_id: str
    name: str
    sex: int
    birth: str
    mobile: str


def newcomer(index: int) -> Newcomer:
    """Return newcomer ``index``; citizen IDs do not repeat below 1.8·10⁶."""
    sex = 1 + index % 2
    numbers = birth(index, _FIRST_YEAR + index % _YEARS, sex, HOME_PREFECTURE, LIVE_COUNTIES)
    number, place = divmod(index, 3)
    return Newcomer(numbers.citizen_id, new_name(number, place), sex, numbers.date, new_mobile(number, 5 + place))


def new_mobile(number: int, place: int) -> str:
    """Return one of the round's eight mobile numbers: 0–4 for its changes, 5–7 for its newcomers."""
    return mobile(_NUMBERS_A_ROUND * number + place, LIVE_MOBILE_PREFIX)


def new_name(number: int, place: int) -> str:
    """Return one of the round's four names (0–2 its newcomers'), with three given characters, as nobody in the city has."""
    given, surname = divmod((_NAMES_A_ROUND * number + place) * _SCATTER % NAMES, len(_ONE_OF))
    return _ONE_OF[surname] + _word(_GIVEN, given, _GIVEN_LENGTH)


def company_name(number: int) -> str:
    """Return the name that the round gives to a company."""
    return f"溧阳市{_word(_FIRM, number * _SCATTER % COMPANY_NAMES, _FIRM_LENGTH)}商贸有限公司"


def new_door(number: int) -> Door:
    """Return a door that no household has."""
    return door(_DOORS_FROM + number)


def new_vin(number: int) -> str:
    """Return the VIN of the round's vehicle."""
    return vin("LSV", number, _VINS_FROM + number)


def new_plate(number: int) -> str:
    """Return the plate of the round's vehicle, counted from the last one down."""
    return plate(_LAST_PLATE - number)


def _word(characters: tuple[str, ...], index: int, length: int) -> str:
    word = ""
    for _ in range(length):
        index, place = divmod(index, len(characters))
        word += characters[place]
    return word
