"""``huiliu review report``: how much waits for people, which matches were refused, and which values too many records share."""

import json
import time
from datetime import timedelta
from typing import Any, NoReturn

import psycopg
import typer
from psycopg.errors import UndefinedTable
from rich.console import Console
from rich.table import Table

from domain.matching.explain import KINDS, REFUSALS, RESTS, Words
from domain.matching.scorecard_file import VERSIONS
from ops.backlog import Backlog, Waiting, backlog
from ops.crowds import Crowd, Shared, Walk
from ops.identity_watch import OPTIONS
from settings import Settings

_PIECE_SECONDS = 0.5
_WAITS_FOR = {"steward": Words("等另一位复核员", "for another steward"), "resolver": Words("等归并进程执行", "for the resolver to apply")}


def report(seconds: float, *, as_json: bool) -> None:
    """Count and print. ``seconds``: how long crowded values are looked for at most."""
    now_ms = time.time_ns() // 1_000_000
    found, crowds, whole = _measured(Settings.load().store_dsn.get_secret_value(), seconds)
    if as_json:
        print(json.dumps(_plain(found, crowds, now_ms, whole=whole), ensure_ascii=False))
        return
    console = Console()
    console.print(_reviews(found, now_ms))
    if found.refused:
        console.print(_refused(found))
    if crowds:
        console.print(_crowds(crowds))
    else:
        console.print("没有为太多记录共有的值 no value is shared by too many records")
    if not whole:
        console.print(f"只看了 {seconds:g} 秒，未看完 looked for {seconds:g} s only, there may be more: --seconds", style="yellow")


def _measured(dsn: str, seconds: float) -> tuple[Backlog, dict[Shared, Crowd], bool]:
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=10, application_name="huiliu-report", options=OPTIONS) as connection:
            found, walk, end = backlog(connection), Walk(), time.monotonic() + seconds
            whole = walk.go(connection, _PIECE_SECONDS)
            while not whole and time.monotonic() < end:
                whole = walk.go(connection, _PIECE_SECONDS)
    except UndefinedTable:
        _fail("还没有归并过任何记录 no record was ever resolved here: run `huiliu up streams-0`, then attach a provider")
    except psycopg.Error:
        _fail("存储没有回答 the store (HUILIU_STORE_DSN) does not answer, or not in time: run `huiliu up store`")
    return found, walk.so_far if walk.found is None else walk.found, whole


def _fail(sentence: str) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, style="red", markup=False)
    raise typer.Exit(1)


def _plain(found: Backlog, crowds: dict[Shared, Crowd], now_ms: int, *, whole: bool) -> dict[str, Any]:
    def waiting(each: Waiting) -> dict[str, float]:
        return {"count": each.count, "oldest_seconds": each.age(now_ms)}

    return {
        "reviews": {str(kind): waiting(each) for kind, each in sorted(found.reviews.items())},
        "refused": [{"kind": str(kind), "reason": reason, "pairs": count} for (kind, reason), count in sorted(found.refused.items())],
        "decisions": {on: waiting(each) for on, each in found.decisions.items()},
        "resting": found.resting,
        "crowded": [
            {"what": shared.what, "of": shared.of, "values": crowd.values, "largest": crowd.largest, "unmet": crowd.unmet}
            for shared, crowd in crowds.items()
        ],
        "crowded_is": "whole" if whole else "at_least",
    }


def _reviews(found: Backlog, now_ms: int) -> Table:
    table = Table("类别 kind", "件数 count", "最久已等 oldest", title="等人处理的 what waits for people", title_justify="left")
    for kind in VERSIONS:
        table.add_row(f"待复核 to review: {_both(KINDS[kind])}", *_waiting(found.reviews.get(kind, Waiting()), now_ms))
    for on, each in found.decisions.items():
        table.add_row(f"决定 decisions: {_both(_WAITS_FOR[on])}", *_waiting(each, now_ms))
    for why, count in sorted(found.resting.items()):
        table.add_row(f"判为同一个而不起作用 decided to be one, without effect: {_both(RESTS[why])}", f"{count:,}", "")
    return table


def _refused(found: Backlog) -> Table:
    table = Table("类别 kind", "记录对 pairs", "为什么 why", title="相符而没有合并的 what matches and did not join", title_justify="left")
    for (kind, reason), count in sorted(found.refused.items()):
        table.add_row(_both(KINDS[kind]), f"{count:,}", _both(REFUSALS[reason]))
    return table


def _crowds(crowds: dict[Shared, Crowd]) -> Table:
    table = Table(
        "共有的 what is shared", "值 values", "最多记录 largest", "不逐一比较 records left out", title="太多记录共有的 shared by too many",
        title_justify="left",
    )  # fmt: skip
    for shared, crowd in sorted(crowds.items(), key=lambda each: -each[1].largest):
        table.add_row(_both(shared.words), f"{crowd.values:,}", f"{crowd.largest:,}", f"{crowd.unmet:,}")
    return table


def _waiting(each: Waiting, now_ms: int) -> tuple[str, str]:
    return f"{each.count:,}", str(timedelta(seconds=round(each.age(now_ms)))) if each.count else ""


def _both(words: Words) -> str:
    return f"{words.zh} {words.en}"
