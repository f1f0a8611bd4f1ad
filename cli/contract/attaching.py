"""``huiliu contract attach`` and ``detach``: one file, one command."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Annotated

import typer

from cli.contract.addresses import From, use_addresses
from cli.contract.chosen import ERRORS, All, Json, Some, complain, contracts
from connectors.detach import detach as detach_one
from connectors.errors import SourceError
from connectors.onboarding.attaching import Attached, attach_version, read_again
from connectors.report import Report
from connectors.worker import Worker
from domain.contract import ContractFile
from settings import Settings, SettingsError, default_home
from stack.supervisor import Stack

_AT_ONCE = 8
READERS = ("streams-", "query", "watch", "door")
"""Processes that read contracts at their start."""
_Admin = Annotated[
    str | None, typer.Option("--admin", help="库管的地址，不保存 the DBA's address, not kept; needs admin_url_env in the contract")
]
_STATES = {"created": "新建", "altered": "变更", "removed": "删除", "unchanged": "不变", "left to the DBA": "待库管"}


def attach(
    names: Some = None,
    *,
    every: All = False,
    address: From = None,
    admin: _Admin = None,
    as_json: Json = False,
) -> None:
    """接入 Attach providers: grants, publication, topics, connector. Running it again changes nothing.

    A contract file from elsewhere is installed into <home>/providers. Example: huiliu contract attach harbour_office.yaml
    """
    settings = Settings.load()
    files, failed = contracts(names, every=every)
    if (address or admin) and not failed:
        use_addresses(files, address, admin, settings)
    done: list[Attached] = []

    def one(file: ContractFile, worker: Worker) -> Report:
        attached = attach_version(file, settings, worker)
        done.append(attached)
        return attached.report

    reports = _for_each(files, one, settings, as_json=as_json)
    if any(each.new for each in done):
        _read_contracts_again()
    again = [_read_again(each, settings) for each in done if each.stale and each.contract.mode == "cdc"]
    raise typer.Exit(0 if reports and not failed and all([*again, *(report.ok for report in reports)]) else 1)


def _read_again(attached: Attached, settings: Settings) -> bool:
    """Have what an earlier version mapped otherwise read again, now that the new version is known; return whether it came about."""
    slug, tables = attached.contract.provider, ", ".join(attached.stale)
    try:
        read_again(attached, settings)
    except (SettingsError, SourceError) as error:
        complain(f"{slug}: {tables} 未能重读 could not be read again (detach, then attach, reads them too): {error}")
        return False
    ERRORS.print(f"{slug}: 重读 being read again, as this version maps them: {tables}", style="green", markup=False, highlight=False)
    return True


def _read_contracts_again() -> None:
    """Restart the processes that read contracts at their start, so that they know the new version."""
    stack = Stack(default_home(), ERRORS)
    running = [each.name for each in stack.status() if each.state == "running" and each.name.startswith(READERS)]
    if not running:
        ERRORS.print("新契约 new contract: 请重启 streams, query, watch; they read contracts at their start", style="yellow")
        return
    stack.down(running)
    stack.up(running)


def detach(names: Some = None, *, every: All = False, admin: _Admin = None, as_json: Json = False) -> None:
    """断开 Detach providers: connector, slot, publication and grants go; what was taken over is kept.

    Example: huiliu contract detach telecom_ct
    """
    settings = Settings.load()
    files, failed = contracts(names, every=every)
    if admin and not failed:
        use_addresses(files, None, admin, None)
    reports = _for_each(files, lambda file, worker: detach_one(file.contract, settings, worker), settings, as_json=as_json)
    raise typer.Exit(0 if reports and not failed and all(report.ok for report in reports) else 1)


def _for_each(
    files: list[ContractFile], action: Callable[[ContractFile, Worker], Report], settings: Settings, *, as_json: bool
) -> list[Report]:
    """Run the action for the contracts side by side; one that fails holds up no other."""
    reports = []
    with Worker(settings.connect_url) as worker, ThreadPoolExecutor(_AT_ONCE) as pool:
        for report in pool.map(lambda file: action(file, worker), files):
            reports.append(report)
            _show(report, as_json=as_json)
    return reports


def _show(report: Report, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"ok": report.ok, **asdict(report)}, ensure_ascii=False))
        return
    print(f"{report.provider}  {'完成 done' if report.ok else '未完成 not done'}")
    for change in report.changes:
        print(f"  {_STATES[change.state]} {change.state:9} {change.piece}{f'  ({change.detail})' if change.detail else ''}")
    for note in report.notes:
        print(f"  注意 note: {note}")
    for problem in report.problems:
        complain(f"  问题 problem: {problem}")
    if report.script:
        print(report.script)
