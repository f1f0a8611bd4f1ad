"""溧阳监狱 (Liyang prison): custody status and its dates; whom the synthetic city holds in custody is chosen here."""

from collections.abc import Iterator
from itertools import islice

from city.dates import drawn, touched
from city.draws import below
from city.household import AS_OF, Household, Person
from city.names import MALE
from city.people import aged
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_ROW = 4001
_EVERY, _TURN, _WITHHELD_EVERY = 11, 2, 11

_COLUMNS = columns("""
zfbh  | char(12) NOT NULL | 罪犯编号
xm    | varchar(50) | 姓名
sfzh  | varchar(24) | 身份证号码
xb    | char(1) | 性别（GB/T 2261.1）
csrq  | char(8) | 出生日期
hjdz  | varchar(200) | 户籍地址
rjrq  | date | 入监日期
xqzr  | date | 刑期止日
lzrq  | date | 离监日期
yzt   | char(1) | 在押状态（1 在押 2 刑满释放 3 暂予监外执行）
zm    | varchar(40) | 罪名
gyjq  | varchar(20) | 关押监区
jkzk  | varchar(60) | 健康状况
hjqk  | varchar(60) | 会见情况
gxsj  | timestamptz NOT NULL | 更新时间
""")

_VISITORS = columns("""
hjrbh | varchar(16) NOT NULL | 会见人编号
hjr   | varchar(60) | 会见人及关系
""")

_VISITS = columns("""
hjbh  | varchar(16) NOT NULL | 会见登记号
hjnr  | varchar(60) | 会见时间与内容
""")

_HEALTH = columns("""
jzbh  | varchar(16) NOT NULL | 就诊编号
zdjl  | varchar(60) | 诊断与治疗
""")


def inmates(block: Block, every: int, turn: int) -> Iterator[tuple[Person, Household]]:
    """Yield the block's inmate of a prison, if it has one: a man of age without an employer; prisons differ in ``turn``."""
    if block.number % every != turn:
        return
    men = ((person, home) for home, person in aged(block, 22, 64) if person.sex == MALE and person.employer is None)
    yield from islice(men, 1)


def _custody(source: Source, block: Block) -> Iterator[Entry]:
    for person, home in inmates(block, _EVERY, _TURN):
        draws, dirt = source.world.dice(_ROW, person.index), source.dirt
        begun = drawn(AS_OF - 4, 4, draws, 0)
        end = begun.later(1 + below(6, draws[3]))
        released = end.year < AS_OF
        cells = (
            f"3204{person.index:08d}",
            dirt.name(person.name, draws[4], old_system=True),
            dirt.key_citizen_id(person.citizen_id, draws[5]),
            str(person.sex),
            person.birth,
            dirt.address(home.door, draws[6]),
            begun.padded("-"),
            end.padded("-"),
            end.padded("-") if released else None,
            "2" if released else "1" if draws[7] & 7 else "3",
            "盗窃罪" if draws[8] & 1 else "诈骗罪",
            f"第{below(9, draws[9]) + 1}监区",
            synthetic("健康状况", person.index),
            synthetic("会见情况", person.index),
            touched(draws),
        )
        yield Entry(cells, (("inmate", person.entity),))


DEPARTMENT = Department(
    "prison_liyang",
    "江苏省溧阳监狱",
    (
        Table("zf_zyxx", "在押状态信息", ("zfbh",), _COLUMNS, _custody),
        Table("hj_hjr", "会见人员", ("hjrbh",), _VISITORS, kept(_WITHHELD_EVERY, _TURN, "会见人", serial="HR{:09d}"), withheld=True),
        Table("hj_djb", "会见登记", ("hjbh",), _VISITS, kept(_WITHHELD_EVERY, _TURN, "会见记录", serial="HJ{:09d}"), withheld=True),
        Table("yl_jzjl", "狱内就诊记录", ("jzbh",), _HEALTH, kept(_WITHHELD_EVERY, _TURN, "狱内就诊", serial="JZ{:09d}"), withheld=True),
    ),
)
