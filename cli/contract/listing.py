"""``huiliu contract list`` and ``page``: every provider with its feed's state, and the page of the 45 duties."""

import json

import typer
from rich.console import Console
from rich.table import Table

from cli.contract.chosen import PROVIDERS, Json, complain
from connectors.choice import chosen_files, read_contracts
from connectors.errors import ConnectError
from connectors.feeds import Feed, feeds
from connectors.onboarding.page import missing_rows, providers_page
from connectors.worker import Worker
from settings import Settings
from settings.contracts import load_contracts


def list_(*, as_json: Json = False) -> None:
    """列出单位 List every provider with its feed's state.

    Example: huiliu contract list --json
    """
    settings = Settings.load()
    files, problems = read_contracts(chosen_files((), *settings.contract_folders))
    for problem in problems:
        complain(str(problem))
    states, failed = None, bool(problems)
    try:
        with Worker(settings.connect_url) as worker:
            states = worker.states()
    except ConnectError as error:
        failed = True
        complain(str(error))
    found = feeds([file.contract for file in files], settings, states)
    if as_json:
        for feed in found:
            print(json.dumps(feed.as_json(), ensure_ascii=False))
    else:
        Console().print(_table(found))
    raise typer.Exit(1 if failed else 0)


def page() -> None:
    """生成职责页 Print the page of the 45 duties, made from the shipped contracts; exit code 1 when a duty has none.

    Example: huiliu contract page > docs/providers.md
    """
    shipped = load_contracts(PROVIDERS)
    print(providers_page(shipped), end="")
    missing = missing_rows(shipped)
    if missing:
        complain(f"缺少契约 no contract for rows {', '.join(map(str, missing))}: write connectors/providers/<slug>.yaml")
        raise typer.Exit(1)


def _table(rows: list[Feed]) -> Table:
    table = Table("序号 row", "单位 provider", "方式 mode", "表 tables", "扣留 withheld", "状态 state", "原因 reason")
    for row in rows:
        provider = f"{row.slug} {row.title}"
        table.add_row(str(row.row), provider, row.mode, ", ".join(row.tables), str(len(row.withheld)), row.state, row.reason)
    return table
