"""市民防局 (civil defence): units linked in an emergency with their duty contacts, entered in a form."""

from collections.abc import Iterator

from city.draws import pick
from city.household import Person
from city.institutions import staff
from city.places import Door
from city.tables import Department, Entry, Source, Table, columns
from city.world import Block

_UNIT = 3001
_EVERY = 7
"""One block in so many has a company that is linked too."""
_COMPANIES = 1_000_000_000
"""Units that are companies are numbered from here, above the institutions."""

_UNITS = columns("""
dwbh  | varchar(20) NOT NULL | 联动单位编号
dwmc  | varchar(200) | 单位名称
xydm  | varchar(24) | 统一社会信用代码
dwdz  | varchar(200) | 单位地址
ldlx  | varchar(10) | 联动类型（抢险 医疗 运输 物资 通信）
zbdh  | varchar(24) | 二十四小时值班电话
lxrxm | varchar(50) | 值班联系人姓名
lxrzw | varchar(20) | 值班联系人职务
lxrsj | varchar(24) | 值班联系人手机
""")

_Unit = tuple[str, str, Door, str]


def _units(source: Source, block: Block) -> Iterator[Entry]:
    for team, contact in staff(source.world, block, "emergency_unit", slice(1)):
        unit = (team.name, team.uscc, team.door, team.landline)
        yield _row(source, team.index, unit, contact, team.entity)
    if block.number % _EVERY == 1:
        firm = block.organisations[0]
        unit = (firm.name, firm.uscc, firm.door, firm.landline)
        yield _row(source, _COMPANIES + firm.index, unit, block.representatives[0], firm.entity)


def _row(source: Source, number: int, unit: _Unit, contact: Person, entity: str) -> Entry:
    draws, dirt, (name, uscc, place, telephone) = source.world.dice(_UNIT, number), source.dirt, unit
    company = number >= _COMPANIES
    cells = (
        f"LD{number:010d}",
        name,
        dirt.uscc(uscc, draws[0]),
        dirt.address(place, draws[1]),
        pick(("运输", "物资", "通信", "医疗"), draws[2]) if company else "抢险",
        telephone if draws[3] & 7 else telephone.removeprefix("0519-"),
        dirt.name(contact.name, draws[4]),
        "负责人" if company else "值班长",
        dirt.mobile(contact.mobile, draws[5]),
    )
    return Entry(cells, (("unit", entity), ("contact", contact.entity)))


DEPARTMENT = Department("civil_defence", "溧阳市民防局", (Table("mf_ldyddw", "应急联动单位", ("dwbh",), _UNITS, _units),), way="entry")
