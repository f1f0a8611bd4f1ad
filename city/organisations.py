"""Organisations of the synthetic city: companies and sole traders, each at a street-level door."""

from dataclasses import dataclass

from city.dates import drawn
from city.draws import Dice, Draws, below, pick, share
from city.household import AS_OF
from city.numbers import COMPANY, SOLE_TRADER, landline, uscc
from city.places import Door, shop_front

ORGANISATIONS = 2
"""Organisations of a block: the even one is a company, the odd one a sole trader."""

_ORGANISATION = 3
_FIRST = tuple("鑫宏华盛恒瑞德永兴泰安嘉信诚博远中天金银东方苏润江溧")
_SECOND = tuple("源达利丰隆昌润泽旺祥顺康辉腾飞业邦创和美成立通杰晟茂")
_INDUSTRIES = {
    "机械制造": "C", "电缆": "C", "新能源科技": "C", "钢结构": "C", "服饰": "C", "建设工程": "E", "装饰工程": "E", "商贸": "F", "农资": "F",
    "物流": "G", "餐饮管理": "H", "酒店管理": "H", "信息技术": "I", "物业服务": "L", "人力资源": "L", "环保科技": "M", "生态农业": "A",
    "茶业": "A", "旅游开发": "N", "文化传媒": "R",
}  # fmt: skip
_SHOPS = {
    "小吃店": "H",
    "副食品店": "F",
    "服装店": "F",
    "理发店": "O",
    "五金店": "F",
    "茶叶店": "F",
    "汽车修理部": "O",
    "水产经营部": "F",
    "民宿": "H",
}
_NAMES, _SHOP_NAMES = tuple(_INDUSTRIES), tuple(_SHOPS)
_CAPITALS = (10, 30, 50, 50, 100, 100, 100, 200, 200, 500, 500, 1000, 2000, 5000)
_CLOSED, _REVOKED = share(0.08), share(0.1)


@dataclass(slots=True)
class Organisation:
    """A company or sole trader. ``capital``: 10⁴ yuan; dates YYYYMMDD; ``status``: 1 open, 2 revoked, 3 closed; ``draws``: its chance."""

    index: int
    name: str
    uscc: str
    sole_trader: bool
    industry: str
    capital: int
    established: str
    status: int
    landline: str
    door: Door
    draws: Draws

    @property
    def entity(self) -> str:
        """What the truth calls the organisation."""
        return f"O{self.index}"


def organisation(dice: Dice, index: int) -> Organisation:
    """Make organisation ``index``."""
    draws = dice(_ORGANISATION, index)
    premises = shop_front(index)
    sole_trader = index % ORGANISATIONS == 1
    word = pick(_FIRST, draws[0]) + pick(_SECOND, draws[1])
    if sole_trader:
        trade = pick(_SHOP_NAMES, draws[2])
        place = premises.town.removesuffix("街道").removesuffix("镇")
        name, industry = f"溧阳市{place}{word}{trade}", _SHOPS[trade]
    else:
        trade = pick(_NAMES, draws[2])
        name, industry = f"溧阳市{word}{trade}有限公司", _INDUSTRIES[trade]
    return Organisation(
        index=index,
        name=name,
        uscc=uscc(index, SOLE_TRADER if sole_trader else COMPANY),
        sole_trader=sole_trader,
        industry=industry,
        capital=below(20, draws[4]) + 1 if sole_trader else pick(_CAPITALS, draws[4]),
        established=drawn(AS_OF - 30, 30, draws, 5).padded(),
        status=1 if draws[8] >= _REVOKED else 2 if draws[8] >= _CLOSED else 3,
        landline=landline(index),
        door=premises,
        draws=draws,
    )
