"""市环保局 (environment): discharge permits and enforcement on organisations; who complained stays with the bureau."""

from collections.abc import Iterator

from city.dates import drawn, touched
from city.draws import below, pick, share
from city.household import AS_OF
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_PERMIT, _CASE = 801, 802
_PERMIT_EVERY, _CASE_EVERY, _COMPLAINT_EVERY = 3, 5, 8
_YEARS = 5
_EXPIRED, _FINED = share(0.08), share(0.6)
_REASONS = ("未按规定运行污染防治设施", "超过标准排放水污染物", "未依法备案环境应急预案", "擅自夜间施工噪声扰民")

_PERMITS = columns("""
xkzbh | varchar(30) NOT NULL | 排污许可证编号
dwmc  | varchar(200) NOT NULL | 单位名称
shxydm | varchar(18) | 统一社会信用代码
scdz  | varchar(200) | 生产经营场所地址
gllb  | char(1) | 管理类别（1 重点管理 2 简化管理 3 登记管理）
hylb  | char(1) | 行业门类（GB/T 4754）
fzrq  | varchar(20) | 发证日期
yxqz  | varchar(20) | 有效期至
xkzt  | char(1) | 许可状态（1 有效 2 注销）
gxsj  | timestamptz NOT NULL | 更新时间
""")

_CASES = columns("""
wsh    | varchar(40) NOT NULL | 决定书文号
dwmc   | varchar(200) NOT NULL | 当事单位名称
shxydm | varchar(18) | 统一社会信用代码
wfss   | varchar(200) | 违法事实
cflx   | char(1) | 处理类型（1 责令改正 2 罚款）
fkje   | numeric(14,2) | 罚款金额（元）
jdrq   | varchar(20) | 决定日期
zgzt   | char(1) | 整改状态（0 未完成 1 已完成）
tsrxm  | varchar(60) | 投诉人姓名
tsrdh  | varchar(60) | 投诉人电话
gxsj   | timestamptz NOT NULL | 更新时间
""")

_COMPLAINTS = columns("""
tsbh  | varchar(16) NOT NULL | 投诉件编号
tsrxx | varchar(60) | 投诉人信息
tsnr  | varchar(60) | 投诉内容
""")


def _permits(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _PERMIT_EVERY != 1:
        return
    draws, firm, dirt = source.world.dice(_PERMIT, block.number), block.organisations[0], source.dirt
    granted = drawn(AS_OF - _YEARS, _YEARS, draws, 3)
    cells = (
        f"溧环许{firm.index + 1:07d}P",
        firm.name,
        dirt.uscc(firm.uscc, draws[0]),
        dirt.address(firm.door, draws[1]),
        pick("1223333", draws[2]),
        firm.industry,
        granted.chinese,
        granted.later(5).chinese,
        "2" if draws[6] < _EXPIRED else "1",
        touched(draws),
    )
    yield Entry(cells, (("permit", f"Menvironment-hb_pwxk-{firm.index}"), ("holder", firm.entity)))


def _cases(source: Source, block: Block) -> Iterator[Entry]:
    if block.number % _CASE_EVERY != 2:  # noqa: PLR2004  # any remainder will do
        return
    draws, number = source.world.dice(_CASE, block.number), block.number
    firm, day, fined = pick(block.organisations, draws[0]), drawn(AS_OF - _YEARS, _YEARS, draws, 1), draws[4] < _FINED
    cells = (
        f"溧环罚字〔{day.year}〕{number + 1}号",
        firm.name,
        source.dirt.uscc(firm.uscc, draws[5]),
        pick(_REASONS, draws[6]),
        "2" if fined else "1",
        f"{10_000 + 1000 * below(190, draws[7])}.00" if fined else None,
        day.chinese,
        "0" if draws[8] < _EXPIRED else "1",
        synthetic("环保投诉人", number),
        synthetic("投诉人电话", number),
        touched(draws),
    )
    yield Entry(cells, (("penalty", f"Menvironment-hb_xzcf-{number}"), ("offender", firm.entity)))


DEPARTMENT = Department(
    "environment",
    "溧阳市环境保护局",
    (
        Table("hb_pwxk", "排污许可信息", ("xkzbh",), _PERMITS, _permits),
        Table("hb_xzcf", "环境行政处罚信息", ("wsh",), _CASES, _cases),
        Table(
            "hb_tsj",
            "环境投诉件",
            ("tsbh",),
            _COMPLAINTS,
            kept(_COMPLAINT_EVERY, 3, "环保投诉人", "投诉内容", serial="TS{:08d}"),
            withheld=True,
        ),
    ),
)
