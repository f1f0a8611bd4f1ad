"""电信公司 (China Telecom's local branch): real-name accounts, keyed by an account number of its own."""

from collections.abc import Iterator

from city.draws import below, share
from city.household import AS_OF, Household, Person
from city.numbers import mobile
from city.tables import Department, Entry, Source, Table, columns, synthetic, touched
from city.world import Block

_ROW = 141
_CUSTOMER, _SECOND, _CLOSED = share(0.5), share(0.12), share(0.05)
_IN_USE, _REMOVED = "2HA", "2HX"

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


DEPARTMENT = Department("telecom_ct", "中国电信溧阳分公司", (Table("cust_acct", "实名账户", ("acct_id",), _COLUMNS, _accounts),))
