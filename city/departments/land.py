"""市国土资源局 (land): expropriation, homestead and land-use certificates, penalties; dates as 2013/5/30 in text columns."""

from collections.abc import Iterator

from city.dates import Day, drawn, touched, until_now
from city.draws import Draws, below, pick, share
from city.household import AS_OF, Household
from city.tables import Cell, Department, Entry, Source, Table, columns
from city.world import Block

_TAKEN, _HOMESTEAD, _LAND_USE, _PENALTY = 1601, 1602, 1603, 1604
_PROJECTS = ("集镇改造", "公路改建工程", "工业集中区二期", "农房改善")
_WRONGS = (("非法占用土地", "责令退还土地，处以罚款"), ("未按批准用途使用土地", "责令限期改正，处以罚款"))
_HAS_HOMESTEAD, _HAS_CERTIFICATE, _LOSES_LAND = share(0.15), share(0.025), share(0.025)

_EXPROPRIATIONS = columns("""
zdlsh  | bigint NOT NULL | 征地流水号
pwh    | varchar(40) | 征地批文号
xmmc   | varchar(100) | 项目名称
xzjd   | varchar(40) | 乡镇（街道）
bzhxm  | varchar(50) | 被征地户户主姓名
bzhsfz | varchar(24) | 被征地户户主身份证号
fwzl   | varchar(200) | 被征房屋坐落
pzrq   | varchar(10) | 批准日期
zt     | char(1) | 状态（1 公告 2 已补偿 3 已交地）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_HOMESTEADS = columns("""
zsbh   | varchar(30) NOT NULL | 集体土地使用证号
qlrxm  | varchar(50) | 权利人姓名
qlrzjh | varchar(24) | 权利人证件号
qlrdh  | varchar(24) | 权利人电话
tdzl   | varchar(200) | 土地坐落
zdmj   | numeric(10,2) | 宅基地面积（平方米）
fzrq   | varchar(10) | 发证日期
qszt   | char(1) | 权属状态（1 现势 2 注销）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_LAND_USES = columns("""
zsbh   | varchar(30) NOT NULL | 国有土地使用证号
qlrxm  | varchar(50) | 权利人姓名
qlrzjh | varchar(24) | 权利人证件号
tdzl   | varchar(200) | 土地坐落
tdyt   | char(3) | 土地用途（GB/T 21010：071 城镇住宅 051 零售商业）
qllx   | char(1) | 使用权类型（1 出让 2 划拨）
syzz   | varchar(10) | 使用权终止日期
fzrq   | varchar(10) | 发证日期
gxsj   | timestamptz NOT NULL | 更新时间
""")

_PENALTIES = columns("""
wsh    | varchar(40) NOT NULL | 行政处罚决定书文号
dwmc   | varchar(200) | 当事单位
dwxydm | varchar(18) | 当事单位统一社会信用代码
tdzl   | varchar(200) | 违法用地坐落
ay     | varchar(100) | 案由
cfjg   | varchar(100) | 处罚内容
fkje   | numeric(12,2) | 罚款金额（元）
jdrq   | varchar(10) | 决定日期
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _expropriations(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        draws = source.world.dice(_TAKEN, home.index)
        if draws[0] >= _LOSES_LAND or home.people[0].died is not None:
            continue
        head, dirt, day = home.people[0], source.dirt, drawn(AS_OF - 12, 12, draws, 5)
        cells = (
            str(home.index + 1),
            f"苏政地〔{day.year}〕{below(900, draws[8]) + 1}号",
            f"{home.door.town}{pick(_PROJECTS, draws[1])}项目",
            home.door.town,
            dirt.name(head.name, draws[2]),
            dirt.citizen_id(head.citizen_id, draws[3]),
            dirt.address(home.door, draws[4]),
            day.bare("/"),
            pick(("1", "2", "3", "3"), draws[9]),
            touched(draws),
        )
        yield Entry(cells, _whose(home, "expropriation", "zs_zdxx"))


def _homesteads(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        if not home.door.street.rural:
            continue
        draws = source.world.dice(_HOMESTEAD, home.index)
        if draws[0] >= _HAS_HOMESTEAD:
            continue
        head, dirt, day = home.people[0], source.dirt, until_now(1992, draws, 5)
        cells = (
            f"溧集用({day.year})第{home.index:09d}号",
            *_holder(source, home, draws),
            dirt.mobile(head.mobile, draws[8]),
            dirt.address(home.door, draws[4]),
            f"{90 + below(90, draws[9])}.{below(100, draws[10]):02d}",
            day.bare("/"),
            "2" if draws[11] & 15 == 0 else "1",
            touched(draws),
        )
        yield Entry(cells, _whose(home, "right", "zj_zsxx"))


def _land_uses(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        if home.door.street.rural:
            continue
        draws = source.world.dice(_LAND_USE, home.index)
        if draws[0] >= _HAS_CERTIFICATE:
            continue
        day, shop = until_now(1998, draws, 5), draws[8] & 7 == 0
        cells = (
            f"溧国用({day.year})第{home.index:09d}号",
            *_holder(source, home, draws),
            source.dirt.address(home.door, draws[4]),
            "051" if shop else "071",
            "2" if draws[9] & 7 == 0 else "1",
            Day(day.year + (40 if shop else 70), 12, 31).bare("/"),
            day.bare("/"),
            touched(draws),
        )
        yield Entry(cells, _whose(home, "right", "td_syzs"))


def _holder(source: Source, home: Household, draws: Draws) -> tuple[Cell, Cell]:
    """The household's head as the certificate names the holder: name and number."""
    head = home.people[0]
    return source.dirt.name(head.name, draws[2]), source.dirt.citizen_id(head.citizen_id, draws[3])


def _whose(home: Household, matter: str, table: str) -> tuple[tuple[str, str], ...]:
    return (
        (matter, f"Mland-{table}-{home.index}"),
        ("holder", home.people[0].entity),
        ("parcel", home.door.entity),
    )


def _penalties(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % 10 == 3:  # noqa: PLR2004  # the block's turn
        firm, draws, dirt = block.organisations[0], source.world.dice(_PENALTY, block.number), source.dirt
        day, (wrong, outcome) = drawn(AS_OF - 6, 6, draws, 3), pick(_WRONGS, draws[0])
        cells = (
            f"溧国土资罚〔{day.year}〕{block.number:05d}号",
            firm.name,
            dirt.uscc(firm.uscc, draws[1]),
            dirt.address(firm.door, draws[2]),
            wrong,
            outcome,
            f"{2000 + 500 * below(60, draws[6])}.00",
            day.bare("/"),
            touched(draws),
        )
        yield Entry(cells, (("penalty", f"Mland-td_cfjl-{block.number}"),))


DEPARTMENT = Department(
    "land",
    "溧阳市国土资源局",
    (
        Table("zs_zdxx", "征地信息", ("zdlsh",), _EXPROPRIATIONS, _expropriations),
        Table("zj_zsxx", "宅基地使用权证", ("zsbh",), _HOMESTEADS, _homesteads),
        Table("td_syzs", "国有土地使用证", ("zsbh",), _LAND_USES, _land_uses),
        Table("td_cfjl", "土地行政处罚", ("wsh",), _PENALTIES, _penalties),
    ),
)
