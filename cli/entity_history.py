"""Shows how an entity was at a time on a terminal."""

from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from domain.matching.explain import KINDS
from query.entity_history_answer import HistoryAnswer
from query.history import ForgottenError

_MOST_CHANGES = 10


def show_history(console: Console, answer: HistoryAnswer, records: Table) -> None:
    """Print how it was, with its ``records`` of then, and when that changed."""
    kind = KINDS[answer.kind]
    console.print(f"[bold]{answer.entity}[/] {kind.zh} {kind.en}, {_clock(answer.as_of)}: {answer.zh} {answer.en}")
    if answer.members:
        console.print(records)
    for number, member in enumerate(answer.members, 1):
        if member.erased:
            console.print(f"  • {number}: 已抹除，封存的值谁也读不出 erased: nobody can read its sealed values")
        if member.ends:
            console.print(f"  • {number}: 这条登记使实体注销 this register's record closed the entity")
    if answer.redirect:
        console.print(f"当时编号指向 the id led to: {answer.redirect}")
    if answer.changes:
        more = f" … {len(answer.changes)}" if len(answer.changes) > _MOST_CHANGES else ""
        console.print(f"变化时间 changed at: {', '.join(map(_clock, answer.changes[:_MOST_CHANGES]))}{more}")


def forgotten(error: ForgottenError) -> str:
    """Return the sentence that says from when on the past is told."""
    since = _clock(datetime.fromtimestamp(error.since_ms / 1000, UTC))
    return f"这一时间的历史已按保存期限删除 the past of that time was deleted when its retention ended: 请问 ask for {since} or later"


def _clock(time: datetime) -> str:
    return time.astimezone().isoformat(" ", "milliseconds")
