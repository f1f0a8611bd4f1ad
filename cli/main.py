"""The command ``huiliu``: finds the module that holds a command, and turns a known error into one sentence."""

import os
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cli.errors import told

# A command's name → the module whose ``app`` holds it; read only when it is typed, so that `huiliu status` stays quick.
COMMANDS: dict[str, str] = {
    "demo": "cli.demo.command",
    "bench": "cli.bench.command",
    "up": "cli.servers",
    "down": "cli.servers",
    "status": "cli.servers",
    "logs": "cli.servers",
    "city": "cli.city",
    "submit": "cli.submit",
    "contract": "cli.contract.command",
    "index": "cli.index",
    "scorecard": "cli.scorecard",
    "entity": "cli.entity",
    "review": "cli.review",
    "quality": "cli.quality",
    "call": "cli.call",
}

_HELP = """汇流：一座城市各部门的变更数据，几秒内可依法查询。
huiliu streams a city's departments' committed changes into one lawful search.

例 Examples:

  huiliu up                    启动全部 start every server and process

  huiliu up kafka              重启已停的 Kafka restart a stopped Kafka, on its port and data

  huiliu status --json         状态 who runs where

  huiliu logs kafka -f         跟随日志 follow a log

  huiliu down                  停止全部，数据保留 end everything; the data stay
"""


class Commands(TyperGroup):
    """The commands of ``COMMANDS``, imported on demand; no known error of theirs shows a traceback."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401  # typer carries a private copy of click
        """Return every command's name, in the order of a first day."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401  # likewise
        """Import the command; a module may hold several, or one group under its own name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        found = get_command(import_module(COMMANDS[cmd_name]).app)
        return found.commands.get(cmd_name, found) if isinstance(found, TyperGroup) else found

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401  # likewise
        """Run the command."""
        with told():
            return super().invoke(ctx)


app = typer.Typer(cls=Commands, help=_HELP, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_show_locals=False)


@app.callback()
def main(
    home: Annotated[Path | None, typer.Option(help="数据文件夹 data folder; 默认 by default $HUILIU_HOME, else ./.huiliu")] = None,
) -> None:
    """Set the data folder for this command and what it starts."""
    if home:
        os.environ["HUILIU_HOME"] = str(home.absolute())


if __name__ == "__main__":
    app()
