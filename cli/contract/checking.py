"""``huiliu contract check``, ``plan`` and ``schema``: whether a contract holds, and what attaching it would do."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli.contract.addresses import From, use_addresses
from cli.contract.chosen import ERRORS, All, Json, Names, Some, complain, contracts, existing, folders
from connectors.check import check_live, check_samples
from connectors.choice import chosen_files, read_contracts
from connectors.errors import SourceError
from connectors.onboarding.drafting import undecided
from connectors.preview import preview
from domain.contract_schema import contract_schema
from settings import Settings, SettingsError

_AT_ONCE = 8
_SHOWN = 6


def check(
    names: Names = None,
    *,
    live: Annotated[bool, typer.Option("--live", help="与数据库比对 compare with the departments' databases too.")] = False,
    address: Annotated[str | None, typer.Option("--from", help="捕获用户的地址 the capture user's address; means --live")] = None,
    as_json: Json = False,
    folder: Annotated[Path | None, typer.Option("--folder", help="契约目录 only this folder of contracts.")] = None,
) -> None:
    """检查契约 Check contracts: model, sample rows and, with --live, the real database. Exit code 1 when there is a problem.

    Example: huiliu contract check transport --live
    """
    files, problems = read_contracts(existing(chosen_files(names or (), *((folder,) if folder else folders()))))
    for file in files:
        problems += check_samples(file)
    if address and files:
        use_addresses(files, address, None, None)
    if live or address:
        settings = Settings.load()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            problems += [problem for found in pool.map(lambda file: check_live(file, settings), files) for problem in found]
    for problem in problems:
        print(json.dumps(asdict(problem), ensure_ascii=False) if as_json else problem)
    for file in files:
        _tell_undecided(file.contract.provider, undecided(file.contract))
    ERRORS.print(f"契约 {len(files)} 份可用 usable contracts; 问题 {len(problems)} 处 problems", style="red" if problems else "green")
    raise typer.Exit(1 if problems else 0)


def _tell_undecided(provider: str, places: list[str]) -> None:
    """Tell what nobody has decided on: it stays at the source, so it is no problem."""
    if places:
        shown = ", ".join(places[:_SHOWN]) + (" …" if places[_SHOWN:] else "")
        said = f"{provider}: 待定 {len(places)} 处，不出源库 undecided, and so at the source: {shown}"
        ERRORS.print(said, style="yellow", markup=False, highlight=False)


def schema() -> None:
    """输出 JSON Schema Print the contract's JSON Schema, for editors.

    Example: huiliu contract schema > schemas/contract.schema.json
    """
    print(contract_schema(), end="")


def plan(names: Some = None, *, every: All = False, address: From = None) -> None:
    """预览 Show what attach would do, with the SQL for the department's own DBA; changes nothing.

    Example: huiliu contract plan civil_affairs
    """
    settings = Settings.load()
    files, failed = contracts(names, every=every)
    if address and not failed:
        use_addresses(files, address, None, None)
    for file in files:
        try:
            print(preview(file.contract, settings))
        except (SettingsError, SourceError) as error:
            failed = True
            complain(f"{file.contract.provider}: {error}")
    raise typer.Exit(1 if failed else 0)
