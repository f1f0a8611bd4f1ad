"""市人社局 (labour): insurance enrolment under a composite key and the labour market, in the national core platform's field codes."""

from collections.abc import Iterator

from city.dates import drawn, first_of_month, iso, touched
from city.draws import pick, share
from city.household import AS_OF, Person
from city.people import aged, employed
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import RECEIVED, kept
from city.world import Block

_ROW = 151
_SEEKER, _MARKET = 1501, 1502
_PENSION, _OTHERS = "110", ("210", "310", "410", "510")
_BOTH, _PAUSED, _ENDED = share(0.6), share(0.08), share(0.03)
_EDUCATION = ("11", "21", "31", "41", "61", "71")
_TRADES = ("钳工", "电工", "收银员", "保洁员", "文员", "焊工", "驾驶员", "缝纫工")

_COLUMNS = columns("""
aac001 | char(12) NOT NULL | 个人编号
aae140 | char(3) NOT NULL | 险种类型（110 养老 210 失业 310 医疗 410 工伤 510 生育）
aac002 | varchar(24) | 证件号码
aac003 | varchar(50) | 姓名
aac004 | char(1) | 性别（GB/T 2261.1）
aac006 | date | 出生日期
aab003 | varchar(18) | 单位统一社会信用代码
aab004 | varchar(200) | 单位名称
aac031 | char(1) | 参保状态（1 参保 2 暂停 3 终止）
aae030 | integer | 开始日期（年月日）
aae005 | varchar(24) | 联系电话
akc190 | varchar(60) | 医保就诊流水
alc022 | varchar(60) | 工伤伤情诊断
aae036 | timestamptz NOT NULL | 更新时间
""")

_SEEKERS = columns("""
acc200 | char(12) NOT NULL | 求职登记编号
aac002 | varchar(24) | 证件号码
aac003 | varchar(50) | 姓名
aac004 | char(1) | 性别（GB/T 2261.1）
aac006 | date | 出生日期
aac011 | char(2) | 学历（11 研究生 21 本科 31 大专 41 中专 61 高中 71 初中）
aca111 | varchar(40) | 求职工种
acc201 | integer | 求职登记日期（年月日）
acc202 | char(1) | 求职状态（1 求职 2 已就业 3 失效）
aae005 | varchar(24) | 联系电话
aae006 | varchar(200) | 联系地址
aae036 | timestamptz NOT NULL | 更新时间
""")

_MARKETS = columns("""
acc0c0 | char(12) NOT NULL | 人力资源市场登记编号
aac002 | varchar(24) | 证件号码
aac003 | varchar(50) | 姓名
aac004 | char(1) | 性别（GB/T 2261.1）
acc0m1 | char(1) | 登记类别（1 就业登记 2 失业登记）
aab004 | varchar(200) | 就业单位名称
acc0m2 | integer | 登记日期（年月日）
aae005 | varchar(24) | 联系电话
aae036 | timestamptz NOT NULL | 更新时间
""")

_VISITS = columns("""
akc190 | bigint NOT NULL | 就诊流水号
aac003 | varchar(60) | 参保人姓名
akc196 | varchar(60) | 入院诊断
akc264 | varchar(60) | 医疗费总额
aae036 | timestamptz NOT NULL | 更新时间
""")

_INJURIES = columns("""
alc001 | bigint NOT NULL | 工伤认定编号
aac003 | varchar(60) | 受伤职工姓名
alc022 | varchar(60) | 伤情诊断
aae036 | timestamptz NOT NULL | 更新时间
""")


def _enrolments(source: Source, block: Block) -> Iterator[Entry]:
    for person, employer in employed(block):
        yield _enrolment(source, person, employer, _PENSION)
        if person.draws[14] < _BOTH:
            yield _enrolment(source, person, employer, _OTHERS[person.index % len(_OTHERS)])


def _enrolment(source: Source, person: Person, employer: int, insurance: str) -> Entry:
    draws, dirt = source.world.dice(_ROW, 2 * person.index + (insurance != _PENSION)), source.dirt
    firm = source.world.organisation(employer)
    since = max(person.year + 20, AS_OF - 20)
    cells = (
        f"3204{person.index:08d}",
        insurance,
        dirt.citizen_id(person.citizen_id, draws[0]),
        dirt.name(person.name, draws[1]),
        str(person.sex),
        iso(person.birth),
        dirt.uscc(firm.uscc, draws[2]),
        firm.name,
        "3" if draws[3] < _ENDED else "2" if draws[3] < _PAUSED else "1",
        first_of_month(since, AS_OF - since, draws, 4).padded(),
        dirt.mobile(person.mobile, draws[6]),
        synthetic("就诊流水", person.index),
        synthetic("伤情诊断", person.index),
        touched(draws),
    )
    return Entry(cells, (("insured", person.entity), ("employer", f"O{employer}")))


def _seekers(source: Source, block: Block) -> Iterator[Entry]:
    idle = [(home, person) for home, person in aged(block, 19, 58) if person.employer is None]
    for home, person in idle[: 1 if block.number % 3 else 0]:  # twenty in a thousand inhabitants
        draws, dirt = source.world.dice(_SEEKER, person.index), source.dirt
        cells = (
            f"QZ{person.index:010d}",
            dirt.citizen_id(person.citizen_id, draws[0]),
            dirt.name(person.name, draws[1]),
            str(person.sex),
            iso(person.birth),
            pick(_EDUCATION, draws[2]),
            pick(_TRADES, draws[3]),
            drawn(AS_OF - 2, 2, draws, 4).padded(),
            pick(("1", "1", "2", "3"), draws[7]),
            dirt.mobile(person.mobile, draws[8]),
            dirt.address(home.door, draws[9]),
            touched(draws),
        )
        yield Entry(cells, (("seeker", person.entity),))


def _markets(source: Source, block: Block) -> Iterator[Entry]:
    for _, person in aged(block, 19, 58)[3:4] if block.number % 4 == 1 else ():
        draws, dirt = source.world.dice(_MARKET, person.index), source.dirt
        firm = source.world.organisation(person.employer) if person.employer is not None else None
        cells = (
            f"SC{person.index:010d}",
            dirt.citizen_id(person.citizen_id, draws[0]),
            dirt.name(person.name, draws[1]),
            str(person.sex),
            "2" if firm is None else "1",
            firm.name if firm is not None else None,
            drawn(AS_OF - 6, 6, draws, 2).padded(),
            dirt.mobile(person.mobile, draws[5]),
            touched(draws),
        )
        yield Entry(cells, (("registrant", person.entity),))


DEPARTMENT = Department(
    "labour_social_security",
    "溧阳市人力资源和社会保障局",
    (
        Table("ac02", "参保登记信息", ("aac001", "aae140"), _COLUMNS, _enrolments),
        Table("cc20", "求职登记信息", ("acc200",), _SEEKERS, _seekers),
        Table("cc01", "人力资源市场登记信息", ("acc0c0",), _MARKETS, _markets),
        Table(
            "kc21", "医保就诊信息", ("akc190",), _VISITS, kept(6, 0, "参保人姓名", "入院诊断", "医疗费", closing=(RECEIVED,)), withheld=True
        ),
        Table("lc31", "工伤伤情信息", ("alc001",), _INJURIES, kept(6, 1, "受伤职工姓名", "伤情诊断", closing=(RECEIVED,)), withheld=True),
    ),
)
