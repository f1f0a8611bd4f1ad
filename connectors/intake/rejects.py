"""The workbook of a delivery's rejected rows, with reason and remedy beside each: to mend in it, and send it back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from connectors.intake.checking import sealer
from connectors.intake.headings import REJECTS, REJECTS_HEADINGS
from connectors.intake.ledger import Connection, Ledger, submission_row
from connectors.intake.receipt import IntakeError
from settings import Settings

_BATCH = 1_000
_SHEET_NAME = 31  # characters
_TEXT_FORMAT = "@"


def write_rejects(settings: Settings, submission: int, path: Path) -> int:
    """Write the workbook to ``path`` (mode 0600) and return how many rows it has.

    Raises:
        IntakeError: there is no such receipt, it has no rejected rows any more, or the file cannot be written.
    """
    with Ledger(settings.store_dsn.get_secret_value()).connection() as connection:
        receipt = submission_row(connection, submission)
        box = sealer(settings.master_key_bytes(), receipt["provider"], receipt["source_table"])
        book = Workbook(write_only=True)
        sheet = book.create_sheet(f"{REJECTS}{receipt['source_table']}"[:_SHEET_NAME])
        sheet.append([_text(sheet, each) for each in (*REJECTS_HEADINGS, *receipt["columns"])])
        count = 0
        for row in _rows(connection, submission):
            cells = orjson.loads(box.unseal(row["sealed"], row["handle"] or b"")) if row["sealed"] else []
            told = (str(row["line"]), row["source_column"], row["reason"], row["remedy"])
            sheet.append([_text(sheet, each) for each in (*told, *cells)])
            count += 1
    if not count:
        raise IntakeError(f"回执 {submission} 没有退回的行 the receipt has no rejected rows (they are kept for 30 days)")
    try:
        path.touch(0o600, exist_ok=True)
        path.chmod(0o600)
        book.save(path)
    except OSError as error:
        raise IntakeError(f"无法写入 cannot write {path} ({error.strerror}): 换一个位置 name another place") from error
    return count


def _rows(connection: Connection, submission: int) -> Iterator[dict[str, Any]]:
    last = -1
    while rows := connection.execute(
        "select * from intake_reject where submission = %s and line > %s order by line limit %s", (submission, last, _BATCH)
    ).fetchall():
        yield from rows
        last = rows[-1]["line"]


def _text(sheet: Any, value: str | None) -> Any:  # noqa: ANN401  # openpyxl has no types
    """Return a cell that is text: a value that begins with = would be run as a formula when the workbook is opened."""
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value) if value else value)
    cell.data_type, cell.number_format, cell.quotePrefix = "s", _TEXT_FORMAT, True
    return cell
