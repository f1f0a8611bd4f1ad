"""市教育局 (education): schools and kindergartens, their auxiliary staff, pupils with a guardian."""

from collections.abc import Iterator
from functools import lru_cache

from city.dates import iso, touched
from city.draws import Draws, below, pick, share
from city.household import AS_OF, DAUGHTER, SON, SPOUSE, Household, Person
from city.institutions import SORTS, Institution, institutions
from city.people import SEX_ENGLISH
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.world import Block, World

_SCHOOL, _STAFF, _PUPIL = 901, 902, 903
_FIRST_BORN, _LAST_BORN = AS_OF - 18, AS_OF - 7
"""School years: pupils turn 7 to 18 in the world's present."""
_STAGES = {"1": "小学", "2": "初级中学", "3": "高级中学"}
_PRIMARY_FROM, _JUNIOR_FROM = AS_OF - 12, AS_OF - 15
_NEIGHBOURS = 4
_LEFT, _SUSPENDED, _CLOSED = share(0.02), share(0.03), share(0.03)

_SCHOOLS = columns("""
xxbsm  | varchar(12) NOT NULL | 学校（机构）标识码
xxmc   | varchar(200) NOT NULL | 学校名称
shxydm | varchar(18) | 统一社会信用代码
bxlx   | char(3) | 办学类型（111 幼儿园 211 小学 311 初级中学 342 高级中学）
xxdz   | varchar(200) | 学校地址
lxdh   | varchar(24) | 联系电话
jxny   | char(8) | 建校日期
zxs    | integer | 教职工人数
xxzt   | char(1) | 学校状态（1 在办 0 停办）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_STAFFS = columns("""
rybh   | varchar(16) NOT NULL | 人员编号
xm     | varchar(50) NOT NULL | 姓名
xbm    | char(1) | 性别码（M 男 F 女）
sfzjh  | varchar(24) | 身份证件号
csrq   | char(8) | 出生日期
lxdh   | varchar(24) | 联系电话
xxmc   | varchar(200) | 所在学校
xxdm   | varchar(18) | 所在学校统一社会信用代码
gwm    | char(1) | 岗位码（1 保安 2 食堂 3 宿管 4 校车）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_PUPILS = columns("""
xjbh    | varchar(20) NOT NULL | 学籍编号
xm      | varchar(50) NOT NULL | 学生姓名
xbm     | char(1) | 性别码（M 男 F 女）
sfzjh   | varchar(24) | 学生身份证件号
csrq    | date | 学生出生日期
jtzz    | varchar(200) | 家庭住址
xdm     | char(1) | 学段码（1 小学 2 初中 3 高中）
xxmc    | varchar(200) | 就读学校
rxny    | varchar(10) | 入学日期
xszt    | char(2) | 学生状态（01 在读 02 休学 06 转出）
jhrxm   | varchar(50) | 监护人姓名
jhrsfzh | varchar(24) | 监护人身份证件号
jhrlxdh | varchar(24) | 监护人联系电话
jhrgx   | char(2) | 监护人关系（GB/T 4761）
xyqk    | varchar(60) | 学业成绩
jkqk    | varchar(60) | 健康状况
jtqk    | varchar(60) | 家庭情况
gxsj    | timestamptz NOT NULL | 更新时间
""")

_TYPES = {"幼儿园": "111", "小学": "211", "初级中学": "311", "高级中学": "342"}


def _all_schools(world: World, block: Block) -> Iterator[Institution]:
    yield from institutions(world, block, "school")
    yield from institutions(world, block, "kindergarten")


def _schools(source: Source, block: Block) -> Iterator[Entry]:
    for school in _all_schools(source.world, block):
        draws, dirt = source.world.dice(_SCHOOL, school.index), source.dirt
        cells = (
            f"JY{school.index:010d}",
            school.name,
            dirt.uscc(school.uscc, draws[0]),
            next(code for ending, code in _TYPES.items() if school.name.endswith(ending)),
            dirt.address(school.door, draws[1]),
            school.landline if draws[2] & 15 else school.landline[1:],
            school.established,
            str(12 + below(150, draws[3])),
            "0" if draws[4] < _CLOSED else "1",
            touched(draws),
        )
        yield Entry(cells, (("school", school.entity), ("campus", school.door.entity)))


def _staff(source: Source, block: Block) -> Iterator[Entry]:
    for school in _all_schools(source.world, block):
        for person in school.staff:
            draws, dirt = source.world.dice(_STAFF, person.index), source.dirt
            cells = (
                f"{school.sort[0].upper()}{person.index:09d}",
                dirt.name(person.name, draws[0]),
                SEX_ENGLISH[person.sex],
                dirt.citizen_id(person.citizen_id, draws[1]),
                person.birth,
                dirt.mobile(person.mobile, draws[2]),
                school.name,
                dirt.uscc(school.uscc, draws[3]),
                pick("1234", draws[4]),
                touched(draws),
            )
            yield Entry(cells, (("employee", person.entity),))


def _pupils(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        for person in home.people:
            if person.relation in (SON, DAUGHTER) and _FIRST_BORN <= person.year <= _LAST_BORN:
                yield _pupil(source, block, home, person)


def _pupil(source: Source, block: Block, home: Household, person: Person) -> Entry:
    draws, dirt = source.world.dice(_PUPIL, person.index), source.dirt
    stage = "1" if person.year >= _PRIMARY_FROM else "2" if person.year >= _JUNIOR_FROM else "3"
    entered = person.year + {"1": 6, "2": 12, "3": 15}[stage]
    cells = (
        f"L{person.index:011d}",
        dirt.name(person.name, draws[0]),
        SEX_ENGLISH[person.sex],
        dirt.citizen_id(person.citizen_id, draws[1]),
        iso(person.birth),
        dirt.address(home.door, draws[2]),
        stage,
        _attended(source.world, block.number // SORTS["school"].every, _STAGES[stage]),
        f"{entered}.9.1",
        "06" if draws[3] < _LEFT else "02" if draws[3] < _SUSPENDED else "01",
    )
    guardian = _guardian(home, draws)
    kin = (
        dirt.name(guardian.name, draws[5]),
        dirt.citizen_id(guardian.citizen_id, draws[6]),
        dirt.mobile(guardian.mobile, draws[7]),
        "51" if guardian.sex == 1 else "52",
    )
    kept = tuple(synthetic(what, person.index) for what in ("学业成绩", "健康状况", "家庭情况"))
    return Entry((*cells, *kin, *kept, touched(draws)), (("pupil", person.entity), ("guardian", guardian.entity)))


def _guardian(home: Household, draws: Draws) -> Person:
    """The head of the child's household or the head's spouse."""
    return pick([person for person in home.people if person is home.people[0] or person.relation == SPOUSE], draws[4])


@lru_cache(64)
def _attended(world: World, area: int, ending: str) -> str | None:
    """Return the name of the nearest school of a stage; an area has one school, so a small city may lack a stage."""
    for near in sorted(range(max(area - _NEIGHBOURS, 0), area + _NEIGHBOURS + 1), key=lambda other: abs(other - area)):
        name = _school_of(world, near)
        if name is not None and name.endswith(ending):
            return name
    return None


@lru_cache(256)  # its block has to be made, and every pupil of the neighbourhood asks
def _school_of(world: World, area: int) -> str | None:
    sort = SORTS["school"]
    number = area * sort.every + (-sort.number) % sort.every
    if number >= world.blocks:
        return None
    return next(school.name for school in institutions(world, world.block(number), "school"))


DEPARTMENT = Department(
    "education",
    "溧阳市教育局",
    (
        Table("jy_xxjg", "学校（机构）信息", ("xxbsm",), _SCHOOLS, _schools),
        Table("jy_jfry", "学校教辅后勤人员", ("rybh",), _STAFFS, _staff),
        Table("jy_xsxx", "学籍与监护人信息", ("xjbh",), _PUPILS, _pupils),
    ),
)
