"""市交通运输局 (transport): vehicles, each row also naming its owner, a person or an organisation."""

from collections.abc import Iterator

from city.tables import Cell, Department, Entry, Source, Table, columns, iso, synthetic, touched
from city.vehicles import Vehicle
from city.world import Block

_ROW = 131
_COLOUR_CODES = {"白": "A", "灰": "B", "银": "B", "红": "E", "蓝": "H", "棕": "I", "黑": "J"}

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


def _vehicles(source: Source, block: Block) -> Iterator[Entry]:
    for vehicle in block.vehicles:
        yield _vehicle(source, vehicle)


def _vehicle(source: Source, vehicle: Vehicle) -> Entry:
    draws, dirt = source.world.dice(_ROW, vehicle.index), source.dirt
    person, firm = vehicle.person, vehicle.organisation
    owner: tuple[Cell, ...] = (None, None, None)
    owners: tuple[Cell, ...] = (None, None)
    truth: tuple[tuple[str, str], ...] = (("vehicle", f"T{vehicle.index}"),)
    if person is not None:
        phone = dirt.mobile(person.mobile, draws[2]) if person.mobile else None
        owner = (dirt.name(person.name, draws[0]), dirt.citizen_id(person.citizen_id, draws[1]), phone)
        truth += (("owner", f"P{person.index}"),)
    if firm is not None:
        owners = (firm.name, dirt.uscc(firm.uscc, draws[3]))
        truth += (("company", f"O{firm.index}"),)
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


DEPARTMENT = Department("transport", "溧阳市交通运输局", (Table("cl_jdc", "机动车登记信息", ("lsh",), _COLUMNS, _vehicles),))
