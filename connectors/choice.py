"""Finds the contract files a command speaks of: slugs, paths or all of a folder; a bad file keeps back nobody else."""

from collections.abc import Iterable
from pathlib import Path

from domain.contract import ContractError, ContractFile, ContractProblem
from settings.contracts import contract_paths, load_contract


def chosen_files(names: Iterable[str], *folders: Path) -> list[Path]:
    """Return the files that the names mean: the installed ``<slug>.yaml``, or the path itself; every installed file for no names."""
    installed = contract_paths(*folders)
    named = [Path(name) if name.endswith((".yaml", ".yml")) else installed.get(name, folders[0] / f"{name}.yaml") for name in names]
    return list(dict.fromkeys(named)) or list(installed.values())


def read_contracts(paths: Iterable[Path]) -> tuple[list[ContractFile], list[ContractProblem]]:
    """Return the contracts that can be used, and every problem of the rest; two files for one provider are a problem of the second."""
    files: dict[str, ContractFile] = {}
    problems: list[ContractProblem] = []
    for path in paths:
        try:
            file = load_contract(path)
        except ContractError as error:
            problems += error.problems
            continue
        other = files.setdefault(file.contract.provider, file)
        if other is not file:
            problems.append(
                file.problem(("provider",), f"重复的契约 {other.file} is this provider's contract already: keep one of the two")
            )
    return list(files.values()), problems
