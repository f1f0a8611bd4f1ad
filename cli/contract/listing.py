"""``huiliu contract list`` and ``page``: every provider with its feed's state, and the page of the 45 duties."""

import json

import typer
from rich.console import Console
from rich.table import Table

from cli.contract.chosen import PROVIDERS, Json, complain, existing, folders
from connectors.choice import chosen_files, read_contracts
from connectors.errors import ConnectError
from connectors.feeds import Feed, feeds, never_attached
from connectors.onboarding.page import missing_rows, providers_page
from connectors.worker import Worker
from domain.contract import Contract
from settings import ENV_FILE, Settings, SettingsError, default_home
from settings.contracts import load_contracts


def list_(*, as_json: Json = False) -> None:
    """列出单位 List every provider with its feed's state.

    Example: huiliu contract list --json
    """
    files, problems = read_contracts(existing(chosen_files((), *folders())))
    for problem in problems:
        complain(str(problem))
    contracts = [file.contract for file in files]
    try:
        settings = Settings.load()
    except SettingsError:
        if (default_home() / ENV_FILE).exists():
            raise
        found, asked = never_attached(contracts), True
    else:
        found, asked = _asked(contracts, settings)
    if as_json:
        for feed in found:
            print(json.dumps(feed.as_json(), ensure_ascii=False))
    else:
        Console().print(_table(found))
    raise typer.Exit(1 if problems or not asked else 0)


def _asked(contracts: list[Contract], settings: Settings) -> tuple[list[Feed], bool]:
    """Return the feeds with their states, and whether Connect could be asked."""
    try:
        with Worker(settings.connect_url) as worker:
            return feeds(contracts, settings, worker.states()), True
    except ConnectError as error:
        complain(str(error))
        return feeds(contracts, settings, None), False


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
