"""市城管局 (city management): enforcement cases on organisations and auxiliary staff; natural persons stopped in the street stay."""

from collections.abc import Iterator

from city.dates import Day, first_of_month, touched
from city.draws import below, pick
from city.household import AS_OF
from city.people import employed
from city.tables import Department, Entry, Source, Table, columns
from city.withheld import kept
from city.world import Block

_CASE, _STAFF = 2901, 2902
_MATTERS = ("A01", "A02", "B01", "B02", "C01")

_CASES = columns("""
ajbh | varchar(24) NOT NULL | 案件编号
dwmc | varchar(200) | 当事单位名称
xydm | varchar(24) | 统一社会信用代码
ajlx | char(3) | 案件类型（A01 占道经营 A02 店外堆放 B01 违章广告 B02 违法搭建 C01 渣土抛洒）
fsdd | varchar(200) | 发生地点
larq | char(8) | 立案日期
jarq | char(8) | 结案日期
cfjg | char(1) | 处理结果（1 警告 2 罚款 3 责令改正）
fkje | numeric(12,2) | 罚款金额（元）
zfzd | varchar(40) | 承办中队
gxsj | timestamptz NOT NULL | 更新时间
""")

_STAFFS = columns("""
gh   | varchar(12) NOT NULL | 工号
xm   | varchar(50) | 姓名
sfzh | varchar(24) | 公民身份号码
xb   | char(1) | 性别（GB/T 2261.1）
sj   | varchar(24) | 手机号码
zw   | varchar(20) | 岗位
ssdw | varchar(60) | 所属单位
rzrq | char(8) | 入职日期
zzzt | char(1) | 在职状态（1 在职 2 离职）
gxsj | timestamptz NOT NULL | 更新时间
""")

_STOPPED = columns("""
lsh | bigint NOT NULL | 流水号
dsr | varchar(60) | 被查处个人
qk  | varchar(60) | 查处情况
""")


def _cases(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % 3:
        return
    draws, dirt = source.world.dice(_CASE, block.number), source.dirt
    firm = pick(block.organisations, draws[0])
    result, begun = pick("1123", draws[1]), Day(AS_OF - 1, below(11, draws[2]) + 1, below(28, draws[3]) + 1)
    closed = bool(draws[4] & 7)
    cells = (
        f"溧城执{AS_OF - 1}{block.number:07d}",
        firm.name,
        dirt.uscc(firm.uscc, draws[5]),
        pick(_MATTERS, draws[6]),
        dirt.address(firm.door, draws[7]),
        begun.padded(),
        begun.next_month.padded() if closed else None,
        result if closed else None,
        f"{(below(20, draws[8]) + 1) * 100}.00" if closed and result == "2" else None,
        f"{firm.door.town}中队",
        touched(draws),
    )
    yield Entry(cells, (("case", f"Mcity_management-zf_ajxx-{block.number}"), ("party", firm.entity)))


def _staff(source: Source, block: Block) -> Iterator[Entry]:
    people = employed(block)
    if block.number % 6 or not people:
        return
    draws, dirt = source.world.dice(_STAFF, block.number), source.dirt
    person, _ = pick(people, draws[0])
    cells = (
        f"XG{block.number:06d}",
        dirt.name(person.name, draws[1]),
        dirt.citizen_id(person.citizen_id, draws[2]),
        str(person.sex),
        dirt.mobile(person.mobile, draws[3]),
        pick(("协管员", "协管员", "停车管理员", "信息采集员"), draws[4]),
        f"溧阳市城市管理局{block.organisations[0].door.town}中队",
        first_of_month(AS_OF - 9, 9, draws, 5).padded(),
        "1" if draws[7] & 7 else "2",
        touched(draws),
    )
    yield Entry(cells, (("auxiliary", person.entity),))


DEPARTMENT = Department(
    "city_management",
    "溧阳市城市管理局",
    (
        Table("zf_ajxx", "城管执法案件（单位）", ("ajbh",), _CASES, _cases),
        Table("zf_xgry", "城管协管人员", ("gh",), _STAFFS, _staff),
        Table("zf_grcc", "街面执法查处个人", ("lsh",), _STOPPED, kept(8, 1, "被查处个人", "查处情况"), withheld=True),
    ),
)
