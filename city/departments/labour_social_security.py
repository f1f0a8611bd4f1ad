"""市人社局 (labour and social security): insurance enrolment in the national core platform's field codes, under a composite key."""

from collections.abc import Iterator

from city.draws import below, share
from city.household import AS_OF, Person
from city.tables import Department, Entry, Source, Table, columns, iso, synthetic, touched
from city.world import Block

_ROW = 151
_INSURANCES = ("110", "410")
_BOTH, _PAUSED, _ENDED = share(0.6), share(0.08), share(0.03)

_COLUMNS = columns("""
aac001 | char(12) NOT NULL | 个人编号
aae140 | char(3) NOT NULL | 险种类型（110 养老 410 工伤）
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


def _enrolments(source: Source, block: Block) -> Iterator[Entry]:
    for home in block.households:
        for person in home.people:
            if person.employer is None:
                continue
            for place, insurance in enumerate(_INSURANCES):
                if place == 0 or person.draws[14] < _BOTH:
                    yield _enrolment(source, person, person.employer, insurance)


def _enrolment(source: Source, person: Person, employer: int, insurance: str) -> Entry:
    draws, dirt = source.world.dice(_ROW, 2 * person.index + (insurance == _INSURANCES[1])), source.dirt
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
        f"{since + below(AS_OF - since, draws[4])}{below(12, draws[5]) + 1:02d}01",
        dirt.mobile(person.mobile, draws[6]) if person.mobile else None,
        synthetic("就诊流水", person.index),
        synthetic("伤情诊断", person.index),
        touched(draws),
    )
    return Entry(cells, (("insured", f"P{person.index}"), ("employer", f"O{employer}")))


DEPARTMENT = Department(
    "labour_social_security", "溧阳市人力资源和社会保障局", (Table("ac02", "参保登记信息", ("aac001", "aae140"), _COLUMNS, _enrolments),)
)
