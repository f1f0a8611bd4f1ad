"""The documents against the code: files and links they name are there, commands they show are commands, every verb has an example."""

import re
from pathlib import Path

import click
import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from cli.main import app

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def verbs(group: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(group, TyperGroup):
        return [path]
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        found += verbs(group.get_command(context, name), (*path, name))
    return found


VERBS = verbs(get_command(app))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_code_are_commands(page: Path) -> None:
    code = re.findall(r"^\.venv/bin/huiliu ([a-z ]+)", page.read_text(), re.MULTILINE)
    code += re.findall(r"`(?:\.venv/bin/)?huiliu ([a-z ]+)", page.read_text())
    for words in (text.split() for text in code):
        assert any(list(verb) == words[: len(verb)] or list(verb[: len(words)]) == words for verb in VERBS), (
            f"{page.name}: huiliu {' '.join(words)}"
        )


def test_make_targets_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`make ([a-z]+)`", page.read_text())) | set(re.findall(r"^make ([a-z]+)", page.read_text(), re.MULTILINE))
        assert named <= targets


@pytest.mark.parametrize("path", VERBS, ids=" ".join)
def test_every_verb_has_help_with_an_example(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*path, "--help"])
    assert result.exit_code == 0
    assert f"huiliu {' '.join(path)}" in result.output, f"no example in: huiliu {' '.join(path)} --help"
