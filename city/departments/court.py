"""市法院 (court): criminal judgments in force with the convicted, and organisations as litigants, whatever the suit."""

from collections.abc import Iterator

from city.dates import Day, of_year, touched
from city.draws import Draws, below, pick, share
from city.household import AS_OF, Person
from city.people import aged
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.world import Block

_JUDGMENT, _LITIGANT, _CIVIL = 101, 102, 103
_JUDGMENT_EVERY, _LITIGANT_EVERY, _CIVIL_EVERY, _ADMINISTRATIVE_EVERY, _JUVENILE_EVERY = 6, 4, 6, 15, 30
_COURT = "溧阳市人民法院"
_CONVICTED_AGED = (26, 69)
"""Convicts were of age at any time that the table covers: convictions of minors are sealed (刑事诉讼法第286条)."""
_YEARS = 6
_OUTCOMES = ("1", "1", "1", "6", "6", "6", "2", "2", "4", "5")
_OPEN = share(0.2)

_JUDGMENTS = columns("""
xh      | bigint NOT NULL | 序号
ah      | varchar(40) NOT NULL | 案号
jbfy    | varchar(60) NOT NULL | 经办法院
bgrxm   | varchar(50) | 被告人姓名
bgrsfzh | varchar(24) | 被告人身份证件号
bgrxb   | char(1) | 被告人性别（GB/T 2261.1）
bgrcsrq | char(8) | 被告人出生日期
zm      | varchar(60) | 罪名
pjrq    | date NOT NULL | 宣判日期
sxrq    | date | 生效日期
pjjg    | char(1) | 判决结果类别（1 有期徒刑 2 拘役 3 管制 4 单处罚金 5 免予刑事处罚 6 缓刑）
gxsj    | timestamptz NOT NULL | 更新时间
""")

_LITIGANTS = columns("""
ah     | varchar(40) NOT NULL | 案号
dsrxh  | smallint NOT NULL | 当事人序号
dwmc   | varchar(200) NOT NULL | 单位名称
dwxydm | varchar(18) | 统一社会信用代码
ssdw   | char(1) | 诉讼地位（1 原告 2 被告 3 第三人）
ajlx   | char(2) | 案件类型（02 民事 04 行政）
jbfy   | varchar(60) | 经办法院
larq   | varchar(10) | 立案日期
ajzt   | char(1) | 案件状态（1 审理中 2 已结）
jafs   | char(2) | 结案方式（01 判决 02 调解 03 撤诉）
bdje   | numeric(18,2) | 标的金额（元）
zrrdsr | varchar(60) | 对方自然人当事人
gxsj   | timestamptz NOT NULL | 更新时间
""")

_WITHHELD = columns("""
xh    | bigint NOT NULL | 序号
ah    | varchar(40) NOT NULL | 案号
dsrxm | varchar(60) | 当事人姓名
ssqq  | varchar(60) | 案情与诉讼请求
""")


def _number(word: str, index: int, draw: int) -> str:
    """Return a case number of a court whose code nobody has (0460)."""
    return f"（{AS_OF - _YEARS + below(_YEARS, draw)}）苏0460{word}{index + 1}号"


def _judgments(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _JUDGMENT_EVERY != 1:
        return
    adults = [person for _, person in aged(block, *_CONVICTED_AGED)]
    if adults:
        draws = source.world.dice(_JUDGMENT, block.number)
        yield _judgment(source, block.number, pick(adults, draws[0]), draws)


def _judgment(source: Source, number: int, person: Person, draws: Draws) -> Entry:
    dirt = source.dirt
    case = _number("刑初", number, draws[1])
    passed = Day(int(case[1:5]), below(11, draws[2]) + 1, below(28, draws[3]) + 1)
    cells = (
        str(number + 1),
        case,
        _COURT,
        dirt.name(person.name, draws[4]),
        dirt.citizen_id(person.citizen_id, draws[5]),
        str(person.sex),
        person.birth,
        pick(("盗窃罪", "危险驾驶罪", "交通肇事罪", "诈骗罪", "故意伤害罪"), draws[6]),
        passed.padded("-"),
        passed.next_month.padded("-"),
        pick(_OUTCOMES, draws[7]),
        touched(draws),
    )
    return Entry(cells, (("case", f"Mcourt-xs_pjxx-{number}"), ("convicted", person.entity)))


def _litigants(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _LITIGANT_EVERY != 1:
        return
    draws = source.world.dice(_LITIGANT, block.number)
    firm = pick(block.organisations, draws[0])
    administrative = draws[1] < share(0.1)
    case = _number("行初" if administrative else "民初", block.number, draws[2])
    pending = draws[3] < _OPEN
    cells = (
        case,
        "1",
        firm.name,
        source.dirt.uscc(firm.uscc, draws[4]),
        "1" if administrative else pick(("1", "1", "2", "2", "3"), draws[5]),
        "04" if administrative else "02",
        _COURT,
        of_year(int(case[1:5]), draws, 6).bare("."),
        "1" if pending else "2",
        None if pending else pick(("01", "02", "03"), draws[8]),
        f"{below(500_000, draws[9]) + 1000}.00",
        synthetic("自然人当事人", block.number),
        touched(draws),
    )
    yield Entry(cells, (("suit", f"Mcourt-ms_dwdsr-{block.number}"), ("litigant", firm.entity)))


def _civil(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _CIVIL_EVERY == 2:  # noqa: PLR2004  # any remainder will do
        yield _kept(source, block, "民初", "民事家事自然人当事人")


def _administrative(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _ADMINISTRATIVE_EVERY == 3:  # noqa: PLR2004  # any remainder will do
        yield _kept(source, block, "行初", "行政诉讼自然人当事人")


def _juvenile(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _JUVENILE_EVERY == 4:  # noqa: PLR2004  # any remainder will do
        yield _kept(source, block, "刑初", "未成年人犯罪记录")


def _kept(source: Source, block: Block, word: str, what: str) -> Entry:
    draws = source.world.dice(_CIVIL, block.number)
    case = _number(word, 100_000_000 + block.number, draws[0])
    return Entry((str(block.number + 1), case, synthetic(what, block.number), synthetic("案情", block.number)), ())


DEPARTMENT = Department(
    "court",
    _COURT,
    (
        Table("xs_pjxx", "刑事生效判决信息", ("xh",), _JUDGMENTS, _judgments),
        Table("ms_dwdsr", "单位当事人信息", ("ah", "dsrxh"), _LITIGANTS, _litigants),
        Table("ms_zrrdsr", "民事、家事案件自然人当事人", ("xh",), _WITHHELD, _civil, withheld=True),
        Table("xz_zrrdsr", "行政案件自然人当事人", ("xh",), _WITHHELD, _administrative, withheld=True),
        Table("wcn_fcda", "未成年人犯罪封存档案", ("xh",), _WITHHELD, _juvenile, withheld=True),
    ),
)
