"""Writes ``docs/providers.md`` from the contracts: the plan's 45 duties in order, what is attached of each, what is withheld and why."""

from collections.abc import Iterable, Iterator

from domain.contract import Contract, Table
from domain.entities import Kind
from domain.life import ENDED_BY

ROWS = range(1, 46)
_KINDS = {Kind.PERSON: "人", Kind.ORGANISATION: "单位", Kind.THING: "物", Kind.ADDRESS: "地址", Kind.MATTER: "事"}
_MODES = {
    "cdc": "数据库变更捕获 captured from the database",
    "file": "定期拷贝 periodic copies",
    "entry": "互联网录入 single and bulk entry",
    "role": "只有角色，没有数据 a role, no feed",
}
_EVERY = {"change": "随变更 with each change", "day": "每日 daily", "week": "每周 weekly", "month": "每月 monthly"}
_HEAD = """\
<!-- 由契约生成，勿手改 generated from the contracts: `huiliu contract page > docs/providers.md` -->
# 四十五项职责 The 45 duties

2013 年实施方案的每一项职责都有一份数据契约；这里由契约生成，写明接入什么、扣留什么、为什么。数据一律是合成的。
Every duty of the founding plan has a data contract; this page is made from them and says what is attached, what is withheld, and why.
All data is synthetic. 人 person · 单位 organisation · 物 thing · 地址 address · 事 matter (案件、许可、计数 cases, permits, counts).

"""


def providers_page(contracts: Iterable[Contract]) -> str:
    """Return the page; a duty that has no contract is named as missing."""
    by_row: dict[int, list[Contract]] = {row: [] for row in ROWS}
    for contract in sorted(contracts, key=lambda each: each.provider):
        by_row[contract.row].append(contract)
    parts = [_HEAD, *_overview(by_row)]
    for row, found in by_row.items():
        parts += [_provider(contract) for contract in found] or [f"\n## {row} · 没有契约 no contract\n"]
    return "".join(parts)


def missing_rows(contracts: Iterable[Contract]) -> list[int]:
    """Return the duties that have no contract."""
    return sorted(set(ROWS) - {contract.row for contract in contracts})


def _overview(by_row: dict[int, list[Contract]]) -> Iterator[str]:
    found = [contract for row in by_row.values() for contract in row]
    modes = ", ".join(f"{label} {sum(each.mode == mode for each in found)}" for mode, label in _MODES.items())
    withheld = sum(len(table.withheld) for contract in found for table in contract.tables)
    tables = sum(len(contract.withheld_tables) for contract in found)
    yield f"{len(found)} 份契约 contracts: {modes}. "
    yield f"扣留 {withheld} 列、{tables} 张整表 columns and whole tables are withheld.\n\n"
    yield "| # | 单位 unit | 方式 mode | 表 tables | 扣留 withheld |\n|---|---|---|---|---|\n"
    for row, each in by_row.items():
        for contract in each:
            columns = sum(len(table.withheld) for table in contract.tables) + len(contract.withheld_tables)
            name = f"[{contract.title.zh} {contract.title.en}](#{contract.provider})"
            yield f"| {row} | {name} | {contract.mode} | {len(contract.tables)} | {columns or '—'} |\n"
        if not each:
            yield f"| {row} | 没有契约 no contract | | | |\n"


def _provider(contract: Contract) -> str:
    due = f"，{contract.schedule.due_day} 日前 by day {contract.schedule.due_day}" if contract.schedule.due_day else ""
    when = "" if contract.mode == "role" else f" · {_EVERY[contract.schedule.every]}{due}"
    purposes = f" · 用途 purposes: {', '.join(contract.purposes)}" if contract.purposes else ""
    lines = [
        f'\n<a id="{contract.provider}"></a>',
        f"## {contract.row} · {contract.title.zh} {contract.title.en}",
        "",
        f"`{contract.provider}` · {_MODES[contract.mode]}{when}{purposes}",
    ]
    if contract.role:
        lines += ["", f"**角色 role**: {contract.role.zh} {contract.role.en}"]
    if contract.tables:
        lines += ["", "| 表 table | 一行说的是 a row speaks of | 映射的列 mapped columns |", "|---|---|---|", *map(_table, contract.tables)]
    registers = [_register(table) for table in contract.tables if table.authority or table.ends]
    if registers:
        lines += ["", "主数据 registers (docs/entity-life.md):", "", *registers]
    withheld = [f"`{table.name}.{column}`: {reason}" for table in contract.tables for column, reason in table.withheld.items()]
    withheld += [f"`{name}` 整表 the whole table: {reason}" for name, reason in contract.withheld_tables.items()]
    if withheld:
        lines += ["", "扣留 withheld:", "", *(f"- {_cell(each)}" for each in withheld)]
    return "\n".join(lines) + "\n"


def _table(table: Table) -> str:
    kinds = "、".join(f"{_KINDS[kind]} {role}{'（提及 mentioned）' * (role in table.mentions)}" for role, kind in table.speaks_of.items())
    mapped = sum(column.to is not None for column in table.columns.values())
    return f"| `{table.name}` {_cell(table.title.zh)} {_cell(table.title.en)} | {kinds} | {mapped} / {len(table.columns)} |"


def _register(table: Table) -> str:
    decided = f"择优优先 its values go first: {', '.join(table.authority)}" if table.authority else ""
    ending = [f"{target} 的日期 its date" for target in table.authority if _ends(table, *target.split("."))]
    ending += [f"{target} = {', '.join(words)}" for target, words in table.ends.items()]
    ends = f"终结 ends a life: {'; '.join(ending)}" if ending else ""
    return f"- `{table.name}` {_cell('; '.join(filter(None, (decided, ends))))}"


def _ends(table: Table, role: str, field: str) -> bool:
    return ENDED_BY.get(table.speaks_of[role]) == field


def _cell(text: str) -> str:
    """Return the text so that it ends no table cell and starts no tag."""
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
