"""``docs/attach.md`` as an engineer follows it: its contract is one, and its commands have the options that it gives them."""

import re
import shlex
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from cli.main import app
from domain.contract import read_contract
from domain.samples import sample_problems

PAGE = (Path(__file__).parents[2] / "docs" / "attach.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\.venv/bin/huiliu (.*)$", PAGE, re.MULTILINE)
CONTRACTS = [block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if block.startswith("provider:")]


@pytest.mark.parametrize("text", CONTRACTS, ids=lambda text: text.split()[1])
def test_whole_contracts_hold(text: str) -> None:
    contract = read_contract(text, "attach.md").contract
    assert list(sample_problems(contract)) == []


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_have_their_options(line: str) -> None:
    words = shlex.split(line.split(" > ", maxsplit=1)[0], comments=True)
    command = get_command(app)
    while isinstance(command, TyperGroup):
        command = command.get_command(None, words.pop(0))  # type: ignore[arg-type]  # ours needs no context
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= options


def test_there_is_something_to_follow() -> None:
    assert CONTRACTS
    verbs = {tuple(line.split()[:2]) for line in COMMANDS}
    assert {("contract", verb) for verb in ("new", "check", "sample", "plan", "attach", "diff", "consent", "detach")} <= verbs
