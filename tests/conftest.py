"""Real servers for the tests that want them: started once a session in a folder of their own, ended by pid."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from rich.console import Console

from settings import Settings
from stack.supervisor import Stack

# Speed is measured by `huiliu bench`, never by a test: a busy machine must not fail one.
hypothesis.settings.register_profile(
    "huiliu",
    max_examples=20 if "HUILIU_FEW_EXAMPLES" in os.environ else 100,  # the inner loop tries few, `make test` many
    deadline=None,
    derandomize="HUILIU_SAME_EXAMPLES" in os.environ,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("huiliu")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the journey last: it brings a whole stack of its own."""
    items.sort(key=lambda item: item.get_closest_marker("journey") is not None)


@pytest.fixture(scope="session")
def running_stacks() -> list[Stack]:
    """Return the stacks that this session started, for the journey to end before it brings its own."""
    return []


@pytest.fixture(scope="session")
def stack_home(tmp_path_factory: pytest.TempPathFactory, running_stacks: list[Stack]) -> Iterator[Path]:
    """Return the home folder of running servers; HUILIU_TEST_HOME names one to keep running between sessions instead."""
    kept = os.environ.get("HUILIU_TEST_HOME")
    home = Path(kept) if kept else tmp_path_factory.mktemp("huiliu")
    stack = Stack(home, Console(quiet=True))
    try:
        stack.up(servers_only=True)
        if not kept:
            running_stacks.append(stack)
        yield stack.home
    finally:
        if not kept:
            stack.erase()


@pytest.fixture(scope="session")
def settings(stack_home: Path) -> Settings:
    """Return the settings that point at the running servers."""
    return Settings.load(stack_home)
