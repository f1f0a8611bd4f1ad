"""Vehicles and vessels, each row also naming its owner, a person or an organisation; their sales and repairs."""

from collections.abc import Iterator

from city.dates import drawn, iso, touched
from city.draws import pick
from city.household import AS_OF, Person
from city.organisations import ORGANISATIONS, Organisation
from city.people import aged
from city.tables import Cell, Entry, Source, Table, columns, synthetic
from city.vehicles import Vehicle
from city.world import Block, World

_ROW = 131
_VESSEL, _SALE, _REPAIR = 1703, 1706, 1707
_COLOUR_CODES = {"白": "A", "灰": "B", "银": "B", "红": "E", "蓝": "H", "棕": "I", "黑": "J"}
_DEALERS, _GARAGES = "商贸有限公司", "汽车修理部"
_VESSEL_SORTS = (("1", "货"), ("1", "货"), ("2", "渔"), ("3", "工"))

_COLUMNS = columns("""
lsh     | bigint NOT NULL | 流水号
hphm    | varchar(16) | 号牌号码
hpzl    | char(2) | 号牌种类（GA 24.7）
clsbdh  | varchar(20) | 车辆识别代号
fdjh    | varchar(24) | 发动机号
zwpp    | varchar(40) | 中文品牌
clxh    | varchar(40) | 车辆型号
csys    | char(1) | 车身颜色（GA 24.8）
zt      | char(1) | 状态（A 正常 E 注销）
ccdjrq  | date | 初次登记日期
syrxm   | varchar(50) | 所有人姓名（个人）
syrsfzh | varchar(24) | 所有人身份证件号（个人）
syrlxdh | varchar(24) | 所有人联系电话（个人）
syrdw   | varchar(200) | 所有单位名称
dwxydm  | varchar(18) | 所有单位统一社会信用代码
gpsgj   | varchar(60) | 卫星定位轨迹
spjk    | varchar(60) | 车载视频存放位置
gxsj    | timestamptz NOT NULL | 更新时间
""")

_VESSELS = columns("""
cbdjh  | varchar(20) NOT NULL | 船舶登记号
cm     | varchar(40) | 船名
cblx   | char(1) | 船舶类型（1 干货船 2 渔业辅助船 3 挖泥船）
fdjh   | varchar(24) | 主机号
djrq   | date | 登记日期
zt     | char(1) | 状态（A 营运 E 注销）
syrxm  | varchar(50) | 所有人姓名（个人）
syrsfzh | varchar(24) | 所有人身份证件号（个人）
syrlxdh | varchar(24) | 所有人联系电话（个人）
syrdw  | varchar(200) | 所有单位名称
dwxydm | varchar(18) | 所有单位统一社会信用代码
aisgj  | varchar(60) | 船舶自动识别轨迹
gxsj   | timestamptz NOT NULL | 更新时间
""")

_SALES = columns("""
xsdh   | char(12) NOT NULL | 销售单号
clsbdh | varchar(20) | 车辆识别代号
hphm   | varchar(16) | 号牌号码
zwpp   | varchar(40) | 中文品牌
xslb   | char(1) | 销售类别（1 新车 2 二手车）
xsdw   | varchar(200) | 销售单位
dwxydm | varchar(18) | 销售单位统一社会信用代码
xsrq   | date | 销售日期
hydj   | varchar(60) | 经销商会员信息
gxsj   | timestamptz NOT NULL | 更新时间
""")

