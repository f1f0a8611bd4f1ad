"""市水利(水务)局 (water bureau): staff and river wardens, entered one by one; dates as 2013.5.30."""

from collections.abc import Iterator

from city.dates import drawn
from city.draws import pick
from city.household import AS_OF
from city.people import SEX_CHINESE, aged
from city.tables import Department, Entry, Source, Table, columns
from city.world import Block

_STAFF, _OTHER = 1901, 1902
_UNITS = ("局机关", "防汛防旱指挥部办公室", "大溪水库管理处", "沙河水库管理处", "水政监察大队", "城区河道管理所")
_POSTS = ("科员", "工程师", "助理工程师", "站长")
_WORKS = ("护堤员", "抽水站管水员", "河道保洁员", "水库巡查员")

_STAFFERS = columns("""
gh   | varchar(12) NOT NULL | 工号
xm   | varchar(50) NOT NULL | 姓名
xb   | varchar(2) | 性别
sfzh | varchar(24) | 身份证号
bm   | varchar(60) NOT NULL | 部门（单位）
zw   | varchar(40) | 职务（职称）
rzrq | varchar(10) | 入职日期
sj   | varchar(24) | 手机
zt   | char(1) | 状态（1 在职 2 退休）
""")

_OTHERS = columns("""
bh   | varchar(12) NOT NULL | 编号
xm   | varchar(50) NOT NULL | 姓名
xb   | varchar(2) | 性别
sfzh | varchar(24) | 身份证号
gz   | varchar(40) NOT NULL | 工作内容
fzqd | varchar(100) | 负责区段
zz   | varchar(200) | 住址
sj   | varchar(24) | 手机
qsrq | varchar(10) | 起始日期
""")


def _staff(source: Source, block: Block) -> Iterator[Entry]:
    for _, person in aged(block, 21, 65)[3:4] if block.number % 4 == 1 else ():
        draws, dirt = source.world.dice(_STAFF, person.index), source.dirt
        cells = (
            f"SL{person.index:09d}",
            dirt.name(person.name, draws[0]),
            SEX_CHINESE[person.sex],
            dirt.citizen_id(person.citizen_id, draws[1]),
            f"溧阳市水利局{pick(_UNITS, draws[2])}",
            pick(_POSTS, draws[3]),
            drawn(max(person.year + 20, AS_OF - 25), 2, draws, 4).bare("."),
            dirt.mobile(person.mobile, draws[7]),
            "2" if person.year <= AS_OF - 60 else "1",
        )
        yield Entry(cells, (("staff", person.entity),))


def _others(source: Source, block: Block) -> Iterator[Entry]:
    for home, person in aged(block, 21, 65)[4:5] if block.number % 3 == 1 else ():
        draws, dirt = source.world.dice(_OTHER, person.index), source.dirt
        street = home.door.street
        cells = (
            f"HD{person.index:09d}",
            dirt.name(person.name, draws[0]),
            SEX_CHINESE[person.sex],
            dirt.citizen_id(person.citizen_id, draws[1]),
            pick(_WORKS, draws[2]),
            f"{street.town}{street.name}段",
            dirt.address(home.door, draws[3]),
            dirt.mobile(person.mobile, draws[4]),
            drawn(AS_OF - 10, 10, draws, 5).bare("."),
        )
        yield Entry(cells, (("worker", person.entity),))


DEPARTMENT = Department(
    "water_bureau",
    "溧阳市水利(水务)局",
    (
        Table("sl_gzry", "水利系统工作人员", ("gh",), _STAFFERS, _staff),
        Table("sl_qtry", "水利管理范围内的其他人员", ("bh",), _OTHERS, _others),
    ),
    way="entry",
)
