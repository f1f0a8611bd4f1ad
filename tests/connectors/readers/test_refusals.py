"""What is not read is refused with a reason and what to do; what is hostile neither crashes, hangs nor fills memory."""

import os
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest

from connectors.readers.limits import Limits, RefusedError
from connectors.readers.sandbox import Sandbox
from tests.connectors.readers.reading import FILES, read

SHEET = '<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>a</v></c></row>{}</sheetData></worksheet>'


def workbook(path: Path, sheet: str = SHEET.format(""), **parts: str) -> Path:
    """Write a bare workbook; names of further parts have / for __ and . for _DOT_."""
    rels = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
    link = '<Relationship Id="r1" Type="http://x/relationships/{}" Target="{}"/>'
    book = '<workbook xmlns:r="http://x"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("_rels/.rels", rels.format(link.format("officeDocument", "xl/workbook.xml")))
        archive.writestr("xl/workbook.xml", book)
        archive.writestr("xl/_rels/workbook.xml.rels", rels.format(link.format("worksheet", "worksheets/sheet1.xml")))
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), text)
    return path


def refusal(path: Path, limits: Limits | None = None) -> str:
    with pytest.raises(RefusedError) as told:
        read(path, limits)
    return str(told.value)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("formula.xlsx", "row 3, column C is a formula"),
        ("formula.xls", "has formulas"),
        ("merged.xlsx", "merged"),
        ("merged.xls", "merged"),
        ("long_number.xlsx", "row 2, column A"),
        ("long_number.xls", "row 2, column A"),
        ("password.xls", "password"),
        ("people.ods", ".xlsx"),
    ],
)
def test_files_that_libreoffice_wrote(name: str, word: str) -> None:
    assert word in refusal(FILES / name)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"%PDF-1.7\n", "PDF"),
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
        (b"7z\xbc\xaf\x27\x1c\x00", "7z"),
        (b"TAPE\x00\x00", "SQL Server"),
        (b"-- MySQL dump 10.13\nINSERT INTO t VALUES (1);\n", "dump"),
        (b"\xef\xbb\xbfinsert into t values (1);", "dump"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "web page"),
        (b"a,b\n\x00,1\n", "NUL"),
        ("a,b\n1,é\n".encode("latin-1"), "encodings"),
        (b"PK\x03\x04damaged", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, "not an Excel"),
        (b"SQLite format 3\x00" + b"\xff" * 4000, "damaged"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "a.dat"
    path.write_bytes(content)
    assert word in refusal(path)


@pytest.mark.parametrize(
    ("part", "word"),
    [
        ("xl__vbaProject_DOT_bin", "macros"),
        ("xl__externalLinks__externalLink1_DOT_xml", "other files"),
        ("xl__connections_DOT_xml", "outside data"),
        ("xl__embeddings__oleObject1_DOT_bin", "embedded"),
    ],
)
def test_unfit_workbooks(tmp_path: Path, part: str, word: str) -> None:
    assert read(workbook(tmp_path / "good.xlsx")) == {"S": []}
    assert word in refusal(workbook(tmp_path / "a.xlsx", **{part: "x"}))


def test_an_encrypted_workbook(tmp_path: Path) -> None:
    """An encrypted .xlsx is a compound file with a stream of this name."""
    old, new = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    data = bytearray((FILES / "people.xls").read_bytes())
    at = data.index(old)
    data[at : at + len(new)] = new
    data[at + 64 : at + 66] = (len(new) + 2).to_bytes(2, "little")
    (tmp_path / "a.xlsx").write_bytes(data)
    assert "password" in refusal(tmp_path / "a.xlsx")


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + SHEET.format("<row><c><v>&b;</v></c></row>")
    assert "damaged" in refusal(workbook(tmp_path / "a.xlsx", bomb))


def test_zip_traps(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    for name, content, word in (
        ("../x.csv", "a\n1\n", "path"),
        ("inner.zip", None, "within"),
        ("big.csv", "a\n" + "1\n" * 30_000_000, "beyond"),
    ):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            if content is None:
                with zipfile.ZipFile(tmp_path / "b.zip", "w") as inner:
                    inner.writestr("x.csv", "a\n1\n")
                archive.write(tmp_path / "b.zip", name)
            else:
                archive.writestr(name, content)
        assert word in refusal(path)
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(40):
            archive.writestr(f"{number}.csv", "a\n1\n")
    assert "files" in refusal(path)


def test_limits(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 50, encoding="utf-8")
    assert "rows" in refusal(path, Limits(rows=40))
    assert "too large" in refusal(path, Limits(file_bytes=100))
    path.write_text("a,b\n" + "x" * 500 + ",2\n", encoding="utf-8")
    assert "longer" in refusal(path, Limits(cell=400))
    path.write_text(",".join(map(str, range(600))) + "\n", encoding="utf-8")
    assert "columns" in refusal(path)
    far = SHEET.format('<row r="2"><c r="XFD2"><v>1</v></c></row>')
    assert "columns" in refusal(workbook(tmp_path / "a.xlsx", far))


def test_memory_is_bounded(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("S")
    sheet.append(["x" * 30_000 for _ in range(300)])
    book.save(tmp_path / "a.xlsx")
    strings = "<sst>" + "".join(f"<si><t>{number:0500}</t></si>" for number in range(400_000)) + "</sst>"
    rels = (
        '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="r2" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    )
    path = workbook(tmp_path / "b.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "c.xlsx", "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, rels if name.endswith("workbook.xml.rels") else old.read(name))
        new.writestr("xl/sharedStrings.xml", strings)
    limits = Limits(memory=200 << 20, ratio=10_000)
    assert "memory" in refusal(tmp_path / "c.xlsx", limits)


def test_a_reader_that_is_silent_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with path.open("rb") as file, Sandbox(file, "a.csv", Limits(silence_seconds=0.5)) as sandbox:
        os.kill(sandbox.pid, 19)  # SIGSTOP: as one that hangs
        with pytest.raises(RefusedError, match="too long"):
            sandbox.tables()
    with pytest.raises(ProcessLookupError):
        os.kill(sandbox.pid, 0)


def test_the_reader_has_no_secret_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUILIU_MASTER_KEY", "00" * 32)
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with path.open("rb") as file, Sandbox(file, "a.csv") as sandbox:
        sandbox.tables()
        assert b"HUILIU" not in Path(f"/proc/{sandbox.pid}/environ").read_bytes()
        limits = Path(f"/proc/{sandbox.pid}/limits").read_text()
        assert str(Limits().memory) in next(line for line in limits.splitlines() if line.startswith("Max address space"))


@pytest.mark.parametrize(("characters", "word"), [(30_000, "row 2, column A"), (10 << 20, "far longer than 20,000 characters")])
def test_a_long_cell_of_a_text_file_is_told(tmp_path: Path, characters: int, word: str) -> None:
    (tmp_path / "a.csv").write_text("a,b\n" + "长" * characters + ",1\n", encoding="utf-8")
    assert word in refusal(tmp_path / "a.csv")


@pytest.mark.parametrize(("characters", "word"), [(100_000, "row 2, column A"), (10 << 20, "a row larger than 8 MB")])
def test_a_long_cell_of_a_database_is_told(tmp_path: Path, characters: int, word: str) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.execute("create table t (a text)")
        connection.execute("insert into t values (?)", ("长" * characters,))
        connection.commit()
    assert word in refusal(tmp_path / "a.db")
