"""电信公司 (China Telecom's local branch): real-name accounts, keyed by an account number of its own, and base-station sites."""

from collections.abc import Iterator

from city.draws import below, pick, share
from city.household import AS_OF, Household, Person
from city.numbers import mobile
from city.tables import Department, Entry, Source, Table, columns, synthetic, touched
from city.world import Block

_ROW, _SITE = 141, 4101
_CUSTOMER, _SECOND, _CLOSED = share(0.5), share(0.12), share(0.05)
_IN_USE, _REMOVED = "2HA", "2HX"
_SITE_EVERY, _WITHHELD_EVERY = 5, 17
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
    for home in block.households:
        for person in home.people:
            if person.mobile is None or person.draws[12] >= _CUSTOMER:
                continue
            yield _account(source, home, person, 0)
            if person.draws[13] < _SECOND:
                yield _account(source, home, person, 1)


def _account(source: Source, home: Household, person: Person, place: int) -> Entry:
    number = 2 * person.index + place
    draws, dirt = source.world.dice(_ROW, number), source.dirt
    year = max(person.year + 12, AS_OF - 20)
    opened = f"{year + below(AS_OF - year, draws[4])}/{below(12, draws[5]) + 1:02d}/{below(28, draws[6]) + 1:02d}"
    closed = draws[7] < _CLOSED
    cells = (
        account_id(person.index, place),
        mobile(number),
        dirt.name(person.name, draws[0]),
        "1",
        dirt.citizen_id(person.citizen_id, draws[1]),
        dirt.address(home.door, draws[2]),
        opened,
        f"{AS_OF - 1}/{below(12, draws[8]) + 1:02d}/28" if closed else None,
        _REMOVED if closed else _IN_USE,
        "营业厅" if draws[9] & 1 else "网上营业厅",
        synthetic("通话详单", number),
        synthetic("基站位置", number),
        touched(draws),
    )
    return Entry(cells, (("holder", f"P{person.index}"),))


def _sites(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _SITE_EVERY:
        return
    door, draws = block.organisations[0].door, source.world.dice(_SITE, block.number)
    cells = (
        f"DXJZ{block.number:08d}",
        f"{door.street.name}电信{block.number}号基站",
        source.dirt.address(door, draws[0]),
        door.town,
        pick(_SYSTEMS, draws[1]),
        "10" if draws[2] & 31 else "20",
        f"{AS_OF - 15 + below(15, draws[3])}/{below(12, draws[4]) + 1:02d}/{below(28, draws[5]) + 1:02d}",
        touched(draws),
    )
    yield Entry(cells, (("site", f"A{door.index}"),))


def _calls(source: Source, block: Block) -> Iterator[Entry]:
    del source
    if block.number % _WITHHELD_EVERY == 0:
        yield Entry((f"XD{block.number:010d}", synthetic("通话详单", block.number)), ())


def _cards(source: Source, block: Block) -> Iterator[Entry]:
    del source
    if block.number % _WITHHELD_EVERY == 0:
        yield Entry((f"KP{block.number:010d}", synthetic("卡资料", block.number)), ())


def _places(source: Source, block: Block) -> Iterator[Entry]:
    del source
    if block.number % _WITHHELD_EVERY == 0:
        yield Entry((f"WZ{block.number:010d}", synthetic("基站与用户", block.number)), ())


DEPARTMENT = Department(
    "telecom_ct",
    "中国电信溧阳分公司",
    (
        Table("cust_acct", "实名账户", ("acct_id",), _COLUMNS, _accounts),
        Table("bs_site", "基站站址", ("bs_code",), _SITES, _sites),
        Table("cdr_voice", "通话详单", ("cdr_id",), _CALLS, _calls, withheld=True),
        Table("uim_card", "卡资料", ("card_id",), _CARDS, _cards, withheld=True),
        Table("cell_user", "基站与用户位置", ("loc_id",), _PLACES, _places, withheld=True),
    ),
)
