"""``huiliu contract``: checks the providers' contracts, attaches and detaches their feeds, and lists them."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from connectors.attach import attach as attach_one
from connectors.check import check_live, check_samples
from connectors.choice import chosen_files, read_contracts
from connectors.detach import detach as detach_one
from connectors.errors import ConnectError, SourceError
from connectors.feeds import Feed, feeds
from connectors.preview import preview
from connectors.report import Report
from connectors.worker import Worker
from domain.contract import ContractFile
from domain.contract_schema import contract_schema
from settings import Settings, SettingsError, default_home
from stack.supervisor import Stack

app = typer.Typer(help="数据契约 Contracts: one YAML file a provider.", no_args_is_help=True)
_errors = Console(stderr=True, soft_wrap=True)
_AT_ONCE = 8
_READERS = ("streams-", "query", "watch")
_STATES = {"created": "新建", "altered": "变更", "removed": "删除", "unchanged": "不变", "left to the DBA": "待库管"}

_Names = Annotated[
    list[str] | None, typer.Argument(metavar="[SLUG|FILE]…", help="单位或文件 providers or files; none means every contract.")
]
_Some = Annotated[list[str] | None, typer.Argument(metavar="[SLUG|FILE]…", help="单位或文件 providers or files.")]
_All = Annotated[bool, typer.Option("--all", help="全部单位 every contract of the folder.")]
_Json = Annotated[bool, typer.Option("--json", help="输出 JSON: one JSON object a line.")]
_Folder = Annotated[Path, typer.Option("--folder", envvar="HUILIU_PROVIDERS_DIR", help="契约目录 folder of the contracts.")]
_PROVIDERS = Path(__file__).parent.parent / "connectors" / "providers"


@app.command()
def check(
    names: _Names = None,
    *,
    live: Annotated[bool, typer.Option("--live", help="与数据库比对 compare with the departments' databases too.")] = False,
    as_json: _Json = False,
    folder: _Folder = _PROVIDERS,
) -> None:
    """检查契约 Check contracts: model, sample rows and, with --live, the real database. Exit code 1 when there is a problem.

    Example: huiliu contract check transport --live
    """
    files, problems = read_contracts(_existing(chosen_files(names or (), folder)))
    for file in files:
        problems += check_samples(file)
    if live:
        settings = Settings.load()
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            problems += [problem for found in pool.map(lambda file: check_live(file, settings), files) for problem in found]
    for problem in problems:
        print(json.dumps(asdict(problem), ensure_ascii=False) if as_json else problem)
    _errors.print(f"契约 {len(files)} 份可用 usable contracts; 问题 {len(problems)} 处 problems", style="red" if problems else "green")
    raise typer.Exit(1 if problems else 0)


@app.command()
def schema() -> None:
    """输出 JSON Schema Print the contract's JSON Schema, for editors.

    Example: huiliu contract schema > schemas/contract.schema.json
    """
    print(contract_schema(), end="")


@app.command()
def plan(names: _Some = None, *, every: _All = False) -> None:
    """预览 Show what attach would do, with the SQL for the department's own DBA; changes nothing.

    Example: huiliu contract plan civil_affairs
    """
    settings = Settings.load()
    files, failed = _contracts(names, settings, every=every)
    for file in files:
        try:
            print(preview(file.contract, settings))
        except (SettingsError, SourceError) as error:
            failed = True
            _complain(f"{file.contract.provider}: {error}")
    raise typer.Exit(1 if failed else 0)


@app.command()
def attach(names: _Some = None, *, every: _All = False, as_json: _Json = False) -> None:
    """接入 Attach providers: grants, publication, topics, connector. Running it again changes nothing.

    Example: huiliu contract attach civil_affairs transport
    """

    def one(file: ContractFile, settings: Settings, worker: Worker) -> Report:
        report = attach_one(file, settings, worker)
        if Path(file.file).resolve().parent != settings.providers_dir.resolve():
            report.notes.append(f"契约不在 the contract is not in {settings.providers_dir}: copy it there, streams reads contracts from it")
        return report

    reports = _for_each(names, one, every=every, as_json=as_json)
    if any(report.new_source for report in reports):
        _read_contracts_again()
    raise typer.Exit(0 if reports and all(report.ok for report in reports) else 1)


def _read_contracts_again() -> None:
    """Restart the processes that read contracts at their start, so that they know the new provider."""
    stack = Stack(default_home(), _errors)
    running = [each.name for each in stack.status() if each.state == "running" and each.name.startswith(_READERS)]
    if not running:
        _errors.print("新单位 new provider: 请重启 streams, query, watch; they read contracts at their start", style="yellow")
        return
    stack.down(running)
    stack.up(running)


@app.command()
def detach(names: _Some = None, *, every: _All = False, as_json: _Json = False) -> None:
    """断开 Detach providers: connector, slot, publication and grants go; what was taken over is kept.

    Example: huiliu contract detach telecom_ct
    """

    def one(file: ContractFile, settings: Settings, worker: Worker) -> Report:
        return detach_one(file.contract, settings, worker)

    reports = _for_each(names, one, every=every, as_json=as_json)
    raise typer.Exit(0 if reports and all(report.ok for report in reports) else 1)


@app.command(name="list")
def list_(*, as_json: _Json = False) -> None:
    """列出单位 List every provider with its feed's state.

    Example: huiliu contract list --json
    """
    settings = Settings.load()
    files, problems = read_contracts(chosen_files((), settings.providers_dir))
    for problem in problems:
        _complain(str(problem))
    states, failed = None, bool(problems)
    try:
        with Worker(settings.connect_url) as worker:
            states = worker.states()
    except ConnectError as error:
        failed = True
        _complain(str(error))
    found = feeds([file.contract for file in files], settings, states)
    if as_json:
        for feed in found:
            print(json.dumps(feed.as_json(), ensure_ascii=False))
    else:
        Console().print(_table(found))
    raise typer.Exit(1 if failed else 0)


def _for_each(
    names: list[str] | None, action: Callable[[ContractFile, Settings, Worker], Report], *, every: bool, as_json: bool
) -> list[Report]:
    """Run the action for the chosen providers side by side; one that fails holds up no other, and a bad contract is a failure too."""
    settings = Settings.load()
    files, failed = _contracts(names, settings, every=every)
    reports = [Report("", problems=["a contract cannot be used"])] if failed else []
    with Worker(settings.connect_url) as worker, ThreadPoolExecutor(_AT_ONCE) as pool:
        for report in pool.map(lambda file: action(file, settings, worker), files):
            reports.append(report)
            _show(report, as_json=as_json)
    return reports


def _contracts(names: list[str] | None, settings: Settings, *, every: bool) -> tuple[list[ContractFile], bool]:
    """Return the chosen contracts, and whether any of them cannot be used (which is told)."""
    if not names and not every:
        _complain("请指明单位 name providers or files, or say --all")
        raise typer.Exit(2)
    files, problems = read_contracts(_existing(chosen_files(names or (), settings.providers_dir)))
    for problem in problems:
        _complain(str(problem))
    return files, bool(problems)


def _existing(paths: list[Path]) -> list[Path]:
    """Return the paths, unless there is none at all: an empty folder checks nothing, and must not look checked."""
    if not paths:
        _complain("没有数据契约 there is no contract (*.yaml): write one, or set HUILIU_PROVIDERS_DIR to the folder that has them")
        raise typer.Exit(1)
    return paths


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
        _complain(f"  问题 problem: {problem}")
    if report.script:
        print(report.script)


def _table(rows: list[Feed]) -> Table:
    table = Table("序号 row", "单位 provider", "方式 mode", "表 tables", "扣留 withheld", "状态 state", "原因 reason")
    for row in rows:
        provider = f"{row.slug} {row.title}"
        table.add_row(str(row.row), provider, row.mode, ", ".join(row.tables), str(len(row.withheld)), row.state, row.reason)
    return table


def _complain(sentence: str) -> None:
    _errors.print(sentence, style="red", markup=False, highlight=False)
