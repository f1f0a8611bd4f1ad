"""市卫生局 (health): licensed professionals and auxiliary staff of medical units, and health certificates in hospitality."""

from collections.abc import Callable, Iterator

from city.draws import below, pick
from city.household import AS_OF, Person
from city.institutions import Institution, institutions
from city.tables import Department, Entry, Source, Table, columns, iso, synthetic, touched
from city.world import Block

_PROFESSIONAL, _AUXILIARY, _CERTIFICATE = 2201, 2202, 2203
_LICENSED = 2
"""So many of a clinic's staff are licensed; the others are auxiliary."""
_HOSPITALITY = "H"
_POSTS = ("护工", "收费员", "保洁员", "驾驶员", "药房辅助")

_PROFESSIONALS = columns("""
zyzsbm | varchar(20) NOT NULL | 执业证书编码
xm     | varchar(50) | 姓名
sfzh   | varchar(24) | 公民身份号码
xbdm   | char(1) | 性别（GB/T 2261.1）
csrq   | char(8) | 出生日期
zylb   | char(2) | 执业类别（11 医师 21 护士 31 药师 41 技师）
zyjg   | varchar(200) | 执业机构名称
jgxydm | varchar(24) | 执业机构统一社会信用代码
zcrq   | date | 注册日期
zczt   | char(1) | 注册状态（1 有效 2 注销）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_AUXILIARIES = columns("""
gh     | varchar(20) NOT NULL | 工号
xm     | varchar(50) | 姓名
sfzh   | varchar(24) | 公民身份号码
lxdh   | varchar(24) | 联系电话
gw     | varchar(40) | 岗位
jgmc   | varchar(200) | 机构名称
jgxydm | varchar(24) | 机构统一社会信用代码
rzrq   | char(8) | 入职日期
gxsj   | timestamptz NOT NULL | 更新时间
""")

_CERTIFICATES = columns("""
jkzh   | varchar(20) NOT NULL | 健康合格证号
xm     | varchar(50) | 姓名
sfzh   | varchar(24) | 公民身份号码
xbdm   | char(1) | 性别（GB/T 2261.1）
dwmc   | varchar(200) | 从业单位名称
dwxydm | varchar(24) | 从业单位统一社会信用代码
fzrq   | date | 发证日期
yxqz   | date | 有效期至
zt     | char(1) | 状态（1 有效 2 过期）
tjjg   | varchar(60) | 体检结果
gxsj   | timestamptz NOT NULL | 更新时间
""")

_PATIENTS = columns("""
lsh | bigint NOT NULL | 流水号
xm  | varchar(60) | 姓名
nr  | varchar(60) | 内容
""")


def _professionals(source: Source, block: Block) -> Iterator[Entry]:
    for clinic in institutions(source.world, block, "clinic"):
        for person in clinic.staff[:_LICENSED]:
            yield _professional(source, clinic, person)


def _professional(source: Source, clinic: Institution, person: Person) -> Entry:
    draws, dirt = source.world.dice(_PROFESSIONAL, person.index), source.dirt
    kind = pick(("11", "21", "31", "41"), draws[0])
    cells = (
        f"{kind}0320481{person.index:08d}",
        dirt.name(person.name, draws[1]),
        dirt.citizen_id(person.citizen_id, draws[2]),
        str(person.sex),
        person.birth,
        kind,
        clinic.name,
        dirt.uscc(clinic.uscc, draws[3]),
        f"{AS_OF - 12 + below(12, draws[4])}-{below(12, draws[5]) + 1:02d}-{below(28, draws[6]) + 1:02d}",
        "1" if draws[7] & 15 else "2",
        touched(draws),
    )
    return Entry(cells, (("professional", f"P{person.index}"), ("unit", f"O-clinic-{clinic.index}")))


def _auxiliaries(source: Source, block: Block) -> Iterator[Entry]:
    for clinic in institutions(source.world, block, "clinic"):
        for person in clinic.staff[_LICENSED:]:
            yield _auxiliary(source, clinic, person)


def _auxiliary(source: Source, clinic: Institution, person: Person) -> Entry:
    draws, dirt = source.world.dice(_AUXILIARY, person.index), source.dirt
    cells = (
        f"FZ{person.index:08d}",
        dirt.name(person.name, draws[0]),
        dirt.citizen_id(person.citizen_id, draws[1]),
        dirt.mobile(person.mobile, draws[2]) if person.mobile else None,
        pick(_POSTS, draws[3]),
        clinic.name,
        dirt.uscc(clinic.uscc, draws[4]),
        f"{AS_OF - 8 + below(8, draws[5])}{below(12, draws[6]) + 1:02d}01",
        touched(draws),
    )
    return Entry(cells, (("assistant", f"P{person.index}"), ("unit", f"O-clinic-{clinic.index}")))


def _certificates(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % 9:
        return
    for home in block.households:
        for person in home.people:
            if person.employer is not None and source.world.organisation(person.employer).industry == _HOSPITALITY:
                yield _certificate(source, person, person.employer)


def _certificate(source: Source, person: Person, employer: int) -> Entry:
    draws, dirt, firm = source.world.dice(_CERTIFICATE, person.index), source.dirt, source.world.organisation(employer)
    year, day = AS_OF - 1 - below(2, draws[4]), f"{below(12, draws[5]) + 1:02d}{below(28, draws[6]) + 1:02d}"
    cells = (
        f"溧卫健{person.index:08d}",
        dirt.name(person.name, draws[0]),
        dirt.citizen_id(person.citizen_id, draws[1]),
        str(person.sex),
        firm.name,
        dirt.uscc(firm.uscc, draws[2]),
        iso(f"{year}{day}"),
        iso(f"{year + 1}{day}"),
        "1" if year == AS_OF - 1 else "2",
        synthetic("体检结果", person.index),
        touched(draws),
    )
    return Entry(cells, (("worker", f"P{person.index}"),))


def _kept(what: str, turn: int) -> Callable[[Source, Block], Iterator[Entry]]:
    """Return a function that makes rows of which nothing leaves the bureau: one in thirty blocks, each table in its turn."""

    def rows(_source: Source, block: Block) -> Iterator[Entry]:
        if block.number % 30 == turn:
            yield Entry((str(block.number + 1), synthetic(f"{what}姓名", block.number), synthetic(what, block.number)), ())

    return rows


DEPARTMENT = Department(
    "health",
    "溧阳市卫生局",
    (
        Table("ws_zyry", "卫生执业人员", ("zyzsbm",), _PROFESSIONALS, _professionals),
        Table("ws_fzry", "医疗机构辅助人员", ("gh",), _AUXILIARIES, _auxiliaries),
        Table("ws_jkz", "餐饮住宿从业人员健康合格证", ("jkzh",), _CERTIFICATES, _certificates),
        Table("jz_jzk", "就诊卡", ("lsh",), _PATIENTS, _kept("就诊卡", 0), withheld=True),
        Table("xnh_bxjl", "新农合报销记录", ("lsh",), _PATIENTS, _kept("新农合报销", 1), withheld=True),
        Table("jsb_zljl", "精神疾病治疗记录", ("lsh",), _PATIENTS, _kept("精神疾病治疗", 2), withheld=True),
        Table("cr_bgk", "传染病报告卡", ("lsh",), _PATIENTS, _kept("传染病报告", 3), withheld=True),
        Table("jk_jkda", "居民健康档案", ("lsh",), _PATIENTS, _kept("健康档案", 4), withheld=True),
        Table("yb_ybksy", "医保卡使用记录", ("lsh",), _PATIENTS, _kept("医保卡使用", 5), withheld=True),
        Table("yd_hydj", "药店会员登记", ("lsh",), _PATIENTS, _kept("药店会员", 6), withheld=True),
    ),
)
