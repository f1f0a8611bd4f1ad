"""市供电公司 (power grid): one electricity account a household and organisation, and the substations."""

from collections.abc import Iterator

from city.draws import Draws, below, pick, share
from city.household import AS_OF, Household, Person
from city.organisations import Organisation
from city.places import Door
from city.tables import Cell, Department, Entry, Source, Table, columns, synthetic, touched
from city.world import Block

_ACCOUNT, _SUBSTATION = 3601, 3602
_CLOSED, _OTHER_HOLDER = share(0.03), share(0.2)
_ORGANISATIONS_FROM = 20_000_000
"""Accounts of organisations are numbered from here, above the households'."""
_SUBSTATION_EVERY, _WITHHELD_EVERY = 8, 12
_OF_AGE, _FIRST_YEAR = 18, AS_OF - 25
_VOLTAGES = ("AC00101", "AC00351", "AC01101")

_CUSTOMERS = columns("""
cons_no     | varchar(13) NOT NULL | 用户编号
cons_sort   | char(2) | 用户分类（01 居民 02 单位）
cons_name   | varchar(50) | 户名（居民）
cert_no     | varchar(24) | 证件号码（居民）
mobile      | varchar(24) | 联系手机（居民）
org_name    | varchar(200) | 户名（单位）
org_uscc    | varchar(18) | 统一社会信用代码（单位）
elec_addr   | varchar(200) NOT NULL | 用电地址
build_date  | varchar(10) | 立户日期
cancel_date | varchar(10) | 销户日期
status_code | char(1) | 用户状态（0 正常 9 销户）
mr_sect_no  | varchar(16) | 抄表段编号
last_read   | varchar(60) | 最近示数
last_pay    | varchar(60) | 最近缴费
upd_time    | timestamptz NOT NULL | 更新时间
""")

_SUBSTATIONS = columns("""
subs_no     | varchar(16) NOT NULL | 变电站编号
subs_name   | varchar(60) | 变电站名称
volt_code   | varchar(8) | 电压等级（AC00101 10千伏 AC00351 35千伏 AC01101 110千伏）
subs_addr   | varchar(200) | 站址
town        | varchar(40) | 所在镇（街道）
run_date    | date | 投运日期
run_status  | char(2) | 运行状态（01 在运 02 停运）
plate_cap   | integer | 主变容量（千伏安）
upd_time    | timestamptz NOT NULL | 更新时间
""")

_READINGS = columns("""
read_id  | varchar(16) NOT NULL | 抄表记录号
meter    | varchar(60) | 电能表示数
""")

_PAYMENTS = columns("""
pay_id   | varchar(16) NOT NULL | 缴费记录号
pay_amt  | varchar(60) | 缴费金额与账户
""")


def _customers(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        yield _household(source, home)
    for firm in block.organisations:
        yield _organisation(source, firm)


def _household(source: Source, home: Household) -> Entry:
    draws, dirt = source.world.dice(_ACCOUNT, home.index), source.dirt
    person = _holder(home, draws)
    holder = (
        dirt.name(person.name, draws[0], old_system=True),
        dirt.citizen_id(person.citizen_id, draws[1]),
        dirt.mobile(person.mobile, draws[2]) if person.mobile else None,
        None,
        None,
    )
    since = max(person.year + _OF_AGE, _FIRST_YEAR)
    cells = _account(source, home.index, holder, home.door, since)
    return Entry(cells, (("holder", f"P{person.index}"), ("premises", f"A{home.door.index}")))


def _holder(home: Household, draws: Draws) -> Person:
    """Return the head, or for some households another grown-up."""
    grown = [person for person in home.people if person.year <= AS_OF - _OF_AGE - 1]
    return pick(grown, draws[3]) if grown and draws[4] < _OTHER_HOLDER else home.people[0]


def _organisation(source: Source, firm: Organisation) -> Entry:
    number = _ORGANISATIONS_FROM + firm.index
    uscc = source.dirt.uscc(firm.uscc, source.world.dice(_ACCOUNT, number)[1])
    cells = _account(source, number, (None, None, None, firm.name, uscc), firm.door, max(int(firm.established[:4]), _FIRST_YEAR))
    return Entry(cells, (("company", f"O{firm.index}"), ("premises", f"A{firm.door.index}")))


def _account(source: Source, number: int, holder: tuple[Cell, ...], door: Door, since: int) -> tuple[Cell, ...]:
    draws = source.world.dice(_ACCOUNT, number)
    closed = draws[5] < _CLOSED
    opened = f"{since + below(AS_OF - since, draws[6])}-{below(12, draws[7]) + 1:02d}-{below(28, draws[8]) + 1:02d}"
    return (
        f"5481{number:09d}",
        "01" if holder[0] else "02",
        *holder,
        source.dirt.address(door, draws[9]),
        opened,
        f"{AS_OF - 1}-12-{below(28, draws[10]) + 1:02d}" if closed else None,
        "9" if closed else "0",
        f"CBD{door.street.town_code}{below(40, draws[11]):04d}",
        synthetic("电表示数", number),
        synthetic("电费缴纳", number),
        touched(draws),
    )


def _substations(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _SUBSTATION_EVERY:
        return
    door, draws = block.organisations[0].door, source.world.dice(_SUBSTATION, block.number)
    cells = (
        f"BDZ{block.number:08d}",
        f"{door.street.name.removesuffix('村').removesuffix('路')}变电站",
        pick(_VOLTAGES, draws[0]),
        source.dirt.address(door, draws[1]),
        door.town,
        f"{AS_OF - 30 + below(30, draws[2])}-{below(12, draws[3]) + 1:02d}-{below(28, draws[4]) + 1:02d}",
        "01" if draws[5] & 15 else "02",
        str(1000 * (1 + below(80, draws[6]))),
        touched(draws),
    )
    yield Entry(cells, (("substation", f"A{door.index}"),))


def _readings(source: Source, block: Block) -> Iterator[Entry]:
    del source
    if block.number % _WITHHELD_EVERY == 0:
        yield Entry((f"CB{block.number:010d}", synthetic("电表示数", block.number)), ())


def _payments(source: Source, block: Block) -> Iterator[Entry]:
    del source
    if block.number % _WITHHELD_EVERY == 0:
        yield Entry((f"JF{block.number:010d}", synthetic("电费缴纳", block.number)), ())


DEPARTMENT = Department(
    "power_grid",
    "国网溧阳市供电公司",
    (
        Table("c_cons", "用电客户档案", ("cons_no",), _CUSTOMERS, _customers),
        Table("g_subs", "变电站台账", ("subs_no",), _SUBSTATIONS, _substations),
        Table("r_data", "抄表示数", ("read_id",), _READINGS, _readings, withheld=True),
        Table("a_pay_flow", "缴费流水", ("pay_id",), _PAYMENTS, _payments, withheld=True),
    ),
)
