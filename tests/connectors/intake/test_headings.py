"""Tables are found by name or headings; what is missing, double or withheld refuses the file by name."""

import pytest

from connectors.intake.headings import Match, matches
from connectors.intake.receipt import IntakeError
from connectors.readers.sandbox import Found
from domain.contract import Contract


def found(*headings: str | None, name: str = "某月", number: int = 0, hidden: bool = False, line: int = 1) -> Found:
    return Found(number, name, [(line, list(headings)), (line + 1, ["1"])], (), hidden)


def match(contract: Contract, *tables: Found, wanted: str | None = None) -> list[Match]:
    return matches(contract, tables, wanted)


def refusal(contract: Contract, *tables: Found, wanted: str | None = None) -> str:
    with pytest.raises(IntakeError) as told:
        matches(contract, tables, wanted)
    return str(told.value)


KEEPER = ("编号", "姓名", "手机", "开业日期")


def test_headings_vary_in_width_spaces_stars_and_order(lodge: Contract) -> None:
    (one,) = match(lodge, found("开业 日期", "＊姓名", None, "手 机*", "编号 "))
    assert dict(zip(one.names, one.columns, strict=True)) == {"开业日期": 0, "姓名": 1, "手机": 3, "编号": 4}
    assert one.table.name == "keeper"


def test_a_label_is_a_heading_too(lodge: Contract) -> None:
    (one,) = match(lodge, found("Doorplate Code", "名称"))
    assert one.table.name == "lodge"
    assert one.names == ["门牌", "名称"]


def test_tables_of_a_workbook(lodge: Contract) -> None:
    tables = (found("说明", name="说明"), found("门牌", "名称", name="客栈", number=1), found(*KEEPER, name="掌柜名册", number=2))
    assert {each.table.name: each.found.number for each in match(lodge, *tables)} == {"keeper": 2, "lodge": 1}
    assert any("说明" in note for note in match(lodge, *tables)[0].notes)
    (one,) = match(lodge, *tables, wanted="客栈")
    assert one.table.name == "lodge"
    assert "no such table" in refusal(lodge, *tables, wanted="x")


def test_a_hidden_worksheet_is_read_only_by_its_name(lodge: Contract) -> None:
    assert refusal(lodge, found(*KEEPER, hidden=True), found("x", number=1))
    assert match(lodge, found(*KEEPER, name="掌柜名册", hidden=True))


def test_a_missing_column_is_named(lodge: Contract) -> None:
    assert "开业日期" in refusal(lodge, found("编号", "姓名", "手机"))
    assert "开业日期" in refusal(lodge, found("编号", "姓名", "手机", name="掌柜名册"), found("x", number=1))
    assert "no table of the contract" in refusal(lodge, found("甲", "乙"))


def test_an_unknown_column_is_told_loudly(lodge: Contract) -> None:
    (one,) = match(lodge, found(*KEEPER, "备注", "星座"))
    assert [note for note in one.notes if "星座" in note and "drift" in note]
    assert not [note for note in one.notes if "备注" in note]
    assert "星座" not in one.names
    assert "备注" not in one.names


def test_a_withheld_column_or_table_refuses_the_file(lodge: Contract) -> None:
    said = refusal(lodge, found(*KEEPER, " 健康*"))
    assert "健康" in said
    assert "withheld" in said
    assert "guests" in refusal(lodge, found(*KEEPER), found("a", name="Guests", number=1))


def test_double_headings(lodge: Contract) -> None:
    assert "twice" in refusal(lodge, found(*KEEPER, "姓 名"))
    assert "twice" in refusal(lodge, found("门牌", "名称", "门牌代码"))


def test_a_workbook_of_rejects_deletes_nothing(lodge: Contract) -> None:
    (one,) = match(lodge, found("行 line", "列 column", "原因 reason", "处理 remedy", *KEEPER, name="退回_keeper"))
    assert not one.whole
    assert not one.notes
