"""The registers that other departments lean on: the doorplate master, marriages with two persons a row, cremations."""

from collections.abc import Iterator

from city.dates import drawn, iso, of_year, touched
from city.draws import Draws, below, share
from city.household import AS_OF, Person
from city.people import residents
from city.places import Door
from city.tables import Entry, Source, Table, columns, synthetic
from city.world import Block

_DOOR, _MARRIAGE, _CREMATION = 111, 112, 113
_DIVORCED = share(0.06)
_RECORDED_SINCE = 1985
"""Marriages before this year are only on paper."""
_LEGAL_AGE = 22

_DOORS = columns("""
mpbm | char(18) NOT NULL | 门牌编码
dzqc | varchar(200) NOT NULL | 地址全称
xzjd | varchar(40) NOT NULL | 乡镇（街道）
cjwh | varchar(60) | 村（居）委会
jlx  | varchar(60) | 街路巷
mph  | varchar(60) | 门牌号
yt   | char(1) | 用途（1 住宅 2 商用）
zt   | char(1) | 状态（1 在用 0 注销）
bzrq | date | 编制日期
jzdj | varchar(60) | 流浪乞讨救助登记
gxsj | timestamptz NOT NULL | 更新时间
""")

_MARRIAGES = columns("""
djh    | char(16) NOT NULL | 婚姻登记字号
nfxm   | varchar(50) | 男方姓名
nfsfzh | varchar(24) | 男方身份证件号
nfcsrq | char(8) | 男方出生日期
nvxm   | varchar(50) | 女方姓名
nvsfzh | varchar(24) | 女方身份证件号
nvcsrq | char(8) | 女方出生日期
djrq   | date | 登记日期
djjg   | varchar(60) | 登记机关
hyzt   | char(1) | 婚姻状态（1 已婚 2 离婚）
hqyx   | varchar(60) | 婚前医学检查
jsjb   | varchar(60) | 精神疾病登记
gxsj   | timestamptz NOT NULL | 更新时间
""")

_CREMATIONS = columns("""
hhbh   | varchar(16) NOT NULL | 火化编号
szxm   | varchar(50) | 逝者姓名
szsfzh | varchar(24) | 逝者身份证件号
szxb   | char(1) | 逝者性别（GB/T 2261.1）
szhjdz | varchar(200) | 逝者户籍地址
swrq   | char(8) | 死亡日期
hhrq   | date | 火化日期
hhd    | varchar(60) | 火化地
jbrxm  | varchar(50) | 经办亲属姓名
swyy   | varchar(60) | 死亡原因
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _doors(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        yield _door(source, home.door, "1")
    for firm in block.organisations:
        yield _door(source, firm.door, "2")


def _door(source: Source, door: Door, use: str) -> Entry:
    draws, street = source.world.dice(_DOOR, door.index), door.street
    cells = (
        door.code,
        door.text,
        street.town,
        street.name if street.rural else None,
        None if street.rural else street.name,
        door.number,
        use,
        "1",
        drawn(1990, 34, draws, 0).padded("-"),
        synthetic("救助登记", door.index),
        touched(draws),
    )
    return Entry(cells, (("doorplate", door.entity),))


def _marriages(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        for place, (husband, wife) in enumerate(home.couples):
            number = 2 * home.index + place
            draws = source.world.dice(_MARRIAGE, number)
            year = max(husband.year, wife.year) + _LEGAL_AGE + below(8, draws[0])
            if _RECORDED_SINCE <= year < AS_OF:
                yield _marriage(source, number, (husband, wife), draws, year)


def _marriage(source: Source, number: int, couple: tuple[Person, Person], draws: Draws, year: int) -> Entry:
    (husband, wife), dirt = couple, source.dirt
    cells = (
        f"J320481{number:09d}",
        dirt.name(husband.name, draws[1]),
        dirt.citizen_id(husband.citizen_id, draws[2]),
        husband.birth,
        dirt.name(wife.name, draws[3]),
        dirt.citizen_id(wife.citizen_id, draws[4]),
        wife.birth,
        of_year(year, draws, 5).padded("-"),
        "溧阳市民政局婚姻登记处",
        "2" if draws[7] < _DIVORCED else "1",
        synthetic("婚前医学检查", number),
        synthetic("精神疾病登记", number),
        touched(draws),
    )
    return Entry(cells, (("husband", husband.entity), ("wife", wife.entity)))


def _cremations(source: Source, block: Block) -> Iterator[Entry]:
    for home, person in residents(block):
        if person.died is not None:
            draws, dirt = source.world.dice(_CREMATION, person.index), source.dirt
            relative = next((other.name for other in home.people if other.died is None), None)
            cells = (
                f"HH{person.index:09d}",
                dirt.name(person.name, draws[0]),
                dirt.citizen_id(person.citizen_id, draws[1]),
                str(person.sex),
                dirt.address(home.door, draws[2]),
                person.died,
                iso(person.died),
                "溧阳市殡仪馆",
                relative,
                synthetic("死亡原因", person.index),
                touched(draws),
            )
            yield Entry(cells, (("deceased", person.entity),))


REGISTERS = (
    Table("dm_mpdz", "门牌地址库", ("mpbm",), _DOORS, _doors),
    Table("hy_djxx", "婚姻登记信息", ("djh",), _MARRIAGES, _marriages),
    Table("bz_hhxx", "火化登记信息", ("hhbh",), _CREMATIONS, _cremations),
)
"""Tables of addresses, couples and the dead."""
