"""市国税局、地税局 (tax): taxpayer registration of organisations and sole traders, penalties on companies."""

from collections.abc import Iterator

from city.dates import drawn, iso, touched
from city.draws import below, pick, share
from city.household import AS_OF, Person
from city.organisations import Organisation
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_TAXPAYER, _PENALTY = 3401, 3402
_CLOSED = 3
_IRREGULAR = share(0.04)
_PENALISED_EVERY, _RETURNS_EVERY = 8, 12
"""Blocks that a penalty, and an individual's return, happen in."""
_OFFENCES = ("01", "02", "03", "05")

_TAXPAYERS = columns("""
djxh        | varchar(20) NOT NULL | 登记序号
nsrsbh      | varchar(20) | 纳税人识别号（统一社会信用代码）
nsrmc       | varchar(200) NOT NULL | 纳税人名称
djzclx_dm   | char(3) | 登记注册类型代码（159 其他有限责任公司 410 个体工商户）
hymlbm      | char(1) | 国标行业门类（GB/T 4754）
zcdz        | varchar(200) | 注册地址
fddbrxm     | varchar(50) | 法定代表人（负责人、业主）姓名
fddbrsfzjhm | varchar(24) | 法定代表人身份证件号码
fddbrxb     | char(1) | 法定代表人性别（GB/T 2261.1）
fddbryddh   | varchar(24) | 法定代表人移动电话
bsdh        | varchar(24) | 办税联系电话
djrq        | date | 税务登记日期
nsrzt_dm    | char(2) | 纳税人状态代码（03 正常 05 非正常）
zgswj_dm    | varchar(11) | 主管税务机关代码
grsdje      | varchar(60) | 业主个人所得
grsdse      | varchar(60) | 业主已纳个人所得税
xgrq        | timestamptz NOT NULL | 修改日期
""")

_PENALTIES = columns("""
jdsh     | varchar(40) NOT NULL | 税务行政处罚决定书文号
wfsddm   | char(2) | 违法行为代码
nsrsbh   | varchar(20) | 当事单位纳税人识别号
nsrmc    | varchar(200) | 当事单位名称
cfrq     | varchar(20) | 处罚决定日期
fkje     | numeric(18,2) | 罚款金额（元）
zxzt     | char(1) | 执行状态（1 已执行 0 未执行）
cfjg     | varchar(60) | 处罚机关
bljg     | text | 办理经过
xgrq     | timestamptz NOT NULL | 修改日期
""")

_RETURNS = columns("""
sbxh   | varchar(20) NOT NULL | 个人所得税申报序号
nsr    | varchar(60) | 自然人纳税人
sdse   | varchar(60) | 收入与已纳税额
""")


def _taxpayers(source: Source, block: Block) -> Iterator[Entry]:
    for firm, head in zip(block.organisations, block.representatives, strict=True):
        if firm.status != _CLOSED:
            yield _taxpayer(source, firm, head)


def _taxpayer(source: Source, firm: Organisation, head: Person) -> Entry:
    draws, dirt = source.world.dice(_TAXPAYER, firm.index), source.dirt
    cells = (
        f"1011320481{firm.index:010d}",
        dirt.uscc(firm.uscc, draws[0]),
        firm.name,
        "410" if firm.sole_trader else "159",
        firm.industry,
        dirt.address(firm.door, draws[1]),
        dirt.name(head.name, draws[2], old_system=True),
        dirt.citizen_id(head.citizen_id, draws[3]),
        str(head.sex),
        dirt.mobile(head.mobile, draws[4]),
        firm.landline,
        iso(firm.established),
        "05" if draws[5] < _IRREGULAR else "03",
        f"2320481{firm.door.street.town_code}0",
        synthetic("业主个人所得", firm.index),
        synthetic("业主个人所得税", firm.index),
        touched(draws),
    )
    return Entry(cells, (("taxpayer", firm.entity), ("representative", head.entity)))


def _penalties(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _PENALISED_EVERY != 1:
        return
    firm = block.organisations[0]
    draws = source.world.dice(_PENALTY, firm.index)
    day = drawn(AS_OF - 4, 4, draws, 0)
    cells = (
        f"溧税罚〔{day.year}〕{firm.index:07d}号",
        pick(_OFFENCES, draws[3]),
        source.dirt.uscc(firm.uscc, draws[4]),
        firm.name,
        day.chinese,
        f"{200 * (1 + below(50, draws[5]))}.00",
        "1" if draws[6] & 7 else "0",
        "溧阳市税务稽查局" if draws[7] & 1 else "溧阳市税务局第一税务分局",
        "经检查、告知、陈述申辩后作出决定。",
        touched(draws),
    )
    yield Entry(cells, (("penalty", f"Mtax-cf_swxz-{firm.index}"), ("company", firm.entity)))


DEPARTMENT = Department(
    "tax",
    "溧阳市国家税务局、地方税务局",
    (
        Table("dj_nsrxx", "纳税人登记信息", ("djxh",), _TAXPAYERS, _taxpayers),
        Table("cf_swxz", "税务行政处罚信息", ("jdsh",), _PENALTIES, _penalties),
        Table(
            "gs_zrrsb",
            "自然人个人所得税申报",
            ("sbxh",),
            _RETURNS,
            kept(_RETURNS_EVERY, 0, "自然人纳税人", "收入与税额", serial="GS{:012d}"),
            withheld=True,
        ),
    ),
)
