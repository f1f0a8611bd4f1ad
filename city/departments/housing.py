"""市住建委 (housing and construction): title registration, sales, construction approvals, property-management staff."""

from collections.abc import Iterator

from city.dates import drawn, of_year, touched
from city.draws import Draws, below, pick, share
from city.household import AS_OF, Household
from city.institutions import institutions
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.world import Block

_TITLE, _SALE, _APPROVAL, _STAFF = 501, 502, 503, 504
_TITLE_EVERY, _SALE_EVERY, _APPROVAL_EVERY = 4, 6, 6
_STAFF_EACH = 3
_YEARS = 15
_ADULT_BORN = AS_OF - 22
_MORTGAGED, _CANCELLED, _SECOND_HAND = share(0.35), share(0.04), share(0.55)

_TITLES = columns("""
ywlsh  | varchar(20) NOT NULL | 业务流水号
cqzh   | varchar(60) NOT NULL | 产权证号
qlrxm  | varchar(50) | 权利人姓名
qlrzjh | varchar(24) | 权利人证件号码
qlrlxdh | varchar(24) | 权利人联系电话
gyqk   | varchar(10) | 共有情况
zl     | varchar(200) NOT NULL | 房屋坐落
jzmj   | numeric(12,2) | 建筑面积（平方米）
ghyt   | char(2) | 规划用途（11 成套住宅 12 自建住宅）
qszt   | char(1) | 权属状态（1 现势 2 抵押 3 注销）
djrq   | char(8) | 登记日期
gxsj   | timestamptz NOT NULL | 更新时间
""")

_SALES = columns("""
htbh  | varchar(20) NOT NULL | 合同备案编号
jylx  | char(1) | 交易类型（1 商品房 2 存量房）
fwzl  | varchar(200) | 房屋坐落
ssxz  | varchar(40) | 所属镇（街道）
cjje  | numeric(18,2) | 成交金额（元）
msrxm | varchar(60) | 买受人姓名
csrxm | varchar(60) | 出售人姓名
barq  | char(8) | 备案日期
htzt  | char(1) | 合同状态（1 已备案 2 已撤销）
gxsj  | timestamptz NOT NULL | 更新时间
""")

