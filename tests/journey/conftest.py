"""The whole way on real servers: a home of its own, with huiliu's processes, a small city, and every feed of the plan attached."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from cli.demo.ground import ALL, City, Ground, prepare
from stack.supervisor import Stack

PEOPLE, SEED = 1_000, 7  # so small that it is quick, so large that no table is empty


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory, running_stacks: list[Stack]) -> Iterator[Ground]:
    """Return the running journey; servers that other tests started are ended first, so that memory for one stack is enough."""
    for stack in running_stacks:
        stack.down()
    home: Path = tmp_path_factory.mktemp("journey")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUILIU_HOME", str(home))
        try:
            yield prepare(home, City(PEOPLE, SEED), 1, Console(quiet=True), ALL)
        finally:
            Stack(home, Console(quiet=True)).erase()
