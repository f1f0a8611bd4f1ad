"""市经信局 (economy and information technology): the offices' network and base-software inventory, entered by form."""

from collections.abc import Iterator

from city.dates import drawn
from city.draws import below, pick
from city.household import AS_OF
from city.tables import Department, Entry, Source, Table, columns
from city.world import Block

_ASSET = 601
_ASSET_EVERY, _MOST_ASSETS = 2, 4000
"""The offices own no more, however large the city is."""
_YEARS = 8
_OFFICES = (
    "溧阳市民政局",
    "溧阳市财政局",
    "溧阳市教育局",
    "溧阳市卫生局",
    "溧阳市交通运输局",
    "溧阳市住房和城乡建设委员会",
    "溧城街道办事处",
    "昆仑街道办事处",
    "天目湖镇人民政府",
    "戴埠镇人民政府",
)
_ASSETS_OF = (
    ("网络设备", "核心交换机", "48口万兆"),
    ("网络设备", "接入交换机", "24口千兆"),
    ("网络设备", "防火墙", "千兆"),
    ("基础软件", "服务器操作系统", "麒麟 V10"),
    ("基础软件", "数据库管理系统", "达梦 8"),
    ("基础软件", "中间件", "东方通 7.0"),
)

_ASSETS = columns("""
台账编号   | varchar(20) NOT NULL | 台账编号
使用单位   | varchar(100) NOT NULL | 使用单位
类别     | varchar(20) NOT NULL | 类别（网络设备、基础软件）
名称     | varchar(60) NOT NULL | 设备或软件名称
规格版本   | varchar(40) | 规格或版本
数量     | integer | 数量（台、套）
启用日期   | varchar(10) | 启用日期
维保到期   | varchar(10) | 维保到期日
状态     | varchar(10) | 状态（在用、备用、停用）
""")


def _assets(source: Source, block: Block) -> Iterator[Entry]:
    serial, odd = divmod(block.number, _ASSET_EVERY)
    if odd or serial >= _MOST_ASSETS:
        return
    draws = source.world.dice(_ASSET, block.number)
    kind, name, version = pick(_ASSETS_OF, draws[0])
    bought = drawn(AS_OF - _YEARS, _YEARS, draws, 1)
    cells = (
        f"JXTZ-{serial + 1:05d}",
        pick(_OFFICES, draws[4]),
        kind,
        name,
        version if draws[5] & 7 else None,
        str(below(12, draws[6]) + 1),
        bought.bare("."),
        bought.later(3 + below(4, draws[7])).bare("."),
        pick(("在用", "在用", "在用", "在用", "备用", "停用"), draws[8]),
    )
    yield Entry(cells, (("asset", f"Meconomy_it-jx_tz-{serial}"),))


DEPARTMENT = Department(
    "economy_it",
    "溧阳市经济和信息化局",
    (Table("jx_tz", "网络与基础软件台账", ("台账编号",), _ASSETS, _assets),),
    way="entry",
)
