"""Makes the demo's ground: servers and processes up, a synthetic city in the departments' databases, every feed attached."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from city.changes import DEPARTMENTS_THAT_CHANGE
from city.databases import create
from city.world import World
from cli.contract.attaching import READERS
from cli.demo.deliveries import Delivery, deliver
from connectors.onboarding.attaching import Attached, attach_version, read_again
from connectors.worker import Worker
from domain.contract import Contract, ContractFile
from settings import Settings
from settings.contracts import contract_paths, load_contract
from stack.errors import StackError
from stack.supervisor import Stack

CORE, ALL = "core", "all"
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class City:
    """Which synthetic city."""

    people: int
    seed: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What the demo stands on. ``addresses``: the DBA's address of each department that live changes touch, by slug."""

    stack: Stack
    settings: Settings
    contracts: list[Contract]
    addresses: dict[str, str]
    world: World
    deliveries: list[Delivery]

    @property
    def delivered(self) -> dict[str, int]:
        """Rows taken over from each provider that sends files or entries."""
        taken: Counter[str] = Counter()
        for delivery in self.deliveries:
            taken[delivery.provider] += delivery.taken
        return dict(taken)


def prepare(home: Path, city: City, workers: int | None, console: Console, providers: str = CORE) -> Ground:
    """Bring everything up, with these ``providers`` attached; what is there already is left as it is.

    Raises:
        StackError, CityError, ContractError, SettingsError, IntakeError: each one sentence with place and remedy.
    """
    stack = Stack(home, console)
    stack.up(servers_only=True)
    settings = Settings.load(home)
    files = chosen(providers, settings)
    contracts = [file.contract for file in files]
    _make_city(settings, city, console, {contract.provider for contract in contracts})
    attached = attach_all(files, settings, console)
    reports = [each.report for each in attached]
    if bad := [f"{report.provider}: {'; '.join(report.problems)}" for report in reports if not report.ok]:
        raise StackError(f"未接入 not attached: {' | '.join(bad)}")
    if any(each.new for each in attached):  # who runs already read the contracts at its start
        stack.down([each.name for each in stack.status() if each.state == "running" and each.name.startswith(READERS)])
    stack.up(workers=workers)
    for each in attached:
        if each.stale and each.contract.mode == "cdc":
            read_again(each, settings)
    settings, world = Settings.load(home), World(city.people, city.seed)
    deliveries = list(deliver(settings, contracts, world))
    if deliveries:
        sent = sum(delivery.taken for delivery in deliveries)
        console.print(f"✓ 拷贝与录入 copies and entries: {len({each.provider for each in deliveries})} 家 providers, {sent:,} 行 rows")
    captured = {contract.provider: contract.source for contract in contracts if contract.mode == "cdc"}
    addresses = {slug: settings.source_url(captured[slug].admin_url_env or captured[slug].url_env) for slug in DEPARTMENTS_THAT_CHANGE}
    return Ground(stack, settings, contracts, addresses, world, deliveries)


def chosen(providers: str, settings: Settings) -> list[ContractFile]:
    """Return the contracts that ``core`` (what live changes need), ``all`` or a comma-separated list of slugs means; core is always in.

    Raises:
        StackError: a slug has no contract.
        ContractError: a contract cannot be used.
    """
    paths = contract_paths(*settings.contract_folders)
    asked = set(paths) if providers == ALL else {*DEPARTMENTS_THAT_CHANGE, *filter(None, providers.split(","))} - {CORE}
    if unknown := sorted(asked - paths.keys()):
        raise StackError(f"没有契约 no contract for {', '.join(unknown)}: `huiliu contract list` names every provider")
    in_order = sorted(asked, key=lambda slug: (slug not in DEPARTMENTS_THAT_CHANGE, slug))  # the first attached are polled most often
    files = [load_contract(paths[slug]) for slug in in_order]
    return [file for file in files if file.contract.mode != "role"]


def _make_city(settings: Settings, city: City, console: Console, slugs: set[str]) -> None:
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
            slugs,
        )
    rows = "沿用已有 as it was" if made.already else f"{sum(made.rows.values()):,} 行 rows"
    console.print(f"✓ 合成城市 synthetic city: {city.people:,} 人 people, {rows}")


def attach_all(files: list[ContractFile], settings: Settings, console: Console) -> list[Attached]:
    """Attach the providers side by side."""
    with Worker(settings.connect_url) as worker, ThreadPoolExecutor(_AT_ONCE) as pool:
        attached = []
        for each in pool.map(lambda file: attach_version(file, settings, worker), files):
            changed = sum(change.state != "unchanged" for change in each.report.changes)
            console.print(f"{'✓' if each.report.ok else '✗'} 接入 attached {each.report.provider}: {changed} 项变更 changes")
            attached.append(each)
    return attached
