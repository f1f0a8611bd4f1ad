"""市检察院 (procuratorate): the case register without persons, as DBF copies from an old office system."""

from collections.abc import Iterator

from city.draws import below, pick
from city.household import AS_OF
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.world import Block

_CASE = 201
_CASE_EVERY, _SUBJECT_EVERY = 3, 12
_YEARS = 4
_UNITS = ("第一检察部", "第二检察部", "第三检察部", "第四检察部")
_KINDS = ("1", "2", "2", "2", "2", "3", "4")
_STAGES, _SHORT_STAGES = ("1", "2", "2", "3", "4", "5"), ("1", "2", "5")
"""Only a prosecution goes to court."""

_CASES = columns("""
AJBH    | varchar(30) NOT NULL | 案件编号
AJLB    | char(1) | 案件类别（1 审查逮捕 2 审查起诉 3 诉讼监督 4 公益诉讼）
AY      | varchar(40) | 案由
AJJD    | char(1) | 办案阶段（1 受理 2 审查 3 提起公诉 4 已判决 5 不起诉或终结）
CBBM    | varchar(40) | 承办部门
SLRQ    | char(8) | 受理日期
BJRQ    | char(8) | 办结日期
XYRXM   | varchar(60) | 犯罪嫌疑人姓名
XYRSFZH | varchar(60) | 犯罪嫌疑人身份证件号
""")

_SUBJECTS = columns("""
XH    | varchar(12) NOT NULL | 序号
AJBH  | varchar(30) NOT NULL | 案件编号
BDCR  | varchar(60) | 被调查人
DCQK  | varchar(60) | 调查情况
""")


def _number(index: int, draw: int) -> str:
    """Return a number of the unified case system, of a unit code nobody has (320460)."""
    return f"溧检320460R{AS_OF - _YEARS + below(_YEARS, draw)}{index + 1:06d}"


def _cases(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _CASE_EVERY:
        return
    draws = source.world.dice(_CASE, block.number)
    number, kind = _number(block.number, draws[0]), pick(_KINDS, draws[5])
    stage = pick(_STAGES if kind == "2" else _SHORT_STAGES, draws[1])
    year, month = int(number[9:13]), below(10, draws[2]) + 1
    causes = ("生态环境损害", "食品药品安全") if kind == "4" else ("盗窃", "危险驾驶", "诈骗", "交通肇事", "非法经营")
    cells = (
        number,
        kind,
        pick(causes, draws[6]),
        stage,
        pick(_UNITS, draws[7]),
        f"{year}{month:02d}{below(28, draws[3]) + 1:02d}",
        f"{year}{month + 2:02d}{below(28, draws[4]) + 1:02d}" if stage in "45" else None,
        synthetic("犯罪嫌疑人", block.number),
        synthetic("嫌疑人证件", block.number),
    )
    yield Entry(cells, (("case", f"Mprocuratorate-ajdj-{block.number}"),))


def _subjects(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _SUBJECT_EVERY == 2:  # noqa: PLR2004  # any remainder will do
        number = _number(block.number, source.world.dice(_CASE, block.number)[0])
        yield Entry((f"{block.number + 1}", number, synthetic("被调查人", block.number), synthetic("调查情况", block.number)), ())


DEPARTMENT = Department(
    "procuratorate",
    "溧阳市人民检察院",
    (
        Table("ajdj", "案件登记", ("AJBH",), _CASES, _cases),
        Table("bdcr", "被调查人员登记", ("XH",), _SUBJECTS, _subjects, withheld=True),
    ),
    way="file",
    format="dbf",
)
