"""市财政局、金融办 (finance): accountants, micro-loan and guarantee companies and their staff, in old Excel workbooks."""

from collections.abc import Iterator

from city.draws import Draws, below, pick
from city.household import AS_OF, Person
from city.institutions import institutions
from city.tables import Department, Entry, Source, Table, columns
from city.world import Block

_ACCOUNTANT, _COMPANY, _STAFF = 1401, 1402, 1403
_SEX = {1: "男", 2: "女"}
_TITLES = ("初级会计师", "初级会计师", "会计师", "高级会计师")
_POSTS = ("信贷员", "风险控制员", "出纳", "总经理")

_ACCOUNTANTS = columns("""
证书编号 | varchar(20) NOT NULL | 会计从业资格证书编号
姓名 | varchar(50) NOT NULL | 姓名
性别 | varchar(2) | 性别
身份证号 | varchar(24) | 身份证号
工作单位 | varchar(200) | 工作单位
专业技术资格 | varchar(40) | 会计专业技术资格
发证日期 | varchar(20) | 发证日期，写作 2013年5月30日
联系电话 | varchar(24) | 手机号码
状态 | varchar(10) | 证书状态
""")

_COMPANIES = columns("""
批准文号 | varchar(40) NOT NULL | 金融办批准文号
公司名称 | varchar(200) NOT NULL | 公司名称
统一社会信用代码 | varchar(18) | 统一社会信用代码
类型 | varchar(20) | 小额贷款或融资担保
注册地址 | varchar(200) | 注册地址
注册资本 | varchar(20) | 注册资本，单位万元
批准日期 | varchar(20) | 批准日期
电话 | varchar(24) | 公司电话
状态 | varchar(10) | 经营状态
""")

_STAFFERS = columns("""
工号 | varchar(20) NOT NULL | 从业人员备案号
姓名 | varchar(50) NOT NULL | 姓名
性别 | varchar(2) | 性别
身份证号 | varchar(24) | 身份证号
公司名称 | varchar(200) | 任职公司
公司信用代码 | varchar(18) | 任职公司统一社会信用代码
职务 | varchar(40) | 职务
入职日期 | varchar(20) | 入职日期
手机 | varchar(24) | 手机号码
""")


def _day(first: int, years: int, draws: Draws, place: int) -> str:
    """Write a day as the office does, without leading zeros."""
    return f"{first + below(years, draws[place])}年{below(12, draws[place + 1]) + 1}月{below(28, draws[place + 2]) + 1}日"


def _accountants(source: Source, block: Block) -> Iterator[Entry]:
    for person in _working(block)[1::20] if block.number % 2 == 0 else ():
        draws, dirt, employer = source.world.dice(_ACCOUNTANT, person.index), source.dirt, person.employer
        cells = (
            f"KJ3204{person.index:010d}",
            dirt.name(person.name, draws[0]),
            _SEX[person.sex],
            dirt.citizen_id(person.citizen_id, draws[1]),
            source.world.organisation(employer).name if employer is not None else None,
            pick(_TITLES, draws[2]),
            _day(max(person.year + 20, AS_OF - 20), 3, draws, 3),
            dirt.mobile(person.mobile, draws[6]) if person.mobile else None,
            "注销" if draws[7] & 31 == 0 else "有效",
        )
        yield Entry(cells, (("accountant", f"P{person.index}"),))


def _working(block: Block) -> list[Person]:
    """People of the block who have an employer."""
    return [person for home in block.households for person in home.people if person.employer is not None]


def _companies(source: Source, block: Block) -> Iterator[Entry]:
    for company in institutions(source.world, block, "micro_loan"):
        draws, dirt = source.world.dice(_COMPANY, company.index), source.dirt
        cells = (
            f"溧金办复〔{company.established[:4]}〕{company.index}号",
            company.name,
            dirt.uscc(company.uscc, draws[0]),
            "融资担保" if "担保" in company.name else "小额贷款",
            dirt.address(company.door, draws[1]),
            f"{pick((5000, 8000, 10000, 20000), draws[2])}万元",
            f"{company.established[:4]}年{int(company.established[4:6])}月{int(company.established[6:])}日",
            company.landline,
            "停业" if draws[3] & 31 == 0 else "正常",
        )
        yield Entry(cells, (("company", f"O-micro_loan-{company.index}"), ("premises", f"A{company.door.index}")))


def _staff(source: Source, block: Block) -> Iterator[Entry]:
    for company in institutions(source.world, block, "micro_loan"):
        for person in company.staff:
            draws, dirt = source.world.dice(_STAFF, person.index), source.dirt
            cells = (
                f"XD{person.index:010d}",
                dirt.name(person.name, draws[0]),
                _SEX[person.sex],
                dirt.citizen_id(person.citizen_id, draws[1]),
                company.name,
                dirt.uscc(company.uscc, draws[2]),
                pick(_POSTS, draws[3]),
                _day(AS_OF - 8, 8, draws, 4),
                dirt.mobile(person.mobile, draws[7]) if person.mobile else None,
            )
            yield Entry(cells, (("staff", f"P{person.index}"), ("company", f"O-micro_loan-{company.index}")))


DEPARTMENT = Department(
    "finance",
    "溧阳市财政局、金融办",
    (
        Table("kjry", "会计人员", ("证书编号",), _ACCOUNTANTS, _accountants),
        Table("xdgs", "小额贷款和融资担保公司", ("批准文号",), _COMPANIES, _companies),
        Table("xdry", "小额贷款和融资担保公司从业人员", ("工号",), _STAFFERS, _staff),
    ),
    way="file",
    format="xls",
)
