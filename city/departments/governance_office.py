"""市综治办 (governance office): mediation and neighbourhood-watch bodies and their contacts, entered by form."""

from collections.abc import Iterator

from city.dates import read
from city.draws import below, share
from city.household import Person
from city.institutions import Institution, institutions
from city.people import SEX_CHINESE
from city.tables import Department, Entry, Source, Table, columns
from city.world import Block

_BODY, _STAFF = 301, 302
_CONTACTS = 2
_IDLE = share(0.06)

_BODIES = columns("""
组织编号     | varchar(12) NOT NULL | 综治组织编号
组织名称     | varchar(200) NOT NULL | 组织名称
统一社会信用代码 | varchar(18) | 统一社会信用代码
组织类别     | varchar(20) | 组织类别（人民调解、治安巡防）
办公地址     | varchar(200) | 办公地址
值班电话     | varchar(24) | 值班电话
队员人数     | integer | 队员人数
成立日期     | varchar(20) | 成立日期（年月日）
运行状态     | varchar(10) | 运行状态（正常、停用）
""")

_STAFFS = columns("""
联系人编号    | varchar(16) NOT NULL | 联系人编号
姓名       | varchar(50) NOT NULL | 联系人姓名
性别       | varchar(2) | 性别（男、女）
所在组织     | varchar(200) | 所在组织名称
组织信用代码   | varchar(18) | 组织统一社会信用代码
职务       | varchar(20) | 职务
工作手机     | varchar(24) | 工作手机
""")


def _bodies(source: Source, block: Block) -> Iterator[Entry]:
    for body in institutions(source.world, block, "village_body"):
        draws, dirt = source.world.dice(_BODY, body.index), source.dirt
        cells = (
            f"ZZ{body.index:08d}",
            body.name,
            dirt.uscc(body.uscc, draws[0]),
            "人民调解" if body.name.endswith("调解委员会") else "治安巡防",
            dirt.address(body.door, draws[1]),
            body.landline if draws[2] & 15 else body.landline[5:],
            f"{below(18, draws[3]) + 3}",
            read(body.established).chinese,
            "停用" if draws[4] < _IDLE else "正常",
        )
        yield Entry(cells, (("body", body.entity),))


def _staff(source: Source, block: Block) -> Iterator[Entry]:
    for body in institutions(source.world, block, "village_body"):
        for place, person in enumerate(body.staff[:_CONTACTS]):
            yield _contact(source, body, person, place)


def _contact(source: Source, body: Institution, person: Person, place: int) -> Entry:
    draws, dirt = source.world.dice(_STAFF, person.index), source.dirt
    post = ("调解员" if body.name.endswith("调解委员会") else "巡防队员") if place else "负责人"
    cells = (
        f"ZZ{body.index:08d}-{place + 1}",
        dirt.name(person.name, draws[0]),
        SEX_CHINESE[person.sex],
        body.name,
        dirt.uscc(body.uscc, draws[1]),
        post,
        dirt.mobile(person.mobile, draws[2]),
    )
    return Entry(cells, (("contact", person.entity),))


DEPARTMENT = Department(
    "governance_office",
    "溧阳市社会管理综合治理委员会办公室",
    (
        Table("zz_zzjg", "群防群治组织", ("组织编号",), _BODIES, _bodies),
        Table("zz_lxr", "群防群治组织联系人", ("联系人编号",), _STAFFS, _staff),
    ),
    way="entry",
)
