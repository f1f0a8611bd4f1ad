"""市安顺燃气公司 (gas company): accounts of urban households and organisations, the pipe network and its stations."""

from collections.abc import Iterator

from city.draws import below, pick, share
from city.household import AS_OF, SPOUSE, Household
from city.organisations import Organisation
from city.places import Door
from city.tables import Cell, Department, Entry, Source, Table, columns, iso, synthetic, touched
from city.world import Block

_ACCOUNT, _PIPE, _STATION = 4501, 4502, 4503
_CUSTOMER, _COMPANY, _CLOSED, _SPOUSES = share(0.36), share(0.18), share(0.03), share(0.3)
_ORGANISATIONS_FROM = 20_000_000
"""Accounts of organisations are numbered from here, above the households'."""
_FIRST_YEAR, _OF_AGE = AS_OF - 15, 18
_PIPE_EVERY, _STATION_EVERY, _WITHHELD_EVERY = 4, 10, 12
_PRESSURES, _MATERIALS, _STATIONS = ("L", "M", "M", "H"), ("PE", "PE", "ST"), ("1", "2", "3")

_ACCOUNTS = columns("""
user_code   | varchar(12) NOT NULL | 燃气用户编码
user_kind   | smallint | 用户性质（1 民用 2 非民用）
user_name   | varchar(50) | 用户姓名（民用）
user_idcard | varchar(24) | 身份证号（民用）
user_tel    | varchar(24) | 联系电话（民用）
unit_name   | varchar(200) | 单位名称（非民用）
unit_code   | varchar(18) | 单位统一社会信用代码（非民用）
gas_addr    | varchar(200) NOT NULL | 用气地址
open_day    | date | 通气日期
close_day   | date | 拆表日期
user_state  | smallint | 用户状态（1 在用 2 拆表）
meter_type  | varchar(20) | 表具型号
meter_num   | varchar(60) | 燃气表读数
pay_record  | varchar(60) | 燃气费缴纳
modify_time | timestamptz NOT NULL | 修改时间
""")

_PIPES = columns("""
pipe_code   | varchar(16) NOT NULL | 管段编码
pipe_name   | varchar(60) | 管段名称
road_name   | varchar(60) | 沿线道路（村）
town_name   | varchar(40) | 所在镇（街道）
press_level | char(1) | 压力级制（L 低压 M 中压 H 高压）
material    | char(2) | 管材（PE 聚乙烯 ST 钢）
lay_day     | date | 敷设日期
run_state   | smallint | 状态（1 在用 2 停用）
length_m    | integer | 长度（米）
modify_time | timestamptz NOT NULL | 修改时间
""")

_SITES = columns("""
st_code     | varchar(16) NOT NULL | 场站编码
st_name     | varchar(60) | 场站名称
st_type     | char(1) | 场站类型（1 门站 2 调压站 3 储配站）
st_addr     | varchar(200) | 场站地址
use_day     | date | 投用日期
run_state   | smallint | 状态（1 在用 2 停用）
modify_time | timestamptz NOT NULL | 修改时间
""")

_READINGS = columns("""
read_code | varchar(16) NOT NULL | 抄表记录编码
reading   | varchar(60) | 燃气表读数
""")

_PAYMENTS = columns("""
pay_code | varchar(16) NOT NULL | 缴费记录编码
payment  | varchar(60) | 缴费金额与账户
""")


