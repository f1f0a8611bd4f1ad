"""市食品药品监管局 (food and drug): licensed food and drug operators, their responsible staff, penalties."""

from collections.abc import Iterator
from itertools import chain

from city.dates import of_year, touched
from city.draws import below, pick
from city.household import AS_OF, Person
from city.institutions import Institution, institutions
from city.organisations import Organisation
from city.tables import Department, Entry, Source, Table, columns
from city.world import Block

_FOOD, _DRUG, _STAFF, _PENALTY = 2301, 2302, 2303, 2304
_SELLS_FOOD = {"H": "2", "F": "1"}
"""Industry (GB/T 4754) → kind of food licence."""

_FOODS = columns("""
xkzbh | varchar(20) NOT NULL | 食品经营许可证编号
xydm  | varchar(24) | 统一社会信用代码
jyzmc | varchar(200) | 经营者名称
ztyt  | char(1) | 主体业态（1 食品销售 2 餐饮服务）
jycs  | varchar(200) | 经营场所
fzrq  | varchar(20) | 发证日期
yxqz  | varchar(20) | 有效期至
xkzt  | char(1) | 许可状态（1 有效 2 注销 3 吊销）
lxdh  | varchar(24) | 联系电话
gxsj  | timestamptz NOT NULL | 更新时间
""")

_DRUGS = columns("""
xkzbh | varchar(20) NOT NULL | 药品许可（备案）编号
xydm  | varchar(24) | 统一社会信用代码
dwmc  | varchar(200) | 单位名称
dwlb  | char(2) | 单位类别（YL 药品零售 YS 药品使用）
dwdz  | varchar(200) | 单位地址
fzrq  | varchar(20) | 发证日期
yxqz  | varchar(20) | 有效期至
gxsj  | timestamptz NOT NULL | 更新时间
""")

_STAFFS = columns("""
rybh | varchar(20) NOT NULL | 人员编号
xm   | varchar(50) | 姓名
sfzh | varchar(24) | 公民身份号码
sjhm | varchar(24) | 手机号码
gwlb | char(1) | 岗位类别（S 食品安全管理员 Y 药学人员）
dwmc | varchar(200) | 所在单位
xydm | varchar(24) | 单位统一社会信用代码
gxsj | timestamptz NOT NULL | 更新时间
""")

_PENALTIES = columns("""
wsh  | varchar(40) NOT NULL | 处罚文书号
dsr  | varchar(200) | 当事人（单位）
xydm | varchar(24) | 统一社会信用代码
ay   | char(2) | 案由（01 超范围经营 02 过期食品 03 索证不全 04 环境不洁）
cfzl | char(1) | 处罚种类（1 警告 2 罚款 3 没收）
fmje | numeric(12,2) | 罚没金额（元）
cfrq | varchar(20) | 处罚日期
gxsj | timestamptz NOT NULL | 更新时间
""")


def _shop(block: Block, every: int) -> Organisation | None:
    """Return the block's sole trader if it sells food, in one block of so many."""
    trader = block.organisations[1]
    return trader if block.number % every == 0 and trader.industry in _SELLS_FOOD else None


def _foods(source: Source, block: Block) -> Iterator[Entry]:
    trader = _shop(block, 4)
    if trader is None:
        return
    draws, dirt = source.world.dice(_FOOD, trader.index), source.dirt
    granted = of_year(AS_OF - 4 + below(4, draws[2]), draws, 12)
    cells = (
        f"JY{_SELLS_FOOD[trader.industry]}3204{trader.index:09d}",
        dirt.uscc(trader.uscc, draws[0]),
        trader.name,
        _SELLS_FOOD[trader.industry],
        dirt.address(trader.door, draws[1]),
        granted.chinese,
        granted.later(5).chinese,
        {1: "1", 2: "3", 3: "2"}[trader.status],
        trader.landline,
        touched(draws),
    )
    yield Entry(cells, (("operator", trader.entity), ("premises", trader.door.entity)))


def _drugs(source: Source, block: Block) -> Iterator[Entry]:
    for unit in chain(institutions(source.world, block, "pharmacy"), institutions(source.world, block, "clinic")):
        yield _drug(source, unit)


def _drug(source: Source, unit: Institution) -> Entry:
    draws, dirt = source.world.dice(_DRUG, unit.index), source.dirt
    granted = of_year(AS_OF - 4 + below(4, draws[2]), draws, 12)
    cells = (
        f"苏D{unit.index:09d}",
        dirt.uscc(unit.uscc, draws[0]),
        unit.name,
        "YL" if unit.sort == "pharmacy" else "YS",
        dirt.address(unit.door, draws[1]),
        granted.chinese,
        granted.later(5).chinese,
        touched(draws),
    )
    return Entry(cells, (("operator", unit.entity), ("premises", unit.door.entity)))


def _staff(source: Source, block: Block) -> Iterator[Entry]:
    trader = _shop(block, 4)
    if trader is not None:
        yield _member(source, block.representatives[1], ("S", trader.name, trader.uscc), trader.index)
    for unit in institutions(source.world, block, "pharmacy"):
        for place, person in enumerate(unit.staff[:2]):
            yield _member(source, person, ("Y", unit.name, unit.uscc), 4 * unit.index + place)


def _member(source: Source, person: Person, post: tuple[str, str, str], number: int) -> Entry:
    draws, dirt, (kind, employer, uscc) = source.world.dice(_STAFF, number), source.dirt, post
    cells = (
        f"{kind}{number:09d}",
        dirt.name(person.name, draws[0]),
        dirt.citizen_id(person.citizen_id, draws[1]),
        dirt.mobile(person.mobile, draws[2]),
        kind,
        employer,
        dirt.uscc(uscc, draws[3]),
        touched(draws),
    )
    return Entry(cells, (("employee", person.entity),))


def _penalties(source: Source, block: Block) -> Iterator[Entry]:
    trader = _shop(block, 8)
    if trader is None:
        return
    draws = source.world.dice(_PENALTY, trader.index)
    kind = pick("1223", draws[0])
    cells = (
        f"溧食药监罚{AS_OF - 1}第{trader.index:07d}号",
        trader.name,
        source.dirt.uscc(trader.uscc, draws[1]),
        pick(("01", "02", "03", "04"), draws[2]),
        kind,
        None if kind == "1" else f"{(below(30, draws[3]) + 1) * 200}.00",
        of_year(AS_OF - 1 - below(2, draws[4]), draws, 12).chinese,
        touched(draws),
    )
    yield Entry(cells, (("penalty", f"Mfood_drug-sp_xzcf-{trader.index}"),))


DEPARTMENT = Department(
    "food_drug",
    "溧阳市食品药品监督管理局",
    (
        Table("sp_jyxk", "食品经营许可", ("xkzbh",), _FOODS, _foods),
        Table("yp_jyxk", "药品经营使用单位", ("xkzbh",), _DRUGS, _drugs),
        Table("sp_cyry", "食品药品从业人员", ("rybh",), _STAFFS, _staff),
        Table("sp_xzcf", "食品药品行政处罚", ("wsh",), _PENALTIES, _penalties),
    ),
)
