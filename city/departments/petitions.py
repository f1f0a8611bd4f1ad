"""市信访局 (petitions): monthly counts by matter and area, as .xls copies; who petitioned stays with the office."""

from calendar import monthrange
from collections.abc import Iterator

from city.draws import below
from city.household import AS_OF
from city.places import TOWNS
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_COUNT = 701
_COUNT_EVERY, _PETITIONER_EVERY = 2, 8
_MONTHS = 72
_MATTERS = ("城乡建设", "劳动社保", "国土资源", "环境保护", "教育卫生")

_COUNTS = columns("""
统计编号   | varchar(24) NOT NULL | 统计编号
统计月末   | varchar(10) NOT NULL | 统计月份的最后一日
镇街道    | varchar(40) | 镇（街道）
事项类别   | varchar(20) | 信访事项类别
受理件数   | integer | 受理件数
办结率    | varchar(8) | 按期办结率
受理单位   | varchar(60) | 受理单位
典型诉求摘录 | varchar(60) | 典型诉求摘录
""")

_PETITIONERS = columns("""
登记号   | varchar(16) NOT NULL | 登记号
信访人   | varchar(60) | 信访人姓名与证件
诉求内容  | varchar(60) | 诉求内容
""")


def _counts(source: Source, block: Block) -> Iterator[Entry]:
    serial, odd = divmod(block.number, _COUNT_EVERY)
    rest, matter = divmod(serial, len(_MATTERS))
    back, town = divmod(rest, len(TOWNS))
    if odd or back >= _MONTHS:
        return
    draws = source.world.dice(_COUNT, block.number)
    years, month = divmod(12 * AS_OF - 1 - back, 12)
    cells = (
        f"XF{years}{month + 1:02d}-{town + 1:02d}-{matter + 1}",
        f"{years}.{month + 1}.{monthrange(years, month + 1)[1]}",
        TOWNS[town],
        _MATTERS[matter],
        str(below(40, draws[0])),
        f"{80 + below(21, draws[1])}%",
        "溧阳市信访局",
        synthetic("信访诉求", block.number),
    )
    yield Entry(cells, (("count", f"Mpetitions-xf_tj-{serial}"),))


DEPARTMENT = Department(
    "petitions",
    "溧阳市信访局",
    (
        Table("xf_tj", "信访事项月度统计", ("统计编号",), _COUNTS, _counts),
        Table(
            "xf_xfr",
            "信访人登记",
            ("登记号",),
            _PETITIONERS,
            kept(_PETITIONER_EVERY, 1, "信访人", "诉求内容", serial="XFR{:08d}"),
            withheld=True,
        ),
    ),
    way="file",
    format="xls",
)
