"""Social organisations, veterans, militia and allowances; and three tables of which nothing leaves the bureau."""

from collections.abc import Callable, Iterator

from city.dates import Day, drawn, iso, touched
from city.draws import below, pick
from city.household import AS_OF, Household, Person
from city.institutions import Institution, institutions
from city.names import MALE
from city.people import aged
from city.tables import Entry, Source, Table, columns, synthetic
from city.withheld import RECEIVED, kept
from city.world import Block

_SOCIAL, _VETERAN, _MILITIA, _ALLOWANCE = range(1201, 1205)
_OLD_AGE = AS_OF - 80
_DEPENDANTS = ("1", "2", "4")
_UNITS = ("应急分队", "防汛抢险排", "通信保障班")

_SOCIETIES = columns("""
djzh   | char(12) NOT NULL | 登记证号
zzmc   | varchar(200) NOT NULL | 社会组织名称
xydm   | varchar(18) | 统一社会信用代码
zzlx   | char(1) | 组织类型（1 社会团体 2 民办非企业单位）
zs     | varchar(200) | 住所
fddbr  | varchar(50) | 法定代表人
lxdh   | varchar(24) | 联系电话
clrq   | date | 成立登记日期
djzt   | char(1) | 登记状态（1 正常 2 注销）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_VETERANS = columns("""
dxbh   | char(12) NOT NULL | 优抚对象编号
xm     | varchar(50) | 姓名
sfzh   | varchar(24) | 身份证件号
xb     | char(1) | 性别（GB/T 2261.1）
dxlb   | char(1) | 对象类别（1 退役士兵 2 带病回乡退伍军人 3 参战退役人员）
dz     | varchar(200) | 住址
rwrq   | date | 入伍日期
twrq   | date | 退役日期
btje   | numeric(10,2) | 每月补助（元）
yhzh   | varchar(60) | 补助发放银行账号
gxsj   | timestamptz NOT NULL | 更新时间
""")

_MILITIAMEN = columns("""
mbbh   | char(12) NOT NULL | 民兵编号
xm     | varchar(50) | 姓名
sfzh   | varchar(24) | 身份证件号
lxdh   | varchar(24) | 联系电话
mblb   | char(1) | 民兵类别（1 基干民兵 2 普通民兵）
bzdw   | varchar(60) | 编组单位
bzrq   | date | 编组日期
zt     | char(1) | 状态（1 在队 2 出队）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_ALLOWANCES = columns("""
bzbh   | char(12) NOT NULL | 保障编号
xm     | varchar(50) | 姓名
sfzh   | varchar(24) | 身份证件号
xb     | char(1) | 性别（GB/T 2261.1）
bzlb   | char(1) | 保障类别（1 城市低保 2 农村低保 3 尊老金 4 特困供养）
dz     | varchar(200) | 住址
ksrq   | date | 开始日期
jsrq   | date | 停发日期
ffje   | numeric(10,2) | 每月金额（元）
yhzh   | varchar(60) | 发放银行账号
cjbq   | varchar(60) | 残疾与病情
gxsj   | timestamptz NOT NULL | 更新时间
""")

_KEPT = columns("""
xh     | bigint NOT NULL | 序号
ryxm   | varchar(60) | 人员姓名
rysfz  | varchar(60) | 人员身份证件号
ryqk   | varchar(60) | 诊断、捡拾或救助情况
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _societies(source: Source, block: Block) -> Iterator[Entry]:
    for sort in ("social_organisation", "kindergarten"):
        for place in institutions(source.world, block, sort):
            yield _society(source, place)


def _society(source: Source, place: Institution) -> Entry:
    draws, dirt = source.world.dice(_SOCIAL, place.index), source.dirt
    cells = (
        f"MZ{place.index:010d}",
        place.name,
        dirt.uscc(place.uscc, draws[0]),
        "2" if place.sort == "kindergarten" else "1",
        dirt.address(place.door, draws[1]),
        place.staff[0].name if place.staff else None,
        place.landline,
        iso(place.established),
        "2" if draws[2] & 15 == 0 else "1",
        touched(draws),
    )
    return Entry(cells, (("society", place.entity), ("premises", place.door.entity)))


def _veterans(source: Source, block: Block) -> Iterator[Entry]:
    men = [(home, person) for home, person in aged(block, 20) if person.sex == MALE and person.year <= AS_OF - 30]
    for home, person in men[:1] if block.number % 6 == 0 else ():
        draws, dirt = source.world.dice(_VETERAN, person.index), source.dirt
        joined = drawn(person.year + 18, 3, draws, 3)
        cells = (
            f"YF{person.index:010d}",
            dirt.name(person.name, draws[0]),
            dirt.citizen_id(person.citizen_id, draws[1]),
            str(person.sex),
            pick(("1", "1", "2", "3"), draws[6]),
            dirt.address(home.door, draws[2]),
            joined.padded("-"),
            Day(joined.year + 2 + below(10, draws[7]), 12, 1).padded("-"),
            f"{300 + 50 * below(20, draws[8])}.00",
            synthetic("银行账号", person.index),
            touched(draws),
        )
        yield Entry(cells, (("veteran", person.entity),))


def _militiamen(source: Source, block: Block) -> Iterator[Entry]:
    young = [person for _, person in aged(block, 20) if person.year > AS_OF - 36]
    for person in young[:1] if block.number % 4 == 1 else ():
        draws, dirt = source.world.dice(_MILITIA, person.index), source.dirt
        firm = source.world.organisation(person.employer) if person.employer is not None else block.organisations[0]
        cells = (
            f"MB{person.index:010d}",
            dirt.name(person.name, draws[0]),
            dirt.citizen_id(person.citizen_id, draws[1]),
            dirt.mobile(person.mobile, draws[2]),
            "1" if draws[3] & 3 else "2",
            f"{firm.door.town}{pick(_UNITS, draws[4])}",
            drawn(AS_OF - 5, 5, draws, 5).padded("-"),
            "2" if draws[8] & 15 == 0 else "1",
            touched(draws),
        )
        yield Entry(cells, (("militia", person.entity),))


def _allowances(source: Source, block: Block) -> Iterator[Entry]:
    grown = aged(block, 20)
    elders = [(home, person) for home, person in grown if person.year <= _OLD_AGE]
    poor = [(home, person) for home, person in grown if person.year > _OLD_AGE]
    for home, person in elders[: block.number % 2] + (poor[5:6] if block.number % 4 == 0 else []):
        yield _allowance(source, home, person)


def _allowance(source: Source, home: Household, person: Person) -> Entry:
    draws, dirt = source.world.dice(_ALLOWANCE, person.index), source.dirt
    sort = "3" if person.year <= _OLD_AGE else pick(_DEPENDANTS, draws[6])
    since = max(AS_OF - 10, person.year + 80) if sort == "3" else AS_OF - 10
    cells = (
        f"BZ{person.index:010d}",
        dirt.name(person.name, draws[0]),
        dirt.citizen_id(person.citizen_id, draws[1]),
        str(person.sex),
        sort,
        dirt.address(home.door, draws[2]),
        drawn(since, max(AS_OF - since - 1, 1), draws, 3).padded("-"),
        f"{AS_OF - 1}-12-31" if draws[7] & 15 == 0 else None,
        f"{50 + 10 * below(80, draws[8])}.00",
        synthetic("银行账号", person.index),
        synthetic("残疾与病情", person.index),
        touched(draws),
    )
    return Entry(cells, (("recipient", person.entity),))


def _kept(turn: int, who: str) -> Callable[[Source, Block], Iterator[Entry]]:
    return kept(6, turn, f"{who}姓名", f"{who}证件号", f"{who}情况", closing=(RECEIVED,))


CARE = (
    Table("mz_shzz", "社会组织登记信息", ("djzh",), _SOCIETIES, _societies),
    Table("yf_dxxx", "退役军人和优抚对象", ("dxbh",), _VETERANS, _veterans),
    Table("mb_mbxx", "民兵信息", ("mbbh",), _MILITIAMEN, _militiamen),
    Table("bz_dxxx", "补助保障对象", ("bzbh",), _ALLOWANCES, _allowances),
    Table("jz_jshz", "精神病患者", ("xh",), _KEPT, _kept(0, "精神病患者"), withheld=True),
    Table("et_qyxx", "弃婴", ("xh",), _KEPT, _kept(1, "弃婴"), withheld=True),
    Table("jz_szry", "受助流浪乞讨人员", ("xh",), _KEPT, _kept(2, "受助流浪人员"), withheld=True),
)
"""Tables of societies and of people whom the bureau looks after."""
