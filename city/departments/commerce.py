"""市商务局 (commerce): foreign-invested enterprises with their legal representatives, and what they report of employment."""

from collections.abc import Iterator

from city.dates import iso, touched
from city.draws import Draws, below, pick
from city.household import AS_OF
from city.tables import Department, Entry, Source, Table, columns
from city.world import Block

_ENTERPRISE, _EMPLOYMENT = 2001, 2002
_EVERY = 3
"""One block in so many has a foreign-invested company."""
_COUNTRIES = ("344", "344", "158", "392", "702", "840", "276")
_QUARTER_ENDS = ("0331", "0630", "0930", "1231")

_ENTERPRISES = columns("""
pzzsh  | varchar(24) NOT NULL | 批准证书号
xydm   | varchar(24) | 统一社会信用代码
qymc   | varchar(200) NOT NULL | 企业名称
qydz   | varchar(200) | 企业地址
qyxz   | char(1) | 企业性质（1 合资 2 合作 3 独资）
tzgb   | char(3) | 投资国别（地区）（GB/T 2659）
zczb   | numeric(18,2) | 注册资本（万元人民币）
pzrq   | char(8) | 批准日期
jyzt   | char(1) | 经营状态（1 在营 2 停业 3 注销）
frxm   | varchar(50) | 法定代表人姓名
frzjhm | varchar(24) | 法定代表人证件号码
frsj   | varchar(24) | 法定代表人手机
lxdh   | varchar(24) | 企业联系电话
gxsj   | timestamptz NOT NULL | 更新时间
""")

_REPORTS = columns("""
bbbh | varchar(24) NOT NULL | 报表编号
xydm | varchar(24) | 统一社会信用代码
qymc | varchar(200) | 企业名称
bbq  | date | 报告期末
qmrs | integer | 期末从业人数
tbr  | varchar(50) | 填报人
gxsj | timestamptz NOT NULL | 更新时间
""")


def _has_one(block: Block) -> bool:
    return block.number % _EVERY == 1


def _enterprises(source: Source, block: Block) -> Iterator[Entry]:
    if not _has_one(block):
        return
    firm, head, dirt = block.organisations[0], block.representatives[0], source.dirt
    draws = source.world.dice(_ENTERPRISE, firm.index)
    cells = (
        f"商外资苏府资字{firm.index:08d}号",
        dirt.uscc(firm.uscc, draws[0]),
        firm.name,
        dirt.address(firm.door, draws[1]),
        pick("1123333", draws[2]),
        pick(_COUNTRIES, draws[3]),
        f"{firm.capital}.00",
        firm.established,
        str(firm.status),
        dirt.name(head.name, draws[4]),
        dirt.citizen_id(head.citizen_id, draws[5]),
        dirt.mobile(head.mobile, draws[6]),
        firm.landline,
        touched(draws),
    )
    yield Entry(cells, (("enterprise", firm.entity), ("representative", head.entity)))


def _reports(source: Source, block: Block) -> Iterator[Entry]:
    if not _has_one(block):
        return
    firm = block.organisations[0]
    draws = source.world.dice(_EMPLOYMENT, firm.index)
    cells = (
        f"WZYG{AS_OF - 1}{firm.index:08d}",
        source.dirt.uscc(firm.uscc, draws[0]),
        firm.name,
        iso(f"{AS_OF - 1}{pick(_QUARTER_ENDS, draws[1])}"),
        _employed(draws),
        f"统计员{below(9, draws[4]) + 1}",
        touched(draws),
    )
    yield Entry(cells, (("report", f"Mcommerce-wz_ygbb-{firm.index}"), ("enterprise", firm.entity)))


def _employed(draws: Draws) -> str:
    """Return how many work there: many small, few large."""
    return str(5 + (below(40, draws[2]) * below(40, draws[3]) >> 1))


DEPARTMENT = Department(
    "commerce",
    "溧阳市商务局",
    (
        Table("wz_qyxx", "外商投资企业信息", ("pzzsh",), _ENTERPRISES, _enterprises),
        Table("wz_ygbb", "外商投资企业用工报表", ("bbbh",), _REPORTS, _reports),
    ),
)
