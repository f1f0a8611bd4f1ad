"""市水务公司 (water company): accounts of urban households and organisations, with dates written 2013.5.30."""

from collections.abc import Iterator

from city.draws import below, pick, share
from city.household import AS_OF, Household
from city.organisations import Organisation
from city.places import Door
from city.tables import Cell, Department, Entry, Source, Table, columns, synthetic, touched
from city.world import Block

_ROW = 4401
_CUSTOMER, _COMPANY, _CLOSED = share(0.54), share(0.22), share(0.04)
_ORGANISATIONS_FROM = 20_000_000
"""Accounts of organisations are numbered from here, above the households'."""
_FIRST_YEAR, _OF_AGE, _WITHHELD_EVERY = AS_OF - 22, 18, 12
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
            yield _household(source, home)
    for firm in block.organisations:
        if not firm.door.street.rural and firm.draws[6] < _COMPANY:
            yield _organisation(source, firm)


def _household(source: Source, home: Household) -> Entry:
    draws, dirt, head = source.world.dice(_ROW, home.index), source.dirt, home.people[0]
    holder = (
        pick(_USES, draws[0]),
        dirt.name(head.name, draws[1]),
        dirt.citizen_id(head.citizen_id, draws[2]),
        dirt.mobile(head.mobile, draws[3]) if head.mobile else None,
        None,
        None,
    )
    cells = _account(source, home.index, holder, home.door, max(head.year + _OF_AGE, _FIRST_YEAR))
    return Entry(cells, (("holder", f"P{head.index}"), ("premises", f"A{home.door.index}")))


def _organisation(source: Source, firm: Organisation) -> Entry:
    number = _ORGANISATIONS_FROM + firm.index
    uscc = source.dirt.uscc(firm.uscc, source.world.dice(_ROW, number)[2])
    holder = ("DW", None, None, None, firm.name, uscc)
    cells = _account(source, number, holder, firm.door, max(int(firm.established[:4]), _FIRST_YEAR))
    return Entry(cells, (("company", f"O{firm.index}"), ("premises", f"A{firm.door.index}")))


def _account(source: Source, number: int, holder: tuple[Cell, ...], door: Door, since: int) -> tuple[Cell, ...]:
    draws = source.world.dice(_ROW, number)
    closed = draws[4] < _CLOSED
    return (
        f"SW{number:08d}",
        *holder,
        source.dirt.address(door, draws[5]),
        f"{since + below(AS_OF - since, draws[6])}.{below(12, draws[7]) + 1}.{below(28, draws[8]) + 1}",
        f"{AS_OF - 1}.12.{below(28, draws[9]) + 1}" if closed else None,
        "N" if closed else "Y",
        "DN20" if holder[1] else "DN50",
        synthetic("水表读数", number),
        synthetic("水费缴纳", number),
        touched(draws),
    )


def _readings(source: Source, block: Block) -> Iterator[Entry]:
    del source
    if block.number % _WITHHELD_EVERY == 0:
        yield Entry((f"DS{block.number:010d}", synthetic("水表读数", block.number)), ())


def _payments(source: Source, block: Block) -> Iterator[Entry]:
    del source
    if block.number % _WITHHELD_EVERY == 0:
        yield Entry((f"SF{block.number:010d}", synthetic("水费缴纳", block.number)), ())


DEPARTMENT = Department(
    "water_company",
    "溧阳市水务集团有限公司",
    (
        Table("ys_yhda", "用水用户档案", ("yhh",), _COLUMNS, _accounts),
        Table("ys_cbjl", "抄表记录", ("cbjlh",), _READINGS, _readings, withheld=True),
        Table("ys_jfjl", "缴费记录", ("jfjlh",), _PAYMENTS, _payments, withheld=True),
    ),
)
