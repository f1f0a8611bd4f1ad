"""市人口和计生局 (family planning): a monthly DBF with counts of permits by town; every person-level permit stays."""

from calendar import monthrange
from collections.abc import Iterator

from city.draws import below
from city.household import AS_OF
from city.places import door
from city.tables import Department, Entry, Source, Table, columns
from city.withheld import kept
from city.world import Block

_COUNT = 2401
_TOWNS = tuple(dict.fromkeys((street.town_code, street.town) for street in (door(number).street for number in range(500))))
_KINDS = ("1", "2")
_YEARS = 3

_COUNTS = columns("""
TJQZ | char(8) NOT NULL | 统计期末
XZDM | char(9) NOT NULL | 乡镇（街道）代码（GB/T 10114）
ZJLX | char(1) NOT NULL | 证件类型（1 生育服务证 2 再生育审批）
XZMC | varchar(40) | 乡镇（街道）名称
FZS  | integer | 发证数
TBDW | varchar(60) | 填报单位
""")

_PERMITS = columns("""
LSH  | bigint NOT NULL | 流水号
NFXM | varchar(60) | 男方
NVXM | varchar(60) | 女方
SYQK | varchar(60) | 生育情况
""")


def _counts(source: Source, block: Block) -> Iterator[Entry]:
    """Give every second block one count: first all towns' of the last month, then of the one before, for three years at most."""
    number, odd = divmod(block.number, 2)
    rest, town = divmod(number, len(_TOWNS))
    months_ago, kind = divmod(rest, len(_KINDS))
    if odd or months_ago >= 12 * _YEARS:
        return
    year, month = AS_OF - 1 - months_ago // 12, 12 - months_ago % 12
    draws, (code, name) = source.world.dice(_COUNT, number), _TOWNS[town]
    cells = (
        f"{year}{month:02d}{monthrange(year, month)[1]}",
        f"320481{code}",
        _KINDS[kind],
        name,
        str(10 + below(40, draws[0])),
        f"{name}计生办",
    )
    yield Entry(cells, (("permits", f"Mfamily_planning-jszjtj-{number}"),))


DEPARTMENT = Department(
    "family_planning",
    "溧阳市人口和计划生育局",
    (
        Table("jszjtj", "计划生育证件统计", ("TJQZ", "XZDM", "ZJLX"), _COUNTS, _counts),
        Table("jszjmx", "计划生育证件明细", ("LSH",), _PERMITS, kept(8, 1, "男方姓名", "女方姓名", "生育情况"), withheld=True),
    ),
    way="file",
    format="dbf",
)