_REPAIRS = columns("""
wxdh   | char(12) NOT NULL | 维修单号
clsbdh | varchar(20) | 车辆识别代号
hphm   | varchar(16) | 号牌号码
wxlb   | char(1) | 维修类别（1 小修 2 总成修理 3 二级维护）
wxdw   | varchar(200) | 维修单位
dwxydm | varchar(18) | 维修单位统一社会信用代码
jcrq   | date | 竣工出厂日期
sctp   | varchar(60) | 进厂照片
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _vehicles(source: Source, block: Block) -> Iterator[Entry]:
    for vehicle in block.vehicles:
        yield _vehicle(source, vehicle)


def _vehicle(source: Source, vehicle: Vehicle) -> Entry:
    draws, dirt = source.world.dice(_ROW, vehicle.index), source.dirt
    person, firm = vehicle.person, vehicle.organisation
    owner: tuple[Cell, ...] = (None, None, None)
    owners: tuple[Cell, ...] = (None, None)
    truth: tuple[tuple[str, str], ...] = (("vehicle", vehicle.entity),)
    if person is not None:
        phone = dirt.mobile(person.mobile, draws[2])
        owner = (dirt.name(person.name, draws[0]), dirt.citizen_id(person.citizen_id, draws[1]), phone)
        truth += (("owner", person.entity),)
    if firm is not None:
        owners = (firm.name, dirt.uscc(firm.uscc, draws[3]))
        truth += (("company", firm.entity),)
    cells = (
        str(vehicle.index + 1),
        dirt.plate(vehicle.plate, draws[4]),
        "01" if vehicle.truck else "02",
        vehicle.vin,
        vehicle.engine,
        vehicle.make,
        vehicle.model,
        _COLOUR_CODES[vehicle.colour],
        "A" if draws[5] & 31 else "E",
        iso(vehicle.registered),
        *owner,
        *owners,
        synthetic("定位轨迹", vehicle.index),
        synthetic("车载视频", vehicle.index),
        touched(draws),
    )
    return Entry(cells, truth)


def _vessels(source: Source, block: Block) -> Iterator[Entry]:
    for _, person in aged(block, 20)[:1] if block.number % 7 == 0 else ():
        yield _vessel(source, block.number, person, block.organisations[0] if block.number % 2 else None)


def _vessel(source: Source, number: int, person: Person, firm: Organisation | None) -> Entry:
    """A vessel of a company, or else of the person."""
    draws, dirt = source.world.dice(_VESSEL, number), source.dirt
    phone = dirt.mobile(person.mobile, draws[2])
    owner: tuple[Cell, ...] = (dirt.name(person.name, draws[0]), dirt.citizen_id(person.citizen_id, draws[1]), phone, None, None)
    if firm is not None:
        owner = (None, None, None, firm.name, dirt.uscc(firm.uscc, draws[3]))
    sort, word = pick(_VESSEL_SORTS, draws[5])
    cells = (
        f"CB3204{number:08d}",
        f"苏溧{word}{number + 1:05d}",
        sort,
        f"D{draws[6]:08X}{number % 1000:03d}",
        drawn(AS_OF - 18, 18, draws, 7).padded("-"),
        "A" if draws[10] & 15 else "E",
        *owner,
        synthetic("船舶轨迹", number),
        touched(draws),
    )
    whose = ("owner", person.entity) if firm is None else ("company", firm.entity)
    return Entry(cells, (("vessel", f"T-transport-{number}"), whose))


def _nearest(world: World, block: Block, ending: str) -> Organisation:
    """Return the next organisation whose name ends so, from this block on; its own company if the city has none."""
    everyone = world.blocks * ORGANISATIONS
    numbers = ((block.number * ORGANISATIONS + step) % everyone for step in range(min(everyone, 400)))
    return next((firm for firm in map(world.organisation, numbers) if firm.name.endswith(ending)), block.organisations[0])


def _sales(source: Source, block: Block) -> Iterator[Entry]:
    for vehicle in block.vehicles[:1] if block.number % 7 == 1 else ():
        draws, dirt = source.world.dice(_SALE, vehicle.index), source.dirt
        firm = _nearest(source.world, block, _DEALERS)
        cells = (
            f"XS{vehicle.index:010d}",
            vehicle.vin,
            dirt.plate(vehicle.plate, draws[0]),
            vehicle.make,
            "2" if draws[1] & 1 else "1",
            firm.name,
            dirt.uscc(firm.uscc, draws[2]),
            iso(vehicle.registered),
            synthetic("会员信息", vehicle.index),
            touched(draws),
        )
        yield Entry(cells, (("vehicle", vehicle.entity), ("sale", f"Mtransport-cl_xsdj-{vehicle.index}")))


def _repairs(source: Source, block: Block) -> Iterator[Entry]:
    for vehicle in block.vehicles[1:2] if block.number % 7 == 1 else ():
        draws, dirt = source.world.dice(_REPAIR, vehicle.index), source.dirt
        firm = _nearest(source.world, block, _GARAGES)
        cells = (
            f"WX{vehicle.index:010d}",
            vehicle.vin,
            dirt.plate(vehicle.plate, draws[0]),
            pick(("1", "1", "2", "3"), draws[1]),
            firm.name,
            dirt.uscc(firm.uscc, draws[2]),
            drawn(AS_OF - 2, 2, draws, 3).padded("-"),
            synthetic("进厂照片", vehicle.index),
            touched(draws),
        )
        yield Entry(cells, (("vehicle", vehicle.entity), ("repair", f"Mtransport-cl_wxjl-{vehicle.index}")))


FLEET = (
    Table("cl_jdc", "机动车登记信息", ("lsh",), _COLUMNS, _vehicles),
    Table("cb_djxx", "船舶登记信息", ("cbdjh",), _VESSELS, _vessels),
    Table("cl_xsdj", "车辆销售登记", ("xsdh",), _SALES, _sales),
    Table("cl_wxjl", "车辆维修记录", ("wxdh",), _REPAIRS, _repairs),
)
"""Tables of things that move."""
