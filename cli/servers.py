"""``huiliu up``, ``down``, ``status`` and ``logs``: the servers and processes of one data folder."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from settings import default_home
from stack import process
from stack.errors import StackError
from stack.supervisor import ServerStatus, Stack

app = typer.Typer()
_errors = Console(stderr=True)
_COLOURS = {"running": "green", "starting": "yellow", "crashed": "bold red", "stopped": "dim"}
_WORDS = {"running": "运行 running", "starting": "启动中 starting", "crashed": "崩溃 crashed", "stopped": "停止 stopped"}
_FOLLOW_SECONDS = 0.3

_Names = Annotated[list[str] | None, typer.Argument(metavar="[SERVER]...", help="名称，缺省为全部 names; all when left out")]


@app.command()
def up(
    names: _Names = None,
    *,
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="流处理进程数 stream workers; 默认沿用上次 as last time, at first 1")
    ] = None,
    servers_only: Annotated[bool, typer.Option("--servers-only", help="只启动服务器 leave out huiliu's own processes")] = False,
) -> None:
    """启动 Start what does not run yet, on the ports and data it had before.

    例 Example: huiliu up --workers 2; huiliu up kafka
    """
    began = time.monotonic()
    stack = Stack(default_home(), _errors)
    found = stack.up(names, workers=workers, servers_only=servers_only)
    Console().print(_table(found))
    print(f"就绪 ready in {time.monotonic() - began:.1f} s; 数据 data: {stack.home}")


@app.command()
def down(names: _Names = None) -> None:
    """停止 End the named servers, or all; the data stay.

    例 Example: huiliu down; huiliu down elasticsearch
    """
    began = time.monotonic()
    stack = Stack(default_home(), _errors)
    killed = stack.down(names)
    if killed:
        _errors.print(f"[yellow]已强制结束 did not end when asked and was killed: {', '.join(killed)}")
    print(f"已停止 stopped in {time.monotonic() - began:.1f} s; 数据保留 the data stay in {stack.home}")


@app.command()
def status(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出 JSON one JSON object on the last line")] = False,
) -> None:
    """状态 Who runs where; exits with 1 when something crashed.

    例 Example: huiliu status --json
    """
    home = default_home()
    found = Stack(home, _errors).status()
    crashed = [each.name for each in found if each.state == "crashed"]
    if as_json:
        print(json.dumps({"ok": not crashed, "home": str(home), "servers": [asdict(each) for each in found]}, ensure_ascii=False))
    elif not found:
        print(f"{home} 中还没有服务器 nothing was ever started there: run huiliu up")
    else:
        Console().print(_table(found))
    if crashed:
        _errors.print(f"[red]已崩溃 crashed: {', '.join(crashed)}; 重启 restart with: huiliu up {' '.join(crashed)}")
        raise typer.Exit(1)


@app.command()
def logs(
    name: Annotated[str, typer.Argument(metavar="SERVER", help="服务器名 a name that `huiliu status` lists")],
    *,
    lines: Annotated[int, typer.Option("-n", "--lines", min=0, help="最后几行 how many of the last lines")] = 50,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="继续显示新行 go on with new lines until Ctrl-C")] = False,
) -> None:
    """日志 Show a server's log.

    例 Example: huiliu logs connect -n 200 -f
    """
    path = Stack(default_home(), _errors).logs(name)
    if not path.exists():
        raise StackError(f"没有日志 no log {path}: {name} was not started in this folder; run `huiliu up {name}`")
    for line in process.last_lines(path, lines):
        print(line)
    if follow:
        for text in _new_text(path):
            print(text, end="", flush=True)


def _new_text(path: Path) -> Iterator[str]:
    """Yield what is written from now on, also after the log was replaced by a new one."""
    position = path.stat().st_size
    while True:
        size = path.stat().st_size if path.exists() else 0
        if size < position:
            position = 0
        if size > position:
            with path.open("rb") as file:
                file.seek(position)
                text = file.read()
            position += len(text)
            yield text.decode(errors="replace")
        time.sleep(_FOLLOW_SECONDS)


def _table(found: list[ServerStatus]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("名称 name", "状态 state", "pid", "端口 ports", "内存 MB", "运行 up"):
        table.add_column(heading, no_wrap=True)
    table.add_column("查看 look at", overflow="fold")
    for each in found:
        table.add_row(
            each.name,
            f"[{_COLOURS[each.state]}]{_WORDS[each.state]}",
            str(each.pid or ""),
            " ".join(str(port) for port in each.ports.values()),
            str(each.rss_mb or ""),
            f"{each.uptime_s // 60}m{each.uptime_s % 60:02}s" if each.uptime_s else "",
            each.look_at if each.state in ("crashed", "starting") else "",
        )
    return table
