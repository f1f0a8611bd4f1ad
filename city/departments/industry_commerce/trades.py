"""Tables of the supervised trades: drinking water, intermediaries, car rental, and what of them stays here."""

from collections.abc import Iterator

from city.dates import drawn, read, touched
from city.draws import pick, share
from city.household import AS_OF
from city.institutions import institutions, staff
from city.tables import Entry, Source, Table, columns, synthetic
from city.vehicles import Vehicle
from city.withheld import kept
from city.world import Block

_WATER, _AGENCY, _AGENT, _RENTAL, _RENTED = 3502, 3503, 3504, 3505, 3506
_WITHDRAWN = share(0.06)
_WATER_EVERY, _RENTAL_EVERY, _WITHHELD_EVERY = 9, 5, 17
"""Blocks with one drinking-water enterprise, one rental company, one row of a table that stays here."""
_BRANDS = ("天目清泉", "南山竹海", "曹山甘露", "瓦屋山泉", "燕山清源")

_WATERS = columns("""
wlicno     | varchar(24) NOT NULL | 饮用水生产许可证编号
uniscid    | varchar(18) | 统一社会信用代码
entname    | varchar(200) NOT NULL | 企业名称
brand      | varchar(40) | 品牌
wtype      | char(1) | 产品类别（1 桶装水 2 瓶装水）
prodloc    | varchar(200) | 生产地址
tel        | varchar(24) | 联系电话
validto    | varchar(10) | 许可证有效期至
custlist   | varchar(60) | 送水客户
s_ext_time | timestamptz NOT NULL | 更新时间
""")

_AGENCIES = columns("""
agid       | varchar(20) NOT NULL | 中介机构备案号
uniscid    | varchar(18) | 统一社会信用代码
agname     | varchar(200) NOT NULL | 中介机构名称
dom        | varchar(200) | 住所
tel        | varchar(24) | 联系电话
recdate    | varchar(10) | 备案日期
recstate   | char(1) | 备案状态（1 有效 2 撤销）
s_ext_time | timestamptz NOT NULL | 更新时间
""")

_AGENTS = columns("""
brokerid   | varchar(24) NOT NULL | 经纪人备案号
brname     | varchar(50) | 经纪人姓名
cerno      | varchar(24) | 证件号码
sex        | char(1) | 性别（1 男 2 女）
mobtel     | varchar(24) | 移动电话
agid       | varchar(20) | 所属中介机构备案号
uniscid    | varchar(18) | 所属中介机构统一社会信用代码
agname     | varchar(200) | 所属中介机构名称
brtype     | char(1) | 执业类别（1 经纪 2 代理）
s_ext_time | timestamptz NOT NULL | 更新时间
""")

_RENTALS = columns("""
rentid     | varchar(20) NOT NULL | 汽车租赁备案号
uniscid    | varchar(18) | 统一社会信用代码
entname    | varchar(200) NOT NULL | 企业名称
dom        | varchar(200) | 经营场所
tel        | varchar(24) | 联系电话
recdate    | varchar(10) | 备案日期
fleet      | integer | 备案车辆数
s_ext_time | timestamptz NOT NULL | 更新时间
""")

_RENTED_OUT = columns("""
rvid       | varchar(20) NOT NULL | 租赁车辆备案号
plateno    | varchar(16) | 号牌号码
vin        | varchar(20) | 车辆识别代号
brandname  | varchar(40) | 品牌
modelname  | varchar(40) | 型号
uniscid    | varchar(18) | 所属企业统一社会信用代码
entname    | varchar(200) | 所属企业名称
rvstate    | char(1) | 状态（1 营运 2 退出）
renter     | varchar(60) | 现承租人
s_ext_time | timestamptz NOT NULL | 更新时间
""")

_MEMBERS = columns("""
memid  | varchar(20) NOT NULL | 门店会员号
member | varchar(60) | 门店会员
""")

_CLIENTS = columns("""
clid   | varchar(20) NOT NULL | 送水客户号
client | varchar(60) | 送水客户与地址
""")

_CONTRACTS = columns("""
conid  | varchar(20) NOT NULL | 租车合同号
renter | varchar(60) | 承租人与驾驶人
route  | varchar(60) | 用车时间与目的地
""")


