"""Draws the live view: each department's flow, what waits between the stops, and how soon a commit is searchable."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from rich.console import Group
from rich.table import Table
from rich.text import Text

from cli.demo.flow import DepartmentFlow, Flow
from domain.contract_parts import Bilingual
from ops.percentiles import percentiles

_MOST_LINES = 16  # departments shown one by one
_NEWEST = 2_000  # sightings that the view's percentiles speak of


class Pulse(NamedTuple):
    """What the view shows beside the flow. ``latencies``: committed → searchable in ms, newest last."""

    phase: str
    committed: int
    per_second: float
    latencies: list[int]
    crashed: list[str]


@dataclass(frozen=True, slots=True)
class View:
    """Draws; ``page`` is the address of the search page."""

    page: str

    def draw(self, flow: Flow, pulse: Pulse) -> Group:
        """Return what to show now."""
        table = Table(title=f"汇流 huiliu · {pulse.phase}", title_justify="left", expand=False)
        table.add_column("部门 department")
        for heading in ("源库行 rows", "已捕获 captured", "待处理 waiting", "可查实体 entities"):
            table.add_column(heading, justify="right")
        for name, department in _lines_of(list(flow.departments.values())):
            table.add_row(name, f"{department.rows:,}", f"{department.captured:,}", f"{department.waiting:,}", f"{department.entities:,}")
        return Group(table, *self._lines(flow, pulse))

    def _lines(self, flow: Flow, pulse: Pulse) -> list[Text]:
        figures = percentiles(pulse.latencies[-_NEWEST:])
        shown = " ".join(f"{name} {value:,.0f} ms" for name, value in figures.items() if value is not None) or "—"
        lag = "—" if flow.lag_seconds is None else f"{flow.lag_seconds:.1f} s"
        lines = [
            Text(f"待归并 to resolve {flow.to_resolve:,}   待索引 to index {flow.to_index:,}   滞后 lag {lag}"),
            Text(f"实体 entities {flow.searchable:,}   查询页 search page: {self.page}"),
            Text(f"提交 committed {pulse.committed:,} ({pulse.per_second:,.0f}/s)   提交→可查 to searchable: {shown}"),
            Text("Ctrl-C 停止全部 stops everything", style="bold"),
        ]
        if flow.trouble:
            lines.append(Text(flow.trouble, style="yellow"))
        if pulse.crashed:
            names = " ".join(pulse.crashed)
            lines.append(Text(f"已崩溃 crashed: {names}; 重启 restart with: huiliu up {names}", style="bold red"))
        return lines


def _lines_of(departments: list[DepartmentFlow]) -> Iterator[tuple[str, DepartmentFlow]]:
    """Yield a line a department; where they are too many for a screen, the smaller ones share the last line."""
    shown = departments if len(departments) <= _MOST_LINES else sorted(departments, key=lambda each: -each.captured)[: _MOST_LINES - 1]
    for department in shown:
        yield f"{department.title.zh} {department.title.en}", department
    if rest := [department for department in departments if department not in shown]:
        total = DepartmentFlow(Bilingual(zh="", en=""))
        for each in rest:
            total.rows += each.rows
            total.captured += each.captured
            total.waiting += each.waiting
            total.entities += each.entities
        yield f"另外 {len(rest)} 家 others", total
