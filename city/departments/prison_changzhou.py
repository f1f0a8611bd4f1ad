"""常州监狱 (Changzhou prison): custody status and its dates, in English abbreviations and dotted dates."""

from collections.abc import Iterator

from city.dates import drawn, read, touched
from city.departments.prison_liyang import inmates
from city.draws import below
from city.household import AS_OF
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_ROW = 4002
_EVERY, _TURN, _WITHHELD_EVERY = 11, 9, 11

_COLUMNS = columns("""
pris_no    | bigint NOT NULL | 档案号
pris_name  | varchar(50) | 姓名
id_card    | varchar(24) | 身份证号
gender     | char(1) | 性别（M 男 F 女）
birthday   | varchar(10) | 出生日期
home_addr  | varchar(200) | 家庭住址
in_date    | varchar(12) | 收押日期
term_end   | varchar(12) | 刑期届满日
out_date   | varchar(12) | 出监日期
in_state   | char(2) | 状态（ZY 在押 SF 释放 BW 保外就医）
ward       | varchar(20) | 监区
crime      | varchar(40) | 罪名
med_note   | varchar(60) | 健康备注
visit_note | varchar(60) | 探视备注
last_mod   | timestamptz NOT NULL | 最后修改
""")

_VISITORS = columns("""
vis_no  | varchar(16) NOT NULL | 探视人编号
visitor | varchar(60) | 探视人及关系
""")

_VISITS = columns("""
meet_no | varchar(16) NOT NULL | 探视记录号
meeting | varchar(60) | 探视时间与内容
""")

_HEALTH = columns("""
med_no  | varchar(16) NOT NULL | 医疗记录号
medical | varchar(60) | 诊断与用药
""")


def _custody(source: Source, block: Block) -> Iterator[Entry]:
    for person, home in inmates(block, _EVERY, _TURN):
        draws, dirt = source.world.dice(_ROW, person.index), source.dirt
        begun = drawn(AS_OF - 5, 5, draws, 0)
        end = begun.later(1 + below(8, draws[3]))
        released = end.year < AS_OF
        cells = (
            str(5_000_001 + person.index),
            dirt.name(person.name, draws[4]),
            dirt.key_citizen_id(person.citizen_id, draws[5]),
            "M",
            read(person.birth).bare("."),
            dirt.address(home.door, draws[6]),
            begun.bare("."),
            end.bare("."),
            end.bare(".") if released else None,
            "SF" if released else "ZY" if draws[7] & 7 else "BW",
            f"{below(12, draws[8]) + 1}监区",
            "故意伤害罪" if draws[9] & 1 else "危险驾驶罪",
            synthetic("健康备注", person.index),
            synthetic("探视备注", person.index),
            touched(draws),
        )
        yield Entry(cells, (("inmate", person.entity),))


DEPARTMENT = Department(
    "prison_changzhou",
    "江苏省常州监狱",
    (
        Table("prisoner", "服刑人员状态", ("pris_no",), _COLUMNS, _custody),
        Table("visitor", "探视人员", ("vis_no",), _VISITORS, kept(_WITHHELD_EVERY, _TURN, "探视人", serial="V{:09d}"), withheld=True),
        Table("meeting", "探视记录", ("meet_no",), _VISITS, kept(_WITHHELD_EVERY, _TURN, "探视记录", serial="M{:09d}"), withheld=True),
        Table("medical", "医疗记录", ("med_no",), _HEALTH, kept(_WITHHELD_EVERY, _TURN, "医疗记录", serial="H{:09d}"), withheld=True),
    ),
)
