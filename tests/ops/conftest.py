"""A store of records, entities and open pairs for the tests of what the watch measures."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from settings import Settings
from tests.query.review_store import Ground, ground


@pytest.fixture(scope="module")
def ground_of_module(stack_home: Path) -> Iterator[Ground]:
    with ground(Settings.load(stack_home).store_dsn.get_secret_value()) as own:
        yield own


@pytest.fixture
def ground_store(ground_of_module: Ground) -> Ground:
    """A store without records and decisions."""
    ground_of_module.clear()
    return ground_of_module
