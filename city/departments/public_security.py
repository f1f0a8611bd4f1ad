"""市公安局 (public security): the household register, keyed by the citizen ID itself, so that a corrected ID is a key change."""

from collections.abc import Iterator

from city.draws import Draws, share
from city.household import Household, Person
from city.tables import Department, Entry, Source, Table, columns, synthetic, touched
from city.world import Block

_ROW = 101
_LONG_HISTORY = share(0.01)
_MOVE = "由江苏省溧阳市迁往外地就学后迁回（合成数据，第{n}次迁移，经办窗口已核对原始卡片与迁移证存根）；"
_CANCELLED, _REGISTERED = "1", "0"

_COLUMNS = columns("""
gmsfhm | varchar(24) NOT NULL | 公民身份号码
xm     | varchar(50) NOT NULL | 姓名
cym    | varchar(50) | 曾用名
xb     | char(1) | 性别（GB/T 2261.1）
mz     | varchar(4) | 民族（GB/T 3304）
csrq   | char(8) | 出生日期
hh     | varchar(12) NOT NULL | 户号
yhzgx  | char(2) | 与户主关系（GB/T 4761）
hjdz   | varchar(200) | 户籍地址
lxdh   | varchar(24) | 联系电话
fwcs   | varchar(100) | 服务处所
zxbs   | char(1) | 注销标识（0 正常 1 注销）
qyls   | text | 迁移履历
zwbh   | varchar(60) | 指纹编号
hmbh   | varchar(60) | 虹膜编号
tjfk   | varchar(60) | 监所会见登记
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _residents(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        for person in home.people:
            yield _resident(source, home, person)


def _resident(source: Source, home: Household, person: Person) -> Entry:
    draws, dirt = source.world.dice(_ROW, person.index), source.dirt
    cells = (
        dirt.key_citizen_id(person.citizen_id, draws[0]),
        dirt.name(person.name, draws[1], old_system=True),
        person.former_name,
        str(person.sex),
        dirt.code(person.ethnicity, draws[2]),
        person.birth,
        f"{home.index:09d}",
        person.relation,
        dirt.address(home.door, draws[3]),
        dirt.mobile(person.mobile, draws[4]) if person.mobile else None,
        source.world.organisation(person.employer).name if person.employer is not None else None,
        _CANCELLED if person.died and not dirt.is_stale(draws[5]) else _REGISTERED,
        _history(draws),
        synthetic("指纹编号", person.index),
        synthetic("虹膜编号", person.index),
        None,
        touched(draws),
    )
    return Entry(cells, (("resident", f"P{person.index}"), ("home", f"A{home.door.index}")))


def _history(draws: Draws) -> str | None:
    """A few people moved so often that the text is stored out of line (TOAST)."""
    if draws[6] >= _LONG_HISTORY:
        return None
    return "".join(_MOVE.format(n=n + 1) for n in range(20 + draws[7] % 10))


DEPARTMENT = Department(
    "public_security", "溧阳市公安局", (Table("hj_czrk", "常住人口信息", ("gmsfhm",), _COLUMNS, _residents, out_of_line=("qyls",)),)
)
