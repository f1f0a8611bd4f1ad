"""Dates, numbers, sexes, codes, texts and organisations' names."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import parse
from domain.values.numerals import arabic
from domain.values.organisation_name import parts


@pytest.mark.parametrize(
    ("raw", "normal", "flags"),
    [
        ("2013-05-30", "2013-05-30", ()),
        ("20130530", "2013-05-30", ()),
        ("2013/5/30", "2013-05-30", ()),
        ("2013年5月30日", "2013-05-30", ()),
        ("２０１３．５．３０", "2013-05-30", ()),
        ("2013/5/30 0:00", "2013-05-30", ()),
        ("2013-05-30 10:20:30.123", "2013-05-30", ()),
        ("20130530102030", "2013-05-30", ()),
        ("2013-05-30Z", "2013-05-30", ()),
        ("2013-05-29T16:00:00Z", "2013-05-30", ()),
        ("2013-05-30T00:30:00+08:00", "2013-05-30", ()),
        ("2013-05-29T12:30:00-04:00", "2013-05-30", ()),
        ("二〇一三年五月三十日", "2013-05-30", ()),
        ("2013", None, ("year_only",)),
        ("15855", None, ("wrong_format",)),
        ("41424", None, ("wrong_format",)),
        ("1369872000000", None, ("wrong_format",)),
        ("13-5-30", "2013-05-30", ("two_digit_year",)),
        ("490531", "1949-05-31", ("two_digit_year",)),
        ("2013年5月", "2013-05", ("month_only",)),
        ("200512", "2005-12", ("month_only", "ambiguous")),
        ("1900-01-01", "1900-01-01", ("placeholder",)),
        ("1753-01-01", "1753-01-01", ("placeholder",)),
        ("9999-12-31", "9999-12-31", ("placeholder",)),
        ("0000-00-00", None, ("placeholder",)),
        ("99999999", None, ("placeholder",)),
        ("1850-05-05", "1850-05-05", ("implausible_year",)),
        ("2013-13-01", None, ("impossible_date",)),
        ("2013-00-00", None, ("impossible_date",)),
        ("20130230", None, ("impossible_date",)),
        ("不详", None, ("placeholder",)),
        ("2013-02-30", None, ("impossible_date",)),
        ("长期", None, ("open_ended",)),
        ("2013年", None, ("year_only",)),
        ("昨天", None, ("wrong_format",)),
    ],
)
def test_dates(raw: str, normal: str | None, flags: tuple[str, ...]) -> None:
    value = parse("date", raw)
    assert (value.normal, value.flags) == (normal, flags)


@given(st.dates(min_value=date(1881, 1, 1), max_value=date(2099, 12, 31)))
def test_every_date_reads_in_every_spelling(day: date) -> None:
    iso = day.isoformat()
    year, month, number = day.year, day.month, day.day
    spelled = [
        f"{day:%Y%m%d}",
        f"{year}/{month}/{number}",
        f"{year}年{month}月{number}日",
        f"{iso} 23:59:59",
        f"{iso}T07:00:00Z",
    ]
    assert {parse("date", text).normal for text in [iso, *spelled]} == {iso}


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("1,234.50", "1234.5"),
        ("１００", "100"),
        ("100万元", "1000000"),
        ("人民币1.5亿元", "150000000"),
        ("-0.00", "0"),
        ("007", "7"),
        (".5", "0.5"),
        ("1e16", "10000000000000000"),
        ("12345678901234567890.123456789", "12345678901234567890.123456789"),
        ("nan", None),
        ("12,34", None),
        ("1e999", None),
    ],
)
def test_numbers(raw: str, normal: str | None) -> None:
    assert parse("number", raw).normal == normal


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**15), max_value=10**15))
def test_numbers_lose_no_digit(number: object) -> None:
    from decimal import Decimal  # noqa: PLC0415  # only here

    normal = parse("number", f"{number:,}").normal
    assert normal is not None
    assert Decimal(normal) == number


@pytest.mark.parametrize(
    ("raws", "normal"),
    [
        (("1", "男", "M", "ｍ", "男性"), "male"),
        (("2", "女", "F"), "female"),
        (("0", "不详"), "unknown"),
        (("9",), "unspecified"),
        (("3", "x"), None),
    ],
)
def test_sexes(raws: tuple[str, ...], normal: str | None) -> None:
    assert {parse("sex", raw).normal for raw in raws} == {normal}


def test_codes_and_texts() -> None:
    assert parse("code", " ab-１２ ").normal == "AB-12"
    assert parse("text", " 第一行\r\n第\x00二行\u202e ").normal == "第一行\n第二行"
    assert parse("text", "a\x00").flags == ("control_characters",)
    assert parse("place_name", "燕山 路").normal == "燕山路"


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("苏城(溧阳)商贸有限公司", "苏城（溧阳）商贸有限公司"),
        ("苏城【溧阳】 商贸 有限公司", "苏城（溧阳）商贸有限公司"),
        ("ABC (China) Ltd", "ABC (CHINA) LTD"),
    ],
)
def test_organisation_names(raw: str, normal: str) -> None:
    assert parse("organisation_name", raw).normal == normal


@pytest.mark.parametrize(
    ("name", "district", "trade_name", "form"),
    [
        ("溧阳市鑫源机械制造有限公司", "溧阳市", "鑫源机械制造", "有限责任公司"),
        ("江苏鑫源机械制造有限责任公司", "江苏", "鑫源机械制造", "有限责任公司"),
        ("常州市溧阳市天目湖镇白茶专业合作社", "常州市溧阳市天目湖镇", "白茶", "农民专业合作社"),
        ("江苏省苏城商贸股份公司", "江苏省", "苏城商贸", "股份有限公司"),
        ("苏城商贸股份有限公司", "", "苏城商贸", "股份有限公司"),
        ("苏城商贸有限责任公", "", "苏城商贸", "有限责任公司"),
        ("溧阳市溧城街道燕山社区居委会", "溧阳市溧城街道", "燕山社区", "居民委员会"),
        ("鑫源", "", "鑫源", ""),
        ("", "", "", ""),
    ],
)
def test_district_trade_name_and_form(name: str, district: str, trade_name: str, form: str) -> None:
    assert parts(name) == (district, trade_name, form)


@pytest.mark.parametrize("raw", ["无业", "个体", "退休", "某公司", "XX有限公司", "***厂", "有限公司", "公司", "测试单位", "无", "***"])
def test_what_is_no_organisation_is_told(raw: str) -> None:
    value = parse("organisation_name", raw)
    assert "placeholder" in value.flags
    assert value.plausible is False


@pytest.mark.parametrize(
    "raw", ["溧阳市个体劳动者协会", "溧阳市老年大学学生处", "无想山茶厂", "一厂", "溧阳市人民政府", "退休干部活动中心"]
)
def test_organisations_that_only_sound_like_none_are_kept(raw: str) -> None:
    assert parse("organisation_name", raw).plausible


def test_organisation_parts() -> None:
    assert parts("溧阳市苏城商贸有限公司") == ("溧阳市", "苏城商贸", "有限责任公司")
    assert parts("苏城（溧阳）商贸有限公司") == ("溧阳", "苏城商贸", "有限责任公司")
    assert parse("organisation_name", "溧阳市天目湖镇平桥村委会").flags == ("abbreviated_form",)


@pytest.mark.parametrize(
    ("numeral", "digits"),
    [("三", "3"), ("十", "10"), ("十二", "12"), ("二十", "20"), ("一百零五", "105"), ("二〇三", "203"),
     ("三千零二十一", "3021"), ("百", None), ("十百", None), ("二三十", None)],
)  # fmt: skip
def test_numerals(numeral: str, digits: str | None) -> None:
    assert arabic(numeral) == digits
