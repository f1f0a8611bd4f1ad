"""市发改委 (development and reform): published licences and penalties of organisations (双公示), in the national standard's fields."""

from collections.abc import Iterator

from city.dates import drawn, touched
from city.draws import below, pick, share
from city.household import AS_OF
from city.tables import Cell, Department, Entry, Source, Table, columns
from city.withheld import kept
from city.world import Block

_LICENCE, _PENALTY = 401, 402
_LICENCE_EVERY, _PENALTY_EVERY, _SCORE_EVERY = 3, 5, 10
_YEARS = 5
_LICENCES_FOR = (
    ("普通", "道路运输经营许可", "交通运输局"),
    ("普通", "食品经营许可", "食品药品监管局"),
    ("核准", "固定资产投资项目核准", "发改委"),
)
_PENALTIES_FOR = (("未按规定公示年度报告", "工商局"), ("违反安全生产规定", "安监局"), ("违反计量管理规定", "质监局"))
_REVOKED, _SETTLED = share(0.05), share(0.7)

_LICENCES = columns("""
xk_id       | bigint NOT NULL | 公示记录号
xk_xdr_mc   | varchar(200) NOT NULL | 行政相对人名称
xk_xdr_shxym | varchar(18) | 行政相对人统一社会信用代码
xk_wsh      | varchar(60) NOT NULL | 行政许可决定文书号
xk_xklx     | varchar(20) | 许可类别
xk_nr       | varchar(200) | 许可内容
xk_jdrq     | varchar(10) | 许可决定日期
xk_jzq      | varchar(10) | 有效期至
xk_xkjg     | varchar(100) | 许可机关
xk_zt       | char(1) | 当前状态（1 有效 2 撤销 3 注销）
xk_sjc      | timestamptz NOT NULL | 数据更新时间
""")

_PENALTIES = columns("""
cf_id       | bigint NOT NULL | 公示记录号
cf_xdr_mc   | varchar(200) NOT NULL | 行政相对人名称
cf_xdr_shxym | varchar(18) | 行政相对人统一社会信用代码
cf_wsh      | varchar(60) NOT NULL | 行政处罚决定文书号
cf_sy       | varchar(200) | 处罚事由
cf_cflb     | char(1) | 处罚类别（1 警告 2 罚款 3 没收违法所得）
cf_nr_fk    | varchar(20) | 罚款金额（万元）
cf_jdrq     | varchar(10) | 处罚决定日期
cf_cfjg     | varchar(100) | 处罚机关
cf_zt       | char(1) | 履行状态（1 已履行 2 未履行）
cf_sjc      | timestamptz NOT NULL | 数据更新时间
""")

_SCORES = columns("""
pf_id | bigint NOT NULL | 评分记录号
pf_xm | varchar(60) | 自然人姓名
pf_jg | varchar(60) | 评分与等级
""")


def _licences(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _LICENCE_EVERY:
        return
    draws, number = source.world.dice(_LICENCE, block.number), block.number
    firm = pick(block.organisations, draws[0])
    kind, what, office = pick(_LICENCES_FOR, draws[1])
    day = drawn(AS_OF - _YEARS, _YEARS, draws, 2)
    cells = (
        str(number + 1),
        firm.name,
        source.dirt.uscc(firm.uscc, draws[5]),
        f"溧行许字〔{day.year}〕第{number + 1:06d}号",
        kind,
        what,
        day.padded("/"),
        day.later(5).padded("/") if kind == "普通" else None,
        f"溧阳市{office}",
        pick("23", draws[6]) if draws[7] < _REVOKED else "1",
        touched(draws),
    )
    yield Entry(cells, (("licence", f"Mdevelopment_reform-xzxk-{number}"), ("holder", firm.entity)))


def _penalties(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _PENALTY_EVERY != 1:
        return
    draws, number = source.world.dice(_PENALTY, block.number), block.number
    firm = pick(block.organisations, draws[0])
    why, office = pick(_PENALTIES_FOR, draws[1])
    day, kind = drawn(AS_OF - _YEARS, _YEARS, draws, 2), pick("1222223", draws[6])
    fine: Cell = f"{below(40, draws[8]) / 10 + 0.1:.1f}" if kind == "2" else None
    cells = (
        str(number + 1),
        firm.name,
        source.dirt.uscc(firm.uscc, draws[5]),
        f"溧行罚字〔{day.year}〕第{number + 1:06d}号",
        why,
        kind,
        fine,
        day.padded("/"),
        f"溧阳市{office}",
        "1" if draws[7] < _SETTLED else "2",
        touched(draws),
    )
    yield Entry(cells, (("penalty", f"Mdevelopment_reform-xzcf-{number}"), ("offender", firm.entity)))


DEPARTMENT = Department(
    "development_reform",
    "溧阳市发展和改革委员会",
    (
        Table("gs_xzxk", "行政许可公示", ("xk_id",), _LICENCES, _licences),
        Table("gs_xzcf", "行政处罚公示", ("cf_id",), _PENALTIES, _penalties),
        Table("xy_zrrpf", "自然人信用评分", ("pf_id",), _SCORES, kept(_SCORE_EVERY, 2, "自然人姓名", "自然人评分"), withheld=True),
    ),
)
