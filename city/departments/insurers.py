"""各保险公司 (insurers): outlets and registered salespersons, sent as CSV files in GB 18030."""

from collections.abc import Iterator

from city.dates import read, until_now
from city.draws import share
from city.household import AS_OF, Person
from city.institutions import Institution, institutions, staff
from city.people import SEX_ENGLISH
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_OUTLET, _SALESPERSON = 4301, 4302
_WITHHELD_EVERY = 17
_CANCELLED = share(0.07)

_OUTLETS = columns("""
许可证编号 | varchar(20) NOT NULL | 保险许可证编号
机构名称  | varchar(200) NOT NULL | 机构名称
信用代码  | varchar(20) | 统一社会信用代码
营业地址  | varchar(200) | 营业地址
联系电话  | varchar(24) | 联系电话
业务类别  | varchar(4) | 业务类别（财险 寿险）
成立日期  | varchar(12) | 成立日期
客户保单  | varchar(60) | 客户保单数据
""")

_SALESPEOPLE = columns("""
执业证编号 | varchar(26) NOT NULL | 执业证编号
姓名    | varchar(50) NOT NULL | 姓名
性别    | varchar(1) | 性别（M 男 F 女）
证件号码  | varchar(24) | 证件号码
所属机构  | varchar(200) | 所属机构名称
机构信用代码 | varchar(20) | 所属机构统一社会信用代码
登记日期  | varchar(12) | 执业登记日期
执业状态  | varchar(4) | 执业状态（有效 注销）
佣金收入  | varchar(60) | 佣金收入
""")

_POLICIES = columns("""
保单序号 | varchar(16) NOT NULL | 保单序号
投保人  | varchar(60) | 投保人与保单
""")

_TRANSACTIONS = columns("""
交易序号 | varchar(16) NOT NULL | 交易序号
交易   | varchar(60) | 缴费与理赔
""")


def _outlets(source: Source, block: Block) -> Iterator[Entry]:
    for each in institutions(source.world, block, "insurance_outlet"):
        draws, dirt = source.world.dice(_OUTLET, each.index), source.dirt
        cells = (
            f"LY{each.index:09d}",
            each.name,
            dirt.uscc(each.uscc, draws[0]),
            dirt.address(each.door, draws[1]),
            each.landline.replace("-", "") if draws[2] & 7 == 0 else each.landline,
            "财险" if "财产" in each.name else "寿险",
            read(each.established).bare("/"),
            synthetic("客户保单", each.index),
        )
        yield Entry(cells, (("outlet", each.entity), ("site", each.door.entity)))


def _salespeople(source: Source, block: Block) -> Iterator[Entry]:
    for outlet, person in staff(source.world, block, "insurance_outlet"):
        yield _salesperson(source, outlet, person)


def _salesperson(source: Source, outlet: Institution, person: Person) -> Entry:
    draws, dirt = source.world.dice(_SALESPERSON, person.index), source.dirt
    since = max(person.year + 18, AS_OF - 12)
    cells = (
        f"BX{person.index:012d}",
        dirt.name(person.name, draws[0], old_system=True),
        SEX_ENGLISH[person.sex],
        dirt.citizen_id(person.citizen_id, draws[1]),
        outlet.name,
        dirt.uscc(outlet.uscc, draws[2]),
        until_now(since, draws, 3).bare("/"),
        "注销" if draws[6] < _CANCELLED else "有效",
        synthetic("佣金收入", person.index),
    )
    return Entry(cells, (("salesperson", person.entity), ("insurer", outlet.entity)))


DEPARTMENT = Department(
    "insurers",
    "溧阳市保险行业各保险公司",
    (
        Table("bxwd", "保险机构网点", ("许可证编号",), _OUTLETS, _outlets),
        Table("xsry", "保险销售人员", ("执业证编号",), _SALESPEOPLE, _salespeople),
        Table("bd", "个人保单", ("保单序号",), _POLICIES, kept(_WITHHELD_EVERY, 0, "投保人与保单", serial="BD{:09d}"), withheld=True),
        Table("bdjy", "保单交易", ("交易序号",), _TRANSACTIONS, kept(_WITHHELD_EVERY, 0, "缴费与理赔", serial="JY{:09d}"), withheld=True),
    ),
    way="file",
    format="csv_gb18030",
)
