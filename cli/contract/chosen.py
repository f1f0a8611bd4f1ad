"""Which contracts a verb speaks of, and how it tells what is wrong with them."""

import os
from pathlib import Path
from typing import Annotated

import typer
from dotenv import dotenv_values
from rich.console import Console

from connectors.choice import chosen_files, read_contracts
from domain.contract import ContractFile
from settings import ENV_FILE, default_home

PROVIDERS = Path(__file__).parents[2] / "connectors" / "providers"
ERRORS = Console(stderr=True, soft_wrap=True)

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[SLUG|FILE]…", help="单位或文件 providers or files; none means every contract.")
]
Some = Annotated[list[str] | None, typer.Argument(metavar="[SLUG|FILE]…", help="单位或文件 providers or files.")]
One = Annotated[str, typer.Argument(metavar="SLUG|FILE", help="单位或文件 a provider or a file.")]
All = Annotated[bool, typer.Option("--all", help="全部单位 every contract of the folder.")]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON: one JSON object a line.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="写入文件 the file to write; 默认 by default to the screen.")]


def folders() -> tuple[Path, Path]:
    """Return where contracts are installed, also when no server was ever started."""
    home, variable = default_home(), "HUILIU_PROVIDERS_DIR"
    named = os.environ.get(variable) or dotenv_values(home / ENV_FILE).get(variable)
    return Path(named) if named else PROVIDERS, home / "providers"


def contracts(names: list[str] | None, *, every: bool) -> tuple[list[ContractFile], bool]:
    """Return the chosen contracts, and whether any of them cannot be used (which is told)."""
    if not names and not every:
        complain("请指明单位 name providers or files, or say --all")
        raise typer.Exit(2)
    files, problems = read_contracts(existing(chosen_files(names or (), *folders())))
    for problem in problems:
        complain(str(problem))
    return files, bool(problems)


def contract(name: str) -> ContractFile:
    """Return the one contract that a name means; one that cannot be used is told, and ends the command."""
    files, failed = contracts([name], every=False)
    if failed:
        raise typer.Exit(1)
    return files[0]


def existing(paths: list[Path]) -> list[Path]:
    """Return the paths, unless there is none at all: an empty folder checks nothing, and must not look checked."""
    if not paths:
        complain("没有数据契约 there is no contract (*.yaml): write one, or set HUILIU_PROVIDERS_DIR to the folder that has them")
        raise typer.Exit(1)
    return paths


def write(text: str, output: Path | None) -> None:
    """Write the text to a file that is not there yet, or to the screen."""
    if output is None:
        print(text, end="")
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        complain(f"文件已存在 {output} exists: choose another -o, or remove it")
        raise typer.Exit(1) from None
    except OSError as error:
        complain(f"未能写入 {output} cannot be written ({error.strerror}): choose another -o")
        raise typer.Exit(1) from None
    ERRORS.print(f"已写入 written: {output}", style="green", markup=False, highlight=False)


def complain(sentence: str) -> None:
    """Say on stderr what is wrong."""
    ERRORS.print(sentence, style="red", markup=False, highlight=False)
