"""市应急办 (emergency office): incidents, drills, and the resources that organisations hold ready."""

from collections.abc import Iterator

from city.dates import of_year, touched
from city.draws import below, pick
from city.household import AS_OF
from city.institutions import institutions
from city.places import Door
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.world import Block

_INCIDENT, _DRILL, _RESOURCE = 3201, 3202, 3203
_INCIDENT_KINDS = {"10000": "内涝积水", "20000": "厂房火灾", "30000": "食物中毒", "40000": "人群聚集"}
_SUPPLIES = ("冲锋舟", "排水泵", "救灾帐篷", "发电机组", "编织袋", "挖掘机")
_COMPANIES = 1_000_000_000
"""Resources of companies are numbered from here, above the institutions'."""

_INCIDENTS = columns("""
sjbh | varchar(20) NOT NULL | 事件编号
sjbt | varchar(100) | 事件标题
sjlb | char(5) | 事件类别（10000 自然灾害 20000 事故灾难 30000 公共卫生 40000 社会安全）
sjjb | char(1) | 事件级别（1 特别重大 2 重大 3 较大 4 一般）
fssj | varchar(20) | 发生时间
fsdd | varchar(200) | 发生地点
xzqh | varchar(40) | 乡镇（街道）
czdw | varchar(100) | 处置单位
czzt | char(1) | 处置状态（1 处置中 2 已结束）
swqk | varchar(60) | 伤亡人员健康状况
gxsj | timestamptz NOT NULL | 更新时间
""")

_DRILLS = columns("""
ylbh | varchar(20) NOT NULL | 演练编号
ylmc | varchar(100) | 演练名称
ylxs | char(1) | 演练形式（1 桌面 2 实战）
ylrq | char(8) | 演练日期
zzdw | varchar(200) | 组织单位
xydm | varchar(24) | 组织单位统一社会信用代码
cyrs | integer | 参演人数
gxsj | timestamptz NOT NULL | 更新时间
""")

_RESOURCES = columns("""
zybh | varchar(20) NOT NULL | 资源编号
zymc | varchar(60) | 资源名称
sl   | integer | 数量
cfdd | varchar(200) | 存放地点
ssdw | varchar(200) | 所属单位
xydm | varchar(24) | 所属单位统一社会信用代码
zbdh | varchar(24) | 调用电话
zt   | char(1) | 状态（1 可用 2 维修）
gxsj | timestamptz NOT NULL | 更新时间
""")

_Owner = tuple[str, str, Door, str]


def _incidents(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % 4:
        return
    draws, dirt = source.world.dice(_INCIDENT, block.number), source.dirt
    kind, place = pick(tuple(_INCIDENT_KINDS), draws[0]), pick(block.organisations, draws[1]).door
    day = of_year(AS_OF - 1 - below(3, draws[7]), draws, 2)
    cells = (
        f"YJ{AS_OF - 1}{block.number:07d}",
        f"{place.town}{_INCIDENT_KINDS[kind]}",
        kind,
        pick("34444444", draws[6]),
        f"{day.padded('-')} {below(24, draws[4]):02d}:{below(60, draws[5]):02d}",
        dirt.address(place, draws[8]),
        place.town,
        f"{place.town}应急管理办公室",
        "2" if draws[9] & 7 else "1",
        synthetic("伤亡人员健康状况", block.number),
        touched(draws),
    )
    yield Entry(cells, (("incident", f"Memergency-yj_sjxx-{block.number}"),))


def _drills(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % 8:
        return
    firm, draws = block.organisations[0], source.world.dice(_DRILL, block.number)
    cells = (
        f"YL{AS_OF - 1}{block.number:07d}",
        f"{pick(('消防疏散', '防汛抢险', '危化品泄漏处置', '有限空间救援'), draws[0])}演练",
        pick("122", draws[1]),
        of_year(AS_OF - 1, draws, 2).padded(),
        firm.name,
        source.dirt.uscc(firm.uscc, draws[4]),
        str(20 + below(180, draws[5])),
        touched(draws),
    )
    yield Entry(cells, (("drill", f"Memergency-yj_ylxx-{block.number}"), ("organiser", firm.entity)))


def _resources(source: Source, block: Block) -> Iterator[Entry]:
    for team in institutions(source.world, block, "emergency_unit"):
        owner = (team.name, team.uscc, team.door, team.landline)
        yield _resource(source, team.index, owner, team.entity)
    if block.number % 7 == 1:
        firm = block.organisations[0]
        yield _resource(source, _COMPANIES + firm.index, (firm.name, firm.uscc, firm.door, firm.landline), firm.entity)


def _resource(source: Source, number: int, owner: _Owner, entity: str) -> Entry:
    draws, dirt, (name, uscc, place, telephone) = source.world.dice(_RESOURCE, number), source.dirt, owner
    cells = (
        f"ZY{number:010d}",
        pick(_SUPPLIES, draws[0]),
        str(below(60, draws[1]) + 1),
        dirt.address(place, draws[2]),
        name,
        dirt.uscc(uscc, draws[3]),
        telephone,
        "1" if draws[4] & 7 else "2",
        touched(draws),
    )
    return Entry(cells, (("resource", f"Memergency-yj_zyxx-{number}"), ("owner", entity)))


DEPARTMENT = Department(
    "emergency",
    "溧阳市人民政府应急管理办公室",
    (
        Table("yj_sjxx", "突发事件信息", ("sjbh",), _INCIDENTS, _incidents),
        Table("yj_ylxx", "应急演练信息", ("ylbh",), _DRILLS, _drills),
        Table("yj_zyxx", "应急资源信息", ("zybh",), _RESOURCES, _resources),
    ),
)
