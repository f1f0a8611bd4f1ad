"""市旅游局 (tourism): a monthly workbook of travel agencies, guides and staff; travellers and their journeys stay."""

from collections.abc import Callable, Iterator

from city.dates import read
from city.draws import below, pick
from city.household import AS_OF, Person
from city.institutions import Institution, institutions, staff
from city.people import SEX_CHINESE
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.world import Block

_AGENCY, _GUIDE, _STAFF = 2601, 2602, 2603
_GUIDES = 2
"""So many of an agency's people are guides; the others are its staff."""
_POSTS = ("计调", "门市接待", "财务", "司机")

_AGENCIES = columns("""
许可证号 | varchar(24) NOT NULL | 旅行社业务经营许可证号
旅行社名称 | varchar(200) | 旅行社名称
统一社会信用代码 | varchar(24) | 统一社会信用代码
经营地址 | varchar(200) | 经营地址
业务范围 | varchar(20) | 业务范围（国内 出境）
许可日期 | varchar(20) | 许可日期
经营状态 | varchar(10) | 经营状态（正常 停业）
联系电话 | varchar(24) | 联系电话
""")

_GUIDE_COLUMNS = columns("""
导游证号 | varchar(20) NOT NULL | 导游证号
姓名 | varchar(50) | 姓名
身份证号 | varchar(24) | 公民身份号码
性别 | varchar(4) | 性别（男 女）
语种 | varchar(20) | 语种
等级 | varchar(10) | 导游等级（初级 中级 高级）
所属旅行社 | varchar(200) | 所属旅行社
旅行社信用代码 | varchar(24) | 旅行社统一社会信用代码
有效期至 | varchar(20) | 有效期至
带团行程 | varchar(60) | 带团行程
""")

_STAFF_COLUMNS = columns("""
工号 | varchar(20) NOT NULL | 工号
姓名 | varchar(50) | 姓名
身份证号 | varchar(24) | 公民身份号码
手机 | varchar(24) | 手机号码
岗位 | varchar(20) | 岗位
所属旅行社 | varchar(200) | 所属旅行社
旅行社信用代码 | varchar(24) | 旅行社统一社会信用代码
""")

_TRAVELLERS = columns("""
序号 | bigint NOT NULL | 序号
游客 | varchar(60) | 游客
内容 | varchar(60) | 内容
""")


def _agencies(source: Source, block: Block) -> Iterator[Entry]:
    for agency in institutions(source.world, block, "travel_agency"):
        draws, dirt = source.world.dice(_AGENCY, agency.index), source.dirt
        cells = (
            f"L-JS-CZ{agency.index:09d}",
            agency.name,
            dirt.uscc(agency.uscc, draws[0]),
            dirt.address(agency.door, draws[1]),
            "出境" if draws[2] & 3 == 0 else "国内",
            read(agency.established).chinese,
            "正常" if draws[3] & 15 else "停业",
            agency.landline if draws[4] & 7 else agency.landline[1:],
        )
        yield Entry(cells, (("agency", agency.entity), ("premises", agency.door.entity)))


def _guides(source: Source, block: Block) -> Iterator[Entry]:
    for agency, person in staff(source.world, block, "travel_agency", slice(_GUIDES)):
        yield _guide(source, agency, person)


def _guide(source: Source, agency: Institution, person: Person) -> Entry:
    draws, dirt = source.world.dice(_GUIDE, person.index), source.dirt
    cells = (
        f"D-3204-{person.index:08d}",
        dirt.name(person.name, draws[0]),
        dirt.citizen_id(person.citizen_id, draws[1]),
        SEX_CHINESE[person.sex],
        pick(("普通话", "普通话", "英语", "日语"), draws[2]),
        pick(("初级", "初级", "中级", "高级"), draws[3]),
        agency.name,
        dirt.uscc(agency.uscc, draws[4]),
        f"{AS_OF + below(3, draws[5])}年{below(12, draws[6]) + 1}月30日".replace("年2月30日", "年2月28日"),
        synthetic("带团行程", person.index),
    )
    return Entry(cells, (("guide", person.entity),))


def _staff(source: Source, block: Block) -> Iterator[Entry]:
    for agency, person in staff(source.world, block, "travel_agency", slice(_GUIDES, None)):
        yield _member(source, agency, person)


def _member(source: Source, agency: Institution, person: Person) -> Entry:
    draws, dirt = source.world.dice(_STAFF, person.index), source.dirt
    cells = (
        f"LX{person.index:08d}",
        dirt.name(person.name, draws[0]),
        dirt.citizen_id(person.citizen_id, draws[1]),
        dirt.mobile(person.mobile, draws[2]),
        pick(_POSTS, draws[3]),
        agency.name,
        dirt.uscc(agency.uscc, draws[4]),
    )
    return Entry(cells, (("employee", person.entity),))


def _kept(what: str) -> Callable[[Source, Block], Iterator[Entry]]:
    """Return a function that makes rows of which nothing leaves the agencies' system."""

    def rows(source: Source, block: Block) -> Iterator[Entry]:
        for agency in institutions(source.world, block, "travel_agency"):
            yield Entry((str(agency.index), synthetic("游客", agency.index), synthetic(what, agency.index)), ())

    return rows


DEPARTMENT = Department(
    "tourism",
    "溧阳市旅游局",
    (
        Table("lxs", "旅行社", ("许可证号",), _AGENCIES, _agencies),
        Table("dyry", "导游人员", ("导游证号",), _GUIDE_COLUMNS, _guides),
        Table("lxsry", "旅行社从业人员", ("工号",), _STAFF_COLUMNS, _staff),
        Table("ykmd", "游客名单", ("序号",), _TRAVELLERS, _kept("证件"), withheld=True),
        Table("tdxc", "团队行程", ("序号",), _TRAVELLERS, _kept("行程"), withheld=True),
        Table("mpdd", "门票订单", ("序号",), _TRAVELLERS, _kept("门票订单"), withheld=True),
    ),
    way="file",
    format="xls",
)
