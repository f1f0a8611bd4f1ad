"""The one place where a known error becomes one sentence on stderr and an exit code: 1, or 2 for a wrong word."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from city.errors import CityError
from connectors.door.errors import CallError
from connectors.intake.receipt import IntakeError
from domain.contract import ContractError
from indexer.errors import IndexerError
from settings import SettingsError
from stack.errors import StackError, UnknownServerError

# Errors whose message is a sentence with place and remedy. A new kind is one line here.
KNOWN: tuple[type[Exception], ...] = (
    StackError,
    CityError,
    SettingsError,
    ContractError,
    IndexerError,
    CallError,
    IntakeError,
)


@contextmanager
def told() -> Iterator[None]:
    """Tell a known error in its own words, and exit; anything else is a fault of ours and keeps its traceback."""
    try:
        yield
    except KNOWN as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), style="red", markup=False)
        raise typer.Exit(2 if isinstance(error, UnknownServerError) else 1) from None
