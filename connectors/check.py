"""Checks contracts: each against the model, its own sample rows, and, when asked, the database it speaks of."""

from collections.abc import Iterator

from connectors.catalogue import read_catalogue
from connectors.comparison import differences
from connectors.database import opened
from connectors.errors import SourceError
from domain.contract import ContractFile, ContractProblem
from domain.samples import sample_problems
from settings import Settings, SettingsError


def check_samples(file: ContractFile) -> Iterator[ContractProblem]:
    """Yield a problem for each sample row that does not become what the contract says."""
    for path, message in sample_problems(file.contract):
        yield file.problem(path, message)


def check_live(file: ContractFile, settings: Settings) -> list[ContractProblem]:
    """Return how the database differs from the contract, or why it could not be asked."""
    connection = file.contract.source
    try:
        with opened(settings.source_url(connection.url_env), connection.url_env) as (capture, address):
            found = list(differences(file.contract, read_catalogue(capture, file.contract, address.user)))
    except (SettingsError, SourceError) as error:
        return [file.problem(("connection", "url_env"), str(error))]
    return [file.problem(difference.path, difference.message) for difference in found]
