"""市民宗局 (ethnic and religious affairs): registered religious bodies and venues, entered in a form; clergy and believers stay."""

from collections.abc import Callable, Iterator

from city.institutions import Institution, institutions
from city.tables import Cell, Department, Entry, Source, Table, columns, synthetic
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
    draws, dirt, day = source.world.dice(purpose, each.index), source.dirt, each.established
    return (
        f"{letters}{each.index:09d}",
        each.name,
        dirt.uscc(each.uscc, draws[0]),
        _faith(each.name),
        dirt.address(each.door, draws[1]),
        f"{day[:4]}年{int(day[4:6])}月{int(day[6:])}日",
        "在册" if draws[2] & 15 else "注销",
    )


def _bodies(source: Source, block: Block) -> Iterator[Entry]:
    for body in institutions(source.world, block, "religious_body"):
        truth = (("body", f"O-religious_body-{body.index}"), ("premises", f"A{body.door.index}"))
        yield Entry(_registered(source, _BODY, "宗团", body), truth)


def _venues(source: Source, block: Block) -> Iterator[Entry]:
    for venue in institutions(source.world, block, "religious_venue"):
        cells = (*_registered(source, _VENUE, "宗场", venue), synthetic("教职人员", venue.index))
        yield Entry(cells, (("venue", f"O-religious_venue-{venue.index}"), ("premises", f"A{venue.door.index}")))


def _kept(what: str, turn: int) -> Callable[[Source, Block], Iterator[Entry]]:
    """Return a function that makes rows of which nothing leaves the bureau: one in ten blocks."""

    def rows(_source: Source, block: Block) -> Iterator[Entry]:
        if block.number % 10 == turn:
            yield Entry((str(block.number + 1), synthetic(f"{what}姓名", block.number), synthetic(what, block.number)), ())

    return rows


DEPARTMENT = Department(
    "ethnic_religious",
    "溧阳市民族宗教事务局",
    (
        Table("zj_tt", "宗教团体", ("登记证号",), _BODIES, _bodies),
        Table("zj_cs", "宗教活动场所", ("场所证号",), _VENUES, _venues),
        Table("zj_jzry", "宗教教职人员", ("序号",), _BELIEVERS, _kept("教职人员", 1), withheld=True),
        Table("zj_xz", "信教公民登记", ("序号",), _BELIEVERS, _kept("信教公民", 2), withheld=True),
    ),
    way="entry",
)
