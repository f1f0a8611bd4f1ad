"""Reads the installed contracts: the shared edge of whoever needs to know what departments permit."""

from pathlib import Path

from domain.contract import Contract, ContractError, ContractFile, ContractProblem, read_contract


def load_contracts(*folders: Path) -> list[Contract]:
    """Return the contracts of all ``<folder>/*.yaml``, in the order of their names; a later folder's replaces an earlier one's.

    Raises:
        ContractError: a file cannot be read or breaks the model, a file is not named after its provider, or there is no
            contract at all; lists every mistake of every file.
    """
    contracts: list[Contract] = []
    problems: list[ContractProblem] = []
    paths = contract_paths(*folders)
    if not paths:
        message = "没有数据契约 no contract (*.yaml) in this folder: write one, or set HUILIU_PROVIDERS_DIR to the folder that has them"
        problems.append(ContractProblem(str(folders[0]), 1, "", message))
    for path in paths.values():
        try:
            contracts.append(load_contract(path).contract)
        except ContractError as error:
            problems += error.problems
    if problems:
        raise ContractError(problems)
    return contracts


def contract_paths(*folders: Path) -> dict[str, Path]:
    """Return the installed files by slug, sorted; a later folder's file replaces an earlier one's."""
    found = {path.stem: path for folder in folders for path in sorted(folder.glob("*.yaml"))}
    return dict(sorted(found.items()))


def load_contract(path: Path) -> ContractFile:
    """Return the contract of one file, with its document for naming lines.

    Raises:
        ContractError: as ``load_contracts``, for this file.
    """
    try:
        loaded = read_contract(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        message = f"无法读取 cannot be read ({error.strerror}): check the file's owner and mode"
        raise ContractError([ContractProblem(str(path), 1, "", message)]) from error
    except UnicodeDecodeError as error:
        message = "不是 UTF-8 文本 not UTF-8 text: save the file as UTF-8"
        raise ContractError([ContractProblem(str(path), 1, "", message)]) from error
    provider = loaded.contract.provider
    if provider != path.stem:
        message = f"文件名与 provider 不符 the file is not named after its provider: rename it to {provider}.yaml"
        raise ContractError([loaded.problem(("provider",), message)])
    return loaded
