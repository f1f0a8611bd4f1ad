"""市水务公司 (water company): accounts of urban households and organisations, with dates written 2013.5.30."""

from collections.abc import Iterator

from city.accounts import Account, Utility
from city.dates import touched
from city.draws import pick, share
from city.household import AS_OF, Person
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_ROW = 4401
_CUSTOMER, _COMPANY = share(0.54), share(0.22)
_UTILITY = Utility(_ROW, first_year=AS_OF - 22, closed=share(0.04))
_WITHHELD_EVERY = 12
_USES = ("JM", "JM", "JM", "HJ")

_COLUMNS = columns("""
yhh   | varchar(12) NOT NULL | 用户号
yhlb  | char(2) | 用户类别（JM 居民 HJ 合表居民 DW 单位）
hm    | varchar(50) | 户名（居民）
sfzh  | varchar(24) | 身份证号（居民）
lxdh  | varchar(24) | 联系电话（居民）
dwmc  | varchar(200) | 单位名称
dwdm  | varchar(18) | 单位统一社会信用代码
ysdz  | varchar(200) NOT NULL | 用水地址
khrq  | varchar(10) | 开户日期
xhrq  | varchar(10) | 销户日期
yhzt  | char(1) | 用户状态（Y 在用 N 销户）
bkj   | varchar(8) | 水表口径
zjds  | varchar(60) | 最近读数
zjjf  | varchar(60) | 最近缴费
gxsj  | timestamptz NOT NULL | 更新时间
""")

_READINGS = columns("""
cbjlh | varchar(16) NOT NULL | 抄表记录号
bds   | varchar(60) | 水表读数
""")

_PAYMENTS = columns("""
jfjlh | varchar(16) NOT NULL | 缴费记录号
jfje  | varchar(60) | 缴费金额与账户
""")


def _accounts(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        if not home.door.street.rural and home.draws[6] < _CUSTOMER:
            yield _account(source, _UTILITY.of_household(home, home.people[0], _UTILITY.draws(source, home)))
    for firm in block.organisations:
        if not firm.door.street.rural and firm.draws[6] < _COMPANY:
            yield _account(source, _UTILITY.of_organisation(source, firm))


def _account(source: Source, account: Account) -> Entry:
    draws, dirt, domestic = account.draws, source.dirt, isinstance(account.holder, Person)
    cells = (
        f"SW{account.number:08d}",
        pick(_USES, draws[0]) if domestic else "DW",
        *account.names(dirt, 1),
        dirt.address(account.door, draws[5]),
        account.opened.bare("."),
        account.ended.bare(".") if account.ended else None,
        "N" if account.ended else "Y",
        "DN20" if domestic else "DN50",
        synthetic("水表读数", account.number),
        synthetic("水费缴纳", account.number),
        touched(draws),
    )
    return Entry(cells, account.truth)


DEPARTMENT = Department(
    "water_company",
    "溧阳市水务集团有限公司",
    (
        Table("ys_yhda", "用水用户档案", ("yhh",), _COLUMNS, _accounts),
        Table("ys_cbjl", "抄表记录", ("cbjlh",), _READINGS, kept(_WITHHELD_EVERY, 0, "水表读数", serial="DS{:010d}"), withheld=True),
        Table("ys_jfjl", "缴费记录", ("jfjlh",), _PAYMENTS, kept(_WITHHELD_EVERY, 0, "水费缴纳", serial="SF{:010d}"), withheld=True),
    ),
)
