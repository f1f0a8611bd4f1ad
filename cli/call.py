"""``huiliu call``: the office calls for a provider's matter now (即报), sees when it was seen and answered, and closes it."""

import json
import time
from datetime import datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from connectors.door.calls import Call, StoreCalls
from connectors.door.errors import CallError
from connectors.door.keys import desk_key
from domain.contract import Contract
from settings import Settings
from settings.contracts import load_contracts

app = typer.Typer(no_args_is_help=False)
_LONGEST_MINUTES = 30 * 24 * 60
_MOST_CHARACTERS = 1000
_STATES = {"open": "待答 open", "overdue": "超时 overdue", "answered": "已答 answered", "closed": "了结 closed"}


@app.command()
def call(  # noqa: PLR0913  # one command for one matter
    slug: Annotated[str | None, typer.Argument(help="单位 the provider that shall report.")] = None,
    *,
    matter: Annotated[str, typer.Option("--matter", help="要报什么 what is wanted; sealed in the store.")] = "",
    table: Annotated[str | None, typer.Option("--table", help="哪张表 the table the answer is wanted in.")] = None,
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=_LONGEST_MINUTES, help="时限（分钟） how soon.")] = 60,
    office: Annotated[str, typer.Option("--office", help="哪个科室 who calls, or closes: an office, not a name.")] = "",
    listing: Annotated[bool, typer.Option("--list", help="列出 list the calls (of SLUG, or of all).")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON: one JSON object a line.")] = False,
    close: Annotated[int | None, typer.Option("--close", metavar="ID", help="了结 close this call.")] = None,
) -> None:
    """即报 Call for a provider's matter now; its desk page shows the call with a running clock until it is answered.

    Examples: huiliu call civil_affairs --matter "今日救助站入住人数" --minutes 30 --office 整合办值班室

    huiliu call --list --json

    huiliu call --close 3 --office 整合办值班室
    """
    settings = Settings.load()
    calls = StoreCalls(settings.store_dsn.get_secret_value(), settings.master_key_bytes())
    calls.create_tables()
    if listing:
        _show([each for each in calls.all() if slug in {None, each.provider}], as_json=as_json)
    elif close is not None:
        _show([calls.close(close, _office(office), _now())], as_json=as_json)
    else:
        _show([calls.make(_wanted(settings, slug, matter, table, minutes, office))], as_json=as_json)


def _wanted(settings: Settings, slug: str | None, matter: str, table: str | None, minutes: int, office: str) -> Call:
    if not slug:
        raise CallError("没有指明单位 no provider is named: huiliu call SLUG --matter … --office …, or --list, or --close ID")
    contract = _contract(settings, slug)
    if not matter.strip() or len(matter) > _MOST_CHARACTERS:
        raise CallError(f"没有写明事项 --matter is missing or longer than {_MOST_CHARACTERS} characters: say what is wanted")
    if table is not None and table not in {each.name for each in contract.tables}:
        names = ", ".join(each.name for each in contract.tables) or "none"
        raise CallError(f"{slug} 没有这张表 has no such table: use one of {names}, or leave --table out")
    desk_key(settings.home, slug)  # so that the desk can be opened at all
    now = _now()
    return Call(0, slug, table, matter.strip(), _office(office), now, now + minutes * 60_000)


def _contract(settings: Settings, slug: str) -> Contract:
    for contract in load_contracts(*settings.contract_folders):
        if contract.provider == slug:
            return contract
    raise CallError(f"没有这个单位 there is no provider {slug}: see `huiliu contract list`")


def _office(office: str) -> str:
    if not office.strip():
        raise CallError("没有写明科室 --office is missing: name the office that calls or closes")
    return office.strip()


def _now() -> int:
    return int(time.time() * 1000)


def _show(calls: list[Call], *, as_json: bool) -> None:
    if as_json:
        for each in calls:
            print(json.dumps(each.as_json(_now()), ensure_ascii=False))
        return
    shown = Table(
        "编号 id", "单位 provider", "事项 matter", "科室 office", "状态 state", "限时 due", "看到 seen", "答复 answered", "回执 receipts"
    )
    for each in calls:
        receipts = ", ".join(map(str, each.receipts))
        times = (_clock(each.due_ms), _clock(each.seen_ms), _clock(each.answered_ms))
        shown.add_row(str(each.id), each.provider, each.matter, each.office, _STATES[each.state(_now())], *times, receipts)
    Console().print(shown)


def _clock(moment_ms: int | None) -> str:
    return "" if moment_ms is None else datetime.fromtimestamp(moment_ms / 1000).astimezone().strftime("%m-%d %H:%M:%S")
