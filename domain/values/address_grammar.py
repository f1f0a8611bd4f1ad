"""The grammar of addresses: province, city, county, town, village, group, road, lane, number, compound, building, unit, floor, room.

One expression reads the parts in this order; each may be missing, and what no part fits is ``rest``. Because ``rest`` takes
anything, the expression never goes back over a part it has read: its time is linear in the text.
"""

import re
from typing import NamedTuple

LIYANG = "江苏省常州市溧阳市"
# Liyang's towns and streets: today's, and those merged since 1990.
TOWNS = (
    "溧城", "埭头", "上黄", "戴埠", "天目湖", "别桥", "上兴", "竹箦", "南渡", "社渚", "古县", "昆仑",
    "周城", "上沛", "后周", "绸缪", "前马", "新昌", "强埠", "茶亭", "平桥", "横涧", "河心", "大溪", "清安", "余桥", "汤桥", "杨庄",
)  # fmt: skip
TODAYS_TOWNS = ("埭头", "上黄", "戴埠", "天目湖", "别桥", "上兴", "竹箦", "南渡", "社渚")
"""Those of them that are towns now, by the name that people also write without 镇."""
FORMER = {
    "上沛镇": frozenset({"上兴镇"}),
    "周城镇": frozenset({"社渚镇"}),
    "后周镇": frozenset({"别桥镇"}),
    "前马镇": frozenset({"竹箦镇"}),
    "平桥镇": frozenset({"天目湖镇"}),
    "溧城镇": frozenset({"溧城街道", "昆仑街道", "古县街道"}),
}
"""Liyang's towns that are no more, with what they became: old papers still name them, and only the doorplate master could tell which."""

