"""市文广体局 (culture and sport): cable subscriptions, network nodes, culture licences of persons, penalties."""

from collections.abc import Iterator

from city.dates import Day, drawn, touched
from city.draws import below, pick, share
from city.household import AS_OF
from city.people import SEX_CHINESE, employed
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_SUBSCRIPTION, _NODE, _LICENCE, _PENALTY = 2101, 2102, 2103, 2104
_CLOSED, _PAUSED = share(0.06), share(0.1)

_SUBSCRIPTIONS = columns("""
yhbh | varchar(16) NOT NULL | 用户编号
yhxm | varchar(50) | 用户姓名
zjhm | varchar(24) | 证件号码
lxdh | varchar(24) | 联系电话
zjdz | varchar(200) | 装机地址
ywlx | char(2) | 业务类型（01 数字电视 02 宽带 03 数字电视加宽带）
khrq | varchar(20) | 开户日期
xhrq | varchar(20) | 销户日期
zt   | char(1) | 状态（1 正常 2 停机 3 销户）
sctj | varchar(60) | 点播与收视记录
gxsj | timestamptz NOT NULL | 更新时间
""")

_NODES = columns("""
sbbh | varchar(20) NOT NULL | 节点编号
sblx | char(1) | 节点类型（1 前端机房 2 分前端 3 光节点）
azdz | varchar(200) | 安装地址
ssxz | varchar(40) | 所属乡镇（街道）
dks  | integer | 端口数
tyrq | varchar(20) | 投运日期
zt   | char(1) | 状态（1 在用 0 停用）
gxsj | timestamptz NOT NULL | 更新时间
""")

_LICENCES = columns("""
zsbh | varchar(24) NOT NULL | 证书编号
xm   | varchar(50) | 持证人姓名
sfzh | varchar(24) | 公民身份号码
xb   | varchar(4) | 性别（男 女）
zjlb | char(1) | 证照类别（A 个体演员 B 文物经营 C 文化市场经营）
fzrq | varchar(20) | 发证日期
yxqz | varchar(20) | 有效期至
zt   | char(1) | 状态（1 有效 2 注销）
gxsj | timestamptz NOT NULL | 更新时间
""")

_PENALTIES = columns("""
jdsh | varchar(40) NOT NULL | 处罚决定书文号
cfdx | varchar(200) | 被处罚单位
xydm | varchar(24) | 统一社会信用代码
wfxw | char(2) | 违法行为（01 无证经营 02 接纳未成年人 03 擅自演出 04 出版物违规）
cfjg | char(1) | 处罚结果（1 警告 2 罚款 3 停业整顿）
fkje | numeric(12,2) | 罚款金额（元）
cfrq | varchar(20) | 处罚日期
gxsj | timestamptz NOT NULL | 更新时间
""")

_MEMBERS = columns("""
lsh | bigint NOT NULL | 流水号
hy  | varchar(60) | 健身场所会员
jl  | varchar(60) | 健身记录
""")


def _subscriptions(source: Source, block: Block) -> Iterator[Entry]:
    home = block.households[0]
    person = next((each for each in home.people if each.died is None), None)
    if block.number % 3 or person is None:
        return
    draws, dirt = source.world.dice(_SUBSCRIPTION, home.index), source.dirt
    closed = draws[4] < _CLOSED
    cells = (
        f"8{home.index:09d}",
        dirt.name(person.name, draws[0], old_system=True),
        dirt.citizen_id(person.citizen_id, draws[1]),
        dirt.mobile(person.mobile, draws[2]),
        dirt.address(home.door, draws[3]),
        dirt.code(pick(("01", "02", "03"), draws[5]), draws[6]),
        drawn(AS_OF - 12, 12, draws, 12).bare("."),
        Day(AS_OF - 1, 12, below(28, draws[7]) + 1).bare(".") if closed else None,
        "3" if closed else "2" if draws[4] < _PAUSED else "1",
        synthetic("收视记录", home.index),
        touched(draws),
    )
    yield Entry(cells, (("subscriber", person.entity), ("premises", home.door.entity)))


def _nodes(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % 10 != 1:
        return
    premises = block.organisations[1].door
    draws = source.world.dice(_NODE, block.number)
    cells = (
        f"GD-{premises.street.town_code}-{block.number:06d}",
        pick("12333333", draws[0]),
        source.dirt.address(premises, draws[1]),
        premises.town,
        str(8 << below(5, draws[2])),
        drawn(AS_OF - 15, 15, draws, 12).bare("."),
        "1" if draws[3] & 15 else "0",
        touched(draws),
    )
    yield Entry(cells, (("node", f"Mculture_sport-gd_wljd-{block.number}"),))


def _licences(source: Source, block: Block) -> Iterator[Entry]:
    people = employed(block)
    if block.number % 5 != 2 or not people:  # noqa: PLR2004  # the blocks that have one
        return
    draws, dirt = source.world.dice(_LICENCE, block.number), source.dirt
    person, _ = pick(people, draws[0])
    cells = (
        f"320481{pick('ABC', draws[1])}{block.number:08d}",
        dirt.name(person.name, draws[2]),
        dirt.citizen_id(person.citizen_id, draws[3]),
        SEX_CHINESE[person.sex],
        pick("ABC", draws[1]),
        drawn(AS_OF - 5, 5, draws, 12).bare("."),
        Day(AS_OF + 1 + below(4, draws[4]), below(12, draws[5]) + 1, 28).bare("."),
        "1" if draws[6] & 15 else "2",
        touched(draws),
    )
    yield Entry(cells, (("holder", person.entity),))


def _penalties(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % 8 != 3:  # noqa: PLR2004  # the blocks that have one
        return
    firm = block.organisations[1]
    draws = source.world.dice(_PENALTY, firm.index)
    result = pick("1223", draws[0])
    cells = (
        f"溧文罚字{AS_OF - 1}第{firm.index:07d}号",
        firm.name,
        source.dirt.uscc(firm.uscc, draws[1]),
        pick(("01", "02", "03", "04"), draws[2]),
        result,
        f"{(below(40, draws[3]) + 1) * 500}.00" if result == "2" else None,
        drawn(AS_OF - 3, 3, draws, 12).bare("."),
        touched(draws),
    )
    yield Entry(cells, (("penalty", f"Mculture_sport-wh_xzcf-{firm.index}"),))


DEPARTMENT = Department(
    "culture_sport",
    "溧阳市文化广电体育局",
    (
        Table("gd_yhxx", "数字电视与宽带用户", ("yhbh",), _SUBSCRIPTIONS, _subscriptions),
        Table("gd_wljd", "广电网络节点", ("sbbh",), _NODES, _nodes),
        Table("wh_cyzz", "文化市场从业证照", ("zsbh",), _LICENCES, _licences),
        Table("wh_xzcf", "文化行政处罚", ("jdsh",), _PENALTIES, _penalties),
        Table("ty_jshy", "健身场所会员", ("lsh",), _MEMBERS, kept(17, 1, "健身会员", "健身记录"), withheld=True),
    ),
)
