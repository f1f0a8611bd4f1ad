"""Reads every provider's contract from one folder: the shared edge of whoever needs to know what departments permit."""

from pathlib import Path

from domain.contract import Contract, ContractError, ContractFile, ContractProblem, read_contract


def load_contracts(folder: Path) -> list[Contract]:
    """Return the contracts of ``<folder>/*.yaml``, in the files' order by name.

    Raises:
        ContractError: a file cannot be read or breaks the model, a file is not named after its provider, or there is no
            contract at all; lists every mistake of every file.
    """
    contracts: list[Contract] = []
    problems: list[ContractProblem] = []
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        message = "没有数据契约 no contract (*.yaml) in this folder: write one, or set HUILIU_PROVIDERS_DIR to the folder that has them"
        problems.append(ContractProblem(str(folder), 1, "", message))
    for path in paths:
        try:
            contracts.append(load_contract(path).contract)
        except ContractError as error:
            problems += error.problems
    if problems:
        raise ContractError(problems)
    return contracts


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
