"""市公安局 (public security): venues, custody, and the household register, keyed by the citizen ID: a corrected ID is a key change."""

from collections.abc import Iterator

from city.dates import drawn, touched
from city.departments.prison_changzhou import DEPARTMENT as CHANGZHOU
from city.departments.prison_liyang import DEPARTMENT as LIYANG
from city.draws import Draws, pick, share
from city.household import AS_OF, Household, Person
from city.institutions import Institution, institutions
from city.organisations import Organisation
from city.people import aged, residents
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import RECEIVED, kept
from city.world import Block

_ROW = 101
_VENUE, _TRADE, _SITE, _AUXILIARY, _CUSTODY = range(1001, 1006)
_LONG_HISTORY = share(0.01)
_MOVE = "由江苏省溧阳市迁往外地就学后迁回（合成数据，第{n}次迁移，经办窗口已核对原始卡片与迁移证存根）；"
_CANCELLED, _REGISTERED = "1", "0"
_VENUES = {"酒店管理": "1", "民宿": "1", "小吃店": "2", "餐饮管理": "2", "文化传媒": "3", "旅游开发": "4"}
_TRADES = {"汽车修理部": "1", "五金店": "2", "商贸有限公司": "3"}
_SITES = {"school": "1", "bank_branch": "2"}
_STATIONS = ("溧城派出所", "昆仑派出所", "巡特警大队", "交通警察大队", "天目湖派出所")
_PRISONS = {
    "1": (LIYANG.tables[0], ("xm", "sfzh", "xb", "csrq", "rjrq", "xqzr", "yzt")),
    "2": (CHANGZHOU.tables[0], ("pris_name", "id_card", "gender", "birthday", "in_date", "term_end", "in_state")),
}
"""What the two prisons send: their custody tables, and the columns taken over."""
_CUSTODY_STATES = {"1": "1", "ZY": "1", "2": "2", "SF": "2", "3": "3", "BW": "3"}
_SEXES = {"1": "1", "M": "1", "2": "2", "F": "2"}

_COLUMNS = columns("""
gmsfhm | varchar(24) NOT NULL | 公民身份号码
xm     | varchar(50) NOT NULL | 姓名
cym    | varchar(50) | 曾用名
xb     | char(1) | 性别（GB/T 2261.1）
mz     | varchar(4) | 民族（GB/T 3304）
csrq   | char(8) | 出生日期
hh     | varchar(12) NOT NULL | 户号
yhzgx  | char(2) | 与户主关系（GB/T 4761）
hjdz   | varchar(200) | 户籍地址
lxdh   | varchar(24) | 联系电话
fwcs   | varchar(100) | 服务处所
zxbs   | char(1) | 注销标识（0 正常 1 注销）
qyls   | text | 迁移履历
zwbh   | varchar(60) | 指纹编号
hmbh   | varchar(60) | 虹膜编号
tjfk   | varchar(60) | 监所会见登记
gxsj   | timestamptz NOT NULL | 更新时间
""")

_VENUE_COLUMNS = columns("""
csbh   | char(12) NOT NULL | 场所编号
csmc   | varchar(200) NOT NULL | 场所名称
tyxydm | varchar(18) | 统一社会信用代码
cslb   | char(1) | 场所类别（1 旅馆 2 餐饮 3 文化娱乐 4 旅游景区）
csdz   | varchar(200) | 场所地址
lxdh   | varchar(24) | 场所联系电话
kyrq   | char(8) | 开业日期
yyzt   | char(1) | 营业状态（1 营业 2 停业）
gxsj   | timestamptz NOT NULL | 更新时间
""")

_TRADE_COLUMNS = columns("""
babh   | char(12) NOT NULL | 特种行业备案编号
qymc   | varchar(200) NOT NULL | 企业名称
tyxydm | varchar(18) | 统一社会信用代码
hylb   | char(1) | 行业类别（1 机动车修理 2 废旧金属收购 3 旧货寄卖）
jydz   | varchar(200) | 经营地址
xkzh   | varchar(30) | 特种行业许可证号
fzrq   | char(8) | 发证日期
yxqz   | char(8) | 有效期至
gxsj   | timestamptz NOT NULL | 更新时间
""")

_SITE_COLUMNS = columns("""
dwbh   | char(12) NOT NULL | 重点单位编号
dwmc   | varchar(200) NOT NULL | 单位名称
tyxydm | varchar(18) | 统一社会信用代码
dwlb   | char(1) | 单位类别（1 学校 2 金融网点）
dwdz   | varchar(200) | 单位地址
zbdh   | varchar(24) | 值班电话
lgrq   | char(8) | 列管日期
gxsj   | timestamptz NOT NULL | 更新时间
""")

