"""市农林局 (agriculture): approvals, farm machinery, veterinary units, farms and staff, penalties; dates as 20130530."""

from collections.abc import Iterator

from city.dates import drawn, touched
from city.draws import Draws, below, pick, share
from city.household import AS_OF, Household, Person
from city.institutions import Institution, institutions
from city.people import SEX_CHINESE
from city.tables import Department, Entry, Source, Table, columns
from city.world import Block

_PROJECT, _MACHINE, _VET, _FARM, _STAFF, _PENALTY = range(1801, 1807)
_HAS_MACHINE = share(0.14)
_PROJECTS = ("高标准农田建设", "设施农业大棚", "畜禽粪污资源化利用", "茶园提升改造")
_MAKES = {"1": ("东方红", "LX904"), "2": ("久保田", "PRO688Q"), "3": ("井关", "PZ60")}
_WRONGS = (("经营假劣种子", "没收违法所得并处罚款"), ("未按规定使用兽药", "责令改正并处罚款"), ("运输动物无检疫证明", "处以罚款"))

_PROJECT_COLUMNS = columns("""
xmbh   | varchar(20) NOT NULL | 项目编号
xmmc   | varchar(100) | 项目名称
sqdw   | varchar(200) | 申报单位
dwxydm | varchar(18) | 申报单位统一社会信用代码
pfwh   | varchar(40) | 批复文号
pfrq   | char(8) | 批复日期
zt     | char(1) | 状态（1 批复 2 实施 3 验收）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_MACHINE_COLUMNS = columns("""
njbh   | varchar(20) NOT NULL | 农机登记编号
njlb   | char(1) | 农机类别（1 拖拉机 2 联合收割机 3 插秧机）
pp     | varchar(40) | 品牌
xh     | varchar(40) | 型号
fdjh   | varchar(24) | 发动机号
djrq   | char(8) | 登记日期
jyyxq  | char(8) | 检验有效期止
zt     | char(1) | 状态（1 在用 2 报废）
syr    | varchar(50) | 所有人
gxsj   | timestamptz NOT NULL | 更新时间
""")

_VET_COLUMNS = columns("""
jgbh   | varchar(20) NOT NULL | 机构编号
jgmc   | varchar(200) NOT NULL | 兽医机构名称
xydm   | varchar(18) | 统一社会信用代码
dz     | varchar(200) | 地址
lxdh   | varchar(24) | 联系电话
slrq   | char(8) | 设立日期
zt     | char(1) | 状态（1 正常 2 撤销）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_FARM_COLUMNS = columns("""
ncbh   | varchar(20) NOT NULL | 农场编号
ncmc   | varchar(200) NOT NULL | 农场（合作社）名称
xydm   | varchar(18) | 统一社会信用代码
ncdz   | varchar(200) | 地址
fzr    | varchar(50) | 负责人
lxdh   | varchar(24) | 联系电话
zylb   | char(1) | 主营类别（1 粮油 2 茶果 3 水产）
clrq   | char(8) | 成立日期
gxsj   | timestamptz NOT NULL | 更新时间
""")

_STAFF_COLUMNS = columns("""
gh     | varchar(20) NOT NULL | 工号
xm     | varchar(50) NOT NULL | 姓名
xb     | varchar(2) | 性别
sfzh   | varchar(24) | 身份证号
dw     | varchar(200) | 所在单位
gw     | varchar(40) | 岗位
rzrq   | char(8) | 任职日期
sj     | varchar(24) | 手机
gxsj   | timestamptz NOT NULL | 更新时间
""")

_PENALTY_COLUMNS = columns("""
wsh    | varchar(40) NOT NULL | 处罚决定书文号
dsr    | varchar(200) | 当事单位
dsrdm  | varchar(18) | 当事单位统一社会信用代码
ay     | varchar(100) | 案由
cfnr   | varchar(100) | 处罚内容
fk     | numeric(12,2) | 罚款（元）
jdrq   | char(8) | 决定日期
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _projects(source: Source, block: Block) -> Iterator[Entry]:
    for farm in institutions(source.world, block, "farm"):
        draws = source.world.dice(_PROJECT, farm.index)
        day = drawn(AS_OF - 8, 8, draws, 2)
        cells = (
            f"NX{farm.index:010d}",
            f"{farm.door.town}{pick(_PROJECTS, draws[0])}项目",
            farm.name,
            source.dirt.uscc(farm.uscc, draws[1]),
            f"溧农复〔{day.year}〕{farm.index}号",
            day.padded(),
            pick(("1", "2", "3"), draws[5]),
            touched(draws),
        )
        yield Entry(cells, (("project", f"Magriculture-nl_xmsp-{farm.index}"), ("applicant", farm.entity)))


def _machines(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        if home.door.street.rural:
            draws = source.world.dice(_MACHINE, home.index)
            if draws[0] < _HAS_MACHINE:
                yield _machine(source, home, draws)


def _machine(source: Source, home: Household, draws: Draws) -> Entry:
    sort = pick(tuple(_MAKES), draws[1])
    day = drawn(AS_OF - 12, 12, draws, 2)
    cells = (
        f"NJ3204{home.index:09d}",
        sort,
        *_MAKES[sort],
        f"N{draws[5]:08X}{home.index % 1000:03d}",
        day.padded(),
        day.in_year(AS_OF + below(2, draws[6])).padded(),
        "2" if draws[7] & 7 == 0 else "1",
        source.dirt.name(home.people[0].name, draws[8]),
        touched(draws),
    )
    return Entry(cells, (("machine", f"T-agriculture-{home.index}"),))


def _vets(source: Source, block: Block) -> Iterator[Entry]:
    for place in institutions(source.world, block, "veterinary"):
        draws, dirt = source.world.dice(_VET, place.index), source.dirt
        cells = (
            f"SY{place.index:010d}",
            place.name,
            dirt.uscc(place.uscc, draws[0]),
            dirt.address(place.door, draws[1]),
            place.landline,
            place.established,
            "2" if draws[2] & 31 == 0 else "1",
            touched(draws),
        )
        yield Entry(cells, (("unit", place.entity), ("premises", place.door.entity)))


def _farms(source: Source, block: Block) -> Iterator[Entry]:
    for farm in institutions(source.world, block, "farm"):
        draws, dirt = source.world.dice(_FARM, farm.index), source.dirt
        cells = (
            f"NC{farm.index:010d}",
            farm.name,
            dirt.uscc(farm.uscc, draws[0]),
            dirt.address(farm.door, draws[1]),
            farm.staff[0].name if farm.staff else None,
            farm.landline,
            "3" if "水产" in farm.name else "2" if "茶" in farm.name else "1",
            farm.established,
            touched(draws),
        )
        yield Entry(cells, (("farm", farm.entity), ("premises", farm.door.entity)))


def _staff(source: Source, block: Block) -> Iterator[Entry]:
    places = (place for sort in ("veterinary", "farm") for place in institutions(source.world, block, sort))
    seen: dict[int, tuple[Institution, Person]] = {}
    for place in places:
        for person in place.staff[:1]:
            seen.setdefault(person.index, (place, person))
    for place, person in seen.values():
        draws, dirt = source.world.dice(_STAFF, person.index), source.dirt
        cells = (
            f"NY{person.index:010d}",
            dirt.name(person.name, draws[0]),
            SEX_CHINESE[person.sex],
            dirt.citizen_id(person.citizen_id, draws[1]),
            place.name,
            _post(place, draws),
            drawn(max(person.year + 20, AS_OF - 15), 3, draws, 3).padded(),
            dirt.mobile(person.mobile, draws[6]),
            touched(draws),
        )
        yield Entry(cells, (("staff", person.entity),))


def _post(place: Institution, draws: Draws) -> str:
    return pick(("官方兽医", "检疫员") if place.sort == "veterinary" else ("场长", "农技员", "会计"), draws[2])


def _penalties(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % 10 == 7:  # noqa: PLR2004  # the block's turn
        firm, draws = block.organisations[1], source.world.dice(_PENALTY, block.number)
        day, (wrong, outcome) = drawn(AS_OF - 6, 6, draws, 2), pick(_WRONGS, draws[0])
        cells = (
            f"溧农罚〔{day.year}〕{block.number:05d}号",
            firm.name,
            source.dirt.uscc(firm.uscc, draws[1]),
            wrong,
            outcome,
            f"{500 + 100 * below(90, draws[5])}.00",
            day.padded(),
            touched(draws),
        )
        yield Entry(cells, (("penalty", f"Magriculture-nl_cfjl-{block.number}"),))


DEPARTMENT = Department(
    "agriculture",
    "溧阳市农林局",
    (
        Table("nl_xmsp", "农业项目审批", ("xmbh",), _PROJECT_COLUMNS, _projects),
        Table("nj_djxx", "农业机械登记", ("njbh",), _MACHINE_COLUMNS, _machines),
        Table("sy_jgxx", "兽医机构", ("jgbh",), _VET_COLUMNS, _vets),
        Table("nc_ncxx", "农场信息", ("ncbh",), _FARM_COLUMNS, _farms),
        Table("nl_ryxx", "农林系统人员", ("gh",), _STAFF_COLUMNS, _staff),
        Table("nl_cfjl", "农业行政处罚", ("wsh",), _PENALTY_COLUMNS, _penalties),
    ),
)
