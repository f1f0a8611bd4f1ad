"""Operators and their drivers, driving schools and their learners; and three tables of which nothing leaves the bureau."""

from collections.abc import Iterator

from city.dates import drawn, iso, touched
from city.draws import below, pick
from city.household import AS_OF
from city.institutions import institutions
from city.organisations import Organisation
from city.people import aged
from city.tables import Entry, Source, Table, columns, synthetic
from city.withheld import RECEIVED, kept
from city.world import Block

_OPERATOR, _DRIVER, _SCHOOL, _LEARNER = 1701, 1702, 1704, 1705
_FREIGHT = "物流有限公司"

_OPERATORS = columns("""
xkzh   | varchar(20) NOT NULL | 道路运输经营许可证号
yhmc   | varchar(200) NOT NULL | 业户名称
xydm   | varchar(18) | 统一社会信用代码
jyfw   | char(1) | 经营范围（1 普通货运 2 班线客运 3 危险货物）
dz     | varchar(200) | 地址
lxdh   | varchar(24) | 联系电话
fzrq   | date | 发证日期
yxqz   | date | 有效期至
zt     | char(1) | 状态（A 营业 B 歇业）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_DRIVERS = columns("""
cyzgzh | varchar(20) NOT NULL | 从业资格证号
xm     | varchar(50) NOT NULL | 姓名
sfzh   | varchar(24) | 身份证件号
xb     | char(1) | 性别（GB/T 2261.1）
cylb   | char(1) | 从业类别（1 货运驾驶员 2 客运驾驶员 3 押运员）
fwdw   | varchar(200) | 服务单位
dwxydm | varchar(18) | 服务单位统一社会信用代码
clrq   | date | 初次领证日期
yxqz   | date | 有效期至
lxdh   | varchar(24) | 联系电话
gxsj   | timestamptz NOT NULL | 更新时间
""")

_SCHOOLS = columns("""
jxbh   | char(12) NOT NULL | 驾校编号
jxmc   | varchar(200) NOT NULL | 驾校名称
xydm   | varchar(18) | 统一社会信用代码
pxlb   | char(1) | 培训类别（1 普通机动车 2 道路运输驾驶员）
dz     | varchar(200) | 地址
lxdh   | varchar(24) | 联系电话
jlrs   | integer | 教练员人数
xkrq   | date | 许可日期
gxsj   | timestamptz NOT NULL | 更新时间
""")

_LEARNERS = columns("""
xybh   | char(12) NOT NULL | 学员编号
xm     | varchar(50) NOT NULL | 姓名
sfzh   | varchar(24) | 身份证件号
xb     | char(1) | 性别（GB/T 2261.1）
lxdh   | varchar(24) | 联系电话
sqcx   | char(2) | 申请车型（GA 36 准驾车型）
jxmc   | varchar(200) | 培训驾校
jxxydm | varchar(18) | 驾校统一社会信用代码
bmrq   | date | 报名日期
jyrq   | date | 结业日期
pxzt   | char(1) | 培训状态（1 在培 2 结业 3 退学）
xlgj   | varchar(60) | 教练车训练轨迹
xlzp   | varchar(60) | 训练过程照片
gxsj   | timestamptz NOT NULL | 更新时间
""")

_TRACKS = columns("""
gjbh   | bigint NOT NULL | 轨迹编号
hphm   | varchar(60) | 号牌号码
wzxx   | varchar(60) | 定位信息
gxsj   | timestamptz NOT NULL | 更新时间
""")

_VIDEOS = columns("""
spbh   | bigint NOT NULL | 视频编号
hphm   | varchar(60) | 号牌号码
cfwz   | varchar(60) | 视频和图片存放位置
gxsj   | timestamptz NOT NULL | 更新时间
""")

_MEMBERS = columns("""
hybh   | bigint NOT NULL | 会员编号
hyxm   | varchar(60) | 经销商会员姓名
hydh   | varchar(60) | 经销商会员电话
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _carriers(block: Block) -> list[Organisation]:
    """The block's freight company, and in every other block one that has lorries of its own."""
    lorries = {vehicle.organisation.index for vehicle in block.vehicles if vehicle.organisation is not None and vehicle.truck}
    chosen = lorries if block.number % 2 else set()
    return [firm for firm in block.organisations if not firm.sole_trader and (firm.name.endswith(_FREIGHT) or firm.index in chosen)]


def _operators(source: Source, block: Block) -> Iterator[Entry]:
    for firm in _carriers(block):
        draws, dirt = source.world.dice(_OPERATOR, firm.index), source.dirt
        granted = drawn(AS_OF - 4, 4, draws, 2)
        cells = (
            f"苏交运许{firm.index:08d}号",
            firm.name,
            dirt.uscc(firm.uscc, draws[0]),
            pick(("1", "1", "1", "2", "3"), draws[5]),
            dirt.address(firm.door, draws[1]),
            firm.landline,
            granted.padded("-"),
            granted.later(4).padded("-"),
            "A" if firm.status == 1 else "B",
            touched(draws),
        )
        yield Entry(cells, (("operator", firm.entity), ("premises", firm.door.entity)))


def _drivers(source: Source, block: Block) -> Iterator[Entry]:
    for place, firm in enumerate(_carriers(block)):
        for _, person in aged(block, 21, 58)[place : place + 1]:
            draws, dirt = source.world.dice(_DRIVER, person.index), source.dirt
            first = drawn(AS_OF - 6, 6, draws, 2)
            cells = (
                f"CY3204{person.index:010d}",
                dirt.name(person.name, draws[0]),
                dirt.citizen_id(person.citizen_id, draws[1]),
                str(person.sex),
                pick(("1", "1", "2", "3"), draws[5]),
                firm.name,
                dirt.uscc(firm.uscc, draws[6]),
                first.padded("-"),
                first.later(6).padded("-"),
                dirt.mobile(person.mobile, draws[7]),
                touched(draws),
            )
            yield Entry(cells, (("driver", person.entity), ("operator", firm.entity)))


def _schools(source: Source, block: Block) -> Iterator[Entry]:
    for school in institutions(source.world, block, "driving_school"):
        draws, dirt = source.world.dice(_SCHOOL, school.index), source.dirt
        cells = (
            f"JX{school.index:010d}",
            school.name,
            dirt.uscc(school.uscc, draws[0]),
            "2" if draws[1] & 3 == 0 else "1",
            dirt.address(school.door, draws[2]),
            school.landline,
            str(10 + below(60, draws[3])),
            iso(school.established),
            touched(draws),
        )
        yield Entry(cells, (("school", school.entity), ("premises", school.door.entity)))


def _learners(source: Source, block: Block) -> Iterator[Entry]:
    for school in institutions(source.world, block, "driving_school"):
        for _, person in aged(block, 21, 58)[:4]:
            draws, dirt = source.world.dice(_LEARNER, person.index), source.dirt
            begun, state = drawn(AS_OF - 4, 3, draws, 4), pick(("1", "2", "2", "2", "3"), draws[7])
            cells = (
                f"XY{person.index:010d}",
                dirt.name(person.name, draws[0]),
                dirt.citizen_id(person.citizen_id, draws[1]),
                str(person.sex),
                dirt.mobile(person.mobile, draws[2]),
                pick(("C1", "C1", "C2", "B2"), draws[8]),
                school.name,
                dirt.uscc(school.uscc, draws[3]),
                begun.padded("-"),
                begun.later(1).padded("-") if state == "2" else None,
                state,
                synthetic("训练轨迹", person.index),
                synthetic("训练照片", person.index),
                touched(draws),
            )
            yield Entry(cells, (("learner", person.entity), ("school", school.entity)))


TRADE = (
    Table("ys_yhxx", "道路运输经营业户", ("xkzh",), _OPERATORS, _operators),
    Table("ys_cyry", "道路运输从业人员", ("cyzgzh",), _DRIVERS, _drivers),
    Table("jp_jxxx", "驾校信息", ("jxbh",), _SCHOOLS, _schools),
    Table("jp_xyxx", "学员培训记录", ("xybh",), _LEARNERS, _learners),
    Table("gps_gjxx", "卫星定位轨迹", ("gjbh",), _TRACKS, kept(6, 0, "轨迹号牌", "定位信息", closing=(RECEIVED,)), withheld=True),
    Table("sp_jkxx", "监控视频和图片", ("spbh",), _VIDEOS, kept(6, 1, "视频号牌", "视频位置", closing=(RECEIVED,)), withheld=True),
    Table("jxs_hyxx", "经销商会员", ("hybh",), _MEMBERS, kept(6, 2, "会员姓名", "会员电话", closing=(RECEIVED,)), withheld=True),
)
"""Tables of businesses and of people at work or in training."""
