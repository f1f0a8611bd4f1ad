"""市民宗局 (ethnic and religious affairs): registered religious bodies and venues, entered in a form; clergy and believers stay."""

from collections.abc import Iterator

from city.dates import read
from city.institutions import Institution, institutions
from city.tables import Cell, Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_BODY, _VENUE = 3101, 3102
_FAITHS = {"寺": "佛教", "佛": "佛教", "基": "基督教", "道": "道教"}

_BODIES = columns("""
登记证号 | varchar(24) NOT NULL | 宗教团体登记证号
团体名称 | varchar(200) | 宗教团体名称
统一社会信用代码 | varchar(24) | 统一社会信用代码
教别 | varchar(10) | 教别（佛教 道教 基督教）
住所 | varchar(200) | 住所
成立日期 | varchar(20) | 成立日期
登记状态 | varchar(10) | 登记状态（在册 注销）
""")

_VENUES = columns("""
场所证号 | varchar(24) NOT NULL | 宗教活动场所登记证号
场所名称 | varchar(200) | 宗教活动场所名称
统一社会信用代码 | varchar(24) | 统一社会信用代码
教别 | varchar(10) | 教别（佛教 道教 基督教）
地址 | varchar(200) | 场所地址
设立日期 | varchar(20) | 设立日期
登记状态 | varchar(10) | 登记状态（在册 注销）
主要教职人员 | varchar(60) | 主要教职人员
""")

_BELIEVERS = columns("""
序号 | bigint NOT NULL | 序号
姓名 | varchar(60) | 姓名
情况 | varchar(60) | 情况
""")


def _faith(name: str) -> str:
    return next(faith for sign, faith in _FAITHS.items() if sign in name[-5:])


def _registered(source: Source, purpose: int, letters: str, each: Institution) -> tuple[Cell, ...]:
    """Return what the registers of bodies and of venues have in common."""
    draws, dirt = source.world.dice(purpose, each.index), source.dirt
    return (
        f"{letters}{each.index:09d}",
        each.name,
        dirt.uscc(each.uscc, draws[0]),
        _faith(each.name),
        dirt.address(each.door, draws[1]),
        read(each.established).chinese,
        "在册" if draws[2] & 15 else "注销",
    )


def _bodies(source: Source, block: Block) -> Iterator[Entry]:
    for body in institutions(source.world, block, "religious_body"):
        truth = (("body", body.entity), ("premises", body.door.entity))
        yield Entry(_registered(source, _BODY, "宗团", body), truth)


def _venues(source: Source, block: Block) -> Iterator[Entry]:
    for venue in institutions(source.world, block, "religious_venue"):
        cells = (*_registered(source, _VENUE, "宗场", venue), synthetic("教职人员", venue.index))
        yield Entry(cells, (("venue", venue.entity), ("premises", venue.door.entity)))


DEPARTMENT = Department(
    "ethnic_religious",
    "溧阳市民族宗教事务局",
    (
        Table("zj_tt", "宗教团体", ("登记证号",), _BODIES, _bodies),
        Table("zj_cs", "宗教活动场所", ("场所证号",), _VENUES, _venues),
        Table("zj_jzry", "宗教教职人员", ("序号",), _BELIEVERS, kept(10, 1, "教职人员姓名", "教职人员"), withheld=True),
        Table("zj_xz", "信教公民登记", ("序号",), _BELIEVERS, kept(10, 2, "信教公民姓名", "信教公民"), withheld=True),
    ),
    way="entry",
)
