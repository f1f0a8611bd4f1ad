"""电信公司 (China Telecom's local branch): real-name accounts, keyed by an account number of its own, and base-station sites."""

from collections.abc import Iterator

from city.dates import Day, drawn, touched
from city.draws import below, pick, share
from city.household import AS_OF, Household, Person
from city.numbers import mobile
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.telecom import TELECOM, customers, opened, stations
from city.withheld import kept
from city.world import Block

_ROW, _SITE = 141, 4101
_SECOND, _CLOSED = share(0.12), share(0.05)
_IN_USE, _REMOVED = "2HA", "2HX"
_SITE_TURN, _WITHHELD_EVERY = (5, 0), 17
_SYSTEMS = ("C800", "L1800", "L2100", "N3500")

_COLUMNS = columns("""
acct_id     | varchar(20) NOT NULL | 账户标识
acc_nbr     | varchar(24) | 业务号码
cust_name   | varchar(50) | 客户姓名
cert_type   | char(1) | 证件类型（1 居民身份证）
cert_nbr    | varchar(24) | 证件号码
cust_addr   | varchar(200) | 客户地址
open_date   | varchar(10) | 入网日期
close_date  | varchar(10) | 拆机日期
state       | char(3) | 状态（2HA 在用 2HX 拆机）
channel     | varchar(40) | 受理渠道
cdr_ref     | varchar(60) | 通话详单
last_cell   | varchar(60) | 最近基站位置
update_date | timestamptz NOT NULL | 更新时间
""")

_SITES = columns("""
bs_code     | varchar(16) NOT NULL | 基站编码
bs_name     | varchar(80) | 基站名称
bs_addr     | varchar(200) | 基站地址
town        | varchar(40) | 镇（街道）
sys_type    | varchar(8) | 网络制式
state       | char(2) | 状态（10 在网 20 退网）
open_date   | varchar(10) | 开通日期
update_date | timestamptz NOT NULL | 更新时间
""")

_CALLS = columns("""
cdr_id | varchar(20) NOT NULL | 通话详单标识
cdr    | varchar(60) | 通话详单
""")

_CARDS = columns("""
card_id | varchar(20) NOT NULL | 卡资料标识
card    | varchar(60) | 卡号与卡资料
""")

_PLACES = columns("""
loc_id   | varchar(20) NOT NULL | 位置记录标识
location | varchar(60) | 基站与用户对应关系
""")


def account_id(person: int, place: int) -> str:
    """Return the account of a person's first (0) or second (1) number."""
    return f"CT{2 * person + place:010d}"


def _accounts(source: Source, block: Block) -> Iterator[Entry]:
    for home, person in customers(block, TELECOM):
        yield _account(source, home, person, 0)
        if person.draws[13] < _SECOND:
            yield _account(source, home, person, 1)


def _account(source: Source, home: Household, person: Person, place: int) -> Entry:
    number = 2 * person.index + place
    draws, dirt = source.world.dice(_ROW, number), source.dirt
    closed = draws[7] < _CLOSED
    cells = (
        account_id(person.index, place),
        mobile(number),
        dirt.name(person.name, draws[0]),
        "1",
        dirt.citizen_id(person.citizen_id, draws[1]),
        dirt.address(home.door, draws[2]),
        opened(person, AS_OF - 20, draws, 4).padded("/"),
        Day(AS_OF - 1, below(12, draws[8]) + 1, 28).padded("/") if closed else None,
        _REMOVED if closed else _IN_USE,
        "营业厅" if draws[9] & 1 else "网上营业厅",
        synthetic("通话详单", number),
        synthetic("基站位置", number),
        touched(draws),
    )
    return Entry(cells, (("holder", person.entity),))


def _sites(source: Source, block: Block) -> Iterator[Entry]:
    for door, draws in stations(source, block, _SITE, _SITE_TURN):
        cells = (
            f"DXJZ{block.number:08d}",
            f"{door.street.name}电信{block.number}号基站",
            source.dirt.address(door, draws[0]),
            door.town,
            pick(_SYSTEMS, draws[1]),
            "10" if draws[2] & 31 else "20",
            drawn(AS_OF - 15, 15, draws, 3).padded("/"),
            touched(draws),
        )
        yield Entry(cells, (("site", door.entity),))


DEPARTMENT = Department(
    "telecom_ct",
    "中国电信溧阳分公司",
    (
        Table("cust_acct", "实名账户", ("acct_id",), _COLUMNS, _accounts),
        Table("bs_site", "基站站址", ("bs_code",), _SITES, _sites),
        Table("cdr_voice", "通话详单", ("cdr_id",), _CALLS, kept(_WITHHELD_EVERY, 0, "通话详单", serial="XD{:010d}"), withheld=True),
        Table("uim_card", "卡资料", ("card_id",), _CARDS, kept(_WITHHELD_EVERY, 0, "卡资料", serial="KP{:010d}"), withheld=True),
        Table(
            "cell_user", "基站与用户位置", ("loc_id",), _PLACES, kept(_WITHHELD_EVERY, 0, "基站与用户", serial="WZ{:010d}"), withheld=True
        ),
    ),
)
