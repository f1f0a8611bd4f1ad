"""Checks contracts: each against the model, its own sample rows, and, when asked, the database it speaks of."""

from collections.abc import Iterator

from connectors.engines import engine_of
from connectors.errors import SourceError
from domain.contract import ContractFile, ContractProblem
from domain.samples import sample_problems
from settings import Settings, SettingsError


def check_samples(file: ContractFile) -> Iterator[ContractProblem]:
    """Yield a problem for each sample row that does not become what the contract says."""
    for path, message in sample_problems(file.contract):
        yield file.problem(path, message)


def check_live(file: ContractFile, settings: Settings) -> list[ContractProblem]:
    """Return how the database differs from the contract, or why it could not be asked; a provider that is not captured has none."""
    if file.contract.mode != "cdc":
        return []
    try:
        with engine_of(file.contract).opened(file.contract, settings) as source:
            found = list(source.differences())
    except (SettingsError, SourceError) as error:
        return [file.problem(("connection", "url_env"), str(error))]
    return [file.problem(difference.path, difference.message) for difference in found]