def _accounts(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        if not home.door.street.rural and home.draws[9] < _CUSTOMER:
            yield _household(source, home)
    for firm in block.organisations:
        if not firm.door.street.rural and firm.draws[9] < _COMPANY:
            yield _organisation(source, firm)


def _household(source: Source, home: Household) -> Entry:
    """Gas is often opened by the head's spouse."""
    draws, dirt = source.world.dice(_ACCOUNT, home.index), source.dirt
    spouse = next((person for person in home.people if person.relation == SPOUSE), None)
    person = spouse if spouse is not None and draws[0] < _SPOUSES else home.people[0]
    holder = (
        "1",
        dirt.name(person.name, draws[1]),
        dirt.citizen_id(person.citizen_id, draws[2]),
        dirt.mobile(person.mobile, draws[3]) if person.mobile else None,
        None,
        None,
    )
    cells = _account(source, home.index, holder, home.door, max(person.year + _OF_AGE, _FIRST_YEAR))
    return Entry(cells, (("holder", f"P{person.index}"), ("premises", f"A{home.door.index}")))


def _organisation(source: Source, firm: Organisation) -> Entry:
    number = _ORGANISATIONS_FROM + firm.index
    uscc = source.dirt.uscc(firm.uscc, source.world.dice(_ACCOUNT, number)[2])
    holder = ("2", None, None, None, firm.name, uscc)
    cells = _account(source, number, holder, firm.door, max(int(firm.established[:4]), _FIRST_YEAR))
    return Entry(cells, (("company", f"O{firm.index}"), ("premises", f"A{firm.door.index}")))


def _account(source: Source, number: int, holder: tuple[Cell, ...], door: Door, since: int) -> tuple[Cell, ...]:
    draws = source.world.dice(_ACCOUNT, number)
    closed = draws[4] < _CLOSED
    return (
        f"RQ{number:09d}",
        *holder,
        source.dirt.address(door, draws[5]),
        f"{since + below(AS_OF - since, draws[6])}-{below(12, draws[7]) + 1:02d}-{below(28, draws[8]) + 1:02d}",
        f"{AS_OF - 1}-12-{below(28, draws[9]) + 1:02d}" if closed else None,
        "2" if closed else "1",
        "G2.5" if holder[1] else "G16",
        synthetic("燃气表读数", number),
        synthetic("燃气费缴纳", number),
        touched(draws),
    )


def _pipes(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _PIPE_EVERY:
        return
    street, draws = block.households[0].door.street, source.world.dice(_PIPE, block.number)
    cells = (
        f"GD{block.number:08d}",
        f"{street.name}{block.number // _PIPE_EVERY + 1}号燃气管段",
        street.name,
        street.town,
        pick(_PRESSURES, draws[0]),
        pick(_MATERIALS, draws[1]),
        iso(f"{_FIRST_YEAR + below(15, draws[2])}{below(12, draws[3]) + 1:02d}{below(28, draws[4]) + 1:02d}"),
        "1" if draws[5] & 31 else "2",
        str(50 + below(950, draws[6])),
        touched(draws),
    )
    yield Entry(cells, (("segment", f"A-gas_company-{block.number}"),))


def _stations(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _STATION_EVERY:
        return
    door, draws = block.organisations[0].door, source.world.dice(_STATION, block.number)
    cells = (
        f"CZ{block.number:08d}",
        f"{door.street.name}燃气站",
        pick(_STATIONS, draws[0]),
        source.dirt.address(door, draws[1]),
        iso(f"{_FIRST_YEAR + below(15, draws[2])}{below(12, draws[3]) + 1:02d}{below(28, draws[4]) + 1:02d}"),
        "1" if draws[5] & 31 else "2",
        touched(draws),
    )
    yield Entry(cells, (("station", f"A{door.index}"),))


def _readings(source: Source, block: Block) -> Iterator[Entry]:
    del source
    if block.number % _WITHHELD_EVERY == 0:
        yield Entry((f"CB{block.number:010d}", synthetic("燃气表读数", block.number)), ())


def _payments(source: Source, block: Block) -> Iterator[Entry]:
    del source
    if block.number % _WITHHELD_EVERY == 0:
        yield Entry((f"JF{block.number:010d}", synthetic("燃气费缴纳", block.number)), ())


DEPARTMENT = Department(
    "gas_company",
    "溧阳市安顺燃气有限公司",
    (
        Table("gas_user", "燃气用户档案", ("user_code",), _ACCOUNTS, _accounts),
        Table("gas_pipe", "燃气管网台账", ("pipe_code",), _PIPES, _pipes),
        Table("gas_station", "燃气场站台账", ("st_code",), _SITES, _stations),
        Table("gas_reading", "抄表记录", ("read_code",), _READINGS, _readings, withheld=True),
        Table("gas_payment", "缴费记录", ("pay_code",), _PAYMENTS, _payments, withheld=True),
    ),
)
