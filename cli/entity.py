"""``huiliu entity``: what an entity holds, how its records hang together, and why two are one or not; never a value in clear."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, NoReturn, TypeVar

import psycopg
import typer
from psycopg.errors import UndefinedTable
from psycopg_pool import PoolTimeout
from rich.console import Console
from rich.table import Table

from cli.entity_history import forgotten, show_history
from domain.matching.explain import KINDS
from query.entity_answer import Candidate, EntityTelling, HowAnswer, Joined, Pair, Reason, Record, Said, WhyAnswer
from query.entity_history import HistoryEvidence, as_of, moment
from query.entity_history_answer import HistoryAnswer
from query.entity_history_answer import told as history_told
from query.entity_how import HowEvidence, how
from query.entity_why import UnknownNamesError, WhyEvidence, entity_or_record, why
from query.evidence import Evidence
from query.history import ForgottenError
from settings import Settings
from settings.scorecards import load_scorecards

app = typer.Typer(help="实体 Entities: what they hold, how their records hang together, why two are one or not.", no_args_is_help=True)
_Json = Annotated[bool, typer.Option("--json", help="输出一个 JSON，不含任何值 one JSON object, without any value")]
_NAME = "实体编号 (P-…) 或记录代号 (22 个字符) an entity id or a record handle"
_Name = Annotated[str, typer.Argument(help=_NAME)]
_T = TypeVar("_T")
_HANDLES = {"ignore_unknown_options": True}  # a handle may begin with a dash
_BAR = 20  # characters of the longest bar
_LEAST_SCALE = 10  # bits that the longest bar stands for, at least


@app.command(name="why", context_settings=_HANDLES)
def why_command(a: _Name, b: _Name, *, as_json: _Json = False) -> None:
    """为什么是（或不是）同一个 Says why two records or entities are one, or are not; the same whichever is named first.

    退出码 exit code: 0 已回答 answered, 1 没有这个编号，或服务没有回答 unknown, or no server, 2 写法不对 not a name.

    例 Examples:

      huiliu entity why P-3q2-7wEjRWeJq83vASNFZw P-oX0eYp1mQkG0uJ4v9sBdAg

      huiliu entity why 3q2-7wEjRWeJq83vASNFZw oX0eYp1mQkG0uJ4v9sBdAg --json
    """
    one, other = _name(a), _name(b)

    async def ask(evidence: Evidence) -> WhyEvidence | UnknownNamesError:
        try:
            return await why(evidence, one, other)
        except UnknownNamesError as error:
            return error

    found = _asked(ask)
    if isinstance(found, UnknownNamesError):
        _unknown(" ".join((a, b)[place] for place in found.places))
    answer = EntityTelling(str, masked=not as_json).why(found)
    if as_json:
        print(answer.model_dump_json(exclude_none=True))
    else:
        _show_why(Console(), answer)


@app.command(name="how", context_settings=_HANDLES)
def how_command(entity: _Name, *, as_json: _Json = False) -> None:
    """怎样连到一起 Says how the records of an entity hang together: identifiers, likeness, decisions, and what nearly joined.

    退出码 exit code: 0 已回答 answered, 1 没有这个编号，或服务没有回答 unknown, or no server, 2 写法不对 not a name.

    例 Examples:

      huiliu entity how P-3q2-7wEjRWeJq83vASNFZw

      huiliu entity how P-3q2-7wEjRWeJq83vASNFZw --json
    """
    answer = _entity(entity, masked=not as_json)
    if as_json:
        print(answer.model_dump_json(exclude_none=True))
    else:
        _show_how(Console(), answer, entity)


@app.command(context_settings=_HANDLES)
def show(
    entity: _Name,
    *,
    when: Annotated[
        str | None, typer.Option("--as-of", metavar="TIME", help="当时的样子 as it was then: 2026-11-01T10:00, 默认北京时间 China time")
    ] = None,
    as_json: _Json = False,
) -> None:
    """列出实体的记录 Lists an entity's records, now or as of a time: who holds them, which fields they give, with values masked.

    退出码 exit code: 0 已回答 answered, 1 没有这个编号，或服务没有回答 unknown, or no server, 2 写法不对 not a name or a time.

    例 Examples:

      huiliu entity show P-3q2-7wEjRWeJq83vASNFZw

      huiliu entity show 3q2-7wEjRWeJq83vASNFZw     一条记录所在的实体 the entity that a record belongs to

      huiliu entity show P-3q2-7wEjRWeJq83vASNFZw --as-of 2026-11-01T10:00
    """
    if when is not None:
        was = _history(entity, when, masked=not as_json)
        if as_json:
            print(was.model_dump_json(exclude_none=True))
        else:
            show_history(Console(), was, _records(was.members))
        return
    answer = _entity(entity, masked=not as_json)
    if as_json:
        print(answer.model_dump_json(include={"entity", "kind", "members", "more", "former"}, exclude_none=True))
        return
    console = Console()
    _heading(console, answer, entity)
    console.print(_records(answer.members))
    if answer.former:
        console.print(f"以前的编号 former ids: {', '.join(answer.former)}")


def _history(name: str, when: str, *, masked: bool) -> HistoryAnswer:
    asked, at_ms = _name(name), _moment(when)

    async def ask(evidence: Evidence) -> HistoryEvidence | ForgottenError | None:
        if isinstance(asked, bytes):
            record = await evidence.store.record(asked)
            identifier = record.entity_id if record else None
        else:
            identifier = asked
        try:
            return await as_of(evidence, identifier, at_ms) if identifier else None
        except ForgottenError as error:
            return error

    found = _asked(ask)
    if isinstance(found, ForgottenError):
        _fail(forgotten(found))
    if found is None:
        _unknown(name)
    return history_told(EntityTelling(str, masked=masked), found)


def _moment(text: str) -> int:
    try:
        return moment(text)
    except ValueError:
        said = "写作 write it as 2026-11-01 or 2026-11-01T10:00; 不能晚于现在 and not in the future"
        raise typer.BadParameter(said, param_hint="--as-of") from None


def _entity(name: str, *, masked: bool) -> HowAnswer:
    asked = _name(name)

    async def ask(evidence: Evidence) -> HowEvidence | None:
        if isinstance(asked, str):
            return await how(evidence, asked)
        record = await evidence.store.record(asked)
        return await how(evidence, record.entity_id) if record else None

    found = _asked(ask)
    if found is None:
        _unknown(name)
    return EntityTelling(str, masked=masked).how(found)


def _name(text: str) -> str | bytes:
    try:
        return entity_or_record(text)
    except ValueError:
        raise typer.BadParameter(f"不是{_NAME}: 请从检索、复核队列或 `huiliu entity show` 复制 copy it from there") from None


def _asked(ask: Callable[[Evidence], Awaitable[_T]]) -> _T:
    settings = Settings.load()
    dsn, cards = settings.store_dsn.get_secret_value(), load_scorecards(settings)

    async def answer() -> _T:
        evidence = Evidence(dsn, settings.master_key_bytes(), cards=cards)
        try:
            return await ask(evidence)
        finally:
            await evidence.close()

    try:
        psycopg.connect(dsn, connect_timeout=10).close()  # a pool would go on trying
        return asyncio.run(answer())
    except UndefinedTable:
        _fail("存储里还没有表 the store has no tables yet: run `huiliu up streams-0`, then attach a provider")
    except (psycopg.OperationalError, PoolTimeout):
        _fail("存储没有回答 the store (HUILIU_STORE_DSN) does not answer: run `huiliu up store`")


def _unknown(names: str) -> NoReturn:
    _fail(f"没有 there is no {names}: 请重新查询；记录删除或合并后编号会变 search again, since ids change when records go or merge")


def _fail(sentence: str) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, style="red", markup=False)
    raise typer.Exit(1)


def _show_why(console: Console, answer: WhyAnswer) -> None:
    console.print(f"[bold]{answer.zh} {answer.en}[/]")
    for obstacle in answer.obstacles:
        console.print(f"  • {obstacle.zh} {obstacle.en}")
    if answer.steps:
        console.print(_steps(answer.steps, answer.records))
        console.print(_records(answer.records))
    if answer.pair is not None:
        _show_pair(console, answer.pair, numbered=not answer.steps)


def _show_pair(console: Console, pair: Pair, *, numbered: bool) -> None:
    if numbered:
        console.print(_records(pair.records))
    console.print(f"{pair.zh} {pair.en}")
    for fact in pair.keys:
        console.print(f"  • {fact.zh} {fact.en}")
    if pair.reasons:
        console.print(_features(pair.reasons))


def _show_how(console: Console, answer: HowAnswer, asked: str) -> None:
    _heading(console, answer, asked)
    console.print(_records(answer.members))
    if answer.steps:
        console.print(_steps(answer.steps, answer.members))
    for step in answer.steps:
        if step.reasons:
            console.print(_features(step.reasons, title=_ends(step, _numbers(answer.members))))
    if answer.unsettled:
        console.print("数据正在更新，请稍后再看 the store is changing: look again in a moment")
    if answer.refused:
        console.print(_candidates(answer.refused, _numbers(answer.members)))
    for each in answer.kept_apart:
        console.print(f"复核员判定为不同 a steward said different: {each.record} ≠ {each.other} ({each.entity})")
    _listed(console, "别的实体也有、不作依据的号码 identifiers that join nothing, since another entity has them", answer.ambiguous)
    _listed(console, "不能全凭它合并的号码 identifiers that do not join all their records", answer.doubted)
    _listed(console, "共有的记录太多、没有逐一比较的线索 shared by too many to be all compared", answer.crowded)


def _heading(console: Console, answer: HowAnswer, asked: str) -> None:
    kind = KINDS[answer.kind]
    now = f"{asked} → {answer.entity}" if asked != answer.entity else answer.entity
    console.print(f"[bold]{now}[/] {kind.zh} {kind.en}: {answer.zh} {answer.en}")
    if answer.more:
        console.print("记录太多，只列出一部分 too many records: some are listed")


def _table(*columns: str, title: str | None = None) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _records(records: Iterable[Record]) -> Table:
    table = _table("#", "记录代号 record", "单位 provider", "表 table", "角色 role", "更新于 updated", "内容 fields", "存疑 doubts")
    for number, each in enumerate(records, 1):
        when = each.updated.astimezone().isoformat(" ", "seconds")
        said = ", ".join(f"{field} {value}" for field, value in (each.masked or {}).items())
        doubts = [*each.flags, *(f"{field}: 太多记录共有，不比较 shared by too many, not compared" for field in each.muted)]
        table.add_row(str(number), each.handle, each.provider, each.table, each.role, when, said, ", ".join(doubts))
    return table


def _steps(steps: Iterable[Joined], records: list[Record]) -> Table:
    table = _table("步 step", "记录 records", "凭什么 by what", title="怎样连到一起 how they hang together")
    numbers = _numbers(records)
    for place, step in enumerate(steps, 1):
        table.add_row(str(place), _ends(step, numbers), f"{step.zh} {step.en}")
    return table


def _features(reasons: list[Reason], title: str | None = None) -> Table:
    table = _table("相符程度 agreement", "比特 bits", "两个 ← 依据 evidence → 同一个 one", title=title)
    scale = max(_LEAST_SCALE, *(abs(reason.bits) for reason in reasons))
    for reason in reasons:
        length = round(_BAR * abs(reason.bits) / scale)
        bar = f"{' ' * _BAR}│[green]{'█' * length}[/]" if reason.bits > 0 else f"{' ' * (_BAR - length)}[red]{'█' * length}[/]│"
        table.add_row(f"{reason.zh} {reason.en}", f"{reason.bits:+d}" if reason.bits else "0", bar)
    return table


def _candidates(candidates: Iterable[Candidate], numbers: dict[str, int]) -> Table:
    table = Table(
        "#", "比特 bits", "对 pairs", "另一实体 entity", "另一记录 record", "为什么没合并 why not", title="差一点合并的 what nearly joined"
    )
    for each in candidates:
        number = str(numbers.get(each.record, "?"))
        table.add_row(number, str(each.bits), str(each.pairs), each.entity, each.other, f"{each.zh} {each.en}")
    return table


def _numbers(records: Iterable[Record]) -> dict[str, int]:
    return {record.handle: number for number, record in enumerate(records, 1)}


def _ends(step: Joined, numbers: dict[str, int]) -> str:
    return f"{numbers[step.one]} — {numbers[step.other]}"


def _listed(console: Console, title: str, said: list[Said]) -> None:
    if said:
        console.print(f"{title}: {', '.join(f'{each.zh} {each.en}' for each in said)}")
