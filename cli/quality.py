"""``huiliu quality``: which feeds keep what their contracts promise, now and before."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from schemas.quality import Finding, create_table, history, latest
from settings import Settings

app = typer.Typer()
_MEASURES = {
    "volume": "行数 rows",
    "freshness": "新鲜 seconds of silence",
    "completeness": "完整 share filled",
    "vocabulary": "词表 share of unknown codes",
    "uniqueness": "唯一 values shared by rows",
    "drift": "结构 schema",
}


@app.command()
def quality(
    provider: Annotated[str | None, typer.Argument(help="单位 provider; 默认全部 all by default")] = None,
    *,
    past: Annotated[int, typer.Option("--history", min=0, max=100_000, help="单位的历史，最近几条 this many findings of the past")] = 0,
    broken: Annotated[bool, typer.Option("--broken", help="只列未守约的 only broken promises")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="每行一个 JSON one JSON object a line")] = False,
) -> None:
    """质量 Shows what each feed's contract promises and what was measured; exit code 1 when a promise is broken.

    Example: huiliu quality public_security --history 50
    """
    settings = Settings.load()
    with _store(settings) as connection:
        found = history(connection, provider, past) if past and provider else latest(connection)
    shown = [each for each in found if (provider in (None, each.provider)) and not (broken and each.kept)]
    if as_json:
        for each in shown:
            print(json.dumps(asdict(each), ensure_ascii=False))
    elif not shown:
        print("没有可列的 nothing to list: measured every few seconds while `huiliu up` runs, for attached feeds")
    else:
        Console().print(_table(shown))
    raise typer.Exit(1 if any(not each.kept for each in shown) and not past else 0)


@contextmanager
def _store(settings: Settings) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    try:
        with psycopg.connect(settings.store_dsn.get_secret_value(), autocommit=True, connect_timeout=10) as connection:
            create_table(connection)
            yield connection
    except psycopg.OperationalError:
        Console(stderr=True).print("存储没有回答 the store (HUILIU_STORE_DSN) does not answer: run `huiliu up store`", style="red")
        raise typer.Exit(1) from None


def _table(found: list[Finding]) -> Table:
    table = Table("单位 provider", "表 table", "度量 measure", "字段 subject", "实测 found", "约定 promised", "守约 kept", "时间 when")
    for each in found:
        when = datetime.fromtimestamp(each.measured_ms / 1000).astimezone().isoformat(" ", "seconds")
        kept = "✓" if each.kept else "✗"
        words = _MEASURES.get(each.measure, each.measure)
        table.add_row(each.provider, each.table, words, each.subject, each.detail or f"{each.value:,.4g}", _promise(each), kept, when)
    return table


def _promise(each: Finding) -> str:
    least = "" if each.least is None else f"≥ {each.least:,.6g}"
    most = "" if each.most is None else f"≤ {each.most:,.6g}"
    return " ".join(filter(None, (least, most)))
