"""Doorplates of the synthetic city, in 溧阳's real subdistricts and towns; roads and villages are plausible, doors invented.

``door(n)`` is one to one from numbers to address texts, so a household, a shop or a live change can take a door of its
own without a list of those taken.
"""

from dataclasses import dataclass

CITY = "江苏省溧阳市"
DIVISION = "320481"

_ROADS = {
    "溧城街道": (
        "燕山路 平陵中路 平陵西路 南大街 东大街 西大街 罗湾路 清溪路 码头街 永平路 建设路 育才路 团结路 九洲路 台港路 煤建路 云鹤路 "
        "泓口路 东门街 滨河路 锦绣路 环园路 育才南路 宋塘路"
    ),
    "昆仑街道": "昆仑北路 城北大道 天目湖大道 上上路 泓盛路 昆仑南路 毛场路 八字桥路",
    "古县街道": "古县路 歌岐路 码头东路 康和路 新城大道 琴湖路",
}
_VILLAGES = {
    "溧城街道": "杨庄村 夏庄村 清安村 胥渚村",
    "昆仑街道": "毛场村 八字桥村 杜渚村",
    "古县街道": "歌岐村 古县村 新昌村",
    "埭头镇": "埭头村 后六村 余家坝村 邹家村",
    "上黄镇": "上黄村 洋渚村 浒西村 周山村",
    "戴埠镇": "横涧村 李家园村 深溪岕村 松岭村 南渚村 戴南村 新桥村 牛场村",
    "天目湖镇": "桂林村 平桥村 三胜村 毛尖村 杨村 梅岭村 茶亭村 南钱村",
    "别桥镇": "别桥村 后周村 绸缪村 两湾村 湖边村 塘马村 道成村 玉华村",
    "上兴镇": "上城村 上沛村 牛马塘村 余巷村 涧东村 祠堂村 永和村 龙峰村",
    "竹箦镇": "竹箦村 前马村 余桥村 水西村 陆笪村 姜下村 王渚村 中梅村",
    "南渡镇": "石街村 旧县村 庆丰村 胜笪村 堑口村 大溪村 强埠村",
    "社渚镇": "社渚村 周城村 河口村 金庄村 下西村 孟家村 宜巷村 梅山村",
}
TOWNS = tuple(_VILLAGES)
"""Subdistricts and towns in their official order."""

_HAMLETS = ("东村", "西村", "前村", "后村", "上圩村", "下圩村", "塘边村", "桥头村")
FORMER_TOWNS = {
    "溧城街道": "溧城镇",
    "昆仑街道": "溧城镇",
    "古县街道": "溧城镇",
    "上兴镇": "上沛镇",
    "社渚镇": "周城镇",
    "别桥镇": "后周镇",
    "竹箦镇": "前马镇",
    "天目湖镇": "平桥镇",
}
"""Town names of before the mergers (溧城镇 became three subdistricts), as old papers still have them."""

SHOPS_FROM = 500_000_000
"""Doors of organisations are numbered from here."""

_ROAD_WEIGHT = 8
_ROOMS, _FLOORS, _UNITS, _BUILDINGS = 2, 6, 2, 15


@dataclass(slots=True, frozen=True)
class Street:
    """A road or an administrative village within a town; ``town_code`` has three digits."""

    town: str
    town_code: str
    name: str
    rural: bool


def _streets() -> list[Street]:
    codes = {town: f"{i + 1:03d}" if town in _ROADS else f"{i + 97:03d}" for i, town in enumerate(TOWNS)}
    roads = [Street(town, codes[town], road, rural=False) for town, names in _ROADS.items() for road in names.split()]
    villages = [Street(town, codes[town], village, rural=True) for town, names in _VILLAGES.items() for village in names.split()]
    return [road for road in roads for _ in range(_ROAD_WEIGHT)] + villages


def _slots() -> tuple[tuple[Street, int, int], ...]:
    """Each slot: its street, its rank among the street's slots, and how many there are."""
    streets = _streets()
    rank: dict[Street, int] = {}
    slots = []
    for street in streets:
        slots.append((street, rank.get(street, 0), _ROAD_WEIGHT if not street.rural else 1))
        rank[street] = rank.get(street, 0) + 1
    return tuple(slots)


_SLOTS = _slots()
_STEP = 101  # coprime to the number of slots: neighbours in number live in different streets


@dataclass(slots=True)
class Door:
    """One doorplate. ``local``: the address within the town; ``text``: the whole of it, as the master has it."""

    index: int
    street: Street
    number: str
    local: str

    @property
    def town(self) -> str:
        """Subdistrict or town."""
        return self.street.town

    @property
    def text(self) -> str:
        """The address as the doorplate master writes it."""
        return f"{CITY}{self.street.town}{self.local}"

    @property
    def code(self) -> str:
        """The doorplate's code: division, town and a serial of nine digits."""
        return f"{DIVISION}{self.street.town_code}{self.index:09d}"

    @property
    def entity(self) -> str:
        """What the truth calls the address."""
        return f"A{self.index}"


def door(index: int) -> Door:
    """Return the door of a number; different numbers give different addresses."""
    turn, slot = divmod(index, len(_SLOTS))
    street, rank, count = _SLOTS[slot * _STEP % len(_SLOTS)]
    place = turn * count + rank
    if street.rural:
        number, hamlet = divmod(place, len(_HAMLETS))
        plate = f"{number + 1}号"
        return Door(index, street, plate, f"{street.name}{_HAMLETS[hamlet]}{plate}")
    rest, room = divmod(place, _ROOMS)
    rest, floor = divmod(rest, _FLOORS)
    rest, unit = divmod(rest, _UNITS)
    estate, building = divmod(rest, _BUILDINGS)
    plate = f"{2 * estate + 1}号{building + 1}幢{unit + 1}单元{floor + 1}0{room + 1}室"
    return Door(index, street, plate, f"{street.name}{plate}")


def shop_front(index: int) -> Door:
    """Return a street-level door for an organisation: no building after a road's (even) number, no hamlet in a village."""
    turn, slot = divmod(index, len(_SLOTS))
    street, rank, count = _SLOTS[slot * _STEP % len(_SLOTS)]
    place = turn * count + rank
    plate = f"{place + 1 if street.rural else 2 * (place + 1)}号"
    return Door(SHOPS_FROM + index, street, plate, f"{street.name}{plate}")