def _waters(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _WATER_EVERY:
        return
    firm, dirt = block.organisations[0], source.dirt
    draws = source.world.dice(_WATER, firm.index)
    cells = (
        f"SC10632048{firm.index:09d}",
        dirt.uscc(firm.uscc, draws[0]),
        firm.name,
        pick(_BRANDS, draws[1]),
        "1" if draws[2] & 1 else "2",
        dirt.address(firm.door, draws[3]),
        firm.landline if draws[4] & 15 else firm.landline[1:],
        drawn(AS_OF, 5, draws, 5).bare("."),
        synthetic("送水客户", firm.index),
        touched(draws),
    )
    yield Entry(cells, (("enterprise", firm.entity), ("plant", firm.door.entity)))


def _agencies(source: Source, block: Block) -> Iterator[Entry]:
    for each in institutions(source.world, block, "intermediary"):
        draws, dirt = source.world.dice(_AGENCY, each.index), source.dirt
        cells = (
            f"ZJ{each.index:09d}",
            dirt.uscc(each.uscc, draws[0]),
            each.name,
            dirt.address(each.door, draws[1]),
            each.landline,
            read(each.established).bare("/"),
            "2" if draws[2] < _WITHDRAWN else "1",
            touched(draws),
        )
        yield Entry(cells, (("intermediary", each.entity), ("office", each.door.entity)))


def _agents(source: Source, block: Block) -> Iterator[Entry]:
    for agency, person in staff(source.world, block, "intermediary", slice(2)):
        draws, dirt = source.world.dice(_AGENT, person.index), source.dirt
        cells = (
            f"JJR{person.index:09d}",
            dirt.name(person.name, draws[0]),
            dirt.citizen_id(person.citizen_id, draws[1]),
            str(person.sex),
            dirt.mobile(person.mobile, draws[2]),
            f"ZJ{agency.index:09d}",
            dirt.uscc(agency.uscc, draws[3]),
            agency.name,
            "1" if draws[4] & 1 else "2",
            touched(draws),
        )
        yield Entry(cells, (("agent", person.entity), ("intermediary", agency.entity)))


def _rental_cars(block: Block) -> list[Vehicle]:
    """Return the cars that the block's rental company owns, none where no company rents out."""
    if block.number % _RENTAL_EVERY > 1:
        return []
    return [each for each in block.vehicles if each.organisation is block.organisations[0] and not each.truck]


def _rentals(source: Source, block: Block) -> Iterator[Entry]:
    cars, firm, dirt = _rental_cars(block), block.organisations[0], source.dirt
    if not cars:
        return
    draws = source.world.dice(_RENTAL, firm.index)
    cells = (
        f"QZ{firm.index:09d}",
        dirt.uscc(firm.uscc, draws[0]),
        firm.name,
        dirt.address(firm.door, draws[1]),
        firm.landline,
        drawn(AS_OF - 6, 6, draws, 2).bare("/"),
        str(len(cars)),
        touched(draws),
    )
    yield Entry(cells, (("enterprise", firm.entity), ("premises", firm.door.entity)))


def _rented_out(source: Source, block: Block) -> Iterator[Entry]:
    firm, dirt = block.organisations[0], source.dirt
    for car in _rental_cars(block):
        draws = source.world.dice(_RENTED, car.index)
        cells = (
            f"ZC{car.index:09d}",
            dirt.plate(car.plate, draws[0]),
            car.vin,
            car.make,
            car.model,
            dirt.uscc(firm.uscc, draws[1]),
            firm.name,
            "1" if draws[2] & 15 else "2",
            synthetic("承租人", car.index),
            touched(draws),
        )
        yield Entry(cells, (("vehicle", car.entity), ("enterprise", firm.entity)))


TRADES = (
    Table("e_water", "饮用水企业信息", ("wlicno",), _WATERS, _waters),
    Table("e_agency", "中介机构信息", ("agid",), _AGENCIES, _agencies),
    Table("e_agent", "经纪人信息", ("brokerid",), _AGENTS, _agents),
    Table("e_rentco", "汽车租赁企业信息", ("rentid",), _RENTALS, _rentals),
    Table("e_rentveh", "租赁车辆信息", ("rvid",), _RENTED_OUT, _rented_out),
    Table("m_member", "门店会员", ("memid",), _MEMBERS, kept(_WITHHELD_EVERY, 0, "门店会员", serial="HY{:09d}"), withheld=True),
    Table("m_waterclient", "送水客户", ("clid",), _CLIENTS, kept(_WITHHELD_EVERY, 0, "送水客户", serial="SS{:09d}"), withheld=True),
    Table(
        "m_rentcontract",
        "汽车租赁合同",
        ("conid",),
        _CONTRACTS,
        kept(_WITHHELD_EVERY, 0, "承租人", "用车行程", serial="HT{:09d}"),
        withheld=True,
    ),
)