_APPROVALS = columns("""
sgxkzh | varchar(40) NOT NULL | 施工许可证号
xmmc   | varchar(200) | 工程名称
jsdw   | varchar(200) | 建设单位
jsdwdm | varchar(18) | 建设单位统一社会信用代码
jsdz   | varchar(200) | 建设地址
htjg   | numeric(14,2) | 合同价格（万元）
fzrq   | date | 发证日期
jgrq   | date | 合同竣工日期
xmzt   | char(1) | 项目状态（1 在建 2 竣工 3 停工）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_STAFFS = columns("""
rybh   | varchar(16) NOT NULL | 从业人员编号
xm     | varchar(50) NOT NULL | 姓名
xb     | char(1) | 性别（GB/T 2261.1）
sfzh   | varchar(24) | 身份证件号
sjhm   | varchar(24) | 手机号码
qymc   | varchar(200) | 物业企业名称
qydm   | varchar(18) | 物业企业统一社会信用代码
gw     | char(1) | 岗位（1 项目经理 2 客服 3 秩序维护 4 保洁绿化）
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _titles(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _TITLE_EVERY == 1:
        yield from _title(source, source.world.dice(_TITLE, block.number), block)


def _title(source: Source, draws: Draws, block: Block) -> Iterator[Entry]:
    home, dirt = pick(block.households, draws[0]), source.dirt
    owner = home.people[0]
    if owner.year > _ADULT_BORN:
        return
    state = "3" if draws[2] < _CANCELLED else "2" if draws[2] < _MORTGAGED else "1"
    cells = (
        f"FC{home.index:010d}",
        f"溧房权证合字第{home.index + 1:08d}号",
        dirt.name(owner.name, draws[3], old_system=True),
        dirt.citizen_id(owner.citizen_id, draws[4]),
        dirt.mobile(owner.mobile, draws[5]),
        "共同共有" if len(home.people) > 1 else "单独所有",
        dirt.address(home.door, draws[6]),
        _area(home, draws[7]),
        "12" if home.door.street.rural else "11",
        state,
        of_year(AS_OF - _YEARS + below(_YEARS, draws[1]), draws, 8).padded(),
        touched(draws),
    )
    truth = (("title", f"Mhousing-fc_cqdj-{home.index}"), ("owner", owner.entity), ("house", home.door.entity))
    yield Entry(cells, truth)


def _area(home: Household, draw: int) -> str:
    return f"{50 + 12 * len(home.people) + below(4000, draw) / 100:.2f}"


def _sales(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _SALE_EVERY != 2:  # noqa: PLR2004  # any remainder will do
        return
    draws = source.world.dice(_SALE, block.number)
    home = pick(block.households, draws[0])
    cells = (
        f"HT{block.number:010d}",
        "2" if draws[1] < _SECOND_HAND else "1",
        source.dirt.address(home.door, draws[2]),
        home.door.town,
        f"{300_000 + 1000 * below(1500, draws[3])}.00",
        synthetic("买受人", block.number),
        synthetic("出售人", block.number),
        drawn(AS_OF - _YEARS, _YEARS, draws, 4).padded(),
        "2" if draws[7] < _CANCELLED else "1",
        touched(draws),
    )
    yield Entry(cells, (("sale", f"Mhousing-fc_jyba-{block.number}"),))


def _approvals(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _APPROVAL_EVERY != 3:  # noqa: PLR2004  # any remainder will do
        return
    draws, number = source.world.dice(_APPROVAL, block.number), block.number
    firm, year = block.organisations[0], AS_OF - _YEARS + below(_YEARS, draws[0])
    state = pick("1112223", draws[6])
    cells = (
        f"溧建施〔{year}〕{number + 1:06d}号",
        f"{firm.name}{pick(('厂房', '办公楼', '仓库', '职工宿舍'), draws[1])}新建工程",
        firm.name,
        source.dirt.uscc(firm.uscc, draws[2]),
        source.dirt.address(firm.door, draws[3]),
        f"{100 + below(9000, draws[4])}.00",
        f"{year}-{below(12, draws[5]) + 1:02d}-15",
        f"{year + 1 + below(2, draws[7])}-{below(12, draws[8]) + 1:02d}-28",
        state,
        touched(draws),
    )
    yield Entry(cells, (("approval", f"Mhousing-jz_sgxk-{number}"), ("builder", firm.entity)))


def _staff(source: Source, block: Block) -> Iterator[Entry]:
    for company in institutions(source.world, block, "property_manager"):
        for place, person in enumerate(company.staff[:_STAFF_EACH]):
            draws, dirt = source.world.dice(_STAFF, person.index), source.dirt
            cells = (
                f"WY{person.index:09d}",
                dirt.name(person.name, draws[0]),
                str(person.sex),
                dirt.citizen_id(person.citizen_id, draws[1]),
                dirt.mobile(person.mobile, draws[2]),
                company.name,
                dirt.uscc(company.uscc, draws[3]),
                pick("234", draws[4]) if place else "1",
                touched(draws),
            )
            yield Entry(cells, (("employee", person.entity),))


DEPARTMENT = Department(
    "housing",
    "溧阳市住房和城乡建设委员会",
    (
        Table("fc_cqdj", "房屋产权登记", ("ywlsh",), _TITLES, _titles),
        Table("fc_jyba", "房屋交易合同备案", ("htbh",), _SALES, _sales),
        Table("jz_sgxk", "建筑工程施工许可", ("sgxkzh",), _APPROVALS, _approvals),
        Table("wy_cyry", "物业服务从业人员", ("rybh",), _STAFFS, _staff),
    ),
)
