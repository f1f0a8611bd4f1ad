"""Finds a contract's tables in a file by their names and headings, and refuses a file that lacks a column or has a withheld one. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from connectors.intake.receipt import IntakeError
from connectors.readers.sandbox import Found
from domain.contract import Contract, Table

REJECTS = "退回_"
"""What the worksheet of a workbook of rejects is called, before the table's name: sent back, it mends rows and deletes none."""
REJECTS_HEADINGS = ("行 line", "列 column", "原因 reason", "处理 remedy")
_MOST_TOLD = 10


@dataclass(frozen=True, slots=True)
class Match:
    """A contract's table in the file: which columns (0-based) are read, and their names in the contract."""

    table: Table
    found: Found
    heading: int
    columns: list[int]
    names: list[str]
    whole: bool
    notes: tuple[str, ...]


def plain(heading: object) -> str:
    """Return a heading without what people vary: width, case, spaces, and the star of a required column."""
    return "".join(normalize("NFKC", str(heading)).split()).replace("*", "").casefold()


def withheld_sentence(column: str, table: Table) -> str:
    """Return the refusal of a delivery with a withheld column."""
    return (
        f"{table.title.zh}：{column} 是扣留的列，不得离开本单位 column {column} is withheld and must not leave the department "
        f"({table.withheld[column]}): 删去该列再送；本次未保留任何内容 take the column out and send again; nothing was kept"
    )


def matches(contract: Contract, found: Sequence[Found], wanted: str | None) -> list[Match]:
    """Return which of the contract's tables stand where in the file.

    Raises:
        IntakeError: none does, a mapped column is missing, headings are double, or something withheld is there.
    """
    _refuse_withheld_tables(contract, found)
    tables = [_table(contract, wanted)] if wanted else contract.tables
    taken: dict[int, Match] = {}
    for table in tables:
        each = _place(table, [one for one in found if one.number not in taken], alone=len(tables) == 1 and len(found) == 1)
        if each is not None:
            taken[each.number] = _match(table, each)
    if not taken:
        raise IntakeError(_nothing(tables, found))
    left = [one.name for one in found if one.number not in taken and one.rows]
    missing = [table.name for table in tables if table.name not in {match.table.name for match in taken.values()}]
    notes = [f"未读的表 not read: {_listed(left)}"] if left else []
    notes += [f"文件中没有、因此不变的表 not in the file, hence unchanged: {_listed(missing)}"] if missing and len(found) > 1 else []
    return [
        Match(one.table, one.found, one.heading, one.columns, one.names, one.whole, (*one.found.notes, *one.notes, *notes))
        for one in taken.values()
    ]


def _table(contract: Contract, wanted: str) -> Table:
    for table in contract.tables:
        if plain(wanted) in (plain(table.name), plain(table.title.zh), plain(table.title.en)):
            return table
    raise IntakeError(
        f"没有表 {wanted} the contract of {contract.provider} has no such table: use one of {_listed(t.name for t in contract.tables)}"
    )


def _refuse_withheld_tables(contract: Contract, found: Sequence[Found]) -> None:
    withheld = {plain(name): name for name in contract.withheld_tables}
    for each in found:
        name = withheld.get(plain(each.name))
        if name is not None:
            raise IntakeError(
                f"表 {name} 是扣留的表，不得离开本单位 table {name} is withheld and must not leave the department "
                f"({contract.withheld_tables[name]}): 删去该表再送；本次未保留任何内容 take it out and send again; nothing was kept"
            )


def _place(table: Table, found: Sequence[Found], *, alone: bool) -> Found | None:
    """Return where the table stands: by name, else by headings that have every mapped column; a hidden sheet only by name."""
    names = {plain(table.name), plain(table.title.zh), plain(REJECTS + table.name)}
    if table.file is not None and table.file.sheet:
        names.add(plain(table.file.sheet))
    by_name = [each for each in found if plain(each.name) in names]
    if by_name:
        return by_name[0]
    fitting = [each for each in found if not each.hidden and not _missing(table, each)]
    if fitting:
        return max(fitting, key=lambda each: len(_known(table, each)) / max(1, len(_headings(table, each))))
    return found[0] if alone and found and _known(table, found[0]) else None


def _match(table: Table, found: Found) -> Match:
    headings, known = _headings(table, found), _known(table, found)
    where = f"{found.name} 第 {_heading_row(table)} 行 row {_heading_row(table)}"
    for name in table.withheld:
        if name in known.values():
            raise IntakeError(withheld_sentence(name, table))
    said = [plain(heading) for _, heading in headings]
    double = sorted({heading for heading in said if said.count(heading) > 1})
    columns = list(known.values())
    double += sorted({name for name in columns if columns.count(name) > 1 and plain(name) not in double})
    if double:
        raise IntakeError(f"{where}: 标题重复 headings stand twice: {_listed(double)}: 每列一个标题 give each column its own")
    if missing := _missing(table, found):
        raise IntakeError(
            f"{where}: 缺少列 missing columns of {table.name}: {_listed(missing)}: 补上该列再送（标题是否合并，或在别的行？）"
            "add them and send again (are the headings merged, or in another row?)"
        )
    own = {plain(each) for each in REJECTS_HEADINGS}
    strange = [str(heading) for at, heading in headings if at not in known and plain(heading) not in own]
    notes = (f"契约没有的列，未取用 columns that no contract names, not taken (schema drift): {_listed(strange)}",) if strange else ()
    wanted = {name: at for at, name in known.items() if name in table.captured}
    return Match(
        table, found, _heading_row(table), list(wanted.values()), list(wanted), plain(found.name) != plain(REJECTS + table.name), notes
    )


def _heading_row(table: Table) -> int:
    return table.file.heading_row if table.file else 1


def _headings(table: Table, found: Found) -> list[tuple[int, object]]:
    line = _heading_row(table)
    cells = next((cells for number, cells in found.rows if number == line), [])
    return [(at, cell) for at, cell in enumerate(cells) if isinstance(cell, str)]


def _known(table: Table, found: Found) -> dict[int, str]:
    """Return the contract's columns by where they stand; a column goes by its name or its label."""
    names: dict[str, str] = {}
    for name, column in table.columns.items():
        if column.label is not None:
            names |= {plain(column.label.zh): name, plain(column.label.en): name}
    names |= {plain(name): name for name in table.columns}
    return {at: names[plain(heading)] for at, heading in _headings(table, found) if plain(heading) in names}


def _missing(table: Table, found: Found) -> list[str]:
    known = set(_known(table, found).values())
    return [name for name in table.captured if name not in known]


def _nothing(tables: Sequence[Table], found: Sequence[Found]) -> str:
    near = min(((table, each) for table in tables for each in found), key=lambda pair: len(_missing(*pair)), default=None)
    if near is None or not _known(*near):
        looked = _listed(f"{table.name}（{table.title.zh}）" for table in tables)
        return (
            f"文件中没有契约的表 the file has no table of the contract ({looked}): "
            "标题行须有契约的列名 the headings must be the contract's columns"
        )
    table, each = near
    return (
        f"{each.name}: 缺少列 missing columns of {table.name}: {_listed(_missing(table, each))}: "
        "补上该列再送 add them and send again (are the headings merged, or in another row?)"
    )


def _listed(names: Iterator[str] | Sequence[str]) -> str:
    all_names = [name[:40] for name in names]
    return ", ".join(all_names[:_MOST_TOLD]) + (f" … ({len(all_names)})" if len(all_names) > _MOST_TOLD else "")
