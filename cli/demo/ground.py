"""Makes the demo's ground: servers and processes up, a synthetic city in the departments' databases, every feed attached."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from city.databases import create
from city.world import World
from connectors.attach import attach
from connectors.report import Report
from connectors.worker import Worker
from domain.contract import Contract, ContractFile
from settings import Settings
from settings.contracts import load_contract, load_contracts
from stack.errors import StackError
from stack.supervisor import Stack

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class City:
    """Which synthetic city."""

    people: int
    seed: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What the demo stands on. ``addresses``: each department's DBA address by slug."""

    stack: Stack
    settings: Settings
    contracts: list[Contract]
    addresses: dict[str, str]
    world: World


def prepare(home: Path, city: City, workers: int | None, console: Console) -> Ground:
    """Bring everything up; what is there already is left as it is.

    Raises:
        StackError, CityError, ContractError, SettingsError: each one sentence with place and remedy.
    """
    stack = Stack(home, console)
    stack.up(workers=workers)
    settings = Settings.load(home)
    contracts = load_contracts(settings.providers_dir)
    _make_city(settings, city, console)
    for report in attach_all([load_contract(settings.providers_dir / f"{each.provider}.yaml") for each in contracts], settings, console):
        if not report.ok:
            raise StackError(f"{report.provider} 未接入 is not attached: {'; '.join(report.problems)}")
    addresses = {each.provider: settings.source_url(each.source.admin_url_env or each.source.url_env) for each in contracts}
    return Ground(stack, settings, contracts, addresses, World(city.people, city.seed))


def _make_city(settings: Settings, city: City, console: Console) -> None:
    if settings.departments_dsn is None:
        raise StackError("没有部门数据库 no departments' server in the settings: run `huiliu up`")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("合成城市 synthetic city", total=city.people)
        made = create(
            settings.departments_dsn.get_secret_value(),
            settings.home,
            city.people,
            city.seed,
            lambda done, total: bars.update(task, completed=done, total=total),
        )
    rows = "沿用已有 as it was" if made.already else f"{sum(made.rows.values()):,} 行 rows"
    console.print(f"✓ 合成城市 synthetic city: {city.people:,} 人 people, {rows}")


def attach_all(files: list[ContractFile], settings: Settings, console: Console) -> list[Report]:
    """Attach the providers side by side."""
    with Worker(settings.connect_url) as worker, ThreadPoolExecutor(_AT_ONCE) as pool:
        reports = []
        for report in pool.map(lambda file: attach(file, settings, worker), files):
            changed = sum(change.state != "unchanged" for change in report.changes)
            console.print(f"{'✓' if report.ok else '✗'} 接入 attached {report.provider}: {changed} 项变更 changes")
            reports.append(report)
    return reports
