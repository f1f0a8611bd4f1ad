"""市安监局、质监局 (work safety and quality): the organisation-code master, certified special workers, accident handling."""

from collections.abc import Iterator

from city.dates import drawn, of_year, read, touched
from city.draws import below, pick
from city.household import AS_OF
from city.organisations import Organisation
from city.people import SEX_ENGLISH, employed
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.world import Block

_CODE, _WORKER, _ACCIDENT = 2501, 2502, 2503
_ORGANISATION_CODE = slice(8, 17)
"""Where a USCC (GB 32100) holds the organisation code."""
_TRADES = ("01", "02", "03", "04", "05")
_KINDS = ("02", "03", "05", "08", "09")

_CODES = columns("""
jgdm   | char(10) NOT NULL | 组织机构代码（GB 11714）
tyxydm | varchar(24) | 统一社会信用代码（GB 32100）
jgmc   | varchar(200) NOT NULL | 机构名称
jglx   | char(1) | 机构类型（1 企业法人 9 个体工商户）
fddbr  | varchar(50) | 法定代表人或负责人
jgdz   | varchar(200) | 机构地址
jjhy   | char(1) | 经济行业（GB/T 4754）
zcrq   | varchar(10) | 成立日期
zgrs   | integer | 职工人数
zszt   | char(1) | 证书状态（0 正常 1 撤销 2 注销）
dhhm   | varchar(24) | 电话号码
gxsj   | timestamptz NOT NULL | 更新时间
""")

_WORKERS = columns("""
czzh | varchar(20) NOT NULL | 操作证号
xm   | varchar(50) | 姓名
sfzh | varchar(24) | 公民身份号码
xb   | char(1) | 性别（M 男 F 女）
zylb | varchar(2) | 作业类别（01 电工 02 焊工 03 制冷 04 锅炉 05 安全工程师）
gzdw | varchar(200) | 工作单位
lxdh | varchar(24) | 联系电话
clrq | varchar(10) | 初领日期
yxqz | varchar(10) | 有效期至
gxsj | timestamptz NOT NULL | 更新时间
""")

_ACCIDENTS = columns("""
sgbh   | varchar(20) NOT NULL | 事故编号
dwmc   | varchar(200) | 事故单位
xydm   | varchar(24) | 统一社会信用代码
sgdz   | varchar(200) | 事故地点
sgrq   | varchar(10) | 事故日期
sglb   | char(2) | 事故类别（GB 6441）
dczt   | char(1) | 调查状态（1 调查中 2 已结案）
cljg   | char(1) | 处理结果（1 限期整改 2 行政处罚 3 停产整顿）
shrysq | varchar(60) | 伤亡人员伤情
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _codes(source: Source, block: Block) -> Iterator[Entry]:
    for firm, head in zip(block.organisations, block.representatives, strict=True):
        yield _code(source, firm, head.name)


def _code(source: Source, firm: Organisation, head: str) -> Entry:
    draws, dirt = source.world.dice(_CODE, firm.index), source.dirt
    code = firm.uscc[_ORGANISATION_CODE]
    cells = (
        f"{code[:8]}-{code[8]}",
        dirt.uscc(firm.uscc, draws[0]),
        firm.name,
        "9" if firm.sole_trader else "1",
        dirt.name(head, draws[1], old_system=True),
        dirt.address(firm.door, draws[2]),
        firm.industry,
        read(firm.established).padded("."),
        str(below(4, draws[3]) + 1 if firm.sole_trader else 5 + (below(40, draws[3]) * below(40, draws[4]) >> 2)),
        str(firm.status - 1),
        firm.landline,
        touched(draws),
    )
    return Entry(cells, (("organisation", firm.entity),))


def _workers(source: Source, block: Block) -> Iterator[Entry]:
    people = employed(block)
    if block.number % 9 or not people:
        return
    draws, dirt = source.world.dice(_WORKER, block.number), source.dirt
    person, employer = pick(people, draws[0])
    granted = drawn(AS_OF - 6, 6, draws, 5)
    cells = (
        f"TZ3204{block.number:08d}",
        dirt.name(person.name, draws[1]),
        dirt.citizen_id(person.citizen_id, draws[2]),
        SEX_ENGLISH[person.sex],
        dirt.code(pick(_TRADES, draws[3]), draws[8]),
        source.world.organisation(employer).name,
        dirt.mobile(person.mobile, draws[4]),
        granted.padded("."),
        granted.later(6).padded("."),
        touched(draws),
    )
    yield Entry(cells, (("worker", person.entity),))


def _accidents(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % 11:
        return
    firm, draws, dirt = block.organisations[0], source.world.dice(_ACCIDENT, block.number), source.dirt
    closed = bool(draws[4] & 3)
    cells = (
        f"SG{AS_OF - 1}{block.number:08d}",
        firm.name,
        dirt.uscc(firm.uscc, draws[0]),
        dirt.address(firm.door, draws[1]),
        of_year(AS_OF - 1, draws, 2).padded("."),
        pick(_KINDS, draws[5]),
        "2" if closed else "1",
        pick("123", draws[6]) if closed else None,
        synthetic("伤亡人员伤情", block.number),
        touched(draws),
    )
    yield Entry(cells, (("accident", f"Mwork_safety_quality-aq_sgcl-{block.number}"),))


DEPARTMENT = Department(
    "work_safety_quality",
    "溧阳市安全生产监督管理局、溧阳市质量技术监督局",
    (
        Table("zj_jgdm", "组织机构代码", ("jgdm",), _CODES, _codes),
        Table("aq_tzry", "特种作业与安全资格人员", ("czzh",), _WORKERS, _workers),
        Table("aq_sgcl", "生产安全事故处理", ("sgbh",), _ACCIDENTS, _accidents),
    ),
)