_AUXILIARY_COLUMNS = columns("""
fjbh   | char(12) NOT NULL | 辅警编号
xm     | varchar(50) NOT NULL | 姓名
sfzh   | varchar(24) | 公民身份号码
xb     | char(1) | 性别（GB/T 2261.1）
csrq   | char(8) | 出生日期
yrdw   | varchar(60) | 用人单位
gwlb   | char(1) | 岗位（1 勤务辅警 2 文职辅警）
rzrq   | char(8) | 入职日期
zgzt   | char(1) | 在岗状态（1 在岗 2 离岗）
lxdh   | varchar(24) | 联系电话
gxsj   | timestamptz NOT NULL | 更新时间
""")

_CUSTODY_COLUMNS = columns("""
lsh    | bigint NOT NULL | 接收流水号
xm     | varchar(50) NOT NULL | 姓名
sfzh   | varchar(24) | 公民身份号码
xb     | char(1) | 性别（GB/T 2261.1）
csrq   | char(8) | 出生日期
jsdw   | char(1) | 提供单位（1 溧阳监狱 2 常州监狱）
zyzt   | char(1) | 在押状态（1 在押 2 释放 3 暂予监外执行）
rjrq   | char(8) | 入监日期
ztrq   | char(8) | 刑满（释放）日期
gxsj   | timestamptz NOT NULL | 更新时间
""")

_VISITOR_COLUMNS = columns("""
hjbh   | bigint NOT NULL | 会见编号
hjrxm  | varchar(60) | 会见人姓名
hjrsfzh | varchar(60) | 会见人证件号
hjsj   | varchar(60) | 会见时间
gxsj   | timestamptz NOT NULL | 更新时间
""")

_BIOMETRIC_COLUMNS = columns("""
yzbh   | bigint NOT NULL | 样本编号
zwtz   | varchar(60) | 指纹特征
dnafx  | varchar(60) | DNA 分型
rxmb   | varchar(60) | 人像模板
gxsj   | timestamptz NOT NULL | 更新时间
""")


def _residents(source: Source, block: Block) -> Iterator[Entry]:
    for home, person in residents(block):
        yield _resident(source, home, person)


def _resident(source: Source, home: Household, person: Person) -> Entry:
    draws, dirt = source.world.dice(_ROW, person.index), source.dirt
    cells = (
        dirt.key_citizen_id(person.citizen_id, draws[0]),
        dirt.name(person.name, draws[1], old_system=True),
        person.former_name,
        str(person.sex),
        dirt.code(person.ethnicity, draws[2]),
        person.birth,
        f"{home.index:09d}",
        person.relation,
        dirt.address(home.door, draws[3]),
        dirt.mobile(person.mobile, draws[4]),
        source.world.organisation(person.employer).name if person.employer is not None else None,
        _CANCELLED if person.died and not dirt.is_stale(draws[5]) else _REGISTERED,
        _history(draws),
        synthetic("指纹编号", person.index),
        synthetic("虹膜编号", person.index),
        None,
        touched(draws),
    )
    return Entry(cells, (("resident", person.entity), ("home", home.door.entity)))


def _history(draws: Draws) -> str | None:
    """A few people moved so often that the text is stored out of line (TOAST)."""
    if draws[6] >= _LONG_HISTORY:
        return None
    return "".join(_MOVE.format(n=n + 1) for n in range(20 + draws[7] % 10))


def _venues(source: Source, block: Block) -> Iterator[Entry]:
    for firm in block.organisations:
        sort = next((code for ending, code in _VENUES.items() if firm.name.removesuffix("有限公司").endswith(ending)), None)
        if sort is None:
            continue
        draws = source.world.dice(_VENUE, firm.index)
        if draws[0] & 1:
            cells = (
                f"CS{firm.index:010d}",
                firm.name,
                source.dirt.uscc(firm.uscc, draws[1]),
                sort,
                source.dirt.address(firm.door, draws[2]),
                firm.landline,
                firm.established,
                "1" if firm.status == 1 else "2",
                touched(draws),
            )
            yield Entry(cells, _whose(firm, "venue"))


