"""Shows the review on a terminal: cards, two records side by side, and lines of the log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.matching.explain import REFUSALS
from query.review_answer import CardTold, LineTold, PairTold
from query.review_words import FIELDS, REVIEW_BAND, STATES, VERDICTS
from query.words import KINDS

_BAR = 20
"""Bits that fill a bar, and its characters."""
_ABSENT = "–"


def show_cards(cards: Sequence[CardTold], total: int) -> None:
    """Print the queue's cards."""
    table = Table(
        "甲 one",
        "乙 other",
        "类别 kind",
        "比特 bits",
        "来自 from",
        "对 pairs",
        "始于 since",
        "为什么 why",
        title=f"{total} 对待复核 to review",
    )
    for card in cards:
        why = _both(REFUSALS[card.refusal] if card.refusal else REVIEW_BAND)
        mark = " ?" if card.unsure else ""
        sides = "\n".join(f"{side.provider}/{side.table}" for side in card.sides)
        table.add_row(card.one, card.other, _both(KINDS[card.kind]), f"{card.bits}{mark}", sides, str(card.pairs), _clock(card.since), why)
    Console().print(table)


def show_pair(pair: PairTold) -> None:
    """Print two records side by side, why they may be one, and what was decided."""
    console = Console()
    console.print(_both(pair), style="bold", markup=False)
    for fact in pair.keys:
        console.print(_both(fact), markup=False)
    sides = Table("项目 item", f"甲 {pair.one}", f"乙 {pair.other}")
    sides.add_row("部门 department", *(side.provider for side in pair.sides))
    sides.add_row("表 table", *(f"{side.table} / {side.role}" for side in pair.sides))
    sides.add_row("更新 updated", *(_clock(side.updated) for side in pair.sides))
    for name in dict.fromkeys(name for side in pair.sides for name in side.masked):
        label = _both(FIELDS[name]) if name in FIELDS else name
        sides.add_row(label, *(escape(side.masked.get(name, _ABSENT)) for side in pair.sides))
    console.print(sides)
    if pair.reasons:
        reasons = Table("证据 evidence", "比特 bits", "", title="支持与反对 for and against")
        for reason in pair.reasons:
            bar = "█" * min(_BAR, abs(reason.bits))
            reasons.add_row(escape(_both(reason)), f"{reason.bits:+d}", f"[green]{bar}[/]" if reason.bits >= 0 else f"[red]{bar}[/]")
        console.print(reasons)
    if pair.log:
        show_log(pair.log)


def show_log(lines: Sequence[LineTold]) -> None:
    """Print lines of the log."""
    table = Table(
        "编号 id",
        "甲乙 pair",
        "决定 decision",
        "状态 state",
        "复核员 steward",
        "理由 reason",
        "牵动 touches",
        "时间 decided",
        "同意者 consented by",
    )
    for line in lines:
        said = _both(VERDICTS[line.verdict]) if line.verdict else f"撤销 takes back {line.undoes}"
        people = line.steward, escape(line.reason), str(line.touches), _clock(line.decided), line.consented_by or ""
        state = _both(STATES[line.state]) + (f"\n{_both(line.rests)}" if line.rests else "")
        table.add_row(str(line.id), f"{line.one}\n{line.other}", said, state, *people)
    Console().print(table)


class _Said(Protocol):
    """Anything in both languages."""

    @property
    def zh(self) -> str: ...
    @property
    def en(self) -> str: ...


def _both(text: _Said) -> str:
    return f"{text.zh} {text.en}"


def _clock(time: datetime) -> str:
    return time.astimezone().strftime("%Y-%m-%d %H:%M")
