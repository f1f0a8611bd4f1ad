"""市反恐办 (counter-terrorism office): the duty telephone and the public alert level, entered in a form; all else stays."""

from collections.abc import Iterator

from city.dates import Day
from city.draws import below, pick
from city.household import AS_OF
from city.numbers import landline
from city.places import door
from city.tables import Department, Entry, Source, Table, columns
from city.withheld import kept
from city.world import Block

_ALERT = 3301
_TOWNS = tuple(dict.fromkeys(door(number).town for number in range(500)))
_FROM_LANDLINE = 9_990_000  # numbers of organisations and institutions are below
_ALERTS_AT_MOST = 60

_DESKS = columns("""
值班编号 | varchar(12) NOT NULL | 值班编号
值班单位 | varchar(60) | 值班单位
责任区域 | varchar(40) | 责任区域
值班电话 | varchar(24) | 二十四小时值班电话
""")

_ALERTS = columns("""
公告编号 | varchar(20) NOT NULL | 公告编号
预警级别 | varchar(4) | 预警级别（蓝 黄 橙 红）
公告标题 | varchar(60) | 公告标题
适用区域 | varchar(40) | 适用区域
发布日期 | varchar(20) | 发布日期
解除日期 | varchar(20) | 解除日期
""")

_CLUES = columns("""
序号 | bigint NOT NULL | 序号
对象 | varchar(60) | 对象
情况 | varchar(60) | 情况
""")


def _desks(_source: Source, block: Block) -> Iterator[Entry]:
    """Give each town its desk, one in each of the first blocks."""
    if block.number < len(_TOWNS):
        town = _TOWNS[block.number]
        cells = (f"ZB{block.number + 1:03d}", f"{town}反恐怖工作联络站", town, landline(_FROM_LANDLINE + block.number))
        yield Entry(cells, (("desk", f"Mcounter_terror-fk_zb-{block.number}"),))


def _alerts(source: Source, block: Block) -> Iterator[Entry]:
    number, other = divmod(block.number, 4)
    if other or number >= _ALERTS_AT_MOST:
        return
    draws = source.world.dice(_ALERT, number)
    level, issued = pick("蓝蓝蓝黄", draws[0]), Day(AS_OF - 1, below(11, draws[1]) + 1, below(28, draws[3]) + 1)
    cells = (
        f"FKYJ{AS_OF - 1}{number + 1:04d}",
        level,
        f"反恐怖安全防范{level}色预警公告",
        pick(("全市", *_TOWNS), draws[2]),
        issued.chinese,
        issued.next_month.chinese,
    )
    yield Entry(cells, (("alert", f"Mcounter_terror-fk_yj-{number}"),))


DEPARTMENT = Department(
    "counter_terror",
    "溧阳市反恐怖工作领导小组办公室",
    (
        Table("fk_zb", "反恐值班", ("值班编号",), _DESKS, _desks),
        Table("fk_yj", "公共预警级别", ("公告编号",), _ALERTS, _alerts),
        Table("fk_ry", "涉恐人员", ("序号",), _CLUES, kept(10, 1, "涉恐人员", "涉恐人员情况"), withheld=True),
        Table("fk_zz", "涉恐组织", ("序号",), _CLUES, kept(10, 2, "涉恐组织", "涉恐组织情况"), withheld=True),
    ),
    way="entry",
)