def _trades(source: Source, block: Block) -> Iterator[Entry]:
    for firm in block.organisations:
        sort = next((code for ending, code in _TRADES.items() if firm.name.endswith(ending)), None)
        if sort is not None:
            draws = source.world.dice(_TRADE, firm.index)
            granted = drawn(AS_OF - 6, 6, draws, 2)
            cells = (
                f"TH{firm.index:010d}",
                firm.name,
                source.dirt.uscc(firm.uscc, draws[0]),
                sort,
                source.dirt.address(firm.door, draws[1]),
                f"苏溧公特{granted.year}字第{firm.index:08d}号",
                granted.padded(),
                granted.later(6).padded(),
                touched(draws),
            )
            yield Entry(cells, _whose(firm, "trader"))


def _whose(firm: Organisation, role: str) -> tuple[tuple[str, str], ...]:
    return ((role, firm.entity), ("premises", firm.door.entity))


def _sites(source: Source, block: Block) -> Iterator[Entry]:
    for sort, code in _SITES.items():
        for place in institutions(source.world, block, sort):
            yield _site(source, place, code)


def _site(source: Source, place: Institution, code: str) -> Entry:
    draws, dirt = source.world.dice(_SITE, place.index), source.dirt
    cells = (
        f"ZD{place.index:010d}",
        place.name,
        dirt.uscc(place.uscc, draws[0]),
        code,
        dirt.address(place.door, draws[1]),
        place.landline,
        drawn(AS_OF - 12, 12, draws, 2).padded(),
        touched(draws),
    )
    return Entry(cells, (("site", place.entity), ("premises", place.door.entity)))


def _auxiliaries(source: Source, block: Block) -> Iterator[Entry]:
    for _, person in aged(block, 21, 60)[:1] if block.number % 7 == 0 else ():  # five in a thousand inhabitants
        draws, dirt = source.world.dice(_AUXILIARY, person.index), source.dirt
        cells = (
            f"FJ{person.index:010d}",
            dirt.name(person.name, draws[0]),
            dirt.citizen_id(person.citizen_id, draws[1]),
            str(person.sex),
            person.birth,
            f"溧阳市公安局{pick(_STATIONS, draws[2])}",
            "2" if draws[3] & 3 == 0 else "1",
            drawn(AS_OF - 8, 8, draws, 4).padded(),
            "2" if draws[7] & 15 == 0 else "1",
            dirt.mobile(person.mobile, draws[8]),
            touched(draws),
        )
        yield Entry(cells, (("auxiliary", person.entity),))


def _custody(source: Source, block: Block) -> Iterator[Entry]:
    for prison, (table, names) in _PRISONS.items():
        places = table.places(names)
        for cells, ((_, inmate),) in table.rows(source, block):
            index = int(inmate[1:])
            name, citizen_id, sex, birth, entered, until, state = (cells[place] for place in places)
            told = (name, citizen_id, _SEXES[sex or ""], _joined(birth), prison, _CUSTODY_STATES[state or ""])
            row = (str(index + 1), *told, _joined(entered), _joined(until), touched(source.world.dice(_CUSTODY, index)))
            yield Entry(row, (("detainee", inmate),))


def _joined(date: str | None) -> str:
    """Write a prison's date (2013-05-30, 2013.5.30 or 20130530) as 20130530."""
    year, *rest = (date or "").replace(".", "-").split("-")
    return year + "".join(part.zfill(2) for part in rest)


DEPARTMENT = Department(
    "public_security",
    "溧阳市公安局",
    (
        Table("hj_czrk", "常住人口信息", ("gmsfhm",), _COLUMNS, _residents, out_of_line=("qyls",)),
        Table("zy_ggcs", "公共场所信息", ("csbh",), _VENUE_COLUMNS, _venues),
        Table("zy_tzhy", "特种行业信息", ("babh",), _TRADE_COLUMNS, _trades),
        Table("nb_zddw", "内部治安保卫重点单位", ("dwbh",), _SITE_COLUMNS, _sites),
        Table("dw_fjxx", "警务辅助人员信息", ("fjbh",), _AUXILIARY_COLUMNS, _auxiliaries),
        Table("js_zyzt", "两监狱提供的在押状态", ("lsh",), _CUSTODY_COLUMNS, _custody),
        Table(
            "js_hjdj",
            "监所会见登记",
            ("hjbh",),
            _VISITOR_COLUMNS,
            kept(6, 0, "会见人姓名", "会见人证件号", "会见时间", closing=(RECEIVED,)),
            withheld=True,
        ),
        Table(
            "sw_tzk",
            "生物特征库",
            ("yzbh",),
            _BIOMETRIC_COLUMNS,
            kept(6, 1, "指纹特征", "DNA分型", "人像模板", closing=(RECEIVED,)),
            withheld=True,
        ),
    ),
)
