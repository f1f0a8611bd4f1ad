"""市住房公积金中心 (housing fund): employers, enrolled individuals and loans, in the field names of the national data standard."""

from collections.abc import Iterator

from city.dates import drawn, first_of_month, touched
from city.draws import below, pick, share
from city.household import AS_OF, Person
from city.organisations import ORGANISATIONS, Organisation
from city.people import employed
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.world import Block

_EMPLOYER, _MEMBER, _LOAN = 3901, 3902, 3903
_ENROLLED, _BORROWS = share(0.56), share(0.12)
_SEALED, _LEFT = share(0.1), share(0.14)
_FIRST_YEAR, _OF_AGE, _LOAN_YEARS = AS_OF - 20, 18, 6
_LOAN_STATES = ("03", "03", "03", "03", "04", "06")

_EMPLOYERS = columns("""
dwzh   | varchar(20) NOT NULL | 单位账号
dwmc   | varchar(200) NOT NULL | 单位名称
tyshxydm | varchar(18) | 统一社会信用代码
dwdz   | varchar(200) | 单位地址
dwlxdh | varchar(24) | 单位联系电话
dwjcrs | integer | 单位缴存人数
dwkhrq | char(8) | 单位开户日期
dwzhzt | char(2) | 单位账户状态（01 正常 02 封存）
dwzhye | varchar(60) | 单位账户余额
gxsj   | timestamptz NOT NULL | 更新时间
""")

_MEMBERS = columns("""
grzh   | varchar(20) NOT NULL | 个人账号
dwzh   | varchar(20) | 单位账号
dwmc   | varchar(200) | 单位名称
tyshxydm | varchar(18) | 单位统一社会信用代码
xingming | varchar(50) | 姓名
zjlx   | char(2) | 证件类型（01 身份证）
zjhm   | varchar(24) | 证件号码
xingbie | char(1) | 性别（1 男 2 女）
csny   | char(6) | 出生年月
sjhm   | varchar(24) | 手机号码
khrq   | char(8) | 开户日期
grzhzt | char(2) | 个人账户状态（01 正常 02 封存 04 外部转出销户）
grjcjs | numeric(18,2) | 个人缴存基数（元）
grzhye | numeric(18,2) | 个人账户余额（元）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_LOANS = columns("""
dkzh   | varchar(20) NOT NULL | 贷款账号
jkhtbh | varchar(30) | 借款合同编号
jkrxm  | varchar(50) | 借款人姓名
jkrzjhm | varchar(24) | 借款人证件号码
jkrgjjzh | varchar(20) | 借款人公积金账号
dkffe  | numeric(18,2) | 贷款发放额（元）
dkye   | numeric(18,2) | 贷款余额（元）
dkffrq | char(8) | 贷款发放日期
yddqrq | char(8) | 约定到期日期
dkzhzt | char(2) | 贷款账户状态（03 正常 04 逾期 06 结清）
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _employers(source: Source, block: Block) -> Iterator[Entry]:
    firm, dirt = block.organisations[0], source.dirt
    if firm.status != 1:
        return
    draws = source.world.dice(_EMPLOYER, firm.index)
    cells = (
        _employer_account(firm),
        firm.name,
        dirt.uscc(firm.uscc, draws[0]),
        dirt.address(firm.door, draws[1]),
        firm.landline,
        str(3 + below(120, draws[2])),
        firm.established,
        "02" if draws[3] < _SEALED else "01",
        synthetic("单位账户余额", firm.index),
        touched(draws),
    )
    yield Entry(cells, (("employer", firm.entity),))


def _employer_account(firm: Organisation) -> str:
    return f"0481{firm.index:09d}"


def _enrolled(block: Block) -> Iterator[tuple[Person, int]]:
    """Yield the enrolled people and the companies that employ them; sole traders enrol nobody."""
    for person, employer in employed(block):
        if employer % ORGANISATIONS == 0 and person.draws[15] < _ENROLLED:
            yield person, employer


def _members(source: Source, block: Block) -> Iterator[Entry]:
    for person, employer in _enrolled(block):
        yield _member(source, person, source.world.organisation(employer))


def _member(source: Source, person: Person, firm: Organisation) -> Entry:
    draws, dirt = source.world.dice(_MEMBER, person.index), source.dirt
    since, base = max(person.year + _OF_AGE, _FIRST_YEAR), 2490 + 10 * below(2000, draws[0])
    cells = (
        _account(person),
        _employer_account(firm),
        firm.name,
        dirt.uscc(firm.uscc, draws[1]),
        dirt.name(person.name, draws[2], old_system=True),
        "01",
        dirt.citizen_id(person.citizen_id, draws[3]),
        str(person.sex),
        person.birth[:6],
        dirt.mobile(person.mobile, draws[4]),
        first_of_month(since, AS_OF - since, draws, 5).padded(),
        "02" if draws[7] < _SEALED else "04" if draws[7] < _LEFT else "01",
        f"{base}.00",
        f"{base * below(40, draws[8]) // 5}.{below(100, draws[9]):02d}",
        touched(draws),
    )
    return Entry(cells, (("member", person.entity), ("employer", firm.entity)))


def _account(person: Person) -> str:
    return f"2481{person.index:09d}"


def _loans(source: Source, block: Block) -> Iterator[Entry]:
    for person, _ in _enrolled(block):
        draws, dirt = source.world.dice(_LOAN, person.index), source.dirt
        if draws[0] >= _BORROWS:
            continue
        lent = drawn(AS_OF - _LOAN_YEARS, _LOAN_YEARS, draws, 1)
        amount, state = 10_000 * (10 + below(70, draws[4])), pick(_LOAN_STATES, draws[5])
        cells = (
            f"D481{person.index:09d}",
            f"溧公贷{lent.year}第{person.index:08d}号",
            dirt.name(person.name, draws[6], old_system=True),
            dirt.citizen_id(person.citizen_id, draws[7]),
            _account(person),
            f"{amount}.00",
            "0.00" if state == "06" else f"{amount * (50 + below(50, draws[8])) // 100}.00",
            lent.padded(),
            lent.later(10 + below(20, draws[9])).padded(),
            state,
            touched(draws),
        )
        yield Entry(cells, (("borrower", person.entity),))


DEPARTMENT = Department(
    "housing_fund",
    "常州市住房公积金管理中心溧阳分中心",
    (
        Table("dw_zh", "单位缴存账户", ("dwzh",), _EMPLOYERS, _employers),
        Table("gr_zh", "个人缴存账户", ("grzh",), _MEMBERS, _members),
        Table("dk_zh", "个人住房贷款账户", ("dkzh",), _LOANS, _loans),
    ),
)
