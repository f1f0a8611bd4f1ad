"""市卫生局 (health): licensed professionals and auxiliary staff of medical units, and health certificates in hospitality."""

from collections.abc import Iterator

from city.dates import drawn, first_of_month, of_year, touched
from city.draws import below, pick
from city.household import AS_OF, Person
from city.institutions import Institution, staff
from city.organisations import Organisation
from city.people import employed
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
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
    for clinic, person in staff(source.world, block, "clinic", slice(_LICENSED)):
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
        drawn(AS_OF - 12, 12, draws, 4).padded("-"),
        "1" if draws[7] & 15 else "2",
        touched(draws),
    )
    return Entry(cells, (("professional", person.entity), ("unit", clinic.entity)))


def _auxiliaries(source: Source, block: Block) -> Iterator[Entry]:
    for clinic, person in staff(source.world, block, "clinic", slice(_LICENSED, None)):
        yield _auxiliary(source, clinic, person)


def _auxiliary(source: Source, clinic: Institution, person: Person) -> Entry:
    draws, dirt = source.world.dice(_AUXILIARY, person.index), source.dirt
    cells = (
        f"FZ{person.index:08d}",
        dirt.name(person.name, draws[0]),
        dirt.citizen_id(person.citizen_id, draws[1]),
        dirt.mobile(person.mobile, draws[2]),
        pick(_POSTS, draws[3]),
        clinic.name,
        dirt.uscc(clinic.uscc, draws[4]),
        first_of_month(AS_OF - 8, 8, draws, 5).padded(),
        touched(draws),
    )
    return Entry(cells, (("assistant", person.entity), ("unit", clinic.entity)))


def _certificates(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % 9:
        return
    for person, employer in employed(block):
        firm = source.world.organisation(employer)
        if firm.industry == _HOSPITALITY:
            yield _certificate(source, person, firm)


def _certificate(source: Source, person: Person, firm: Organisation) -> Entry:
    draws, dirt = source.world.dice(_CERTIFICATE, person.index), source.dirt
    examined = of_year(AS_OF - 1 - below(2, draws[4]), draws, 5)
    cells = (
        f"溧卫健{person.index:08d}",
        dirt.name(person.name, draws[0]),
        dirt.citizen_id(person.citizen_id, draws[1]),
        str(person.sex),
        firm.name,
        dirt.uscc(firm.uscc, draws[2]),
        examined.padded("-"),
        examined.later(1).padded("-"),
        "1" if examined.year == AS_OF - 1 else "2",
        synthetic("体检结果", person.index),
        touched(draws),
    )
    return Entry(cells, (("worker", person.entity),))


DEPARTMENT = Department(
    "health",
    "溧阳市卫生局",
    (
        Table("ws_zyry", "卫生执业人员", ("zyzsbm",), _PROFESSIONALS, _professionals),
        Table("ws_fzry", "医疗机构辅助人员", ("gh",), _AUXILIARIES, _auxiliaries),
        Table("ws_jkz", "餐饮住宿从业人员健康合格证", ("jkzh",), _CERTIFICATES, _certificates),
        Table("jz_jzk", "就诊卡", ("lsh",), _PATIENTS, kept(30, 0, "就诊卡姓名", "就诊卡"), withheld=True),
        Table("xnh_bxjl", "新农合报销记录", ("lsh",), _PATIENTS, kept(30, 1, "新农合报销姓名", "新农合报销"), withheld=True),
        Table("jsb_zljl", "精神疾病治疗记录", ("lsh",), _PATIENTS, kept(30, 2, "精神疾病治疗姓名", "精神疾病治疗"), withheld=True),
        Table("cr_bgk", "传染病报告卡", ("lsh",), _PATIENTS, kept(30, 3, "传染病报告姓名", "传染病报告"), withheld=True),
        Table("jk_jkda", "居民健康档案", ("lsh",), _PATIENTS, kept(30, 4, "健康档案姓名", "健康档案"), withheld=True),
        Table("yb_ybksy", "医保卡使用记录", ("lsh",), _PATIENTS, kept(30, 5, "医保卡使用姓名", "医保卡使用"), withheld=True),
        Table("yd_hydj", "药店会员登记", ("lsh",), _PATIENTS, kept(30, 6, "药店会员姓名", "药店会员"), withheld=True),
    ),
)
