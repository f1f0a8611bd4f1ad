"""人民银行和各商业银行 (the central bank and the banks): branches and their desks for lawful inquiries, sent as an Excel workbook."""

from collections.abc import Iterator

from city.dates import read, touched
from city.draws import below, pick
from city.institutions import institutions
from city.tables import Department, Entry, Source, Table, columns, synthetic
from city.withheld import kept
from city.world import Block

_BRANCH, _DESK = 4201, 4202
_WITHHELD_EVERY = 17
_DESKS = ("会计结算部", "运营管理部", "法律合规岗")

_BRANCHES = columns("""
机构编码     | varchar(20) NOT NULL | 金融机构编码
网点名称     | varchar(200) NOT NULL | 网点名称
统一社会信用代码 | varchar(20) | 统一社会信用代码
网点地址     | varchar(200) | 网点地址
网点电话     | varchar(24) | 网点电话
设立日期     | varchar(12) | 设立日期
营业状态     | varchar(4) | 营业状态（营业 撤并）
开户客户数据  | varchar(60) | 开户客户数据
更新时间     | varchar(30) | 更新时间
""")

_DESK_LIST = columns("""
窗口编号     | varchar(20) NOT NULL | 协助查询窗口编号
网点名称     | varchar(200) NOT NULL | 所属网点名称
信用代码     | varchar(20) | 所属网点统一社会信用代码
受理部门     | varchar(40) | 受理部门
受理电话     | varchar(24) | 受理电话
受理地址     | varchar(200) | 受理地址
受理时间     | varchar(40) | 受理时间
""")

_CARDS = columns("""
卡序号 | varchar(16) NOT NULL | 银行卡序号
持卡人 | varchar(60) | 持卡人与卡号
""")

_ACCOUNTS = columns("""
账户序号 | varchar(16) NOT NULL | 账户序号
账户    | varchar(60) | 账户与余额
""")

_BOXES = columns("""
箱序号 | varchar(16) NOT NULL | 保管箱序号
租用人 | varchar(60) | 保管箱租用人
""")


def _branches(source: Source, block: Block) -> Iterator[Entry]:
    for each in institutions(source.world, block, "bank_branch"):
        draws, dirt = source.world.dice(_BRANCH, each.index), source.dirt
        cells = (
            f"C{each.index:08d}H232040",
            each.name,
            dirt.uscc(each.uscc, draws[0]),
            dirt.address(each.door, draws[1]),
            each.landline,
            read(each.established).padded("-"),
            "营业" if draws[2] & 31 else "撤并",
            synthetic("开户客户", each.index),
            touched(draws),
        )
        yield Entry(cells, (("branch", each.entity), ("site", each.door.entity)))


def _desks(source: Source, block: Block) -> Iterator[Entry]:
    for each in institutions(source.world, block, "bank_branch"):
        draws, dirt = source.world.dice(_DESK, each.index), source.dirt
        cells = (
            f"CX{each.index:09d}",
            each.name,
            dirt.uscc(each.uscc, draws[0]),
            pick(_DESKS, draws[1]),
            f"{each.landline}转{801 + below(8, draws[2])}",
            dirt.address(each.door, draws[3]),
            "工作日9:00至16:30" if draws[4] & 1 else "工作日8:30至17:00",
        )
        yield Entry(cells, (("bank", each.entity), ("desk", each.door.entity)))


DEPARTMENT = Department(
    "pboc_banks",
    "中国人民银行溧阳市支行和各商业银行",
    (
        Table("yhwd", "银行网点名录", ("机构编码",), _BRANCHES, _branches),
        Table("cxck", "协助查询窗口", ("窗口编号",), _DESK_LIST, _desks),
        Table("yhk", "银行卡", ("卡序号",), _CARDS, kept(_WITHHELD_EVERY, 0, "持卡人与卡号", serial="K{:09d}"), withheld=True),
        Table("zh", "账户", ("账户序号",), _ACCOUNTS, kept(_WITHHELD_EVERY, 0, "账户与余额", serial="Z{:09d}"), withheld=True),
        Table("bgx", "保管箱", ("箱序号",), _BOXES, kept(_WITHHELD_EVERY, 0, "保管箱租用人", serial="B{:09d}"), withheld=True),
    ),
    way="file",
    format="xlsx",
)
