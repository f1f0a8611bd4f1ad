"""市安顺燃气公司 (gas company): accounts of urban households and organisations, the pipe network and its stations."""

from collections.abc import Iterator

from city.accounts import Account, Utility
from city.dates import drawn, touched
from city.draws import below, pick, share
from city.household import AS_OF, SPOUSE, Person
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_ACCOUNT, _PIPE, _STATION = 4501, 4502, 4503
_CUSTOMER, _COMPANY, _SPOUSES = share(0.36), share(0.18), share(0.3)
_FIRST_YEAR = AS_OF - 15
_UTILITY = Utility(_ACCOUNT, _FIRST_YEAR, closed=share(0.03))
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
    """Gas is often opened by the head's spouse."""
    for home in block.households:
        if not home.door.street.rural and home.draws[9] < _CUSTOMER:
            draws = _UTILITY.draws(source, home)
            spouse = next((person for person in home.people if person.relation == SPOUSE), None)
            holder = spouse if spouse is not None and draws[0] < _SPOUSES else home.people[0]
            yield _account(source, _UTILITY.of_household(home, holder, draws))
    for firm in block.organisations:
        if not firm.door.street.rural and firm.draws[9] < _COMPANY:
            yield _account(source, _UTILITY.of_organisation(source, firm))


def _account(source: Source, account: Account) -> Entry:
    draws, dirt, domestic = account.draws, source.dirt, isinstance(account.holder, Person)
    cells = (
        f"RQ{account.number:09d}",
        "1" if domestic else "2",
        *account.names(dirt, 1),
        dirt.address(account.door, draws[5]),
        account.opened.padded("-"),
        account.ended.padded("-") if account.ended else None,
        "2" if account.ended else "1",
        "G2.5" if domestic else "G16",
        synthetic("燃气表读数", account.number),
        synthetic("燃气费缴纳", account.number),
        touched(draws),
    )
    return Entry(cells, account.truth)


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
        drawn(_FIRST_YEAR, 15, draws, 2).padded("-"),
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
        drawn(_FIRST_YEAR, 15, draws, 2).padded("-"),
        "1" if draws[5] & 31 else "2",
        touched(draws),
    )
    yield Entry(cells, (("station", door.entity),))


DEPARTMENT = Department(
    "gas_company",
    "溧阳市安顺燃气有限公司",
    (
        Table("gas_user", "燃气用户档案", ("user_code",), _ACCOUNTS, _accounts),
        Table("gas_pipe", "燃气管网台账", ("pipe_code",), _PIPES, _pipes),
        Table("gas_station", "燃气场站台账", ("st_code",), _SITES, _stations),
        Table(
            "gas_reading", "抄表记录", ("read_code",), _READINGS, kept(_WITHHELD_EVERY, 0, "燃气表读数", serial="CB{:010d}"), withheld=True
        ),
        Table(
            "gas_payment", "缴费记录", ("pay_code",), _PAYMENTS, kept(_WITHHELD_EVERY, 0, "燃气费缴纳", serial="JF{:010d}"), withheld=True
        ),
    ),
)
