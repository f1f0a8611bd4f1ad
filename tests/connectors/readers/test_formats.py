"""Every format gives the same rows, whoever wrote the file: dates ISO, numbers plain, leading zeros kept."""

import sqlite3
import zipfile
from datetime import date, datetime
from pathlib import Path

import dbf
import openpyxl
import pytest
import xlwt

from connectors.readers.limits import BINARY, ERROR_CELL, TOO_FEW, TOO_MANY, UNDECODABLE
from connectors.readers.sandbox import Sandbox
from tests.connectors.readers.reading import FILES, cells, read

PEOPLE = [
    ["0007", "张三", "32048119000101001X", "1949-12-31", "3", "12.5", "=不是公式"],
    ["0008", "欧阳若兮·买买提", "320481190001010020", "2013-05-30", "1200", "0.1", "前后有空格"],
    ["0009", "王𠮷", "320481190001010039", "2000-02-29", None, "100000", "多行\n文字"],
]


def notes(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file, Sandbox(file, path.name) as sandbox:
        return sandbox.tables()[0].notes


@pytest.mark.parametrize("name", ["people.xlsx", "people.xls", "people.tsv"])
def test_files_that_libreoffice_wrote(name: str) -> None:
    assert cells(FILES / name) == PEOPLE


def test_encoding_and_delimiter_are_told(tmp_path: Path) -> None:
    assert cells(FILES / "people_gb18030.csv") == [["0007", "张三", "3"], ["0008", "李四", "4"]]
    for encoding, said in (("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gbk", "GBK"), ("utf-16", "UTF-16"), ("gb18030", "GB18030")):
        path = tmp_path / "a.csv"
        path.write_text("编号;姓名\n1;张三" + ("𠮷" if encoding == "gb18030" else "") + "\n", encoding=encoding)
        assert cells(path)[0][0] == "1"
        assert any(said in note for note in notes(path))
        assert any("semicolon" in note for note in notes(path))


def test_a_row_of_another_width_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b,c\n1,2,3\n1,2\n1,2,3,4\n"1\n1",2,3\n\n7,8,9,,\n', encoding="utf-8")
    found = [(row.line, row.fault) for row in next(iter(read(path).values()))]
    assert found == [(2, 0), (3, TOO_FEW), (4, TOO_MANY), (5, 0), (8, 0)]


def test_workbooks_of_openpyxl(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["a", "b", "c", "d", "e", "f"])
    sheet.append([1, 0.1, datetime(2013, 5, 30, 10, 20), True, "#N/A", date(1949, 12, 31)])  # noqa: DTZ001  # a workbook has no zones
    sheet["E2"].data_type = "e"
    sheet["H9"] = "far away"
    book.save(tmp_path / "a.xlsx")
    rows = read(tmp_path / "a.xlsx")["Sheet"]
    assert rows[0].cells == ["1", "0.1", "2013-05-30 10:20:00", "true", ERROR_CELL, "1949-12-31", None, None]
    assert [row.line for row in rows] == [2, 9]


def test_the_other_calendar_of_workbooks(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["a"])
    book.active.append([date(2013, 5, 30)])
    book.save(tmp_path / "a.xlsx")
    assert cells(tmp_path / "a.xlsx") == [["2013-05-30"]]


def test_xls_of_xlwt(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for place, value in enumerate(["编号", "日期", "数"]):
        sheet.write(2, place + 1, value)
    sheet.write(3, 1, "007")
    sheet.write(3, 2, date(2013, 5, 30), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(3, 3, 12.0)
    book.save(str(tmp_path / "a.xls"))
    rows = read(tmp_path / "a.xls", heading=3)["表"]
    assert [(row.line, row.cells) for row in rows] == [(4, [None, "007", "2013-05-30", "12"])]


@pytest.mark.parametrize("codepage", ["cp936", "utf8"])
def test_dbf(tmp_path: Path, codepage: str) -> None:
    with dbf.Table(str(tmp_path / "a.dbf"), "bh C(20); xm C(30); rq D; je N(20,2); hm N(15,0)", codepage=codepage).open(
        mode=dbf.READ_WRITE
    ) as t:
        t.append(("007", "张三", date(2013, 5, 30), 12.5, 320481190001010))
        t.append(("008", "欧阳", None, None, None))
        t.append(("009", "删去", None, None, None))
    written = bytearray((tmp_path / "a.dbf").read_bytes())
    written[written.rindex(b" 009")] = ord("*")  # marked as deleted
    (tmp_path / "a.dbf").write_bytes(written)
    rows = read(tmp_path / "a.dbf")["a"]
    assert [row.cells for row in rows] == [["007", "张三", "2013-05-30", "12.5", "320481190001010"], ["008", "欧阳", None, None, None]]
    with (tmp_path / "a.dbf").open("rb") as file, Sandbox(file, "a.dbf") as sandbox:
        assert [str(cell).lower() for cell in sandbox.tables()[0].rows[0][1]] == ["bh", "xm", "rq", "je", "hm"]


def test_sqlite_runs_nothing_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as db:
        db.executescript(
            "create table t (bh integer, xm text, je real, tp blob, g generated always as (abs(bh)));"
            'create view v as select * from t; create table "a\'b""c" (x);'
            "create trigger tr after insert on t begin delete from t; end; drop trigger tr;"
        )
        db.execute("insert into t values (320481190001010039, '张三', 0.5, ?)", (b"\xff\xfe\x00",))
        db.execute("insert into t values (2, cast(x'ff' as text), null, null)")
    found = read(path)
    assert set(found) == {"t", "a'b\"c"}
    assert found["t"][0].cells == ["320481190001010039", "张三", "0.5", BINARY]
    assert found["t"][1].cells == ["2", UNDECODABLE, None, None]


def test_zip_of_files(tmp_path: Path) -> None:
    (tmp_path / "乙.csv").write_text("a,b\n1,2\n", encoding="gbk")
    with sqlite3.connect(tmp_path / "c.db") as db:
        db.execute("create table t (a)")
        db.execute("insert into t values ('x')")
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(FILES / "people.xlsx", "people.xlsx")
        archive.write(tmp_path / "乙.csv", "夹/乙.csv")
        archive.write(tmp_path / "c.db", "c.db")
        archive.writestr("__MACOSX/._x", b"leavings")
    found = read(tmp_path / "all.zip")
    assert {name: len(rows) for name, rows in found.items()} == {"lo": 3, "乙": 1, "t": 1}
