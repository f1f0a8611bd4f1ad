"""市外办、侨办 (foreign and overseas affairs): returned overseas Chinese who settle here, entered one by one; journalists stay."""

from collections.abc import Iterator

from city.dates import drawn, read
from city.draws import pick
from city.household import AS_OF
from city.people import SEX_CHINESE, aged
from city.tables import Department, Entry, Source, Table, columns
from city.withheld import kept
from city.world import Block

_RETURN = 2801
_COUNTRIES = ("印度尼西亚", "马来西亚", "泰国", "美国", "加拿大", "澳大利亚", "日本")

_RETURNS = columns("""
登记编号 | varchar(20) NOT NULL | 归侨落户登记编号
姓名 | varchar(50) | 姓名
公民身份号码 | varchar(24) | 落户后的公民身份号码
性别 | varchar(4) | 性别（男 女）
出生日期 | varchar(20) | 出生日期
原居住国 | varchar(40) | 原居住国
落户日期 | varchar(20) | 落户日期
落户地址 | varchar(200) | 落户地址
联系电话 | varchar(24) | 联系电话
落户状态 | varchar(10) | 落户状态（已落户 办理中）
""")

_JOURNALISTS = columns("""
编号 | bigint NOT NULL | 编号
记者 | varchar(60) | 来访或常驻记者
采访事项 | varchar(60) | 采访事项
""")


def _returns(source: Source, block: Block) -> Iterator[Entry]:
    people = [] if block.number % 6 else aged(block, 19)
    if not people:
        return
    draws, dirt = source.world.dice(_RETURN, block.number), source.dirt
    home, person = pick(people, draws[0])
    cells = (
        f"GQ{AS_OF - 1}{block.number:06d}",
        dirt.name(person.name, draws[1]),
        dirt.citizen_id(person.citizen_id, draws[2]),
        SEX_CHINESE[person.sex],
        read(person.birth).bare("-"),
        pick(_COUNTRIES, draws[3]),
        drawn(AS_OF - 6, 6, draws, 4).bare("-"),
        dirt.address(home.door, draws[7]),
        dirt.mobile(person.mobile, draws[8]),
        "已落户" if draws[9] & 7 else "办理中",
    )
    yield Entry(cells, (("returnee", person.entity),))


DEPARTMENT = Department(
    "foreign_overseas",
    "溧阳市人民政府外事办公室、侨务办公室",
    (
        Table("gq_lhdj", "归侨落户登记", ("登记编号",), _RETURNS, _returns),
        Table("jz_lfdj", "记者来访登记", ("编号",), _JOURNALISTS, kept(12, 1, "记者", "采访事项"), withheld=True),
    ),
    way="entry",
)
