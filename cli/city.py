"""``huiliu city``: makes the synthetic city in the departments' databases, and drops it."""

import json
import time
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from city.databases import create
from city.databases import drop as drop_all
from city.errors import CityError
from city.numbers import MOST_PEOPLE
from settings import Settings

app = typer.Typer(help="合成城市 The synthetic city in the departments' databases.", no_args_is_help=True)
_Json = Annotated[bool, typer.Option("--json", help="最后一行输出 JSON: one JSON object on the last line.")]


@app.command()
def make(
    people: Annotated[int, typer.Option(min=1, max=MOST_PEOPLE, help="人口 inhabitants.")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, max=2**64 - 1, help="种子，相同则城市相同 equal seeds give equal cities.")] = 1,
    *,
    as_json: _Json = False,
) -> None:
    """造城 Make the departments' databases and fill them; the same city again is a no-op.

    例 Example: huiliu city make --people 100000 --seed 7
    """
    settings, began = Settings.load(), time.monotonic()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("装载 loading people", total=people)
        made = create(
            _departments(settings), settings.home, people, seed, lambda done, total: bar.update(task, completed=done, total=total)
        )
        bar.update(task, completed=people)
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        print(json.dumps({"ok": True, "already": made.already, "seconds": seconds, **asdict(made)}))
    elif made.already:
        print(f"已是这座城 this very city is there already ({people:,} people, seed {seed}): nothing to do")
    else:
        print(f"造好 made: {people:,} people, {sum(made.rows.values()):,} rows in {len(made.rows)} tables, {seconds} s")


@app.command()
def drop(*, as_json: _Json = False) -> None:
    """拆城 Drop the city's databases, roles and addresses; detach their contracts first.

    例 Example: huiliu city drop
    """
    settings = Settings.load()
    dropped = drop_all(_departments(settings), settings.home)
    if as_json:
        print(json.dumps({"ok": True, "dropped": dropped}))
    else:
        print(f"已删除 dropped: {', '.join(dropped) or '无 nothing'}")


def _departments(settings: Settings) -> str:
    if settings.departments_dsn is None:
        raise CityError("没有部门数据库的地址 HUILIU_DEPARTMENTS_DSN is not set: run `huiliu up departments`")
    return settings.departments_dsn.get_secret_value()
