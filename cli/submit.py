"""``huiliu submit``: hands over a periodic copy, shows its receipt, and decides about a copy that waits."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from confluent_kafka import KafkaException
from psycopg import OperationalError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from connectors.intake.core import Intake
from connectors.intake.files import submit as submit_file
from connectors.intake.receipt import IntakeError, Receipt
from domain.contract import Contract
from schemas import registry
from settings import Settings
from settings.contracts import contract_paths, load_contract

app = typer.Typer()
_WAITS, _REFUSED = 3, 1
_MOST_LISTED = 20
_STATES = {
    "staged": "已核对，未送 checked only, nothing was sent",
    "waiting": "等待确认 waits for confirmation",
    "sending": "发送中 being sent",
    "done": "完成 done",
    "refused": "退回 refused",
    "cancelled": "已取消 cancelled",
    "repeated": "与上次相同，未作任何事 the same as last time, nothing to do",
}
_STEPS = {"check": "核对 checking", "send": "发送 sending"}


@app.command()
def submit(  # noqa: PLR0913  # one option each
    file: Annotated[Path | None, typer.Argument(help="xlsx、xls、CSV、DBF、SQLite，或它们的 zip one of these, or a zip of them")] = None,
    *,
    provider: Annotated[str | None, typer.Option(help="单位 whose copy it is: a slug of `huiliu contract list`")] = None,
    table: Annotated[
        str | None, typer.Option(help="哪张表，缺省由表名和标题判断 which table; found by name and headings if left out")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="只核对，不送 only say what would be")] = False,
    confirm: Annotated[int | None, typer.Option(metavar="ID", help="确认等待的拷贝 send a copy that waits")] = None,
    cancel: Annotated[int | None, typer.Option(metavar="ID", help="取消等待的拷贝 drop a copy that waits")] = None,
    by: Annotated[str, typer.Option(help="由谁决定 who decides, with --confirm or --cancel")] = "",
    receipt: Annotated[int | None, typer.Option(metavar="ID", help="查看回执 show a receipt")] = None,
    rejects: Annotated[
        Path | None, typer.Option(metavar="XLSX", help="与 --receipt 同用：写出退回的行 with --receipt: write its rejected rows")
    ] = None,
    history: Annotated[bool, typer.Option("--history", help="与 --provider 同用：历次回执 with --provider: its receipts")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出 JSON one JSON object on the last line")] = False,
) -> None:
    """报送 Hand over a periodic copy; only what changed since the last one is sent. Exits with 1 when refused, 3 when it waits.

    例 Examples:

      huiliu submit 旅行社.xlsx --provider tourism            核对并送 check and send

      huiliu submit 旅行社.xlsx --provider tourism --check    只核对 only check

      huiliu submit --receipt 7 --rejects 退回.xlsx           退回的行，改后再送 the rejected rows, to mend and send again

      huiliu submit --confirm 7 --by 业务科                   确认 send a copy beyond its limits
    """
    with _asking():
        settings = Settings.load()
        intake = Intake(settings)
        if file is not None:
            found = _submit(settings, intake, file, _contract(settings, provider), table, check=check)
        elif confirm is not None:
            found = [intake.confirm(confirm, by)]
        elif cancel is not None:
            found = [intake.cancel(cancel, by)]
        elif receipt is not None:
            found = [intake.receipt(receipt)]
            if rejects is not None:
                from connectors.intake.rejects import write_rejects  # noqa: PLC0415  # openpyxl takes memory that a large copy needs

                count = write_rejects(settings, receipt, rejects)
                print(
                    f"已写出 {count:,} 行 rows written to {rejects}: 改好后再送 mend it, "
                    f"then `huiliu submit {rejects} --provider {found[0].provider}`"
                )
        elif history:
            found = intake.history(_contract(settings, provider).provider, 50)
        else:
            raise IntakeError("没有文件 no file is named: see `huiliu submit --help`")
    _report(found, as_json=as_json, past=history)


def _submit(settings: Settings, intake: Intake, file: Path, contract: Contract, table: str | None, *, check: bool) -> list[Receipt]:
    """Submit with bars for what is under way."""
    for each in [] if check else intake.resume():
        print(f"补完上次中断的报送 finished what was interrupted: 回执 receipt {each.id}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(_STEPS[step], total=total)
            bar.update(tasks[step], completed=done, total=total)

        return submit_file(settings, intake, contract, file, table=table, dry=check, progress=show)


def _contract(settings: Settings, provider: str | None) -> Contract:
    paths = contract_paths(*settings.contract_folders)
    if provider not in paths:
        raise IntakeError(
            f"没有单位 {provider or '（未写）'} there is no such provider: add --provider SLUG, one of `huiliu contract list`"
        )
    return load_contract(paths[provider]).contract


def _report(receipts: list[Receipt], *, as_json: bool, past: bool) -> None:
    for each in receipts:
        if not as_json:
            _print(each)
    states = [each.state for each in receipts]
    refused = not past and any(state in ("refused", "cancelled") for state in states)
    if as_json:
        print(json.dumps({"ok": not refused, "receipts": [asdict(each) for each in receipts]}, ensure_ascii=False))
    if refused:
        raise typer.Exit(_REFUSED)
    if not past and "waiting" in states:
        raise typer.Exit(_WAITS)


def _print(receipt: Receipt) -> None:
    number = f"回执 receipt {receipt.id}  " if receipt.id else ""
    print(f"{number}{receipt.provider}.{receipt.table}  {_STATES[receipt.state]}")
    print(
        f"  {receipt.rows:,} 行 rows: 新增 new {receipt.created:,}, 更改 changed {receipt.updated:,}, 删除 deleted {receipt.deleted:,}, "
        f"未变 unchanged {receipt.unchanged:,}, 退回 rejected {receipt.rejected:,}; 存疑 doubtful {receipt.flagged:,}"
    )
    for note in receipt.notes:
        print(f"  {note}")
    if receipt.reason:
        print(f"  {receipt.reason}")
    if receipt.state == "waiting":
        print(f"  确认 confirm: huiliu submit --confirm {receipt.id} --by NAME; 取消 drop: huiliu submit --cancel {receipt.id} --by NAME")
    for each in receipt.rejects[:_MOST_LISTED]:
        print(f"  第 {each.line} 行 row {each.line} {each.column}: {each.reason}: {each.remedy}")
    if receipt.rejected and receipt.id:
        print(f"  退回的行 the rejected rows: huiliu submit --receipt {receipt.id} --rejects 退回.xlsx")


@contextmanager
def _asking() -> Iterator[None]:
    """Name the server that did not answer."""
    try:
        yield
    except OperationalError as error:
        raise IntakeError("存储没有回答 the store does not answer: see `huiliu status`, then send it again") from error
    except KafkaException as error:
        raise IntakeError(
            f"Kafka 没有收下 did not take it ({error.args[0].name()}): 恢复后再送同一文件即补完 once it is back, send the same file again"
        ) from error
    except registry.AWAY as error:
        raise IntakeError(f"登记处没有回答 the registry does not answer ({type(error).__name__}): see `huiliu status`") from error
