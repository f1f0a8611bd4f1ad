"""Organisation name 单位名称: one way of writing width, brackets and blanks; its district, trade name and legal form can be told apart."""

import re
from typing import NamedTuple

from domain.values.filler import says_nothing
from domain.values.value import Value, unreadable
from domain.values.width import fold

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_common = re.compile("[\u4e00-\u9fff]{4,40}").fullmatch
_has_han = re.compile(f"[{_HAN}]").search
_BRACKETS = str.maketrans("[【〔〖{<《〈]】〕〗}>》〉", "((((((((" + "))))))))")
_WIDE_BRACKETS = str.maketrans("()", "（）")
_NARROW_BRACKETS = str.maketrans("（）", "()")
_BLANK_BY_HAN = re.compile(f"(?<=[{_HAN}（）]) +| +(?=[{_HAN}（）])")
_LOST = frozenset("?*\ufffd□■〓")
_ROUNDS = 4

# Longest first. Abbreviations stand beside what they mean; the normal form keeps what was written.
_FORMS = {
    "股份有限公司": "股份有限公司", "有限责任公司": "有限责任公司", "集团有限公司": "集团有限公司", "有限公司": "有限责任公司",
    "股份公司": "股份有限公司",
    "有限责任公": "有限责任公司", "有限合伙": "有限合伙", "（有限合伙）": "有限合伙", "（普通合伙）": "普通合伙",
    "（个人独资）": "个人独资企业",
    "农民专业合作社": "农民专业合作社", "专业合作社": "农民专业合作社", "合作联社": "合作社", "合作社": "合作社", "家庭农场": "家庭农场",
    "集团公司": "集团公司", "分公司": "分公司", "公司": "公司", "集团": "集团", "事务所": "事务所", "居民委员会": "居民委员会",
    "村民委员会": "村民委员会",
    "居委会": "居民委员会", "村委会": "村民委员会", "经营部": "经营部", "服务部": "服务部", "门市部": "门市部", "商店": "商店",
    "超市": "超市", "饭店": "饭店",
    "酒店": "酒店", "宾馆": "宾馆", "幼儿园": "幼儿园", "小学": "学校", "中学": "学校", "学校": "学校", "医院": "医院",
    "卫生院": "医院", "协会": "社会团体",
    "学会": "社会团体", "商会": "社会团体", "基金会": "基金会", "委员会": "机关", "人民政府": "机关", "支行": "分支机构",
    "分行": "分支机构", "营业部": "分支机构",
    "厂": "厂", "店": "店", "部": "部", "行": "行", "场": "场", "站": "站", "所": "所", "局": "机关", "社": "社", "馆": "馆",
    "院": "院", "中心": "中心",
}  # fmt: skip
_ABBREVIATED = frozenset({"股份公司", "有限责任公", "合作社", "专业合作社", "居委会", "村委会"})
_FORM = re.compile(f"(?:{'|'.join(sorted(_FORMS, key=len, reverse=True))})$")
_PLACE = "[\u4e00-\u9fff]{2,4}?"
_DISTRICT = re.compile(
    f"(?:中国|江苏省?|(?:{_PLACE}省)?)(?:常州市?|(?:{_PLACE}(?:自治州|市))?)(?:溧阳市?|(?:{_PLACE}(?:县|区|市))?)(?:{_PLACE}(?:镇|乡|街道))?"
)
# What stands where an employer is asked for and there is none, and names with a blank for the trade name.
_NO_ORGANISATION = re.compile(
    "无业|待业|失业|下岗|自由职业者?|务农|农民|种田|在家|退休|离休|学生|个体|个体户|个体经营|个体工商户|无固定单位|无(?:工作)?单位|无工作|灵活就业|"
    "家庭主妇|学龄前儿童?|(?:外出)?(?:务工|打工)|[本某]单位|[某X*?□](?:市|县|区)?[某X*?□]*(?:有限|责任|股份|集团|公司|单位|工厂|[厂店部局院社])+"
).fullmatch
_BRACKETED = re.compile("（([\u4e00-\u9fff]{2,6})）")


class OrganisationParts(NamedTuple):
    """District (溧阳市), trade name with its line of business (苏城商贸), legal form in full (有限责任公司); empty if not found."""

    district: str
    trade_name: str
    form: str


def parse(text: str) -> Value:
    """Read an organisation's name; Latin letters become upper case, brackets full-width in Chinese names.

    Flags: abbreviated_form (股份公司, 村委会 …), placeholder (also 无业, 某公司, or a form alone), lost_character, digits_only,
    empty, control_characters.
    """
    normal, flags = _unified(text) if not _common(text) else (text, ())
    if not normal:
        return unreadable(*flags, "empty")
    form = _FORM.search(normal)
    if says_nothing(normal) or normal.startswith("测试") or _NO_ORGANISATION(normal) or (form is not None and form.start() == 0):
        return Value(normal, (*flags, "placeholder"), format=True, plausible=False)
    if form is not None and form[0] in _ABBREVIATED:
        flags += ("abbreviated_form",)
    if "lost_character" not in flags and not _LOST.isdisjoint(normal):
        flags += ("lost_character",)
    if normal.isdigit():
        return Value(normal, (*flags, "digits_only"), format=True, plausible=False)
    return Value(normal, flags, format=True, plausible=True)


def parts(normal: str) -> OrganisationParts:
    """Take a normal form apart. A district in brackets, as in 苏城（溧阳）商贸有限公司, counts where none leads the name."""
    form = _FORM.search(normal)
    body = normal[: form.start()] if form is not None else normal
    leading = _DISTRICT.match(body)
    district = leading[0] if leading is not None else ""
    trade_name = body[len(district) :]
    bracketed = _BRACKETED.search(trade_name)
    if bracketed is not None:
        trade_name = trade_name.replace(bracketed[0], "", 1)
        district = district or bracketed[1]
    return OrganisationParts(district, trade_name, _FORMS[form[0]] if form is not None else "")


def _unified(text: str) -> tuple[str, tuple[str, ...]]:
    """Unify the writing until nothing changes."""
    normal, flags = fold(text)
    for _ in range(_ROUNDS):
        before = normal
        normal = normal.translate(_NARROW_BRACKETS).translate(_BRACKETS).upper()
        normal = fold(normal)[0]
        if _has_han(normal):
            normal = _BLANK_BY_HAN.sub("", normal.translate(_WIDE_BRACKETS))
        if normal == before:
            break
    return normal, flags
