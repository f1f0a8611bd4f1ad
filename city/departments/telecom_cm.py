"""移动公司 (China Mobile's local branch): real-name accounts in BOSS's field names with dates of fourteen digits, base-station sites."""

from collections.abc import Iterator

from city.dates import Day, drawn, touched
from city.draws import below, pick, share
from city.household import AS_OF, Household, Person
from city.numbers import mobile
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.telecom import MOBILE, customers, opened, stations
from city.withheld import kept
from city.world import Block

_ACCOUNT, _SITE = 4102, 4103
_CLOSED, _STOPPED = share(0.05), share(0.09)
_SITE_TURN, _WITHHELD_EVERY = (5, 1), 17
_BANDS = ("GSM900", "TDL-F", "NR2.6", "NR2.6", "NR700")

_USERS = columns("""
user_id     | bigint NOT NULL | 用户标识
bill_id     | varchar(24) | 计费号码
cust_name   | varchar(50) | 客户名称
cust_cert_type | char(2) | 证件类型（01 身份证）
cust_cert_no | varchar(24) | 证件号码
sex         | char(1) | 性别（1 男 0 女）
cust_address | varchar(200) | 通信地址
create_date | char(14) | 开户时间
expire_date | char(14) | 销户时间
state       | char(1) | 用户状态（1 正常 4 停机 6 销户）
brand_id    | varchar(10) | 品牌
org_id      | varchar(16) | 受理营业厅
gprs_cdr    | varchar(60) | 上网详单
sim_iccid   | varchar(60) | 卡资料
cell_trace  | varchar(60) | 基站轨迹
done_date   | timestamptz NOT NULL | 处理时间
""")

_SITES = columns("""
site_id    | varchar(16) NOT NULL | 站址编码
site_name  | varchar(80) | 站址名称
site_addr  | varchar(200) | 站址地址
county_town | varchar(40) | 镇（街道）
band       | varchar(10) | 频段
share_flag | char(1) | 共享标志（0 自建 1 铁塔共享）
site_state | char(1) | 状态（1 在网 2 退网）
on_date    | char(8) | 入网日期
done_date  | timestamptz NOT NULL | 处理时间
""")

_CALLS = columns("""
cdr_seq | varchar(20) NOT NULL | 话单序号
cdr     | varchar(60) | 语音与短信详单
""")

_CARDS = columns("""
card_seq | varchar(20) NOT NULL | 卡资料序号
card     | varchar(60) | 卡号与卡资料
""")

_PLACES = columns("""
loc_seq  | varchar(20) NOT NULL | 位置序号
location | varchar(60) | 基站与用户对应关系
""")


def _users(source: Source, block: Block) -> Iterator[Entry]:
    for home, person in customers(block, MOBILE):
        yield _user(source, home, person)


def _user(source: Source, home: Household, person: Person) -> Entry:
    draws, dirt, number = source.world.dice(_ACCOUNT, person.index), source.dirt, mobile(2 * person.index)
    began = opened(person, AS_OF - 18, draws, 0)
    closed = draws[3] < _CLOSED
    cells = (
        str(5190_0000_0001 + person.index),
        dirt.mobile(number, draws[4]) or number,
        dirt.name(person.name, draws[5]),
        "01",
        dirt.citizen_id(person.citizen_id, draws[6]),
        str(person.sex % 2),
        dirt.address(home.door, draws[7]),
        f"{began.padded()}{8 + below(10, draws[8]):02d}{below(60, draws[9]):02d}00",
        f"{Day(AS_OF - 1, 12, below(28, draws[10]) + 1).padded()}120000" if closed else None,
        "6" if closed else "4" if draws[3] < _STOPPED else "1",
        "全球通" if draws[11] & 3 == 0 else "神州行",
        f"0519LY{below(40, draws[12]):03d}",
        synthetic("上网详单", person.index),
        synthetic("卡资料", person.index),
        synthetic("基站轨迹", person.index),
        touched(draws),
    )
    return Entry(cells, (("holder", person.entity),))


def _sites(source: Source, block: Block) -> Iterator[Entry]:
    for door, draws in stations(source, block, _SITE, _SITE_TURN):
        cells = (
            f"YDZZ{block.number:08d}",
            f"溧阳{door.town.removesuffix('街道').removesuffix('镇')}{door.street.name}移动基站",
            source.dirt.address(door, draws[0]),
            door.town,
            pick(_BANDS, draws[1]),
            "1" if draws[2] & 1 else "0",
            "1" if draws[3] & 31 else "2",
            drawn(AS_OF - 12, 12, draws, 4).padded(),
            touched(draws),
        )
        yield Entry(cells, (("site", door.entity),))


DEPARTMENT = Department(
    "telecom_cm",
    "中国移动溧阳分公司",
    (
        Table("ins_user", "实名用户", ("user_id",), _USERS, _users),
        Table("res_site", "基站站址", ("site_id",), _SITES, _sites),
        Table("bil_cdr", "通话详单", ("cdr_seq",), _CALLS, kept(_WITHHELD_EVERY, 0, "语音详单", serial="HD{:010d}"), withheld=True),
        Table("res_card", "卡资料", ("card_seq",), _CARDS, kept(_WITHHELD_EVERY, 0, "卡资料", serial="KZ{:010d}"), withheld=True),
        Table(
            "loc_user", "基站与用户位置", ("loc_seq",), _PLACES, kept(_WITHHELD_EVERY, 0, "基站与用户", serial="WZ{:010d}"), withheld=True
        ),
    ),
)
