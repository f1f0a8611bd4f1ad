"""The small parts of an .xlsx workbook: which sheets there are, which styles are dates, and what makes it unfit to be read."""

from dataclasses import dataclass
from datetime import datetime
from posixpath import join, normpath
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import ZipFile

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from connectors.readers.archive import DAMAGE
from connectors.readers.limits import MIB, RefusedError

_LARGEST_PART = 16 * MIB
_DAMAGED = "工作簿已损坏 the workbook is damaged: 用 Excel 或 WPS 打开后另存为 .xlsx open it, save it as .xlsx, and send that"
_PASTE = "复制后选择性粘贴为数值，另存为 .xlsx paste its cells as values into a new workbook and send that"
_UNFIT = (
    ("vbaproject.bin", f"工作簿含宏 the workbook has macros: {_PASTE}"),
    ("/macrosheets/", f"工作簿含宏表 the workbook has macro sheets: {_PASTE}"),
    ("/externallinks/", f"工作簿链接到别的文件 the workbook links to other files: {_PASTE}"),
    ("/connections.xml", f"工作簿连接外部数据 the workbook is connected to outside data: {_PASTE}"),
    ("/embeddings/", f"工作簿嵌有别的文件 the workbook has other files embedded in it: {_PASTE}"),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet and the part that holds its cells."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """``dates[style]`` tells whether a number of that style is a moment; ``strings`` is the part with the shared strings."""

    sheets: list[Sheet]
    strings: str | None
    dates: list[bool]
    epoch: datetime


def damaged() -> RefusedError:
    """Return the refusal of a workbook that cannot be read."""
    return RefusedError(_DAMAGED)


def read_workbook(archive: ZipFile) -> Workbook:
    """Read what a workbook says of itself.

    Raises:
        RefusedError: macros, links to other files, not a workbook of sheets, or damaged.
    """
    for name in archive.namelist():
        for mark, sentence in _UNFIT:
            if mark in f"/{name.lower()}":
                raise RefusedError(sentence)
    main = next((target for kind, target in _links(archive, "_rels/.rels", "").values() if kind == "officeDocument"), None)
    if main is None or not main.endswith(".xml"):
        raise RefusedError("不是 .xlsx 工作簿 not an .xlsx workbook: 另存为 .xlsx 或 CSV save it as .xlsx or CSV")
    folder, _, name = main.rpartition("/")
    links = _links(archive, join(folder, "_rels", f"{name}.rels"), folder)
    root = _part(archive, main)
    sheets = [Sheet(*each) for each in _sheets(root, links)]
    parts = dict(links.values())
    old = next((each.get("date1904", "0") in ("1", "true") for each in root if _local(each) == "workbookPr"), False)
    dates = _dates(_part(archive, parts["styles"])) if parts.get("styles") in archive.namelist() else []
    strings = parts.get("sharedStrings")
    return Workbook(sheets, strings if strings in archive.namelist() else None, dates, MAC_EPOCH if old else WINDOWS_EPOCH)


def _sheets(root: Any, links: dict[str, tuple[str, str]]) -> Any:  # noqa: ANN401  # an element; an iterator of Sheet's arguments
    for each in root.iter():
        if _local(each) == "sheet":
            link = next((value for name, value in each.attrib.items() if name.endswith("}id")), "")
            kind, part = links.get(link, ("", ""))
            if kind == "worksheet":
                yield each.get("name", ""), part, each.get("state", "visible") != "visible"


def _links(archive: ZipFile, part: str, folder: str) -> dict[str, tuple[str, str]]:
    """Return a relationship part: id → (last word of its type, target part)."""
    if part not in archive.namelist():
        return {}
    found = {}
    for each in _part(archive, part):
        if each.get("TargetMode") == "External":
            raise RefusedError(dict(_UNFIT)["/externallinks/"])
        target = each.get("Target", "")
        path = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
        found[each.get("Id", "")] = (each.get("Type", "").rpartition("/")[2], path)
    return found


def _dates(styles: Any) -> list[bool]:  # noqa: ANN401  # an element
    own = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iter() if _local(each) == "numFmt"}
    cells = next((each for each in styles if _local(each) == "cellXfs"), ())
    formats = [each.get("numFmtId", "0") for each in cells if _local(each) == "xf"]
    return [bool(is_date_format(own.get(number) or _builtin(number))) for number in formats]


def _builtin(number: str) -> str:
    code = int(number) if number.isdecimal() else 0
    if 27 <= code <= 36 or 50 <= code <= 58:  # noqa: PLR2004  # the date formats of East Asian Excel, which have no code in the file
        return "yyyy-mm-dd"
    return str(BUILTIN_FORMATS.get(code, ""))


def _part(archive: ZipFile, name: str) -> Any:  # noqa: ANN401  # an element
    try:
        if archive.getinfo(name).file_size > _LARGEST_PART:
            raise damaged()
        return fromstring(archive.read(name), forbid_dtd=True)
    except (*DAMAGE, ParseError, DefusedXmlException) as error:
        raise damaged() from error


def _local(element: Any) -> str:  # noqa: ANN401  # an element
    return str(element.tag).rpartition("}")[2]
