"""市邮政局 (post): delivery stations and courier companies, sent as dBASE files by an old office system."""

from collections.abc import Iterator

from city.dates import of_year
from city.draws import below, pick, share
from city.household import AS_OF
from city.institutions import institutions
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_STATION, _COURIER = 3801, 3802
_WITHHELD_EVERY = 17
_EXPIRED = share(0.05)
_KINDS = ("1", "2", "2", "3")
_BRANDS = ("迅达速递", "华通快运", "江南快件", "安捷快递")

_STATIONS = columns("""
ZDBH | varchar(12) NOT NULL | 站点编号
ZDMC | varchar(80) NOT NULL | 站点名称
ZDLX | varchar(1) | 站点类型（1 支局 2 投递站 3 代办所）
DWDM | varchar(20) | 统一社会信用代码
DZ   | varchar(120) | 地址
DH   | varchar(24) | 电话
FWFW | varchar(60) | 投递服务范围
KYRQ | varchar(8) | 开业日期
ZT   | varchar(1) | 状态（Y 营业 N 停业）
TDYS | varchar(60) | 投递员路线
""")

_COURIERS = columns("""
XKZH   | varchar(24) NOT NULL | 快递业务经营许可（分支机构备案）号
QYMC   | varchar(80) NOT NULL | 企业名称
TYXYDM | varchar(20) | 统一社会信用代码
PP     | varchar(20) | 品牌
JYDZ   | varchar(120) | 经营地址
LXDH   | varchar(24) | 联系电话
YXQZ   | varchar(8) | 有效期至
ZT     | varchar(1) | 状态（Y 有效 N 注销）
JJRXX  | varchar(60) | 寄件人收件人信息
""")

_DELIVERIES = columns("""
YJH  | varchar(16) NOT NULL | 邮件号
TDJL | varchar(60) | 投递记录
""")

_SENDERS = columns("""
XH   | varchar(16) NOT NULL | 序号
JJR  | varchar(60) | 寄件人
SJR  | varchar(60) | 收件人
""")


def _stations(source: Source, block: Block) -> Iterator[Entry]:
    for each in institutions(source.world, block, "post_station"):
        draws, dirt = source.world.dice(_STATION, each.index), source.dirt
        cells = (
            f"YZ{each.index:09d}",
            each.name,
            pick(_KINDS, draws[0]),
            dirt.uscc(each.uscc, draws[1]),
            dirt.address(each.door, draws[2]),
            each.landline if draws[3] & 7 else f"({each.landline[:4]}){each.landline[5:]}",
            f"{each.door.town}{each.door.street.name}一带",
            each.established,
            "Y" if draws[4] & 15 else "N",
            synthetic("投递路线", each.index),
        )
        yield Entry(cells, (("station", each.entity), ("site", each.door.entity)))


def _couriers(source: Source, block: Block) -> Iterator[Entry]:
    for each in institutions(source.world, block, "courier"):
        draws, dirt = source.world.dice(_COURIER, each.index), source.dirt
        expired = draws[0] < _EXPIRED
        until = of_year(AS_OF - 1 if expired else AS_OF + 1 + below(4, draws[1]), draws, 5)
        cells = (
            f"苏邮{until.year - 5}{each.index:09d}",
            each.name,
            dirt.uscc(each.uscc, draws[2]),
            pick(_BRANDS, draws[3]),
            dirt.address(each.door, draws[4]),
            each.landline,
            until.padded(),
            "N" if expired else "Y",
            synthetic("寄收件人", each.index),
        )
        yield Entry(cells, (("courier", each.entity), ("site", each.door.entity)))


DEPARTMENT = Department(
    "post",
    "溧阳市邮政管理局",
    (
        Table("yz_tdzd", "邮政投递站点", ("ZDBH",), _STATIONS, _stations),
        Table("kd_qy", "快递企业", ("XKZH",), _COURIERS, _couriers),
        Table("yj_tdjl", "邮件投递记录", ("YJH",), _DELIVERIES, kept(_WITHHELD_EVERY, 0, "投递记录", serial="YJ{:09d}"), withheld=True),
        Table("yj_jsr", "寄件人收件人", ("XH",), _SENDERS, kept(_WITHHELD_EVERY, 0, "寄件人", "收件人", serial="JS{:09d}"), withheld=True),
    ),
    way="file",
    format="dbf",
)
