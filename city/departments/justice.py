"""市司法局 (justice): the open registers of lawyers, notaries and law firms, with dates as 2013-05-30 in text columns."""

from collections.abc import Iterator

from city.dates import drawn, iso, touched
from city.household import AS_OF
from city.institutions import institutions, staff
from city.people import SEX_CHINESE, employed
from city.tables import Department, Entry, Source, Table, columns
from city.withheld import RECEIVED, kept
from city.world import Block

_LAWYER, _NOTARY, _FIRM = 1301, 1302, 1303
_NOTARY_OFFICE = "江苏省溧阳市公证处"

_LAWYERS = columns("""
zyzh   | varchar(20) NOT NULL | 律师执业证号
xm     | varchar(50) NOT NULL | 姓名
xb     | varchar(2) | 性别
sfzhm  | varchar(24) | 身份证号码
sjhm   | varchar(24) | 手机号码
zyjg   | varchar(200) | 执业机构
jgxydm | varchar(18) | 执业机构统一社会信用代码
zylb   | char(2) | 执业类别（01 专职律师 02 兼职律师 03 公职律师）
zgzh   | varchar(20) | 法律职业资格证号
schzrq | varchar(10) | 首次执业日期
zyzt   | char(1) | 执业状态（1 执业 2 注销）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_NOTARIES = columns("""
gzyzh  | varchar(20) NOT NULL | 公证员执业证号
xm     | varchar(50) NOT NULL | 姓名
xb     | varchar(2) | 性别
sfzhm  | varchar(24) | 身份证号码
sjhm   | varchar(24) | 手机号码
gzjg   | varchar(200) | 公证机构
rmrq   | varchar(10) | 任命日期
zyzt   | char(1) | 执业状态（1 执业 2 免职）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_FIRMS = columns("""
xkzh   | varchar(20) NOT NULL | 律师事务所执业许可证号
swsmc  | varchar(200) NOT NULL | 事务所名称
xydm   | varchar(18) | 统一社会信用代码
zzxs   | char(1) | 组织形式（1 合伙 2 个人）
zs     | varchar(200) | 住所
bgdh   | varchar(24) | 办公电话
fzr    | varchar(50) | 负责人
pzslrq | varchar(10) | 批准设立日期
zyzt   | char(1) | 执业状态（1 正常 2 停业）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_PRISONERS = columns("""
xh     | bigint NOT NULL | 序号
fxxm   | varchar(60) | 服刑人员姓名
fxsfz  | varchar(60) | 服刑人员身份证号
xq     | varchar(60) | 刑期
gxsj   | timestamptz NOT NULL | 更新时间
""")

_REEDUCATION = columns("""
xh     | bigint NOT NULL | 序号
ljxm   | varchar(60) | 劳教人员姓名（制度 2013 年废止）
ljjd   | varchar(60) | 劳教决定
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _lawyers(source: Source, block: Block) -> Iterator[Entry]:
    for office, person in staff(source.world, block, "law_firm"):
        draws, dirt = source.world.dice(_LAWYER, person.index), source.dirt
        cells = (
            f"13204{person.index:012d}",
            dirt.name(person.name, draws[0]),
            SEX_CHINESE[person.sex],
            dirt.citizen_id(person.citizen_id, draws[1]),
            dirt.mobile(person.mobile, draws[2]),
            office.name,
            dirt.uscc(office.uscc, draws[3]),
            ("01", "01", "01", "02")[draws[4] & 3],
            f"A{person.year + 24}3204{person.index:07d}",
            drawn(max(person.year + 24, 2000), 1, draws, 5).padded("-"),
            "2" if draws[8] & 31 == 0 else "1",
            touched(draws),
        )
        yield Entry(cells, (("lawyer", person.entity), ("firm", office.entity)))


def _notaries(source: Source, block: Block) -> Iterator[Entry]:
    for person, _ in employed(block)[2:3] if block.number % 6 == 1 else ():
        draws, dirt = source.world.dice(_NOTARY, person.index), source.dirt
        cells = (
            f"GZ3204{person.index:010d}",
            dirt.name(person.name, draws[0]),
            SEX_CHINESE[person.sex],
            dirt.citizen_id(person.citizen_id, draws[1]),
            dirt.mobile(person.mobile, draws[2]),
            _NOTARY_OFFICE,
            drawn(AS_OF - 15, 15, draws, 3).padded("-"),
            "2" if draws[6] & 15 == 0 else "1",
            touched(draws),
        )
        yield Entry(cells, (("notary", person.entity),))


def _firms(source: Source, block: Block) -> Iterator[Entry]:
    for office in institutions(source.world, block, "law_firm"):
        draws, dirt = source.world.dice(_FIRM, office.index), source.dirt
        cells = (
            f"LS3204{office.index:010d}",
            office.name,
            dirt.uscc(office.uscc, draws[0]),
            "2" if draws[1] & 3 == 0 else "1",
            dirt.address(office.door, draws[2]),
            office.landline,
            office.staff[0].name if office.staff else None,
            iso(office.established),
            "2" if draws[3] & 31 == 0 else "1",
            touched(draws),
        )
        yield Entry(cells, (("firm", office.entity), ("premises", office.door.entity)))


DEPARTMENT = Department(
    "justice",
    "溧阳市司法局",
    (
        Table("ls_lsxx", "律师执业信息", ("zyzh",), _LAWYERS, _lawyers),
        Table("gz_gzyxx", "公证员信息", ("gzyzh",), _NOTARIES, _notaries),
        Table("ls_swsxx", "律师事务所信息", ("xkzh",), _FIRMS, _firms),
        Table(
            "jy_fxry",
            "监狱服刑人员",
            ("xh",),
            _PRISONERS,
            kept(4, 0, "服刑人员姓名", "服刑人员证件号", "刑期", closing=(RECEIVED,)),
            withheld=True,
        ),
        Table(
            "lj_ryxx",
            "劳动教养人员（已废止）",
            ("xh",),
            _REEDUCATION,
            kept(4, 1, "劳教人员姓名", "劳教决定", closing=(RECEIVED,)),
            withheld=True,
        ),
    ),
)
