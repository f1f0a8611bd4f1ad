"""市供电公司 (power grid): one electricity account a household and organisation, and the substations."""

from collections.abc import Iterator

from city.accounts import OF_AGE, Account, Utility
from city.dates import drawn, touched
from city.draws import Draws, below, pick, share
from city.household import AS_OF, Household, Person
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_ACCOUNT, _SUBSTATION = 3601, 3602
_UTILITY = Utility(_ACCOUNT, first_year=AS_OF - 25, closed=share(0.03), closing=(5, 10))
_OTHER_HOLDER = share(0.2)
_SUBSTATION_EVERY, _WITHHELD_EVERY = 8, 12
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
        draws = _UTILITY.draws(source, home)
        yield _customer(source, _UTILITY.of_household(home, _holder(home, draws), draws))
    for firm in block.organisations:
        yield _customer(source, _UTILITY.of_organisation(source, firm))


def _holder(home: Household, draws: Draws) -> Person:
    """Return the head, or for some households another grown-up."""
    grown = [person for person in home.people if person.year < AS_OF - OF_AGE] if draws[4] < _OTHER_HOLDER else []
    return pick(grown, draws[3]) if grown else home.people[0]


def _customer(source: Source, account: Account) -> Entry:
    draws, dirt = account.draws, source.dirt
    cells = (
        f"5481{account.number:09d}",
        "01" if isinstance(account.holder, Person) else "02",
        *account.names(dirt, 0, old_system=True),
        dirt.address(account.door, draws[9]),
        account.opened.padded("-"),
        account.ended.padded("-") if account.ended else None,
        "9" if account.ended else "0",
        f"CBD{account.door.street.town_code}{below(40, draws[11]):04d}",
        synthetic("电表示数", account.number),
        synthetic("电费缴纳", account.number),
        touched(draws),
    )
    return Entry(cells, account.truth)


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
        drawn(AS_OF - 30, 30, draws, 2).padded("-"),
        "01" if draws[5] & 15 else "02",
        str(1000 * (1 + below(80, draws[6]))),
        touched(draws),
    )
    yield Entry(cells, (("substation", door.entity),))


DEPARTMENT = Department(
    "power_grid",
    "国网溧阳市供电公司",
    (
        Table("c_cons", "用电客户档案", ("cons_no",), _CUSTOMERS, _customers),
        Table("g_subs", "变电站台账", ("subs_no",), _SUBSTATIONS, _substations),
        Table("r_data", "抄表示数", ("read_id",), _READINGS, kept(_WITHHELD_EVERY, 0, "电表示数", serial="CB{:010d}"), withheld=True),
        Table("a_pay_flow", "缴费流水", ("pay_id",), _PAYMENTS, kept(_WITHHELD_EVERY, 0, "电费缴纳", serial="JF{:010d}"), withheld=True),
    ),
)
