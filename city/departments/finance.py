"""市财政局、金融办 (finance): accountants, micro-loan and guarantee companies and their staff, in old Excel workbooks."""

from collections.abc import Iterator

from city.dates import drawn, read
from city.draws import pick
from city.household import AS_OF
from city.institutions import institutions, staff
from city.people import SEX_CHINESE, employed
from city.tables import Department, Entry, Source, Table, columns
from city.world import Block

_ACCOUNTANT, _COMPANY, _STAFF = 1401, 1402, 1403
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


def _accountants(source: Source, block: Block) -> Iterator[Entry]:
    for person, employer in employed(block)[1::20] if block.number % 2 == 0 else ():
        draws, dirt = source.world.dice(_ACCOUNTANT, person.index), source.dirt
        cells = (
            f"KJ3204{person.index:010d}",
            dirt.name(person.name, draws[0]),
            SEX_CHINESE[person.sex],
            dirt.citizen_id(person.citizen_id, draws[1]),
            source.world.organisation(employer).name,
            pick(_TITLES, draws[2]),
            drawn(max(person.year + 20, AS_OF - 20), 3, draws, 3).chinese,
            dirt.mobile(person.mobile, draws[6]),
            "注销" if draws[7] & 31 == 0 else "有效",
        )
        yield Entry(cells, (("accountant", person.entity),))


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
            read(company.established).chinese,
            company.landline,
            "停业" if draws[3] & 31 == 0 else "正常",
        )
        yield Entry(cells, (("company", company.entity), ("premises", company.door.entity)))


def _staff(source: Source, block: Block) -> Iterator[Entry]:
    for company, person in staff(source.world, block, "micro_loan"):
        draws, dirt = source.world.dice(_STAFF, person.index), source.dirt
        cells = (
            f"XD{person.index:010d}",
            dirt.name(person.name, draws[0]),
            SEX_CHINESE[person.sex],
            dirt.citizen_id(person.citizen_id, draws[1]),
            company.name,
            dirt.uscc(company.uscc, draws[2]),
            pick(_POSTS, draws[3]),
            drawn(AS_OF - 8, 8, draws, 4).chinese,
            dirt.mobile(person.mobile, draws[7]),
        )
        yield Entry(cells, (("staff", person.entity), ("company", company.entity)))


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