_NOT_A_ROAD = "(?!大?[路街道巷])"  # 溧阳路, 常州大道 are roads in other cities
_LOCAL = f"(?P<local>(?:江苏(?:省|{_NOT_A_ROAD}))?(?:常州(?:市|{_NOT_A_ROAD}))?溧阳(?:市|县|{_NOT_A_ROAD}))"
PROVINCES = (
    "北京市", "天津市", "上海市", "重庆市", "河北省", "山西省", "辽宁省", "吉林省", "黑龙江省", "江苏省", "浙江省", "安徽省",
    "福建省", "江西省", "山东省", "河南省", "湖北省", "湖南省", "广东省", "海南省", "四川省", "贵州省", "云南省", "陕西省",
    "甘肃省", "青海省", "台湾省", "内蒙古自治区", "广西壮族自治区", "西藏自治区", "宁夏回族自治区", "新疆维吾尔自治区",
    "香港特别行政区", "澳门特别行政区",
)  # fmt: skip
_PROVINCE_WORDS = "|".join(
    f"{name[:3] if name[0] in '黑内' else name[:2]}(?:{name[3:] if name[0] in '黑内' else name[2:]})?" for name in PROVINCES
)
_WORD = r"[^\W\d_]"  # a letter or Chinese character
_ELSEWHERE = (
    rf"(?P<province>(?:{_PROVINCE_WORDS})(?!市){_NOT_A_ROAD})(?P<city>{_WORD}{{2,9}}?(?:自治州|地区|盟|市(?!场)))?"
    rf"(?P<county>{_WORD}{{1,9}}?(?:自治县|自治旗|县(?!市)|旗|(?<![小社园街城校厂])区|市(?![场区市])))?"
)
_NEARBY = r"(?:江苏省?)?(?P<nearby_city>常州市?)?(?P<nearby>武进区|新北区|天宁区|钟楼区|戚墅堰区|(?<![苏省])经开区|金坛[市区])"
_TOWNLIKE = "镇江|景德镇|丰镇|北镇|清镇|萍乡|新乡|桐乡|宁乡|湘乡|芒"  # cities whose names would be read as towns
_OTHER_CITY = (
    rf"(?P<other_city>(?:{_TOWNLIKE}|[^\W\d_路街巷村镇乡]{{2,4}}?)市)(?!场|民(?![权勤乐和])|政(?!和))"
    rf"(?P<other_county>{_WORD}{{2,12}}?自治[县旗]|[^\W\d_路街巷村镇乡]{{1,4}}?(?:县(?!市)|旗|市(?![场区市])|(?<![小社园街城校厂])区))?"
)
_TOWN = (
    rf"(?:(?P<town>{'|'.join(TOWNS)}|[^\W\d_路街巷弄村号镇乡]{{1,6}}?)(?P<town_form>街道(?:办事处|办)?|镇(?![路街巷弄村]|大道)|乡(?![路街巷弄村]|大道))"
    r"|(?P<zone>[^\W\d_路街巷弄村号镇乡]{0,6}?(?:经济技术|经济|高新技术|高新|工业|产业)(?:开发|园|集中)区))"
)
_VILLAGE = (
    r"(?P<village>[^\W\d_路街巷弄号]{1,8}?(?:[街巷](?=村))?)"
    r"(?P<village_form>村?(?:村民委员会|村委会|村委(?!会))+|行政村|(?:社区)?(?:居民委员会|居委会|居委(?!会))+|社区|(?<!新)村(?![路街巷弄委民]))"
)
_HAMLET = r"(?P<hamlet>[^\W\d_路街巷弄号组队]{1,6}?(?:自然村|(?<!新)村(?![路街巷弄])))"
_GROUP = r"第?(?P<group>\d+)(?:村民小组|小组|组|队)"
_ROAD = r"(?P<road>[^\W_号幢栋室]{1,12}?(?:大道|大街|公路|[国省县乡]道|路|街|(?:巷|弄|里|线)(?=\d))(?![路街巷])(?:[东南西北中]段)?)"
_LANE = r"(?P<lane>\d+弄|[^\W\d_号幢栋室]{1,8}?(?:巷|弄|里)(?=\d))"
_COMPOUND = (
    r"[^\W\d_号幢栋室]{1,12}?(?:小区|花园|花苑|新村|家园|公寓|山庄|庄园|名都|名苑|园区|工业园|广场|大厦|商城|市场|中心|苑|园|城|府|庭)"
    r"(?=[\dA-Z甲乙丙丁一二三东南西北中]|$)(?:(?:\d+|[一二三四五六])期)?(?:[东南西北中A-Z]区)?"
)
_NUMBER = (
    r"(?:(?P<number>\d+(?:[-之]\d+)?[甲乙丙丁A-Z]?)(?:号|\#)(?![楼幢栋座])(?P<annex>附\d+号?)?|(?<=[路街巷弄道组队])(?P<bare_number>\d+)$)"
)
_BUILDING = r"(?P<building>\d+|[A-Z]\d{0,2}|[甲乙丙丁])(?:幢|栋|号楼|号幢|号栋|座|\#楼|\#|楼(?=\d+单元))"
_UNIT = r"(?P<unit>\d+|[A-Z]|[甲乙丙丁])单元"
_FLOOR = r"(?P<floor>\d+)(?:楼|层)(?!村)"
_ROOM = r"(?P<room>\d+[A-Z]?)(?:室|房)(?!屋)"
_CHAIN = r"(?P<chain_building>\d+)-(?P<chain_unit>0?\d{1,2})-(?P<chain_room>\d+[A-Z]?)(?:室|$)"  # 2-1-501: building, unit, room
# After a building: unit, room. 101-102室 and 1-2室 are, or may be, two rooms.
_SHORT_CHAIN = r"(?P<short_unit>0?\d{1,2})-(?P<short_room>\d{3,}[A-Z]?)(?:室|$)"
_TAIL = rf"(?:{_CHAIN}|(?:{_BUILDING}-?(?:{_SHORT_CHAIN})?)?(?(short_unit)|(?:{_UNIT}-?)?(?:{_FLOOR}-?)?(?:{_ROOM})?))"

ADDRESS = re.compile(
    rf"(?:{_LOCAL}|{_NEARBY}|{_ELSEWHERE}|{_OTHER_CITY})?(?:{_TOWN})?(?:{_VILLAGE})?(?:{_HAMLET})?(?:{_GROUP})?(?:{_ROAD})?(?:{_LANE})?"
    rf"(?P<compound>{_COMPOUND})?(?:{_NUMBER})?(?P<inner_compound>{_COMPOUND})?{_TAIL}(?P<rest>.*)",
    re.DOTALL,
)


class Found(NamedTuple):
    """The named groups of ``ADDRESS`` in their order: what was written, without the word that names the part; empty if missing."""

    local: str
    nearby_city: str
    nearby: str
    province: str
    city: str
    county: str
    other_city: str
    other_county: str
    town: str
    town_form: str
    zone: str
    village: str
    village_form: str
    hamlet: str
    group: str
    road: str
    lane: str
    compound: str
    number: str
    annex: str
    bare_number: str
    inner_compound: str
    chain_building: str
    chain_unit: str
    chain_room: str
    building: str
    short_unit: str
    short_room: str
    unit: str
    floor: str
    room: str
    rest: str
