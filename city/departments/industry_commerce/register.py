"""Tables of the register: enterprises, their heads and shareholders."""

from collections.abc import Iterator

from city.dates import iso, touched
from city.draws import below, share
from city.household import Person
from city.organisations import Organisation
from city.tables import Entry, Source, Table, columns, synthetic
from city.world import Block

_FIRM, _HEAD, _SHAREHOLDER = 121, 122, 3501
_HAS_SHAREHOLDERS = share(0.18)
_LONG_SCOPE = share(0.02)
_SCOPE = (
    "许可项目：道路货物运输、食品经营（依法须经批准的项目，经相关部门批准后方可开展经营活动）；"
    "一般项目：技术服务、货物进出口、第{n}类专用设备销售；"
)
_SHORT_SCOPE = "一般项目：销售、技术服务、货物进出口。"

_FIRMS = columns("""
pripid       | bigint NOT NULL | 主体身份代码
uniscid      | varchar(18) | 统一社会信用代码
entname      | varchar(200) NOT NULL | 企业（字号）名称
enttype      | char(4) | 主体类型（1130 有限责任公司 9500 个体工商户）
industryphy  | char(1) | 行业门类（GB/T 4754）
dom          | varchar(200) | 住所
regcap       | numeric(18,2) | 注册资本（万元）
estdate      | date | 成立日期
regstate     | char(1) | 登记状态（1 存续 2 吊销 3 注销）
tel          | varchar(24) | 联系电话
opscope      | text | 经营范围
memlist      | varchar(60) | 门店会员名册
waterclient  | varchar(60) | 饮用水客户
rentcontract | varchar(60) | 汽车租赁合同
s_ext_time   | timestamptz NOT NULL | 更新时间
""")

_HEADS = columns("""
lerepid    | varchar(20) NOT NULL | 法定代表人记录号
pripid     | bigint NOT NULL | 主体身份代码
uniscid    | varchar(18) | 统一社会信用代码
lerepname  | varchar(50) | 法定代表人（经营者）姓名
cerno      | varchar(24) | 证件号码
position   | varchar(20) | 职务
mobtel     | varchar(24) | 移动电话
s_ext_time | timestamptz NOT NULL | 更新时间
""")

_SHAREHOLDERS = columns("""
invid      | varchar(20) NOT NULL | 股东记录号
pripid     | bigint NOT NULL | 主体身份代码
uniscid    | varchar(18) | 统一社会信用代码
entname    | varchar(200) | 企业名称
inv        | varchar(50) | 股东姓名
cerno      | varchar(24) | 股东证件号码
subconam   | numeric(18,2) | 认缴出资额（万元）
condate    | date | 出资日期
s_ext_time | timestamptz NOT NULL | 更新时间
""")


def _firms(source: Source, block: Block) -> Iterator[Entry]:
    for firm in block.organisations:
        draws = source.world.dice(_FIRM, firm.index)
        cells = (
            str(firm.index + 1),
            source.dirt.uscc(firm.uscc, draws[0]),
            firm.name,
            "9500" if firm.sole_trader else "1130",
            firm.industry,
            source.dirt.address(firm.door, draws[1]),
            f"{firm.capital}.00",
            iso(firm.established),
            str(firm.status),
            firm.landline if draws[2] & 15 else firm.landline[1:],
            "".join(_SCOPE.format(n=n + 1) for n in range(14)) if draws[3] < _LONG_SCOPE else _SHORT_SCOPE,
            synthetic("门店会员", firm.index),
            synthetic("饮用水客户", firm.index),
            synthetic("租车合同", firm.index),
            touched(draws),
        )
        yield Entry(cells, (("enterprise", firm.entity), ("premises", firm.door.entity)))


def _heads(source: Source, block: Block) -> Iterator[Entry]:
    for firm, person in zip(block.organisations, block.representatives, strict=True):
        yield _head(source, firm, person)


def _head(source: Source, firm: Organisation, person: Person) -> Entry:
    draws, dirt = source.world.dice(_HEAD, firm.index), source.dirt
    cells = (
        f"FR{firm.index:09d}",
        str(firm.index + 1),
        dirt.uscc(firm.uscc, draws[0]),
        dirt.name(person.name, draws[1]),
        dirt.citizen_id(person.citizen_id, draws[2]),
        "经营者" if firm.sole_trader else "执行董事",
        dirt.mobile(person.mobile, draws[3]),
        touched(draws),
    )
    return Entry(cells, (("representative", person.entity), ("enterprise", firm.entity)))


def _shareholders(source: Source, block: Block) -> Iterator[Entry]:
    """Yield the head's share of some companies, and that of the last household's head, who is somebody else."""
    firm, head, other = block.organisations[0], block.representatives[0], block.households[-1].people[0]
    draws = source.world.dice(_SHAREHOLDER, firm.index)
    if draws[0] >= _HAS_SHAREHOLDERS:
        return
    part = firm.capital * (3 + below(5, draws[1])) * 10  # hundredths of 10⁴ yuan
    yield _shareholder(source, firm, head, 0, firm.capital * 100 - part if other is not head else firm.capital * 100)
    if other is not head:
        yield _shareholder(source, firm, other, 1, part)


def _shareholder(source: Source, firm: Organisation, person: Person, place: int, cents: int) -> Entry:
    draws, dirt = source.world.dice(_SHAREHOLDER, 2 * firm.index + place + 1), source.dirt
    cells = (
        f"TZ{2 * firm.index + place:010d}",
        str(firm.index + 1),
        dirt.uscc(firm.uscc, draws[0]),
        firm.name,
        dirt.name(person.name, draws[1]),
        dirt.citizen_id(person.citizen_id, draws[2]),
        f"{cents // 100}.{cents % 100:02d}",
        iso(firm.established),
        touched(draws),
    )
    return Entry(cells, (("shareholder", person.entity), ("enterprise", firm.entity)))


REGISTER = (
    Table("e_baseinfo", "市场主体基本信息", ("pripid",), _FIRMS, _firms, out_of_line=("opscope",)),
    Table("e_lerep", "法定代表人信息", ("lerepid",), _HEADS, _heads),
    Table("e_inv", "股东及出资信息", ("invid",), _SHAREHOLDERS, _shareholders),
)
