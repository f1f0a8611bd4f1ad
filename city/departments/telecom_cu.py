"""联通公司 (China Unicom's local branch): real-name accounts under a composite key with dates of 2013年5月30日, base-station sites."""

from collections.abc import Iterator

from city.dates import Day, drawn, touched
from city.draws import below, pick, share
from city.household import AS_OF, Household, Person
from city.numbers import mobile
from city.people import SEX_CHINESE
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.telecom import UNICOM, customers, opened, stations
from city.withheld import kept
from city.world import Block

_ACCOUNT, _SITE = 4104, 4105
_CLOSED = share(0.06)
_SITE_TURN, _WITHHELD_EVERY = (6, 2), 17
_NETWORKS = ("3G", "4G", "4G", "5G")

_USERS = columns("""
partition_id   | smallint NOT NULL | 分区标识
user_no        | varchar(16) NOT NULL | 用户编号
serial_number  | varchar(24) | 服务号码
pspt_name      | varchar(50) | 证件姓名
pspt_type_code | char(1) | 证件类型（0 身份证）
pspt_id        | varchar(24) | 证件号码
sex            | varchar(2) | 性别（男 女）
pspt_addr      | varchar(200) | 证件地址
open_date      | varchar(20) | 入网日期
destroy_date   | varchar(20) | 离网日期
user_state_codeset | char(1) | 用户状态（0 在网 1 离网）
develop_depart | varchar(16) | 发展渠道
voice_bill     | varchar(60) | 语音话单
uim_no         | varchar(60) | 卡号资料
last_lac       | varchar(60) | 最近位置区
update_time    | timestamptz NOT NULL | 更新时间
""")

_SITES = columns("""
bts_no      | varchar(16) NOT NULL | 基站编号
bts_name    | varchar(80) | 基站名称
bts_place   | varchar(200) | 安装地点
town        | varchar(40) | 所属镇（街道）
net_gen     | char(2) | 网络制式
bts_state   | varchar(8) | 运行状态（在用 停用）
setup_date  | date | 开通日期
update_time | timestamptz NOT NULL | 更新时间
""")

_CALLS = columns("""
bill_no | varchar(20) NOT NULL | 话单号
bill    | varchar(60) | 通话与短信话单
""")

_CARDS = columns("""
uim_seq | varchar(20) NOT NULL | 卡资料号
uim     | varchar(60) | 卡号与密钥资料
""")

_PLACES = columns("""
lac_seq | varchar(20) NOT NULL | 位置区记录号
lac     | varchar(60) | 基站与用户对应关系
""")


def _users(source: Source, block: Block) -> Iterator[Entry]:
    for home, person in customers(block, UNICOM):
        yield _user(source, home, person)


def _user(source: Source, home: Household, person: Person) -> Entry:
    draws, dirt, number = source.world.dice(_ACCOUNT, person.index), source.dirt, mobile(2 * person.index)
    closed = draws[0] < _CLOSED
    cells = (
        str(person.index % 10),
        f"LT{person.index:010d}",
        dirt.mobile(number, draws[1]) or number,
        dirt.name(person.name, draws[2], old_system=True),
        "0",
        dirt.citizen_id(person.citizen_id, draws[3]),
        SEX_CHINESE[person.sex],
        dirt.address(home.door, draws[4]),
        opened(person, AS_OF - 16, draws, 5).chinese,
        Day(AS_OF - 1, 12, below(28, draws[8]) + 1).chinese if closed else None,
        "1" if closed else "0",
        "自有厅" if draws[9] & 1 else "代理点",
        synthetic("语音话单", person.index),
        synthetic("卡号资料", person.index),
        synthetic("最近位置区", person.index),
        touched(draws),
    )
    return Entry(cells, (("holder", person.entity),))


def _sites(source: Source, block: Block) -> Iterator[Entry]:
    for door, draws in stations(source, block, _SITE, _SITE_TURN, 1):
        cells = (
            f"LTJZ{block.number:08d}",
            f"{door.street.name}联通{block.number}号站",
            source.dirt.address(door, draws[0]),
            door.town,
            pick(_NETWORKS, draws[1]),
            "在用" if draws[2] & 31 else "停用",
            drawn(AS_OF - 14, 14, draws, 3).padded("-"),
            touched(draws),
        )
        yield Entry(cells, (("site", door.entity),))


DEPARTMENT = Department(
    "telecom_cu",
    "中国联通溧阳分公司",
    (
        Table("tf_f_user", "实名用户资料", ("partition_id", "user_no"), _USERS, _users),
        Table("tf_r_bts", "基站资料", ("bts_no",), _SITES, _sites),
        Table("tg_voice_bill", "通话话单", ("bill_no",), _CALLS, kept(_WITHHELD_EVERY, 0, "通话话单", serial="HD{:010d}"), withheld=True),
        Table("tf_r_uim", "卡号资料", ("uim_seq",), _CARDS, kept(_WITHHELD_EVERY, 0, "卡号资料", serial="UK{:010d}"), withheld=True),
        Table(
            "tl_user_lac", "位置区与用户", ("lac_seq",), _PLACES, kept(_WITHHELD_EVERY, 0, "基站与用户", serial="LQ{:010d}"), withheld=True
        ),
    ),
)
