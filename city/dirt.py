"""Dirt: what departments' clerks and old systems do to a true value. All rates stand in ``Rates``.

One uniform draw decides what happens to a cell: the kinds of dirt of a column share the unit interval, so they exclude
each other and their rates are exact; the rest of the interval leaves the value clean.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import lru_cache

from opencc import OpenCC

from city.draws import SPAN
from city.places import CITY, FORMER_TOWNS, Door


@dataclass(frozen=True, slots=True)
class Rates:
    """Share of cells that each kind of dirt befalls."""

    id_15_digits: float = 0.02
    """only those born before 2000 have had one"""
    id_full_width: float = 0.006
    id_lower_x: float = 0.25
    """of those that end in X"""
    id_padded: float = 0.006
    id_wrong_check: float = 0.005
    id_missing: float = 0.01
    """where the column may be empty"""
    name_traditional: float = 0.01
    name_nickname: float = 0.004
    name_spaced: float = 0.006
    name_lost_character: float = 0.5
    """of names with a character outside the basic plane, in old systems"""
    mobile_prefixed: float = 0.02
    mobile_grouped: float = 0.02
    mobile_full_width: float = 0.004
    mobile_short: float = 0.004
    mobile_missing: float = 0.06
    address_old_town: float = 0.03
    address_short: float = 0.05
    address_with_prefecture: float = 0.03
    address_full_width: float = 0.01
    code_lost_zero: float = 0.03
    plate_dotted: float = 0.02
    code_lower: float = 0.02
    stale: float = 0.15
    """of facts that another department knows better"""

    def __post_init__(self) -> None:
        """Refuse rates that are no shares."""
        for field in fields(self):
            if not 0 <= getattr(self, field.name) <= 1:
                message = f"{field.name} is a share: from 0 to 1"
                raise ValueError(message)


CLEAN = Rates(**dict.fromkeys((field.name for field in fields(Rates)), 0.0))
"""No dirt at all."""

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_DOTS = ("•", "．", "・", "‧")
_BASIC_PLANE = 0xFFFF
_Soil = Callable[[str, int], str | None]


class _Column:
    """The kinds of dirt of one column, each with its stretch of the unit interval."""

    __slots__ = ("_bounds", "_total")

    def __init__(self, *kinds: tuple[float, _Soil]) -> None:
        bounds, total = [], 0
        for rate, soil in kinds:
            total += int(rate * SPAN)
            bounds.append((total, soil))
        self._bounds, self._total = bounds, total

    def __call__(self, value: str, draw: int) -> str | None:
        if draw >= self._total:
            return value
        return next(soil(value, draw) for bound, soil in self._bounds if draw < bound)


class Dirt:
    """Soils cells at the given rates. Each method takes the true value and a draw, and returns the department's cell."""

    def __init__(self, rates: Rates = Rates()) -> None:
        """Turn rates into bounds on draws once."""
        self.rates = rates
        self._lower_x = int(rates.id_lower_x * 256)
        self._stale = int(rates.stale * SPAN)
        kinds = (
            (rates.id_15_digits, _old_id),
            (rates.id_full_width, _full_width),
            (rates.id_padded, lambda value, _: f" {value} "),
            (rates.id_wrong_check, _wrong_check),
        )
        self._key_id = _Column(*kinds)
        self._id = _Column(*kinds, (rates.id_missing, _missing))
        self._name = _Column((rates.name_traditional, _in_traditional), (rates.name_nickname, _nickname), (rates.name_spaced, _spaced))
        self._lost = int(rates.name_lost_character * 256)
        self._mobile = _Column(
            (rates.mobile_prefixed, lambda value, draw: ("+86" if draw & 1 else "0086 ") + value),
            (rates.mobile_grouped, lambda value, draw: ("-" if draw & 1 else " ").join((value[:3], value[3:7], value[7:]))),
            (rates.mobile_full_width, _full_width),
            (rates.mobile_short, lambda value, _: value[:-1]),
            (rates.mobile_missing, _missing),
        )
        self._address_width = (1 - rates.address_full_width) * SPAN
        self._address_bounds = tuple(
            int(bound * SPAN)
            for bound in (
                rates.address_old_town,
                rates.address_old_town + rates.address_short,
                rates.address_old_town + rates.address_short + rates.address_with_prefecture,
            )
        )
        self.code = _Column((rates.code_lost_zero, lambda value, _: value.lstrip("0")))
        self.plate = _Column(
            (rates.plate_dotted, lambda value, _: f"{value[:2]}·{value[2:]}"), (rates.code_lower, lambda value, _: value.lower())
        )
        self.uscc = _Column((rates.code_lower, lambda value, _: value.lower()), (rates.id_full_width, _full_width))

    def citizen_id(self, value: str, draw: int) -> str | None:
        """A citizen ID in a column that may be empty."""
        return self._low(self._id(value, draw), draw)

    def key_citizen_id(self, value: str, draw: int) -> str:
        """A citizen ID in a key column: never empty."""
        return self._low(self._key_id(value, draw), draw) or value

    def name(self, value: str, draw: int, *, old_system: bool = False) -> str:
        """A person's name; an old system loses characters that GB 2312 and the basic plane lack."""
        if "·" in value:
            return value.replace("·", _DOTS[draw & 3]) if draw & 4 else value
        if old_system and draw & 255 < self._lost and any(ord(character) > _BASIC_PLANE for character in value):
            return "".join("?" if ord(character) > _BASIC_PLANE else character for character in value)
        return self._name(value, draw) or value

    def mobile(self, value: str | None, draw: int) -> str | None:
        """A mobile number, of those who have one."""
        return self._mobile(value, draw) if value else None

    def address(self, door: Door, draw: int) -> str:
        """An address text of a door."""
        old, short, prefecture = self._address_bounds
        if draw >= prefecture:
            text = door.text
            return text.translate(_FULL_WIDTH) if draw >= self._address_width else text
        if draw < old:
            return f"{CITY}{FORMER_TOWNS.get(door.town, door.town)}{door.local}"
        return f"溧阳市{door.town}{door.local}" if draw < short else f"江苏省常州市溧阳市{door.town}{door.local}"

    def is_stale(self, draw: int) -> bool:
        """Whether a department has not heard of a change."""
        return draw < self._stale

    def _low(self, value: str | None, draw: int) -> str | None:
        return value[:-1] + "x" if value and value[-1] == "X" and draw & 255 < self._lower_x else value


def _missing(_value: str, _draw: int) -> None:
    return None


def _full_width(value: str, _draw: int) -> str:
    return value.translate(_FULL_WIDTH)


def _old_id(value: str, _draw: int) -> str:
    return value[:6] + value[8:17] if value[6:8] == "19" else value


def _wrong_check(value: str, draw: int) -> str:
    digits = "0123456789".replace(value[-1], "")
    return value[:-1] + digits[draw % len(digits)]


def _nickname(value: str, draw: int) -> str:
    return ("小" if draw & 1 else "阿") + value[-1]


def _spaced(value: str, draw: int) -> str:
    return value[0] + ("　" if draw & 1 else " ") + value[1:]


_s2t, _t2s = OpenCC("s2t"), OpenCC("t2s")


@lru_cache(1 << 14)
def _traditional(value: str) -> str:
    """Return the traditional form if it can be read back, else the value."""
    written = str(_s2t.convert(value))
    return written if _t2s.convert(written) == value else value


def _in_traditional(value: str, _draw: int) -> str:
    return _traditional(value)
