"""市烟草专卖局 (tobacco monopoly): retail licences, staff and penalties, sent as an SQLite file with dotted dates."""

from collections.abc import Iterator

from city.dates import drawn, of_year, touched
from city.draws import below, pick, share
from city.household import AS_OF, Person
from city.organisations import Organisation
from city.people import SEX_CHINESE, aged
from city.tables import Department, Entry, Source, Table, columns
from city.world import Block

_LICENCE, _STAFF, _PENALTY = 3701, 3702, 3703
_STAFF_EVERY, _PENALISED_EVERY = 9, 7
_SUSPENDED = share(0.05)
_OFFENCES = ("无证运输", "未在当地进货", "销售非法生产卷烟", "超范围经营")
_POSTS = ("专卖稽查", "许可管理", "客户服务", "配送管理")

_LICENCES = columns("""
xkzh     | varchar(12) NOT NULL | 烟草专卖零售许可证号
qymc     | varchar(200) NOT NULL | 企业（字号）名称
tyshxydm | varchar(20) | 统一社会信用代码
jydz     | varchar(200) | 经营地址
lxdh     | varchar(24) | 店内电话
fzrq     | varchar(10) | 发证日期
yxqz     | varchar(10) | 有效期至
zt       | varchar(8) | 许可证状态（正常 停业 歇业）
ghpc     | varchar(16) | 供货批次
gxsj     | varchar(30) | 更新时间
""")

_STAFF_LIST = columns("""
gh       | varchar(10) NOT NULL | 工号
xm       | varchar(50) NOT NULL | 姓名
xb       | varchar(2) | 性别（男 女）
sfzh     | varchar(24) | 身份证号
bmgw     | varchar(20) | 部门岗位
zfzh     | varchar(20) | 烟草专卖执法检查证号
sj       | varchar(24) | 工作手机
""")

_PENALTIES = columns("""
ah       | varchar(40) NOT NULL | 处罚决定书文号
ay       | varchar(40) | 案由
dsdw     | varchar(200) | 当事单位名称
dwxydm   | varchar(20) | 当事单位统一社会信用代码
cfrq     | varchar(20) | 处罚决定日期
fkje     | varchar(20) | 罚款金额（元）
cljg     | varchar(40) | 处理结果
cbr      | varchar(20) | 承办岗位
""")


def _licences(source: Source, block: Block) -> Iterator[Entry]:
    for firm in block.organisations:
        if firm.sole_trader and firm.industry == "F":
            yield _licence(source, firm)


def _licence(source: Source, firm: Organisation) -> Entry:
    draws, dirt = source.world.dice(_LICENCE, firm.index), source.dirt
    granted = drawn(AS_OF - 4, 4, draws, 0)
    cells = (
        f"3204{firm.index:08d}",
        firm.name,
        dirt.uscc(firm.uscc, draws[3]),
        dirt.address(firm.door, draws[4]),
        firm.landline if draws[5] & 7 else firm.landline[5:],
        granted.bare("."),
        granted.later(5).bare("."),
        "停业" if draws[6] < _SUSPENDED else "歇业" if firm.status != 1 else "正常",
        f"PC{below(100000, draws[7]):06d}",
        touched(draws),
    )
    return Entry(cells, (("retailer", firm.entity), ("shop", firm.door.entity)))


def _staff(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _STAFF_EVERY:
        return
    for home, person in aged(block, 22, 59):
        if person is home.people[0] and person.employer is None:
            yield _officer(source, person)
            return


def _officer(source: Source, person: Person) -> Entry:
    draws, dirt = source.world.dice(_STAFF, person.index), source.dirt
    cells = (
        f"YC{person.index:08d}",
        dirt.name(person.name, draws[0], old_system=True),
        SEX_CHINESE[person.sex],
        dirt.citizen_id(person.citizen_id, draws[1]),
        pick(_POSTS, draws[2]),
        f"苏烟{person.index:08d}" if draws[3] & 3 else None,
        dirt.mobile(person.mobile, draws[4]),
    )
    return Entry(cells, (("officer", person.entity),))


def _penalties(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _PENALISED_EVERY:
        return
    firm, draws = block.organisations[1], source.world.dice(_PENALTY, block.number)
    day = of_year(AS_OF - 3 + below(3, draws[0]), draws, 3)
    cells = (
        f"溧烟处〔{day.year}〕第{block.number + 1}号",
        pick(_OFFENCES, draws[1]),
        firm.name,
        source.dirt.uscc(firm.uscc, draws[2]),
        day.chinese,
        f"{500 + 100 * below(95, draws[5]):,}元",
        "罚款并没收违法所得" if draws[6] & 1 else "罚款",
        "专卖稽查大队",
    )
    yield Entry(cells, (("penalty", f"Mtobacco-xzcf-{block.number}"), ("trader", firm.entity)))


DEPARTMENT = Department(
    "tobacco",
    "溧阳市烟草专卖局",
    (
        Table("lsxkz", "烟草专卖零售许可证", ("xkzh",), _LICENCES, _licences),
        Table("gzry", "烟草专卖工作人员", ("gh",), _STAFF_LIST, _staff),
        Table("xzcf", "烟草专卖行政处罚", ("ah",), _PENALTIES, _penalties),
    ),
    way="file",
    format="sqlite",
)
