"""``huiliu review``: what the machine leaves to people, seen and decided on the command line; stewards' keys and the log."""

import asyncio
import json
import os
import re
import sys
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel
from rich.console import Console

from cli.review_report import report
from cli.review_view import show_cards, show_log, show_pair
from domain.entities import Kind
from domain.review import Verdict
from query.catalogue import Catalogue
from query.evidence import Evidence, Public
from query.problems import Problem, ProblemError
from query.review_answer import LineTold
from query.review_desk import ReviewDesk
from query.review_keys import StewardError, StewardKeys
from query.review_routes import review_desk
from settings import Settings
from settings.contracts import load_contracts
from settings.scorecards import load_scorecards

KEY_VARIABLE = "HUILIU_STEWARD_KEY"
_WAITS = 3
_RECORD = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")  # the last character holds two bits
_HANDLES = {"ignore_unknown_options": True}  # a handle may begin with a dash
_HELP = """人工复核 What the machine leaves to people: list, show, decide, consent, undo, log, report.

退出码 Exit codes: 0 办成 done; 1 未办成 refused, or a server is away; 2 写法有误 wrong usage; 3 等另一位复核员 waits for another.
"""


class Order(StrEnum):
    """Which cards come first."""

    DOUBT = "doubt"
    AGE = "age"


Json = Annotated[bool, typer.Option("--json", help="输出 JSON: one JSON object a line.")]


def _record(name: str) -> str:
    """Return a record's handle.

    Raises:
        typer.BadParameter: it is none.
    """
    if not _RECORD.fullmatch(name):
        said = "要记录的句柄（22 个字符，见 huiliu review list） a record's handle is wanted, of 22 characters"
        raise typer.BadParameter(f"{said}; P-… 是实体编号 is an entity's id")
    return name


One = Annotated[str, typer.Argument(callback=_record, help="记录句柄 a record's handle, 22 characters; see `huiliu review list`.")]
Other = Annotated[str, typer.Argument(callback=_record, help="另一条记录的句柄 the other record's handle.")]
Number = Annotated[int, typer.Argument(help="决定编号 the decision's number; see `huiliu review log`.", min=1)]
Reason = Annotated[str, typer.Option("--reason", help="理由，不写个人信息 why; no personal values.")]
Told = TypeVar("Told")

app = typer.Typer(no_args_is_help=True, help=_HELP)


@app.command("list")
def list_(
    kind: Annotated[Kind | None, typer.Option("--kind", help="类别 only this kind of entity.")] = None,
    order: Annotated[
        Order, typer.Option("--order", help="doubt 最接近匹配的在前 nearest to a match first; age 等得最久的在前 oldest first.")
    ] = Order.DOUBT,
    limit: Annotated[int, typer.Option("--limit", min=1, max=50, help="最多几对 most pairs.")] = 20,
    after: Annotated[str | None, typer.Option("--after", help="上一页末尾给出的 what the page before told at its end.")] = None,
    *,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="只列等另一位复核员的决定 all decisions that wait for another steward, instead.")
    ] = False,
    as_json: Json = False,
) -> None:
    """列出待复核的 List what a person must judge: two entities a line, by their best pair of records.

    Examples: huiliu review list

    huiliu review list --kind person --order age --json

    JSON 的最后一行说总数和下一页 the last line of JSON tells how many there are, and where the next page begins.

    huiliu review list --waiting
    """
    if waiting:
        if kind is not None or after is not None:
            raise typer.BadParameter("与 --kind、--after 不能同用 not together with --kind or --after", param_hint="--waiting")
        lines = _asked(lambda desk: desk.waiting())
        _out(lines, show_log, as_json=as_json)
        return
    page = _asked(lambda desk: desk.queue(kind, order.value, limit, after))
    _out(page.cards, lambda cards: show_cards(cards, page.total), as_json=as_json)
    if as_json:
        print(json.dumps({"total": page.total, "next": page.next}))
    elif page.next:
        print(f"下一页 next page: --after {page.next}")


@app.command(context_settings=_HANDLES)
def show(one: One, other: Other, *, as_json: Json = False) -> None:
    """两条记录并排看 Show two records side by side, masked, why they may be one entity, and what was decided.

    Examples: huiliu review show 3q2-7wAAAAAAAAAAAAAAAA v____wAAAAAAAAAAAAAAAA

    huiliu review show 3q2-7wAAAAAAAAAAAAAAAA v____wAAAAAAAAAAAAAAAA --json
    """
    settings = Settings.load()
    public = Catalogue(load_contracts(*settings.contract_folders)).public
    pair = _asked(lambda desk: desk.pair(one, other), public)
    _out([pair], lambda pairs: show_pair(pairs[0]), as_json=as_json)


@app.command(context_settings=_HANDLES)
def decide(
    one: One,
    other: Other,
    verdict: Annotated[Verdict, typer.Argument(help="判断 same, different or unsure.")],
    reason: Reason,
    *,
    as_json: Json = False,
) -> None:
    """判断 Decide whether two records speak of one entity, as the steward whose key is in HUILIU_STEWARD_KEY, or is typed.

    Examples: huiliu review decide 3q2-7wAAAAAAAAAAAAAAAA v____wAAAAAAAAAAAAAAAA same --reason 户籍与社保登记一致

    huiliu review decide 3q2-7wAAAAAAAAAAAAAAAA v____wAAAAAAAAAAAAAAAA different --reason 出生地不同 --json
    """
    _decided(lambda desk, steward: desk.decide(one, other, verdict, reason, steward), as_json=as_json)


@app.command()
def undo(number: Number, reason: Reason, *, as_json: Json = False) -> None:
    """撤销 Take a decision back; the one before it on the same pair holds again.

    Examples: huiliu review undo 17 --reason 看错了
    """
    _decided(lambda desk, steward: desk.undo(number, reason, steward), as_json=as_json)


@app.command()
def consent(number: Number, *, as_json: Json = False) -> None:
    """同意 Consent to another steward's decision, so that it counts.

    Examples: huiliu review consent 17
    """
    _decided(lambda desk, steward: desk.consent(number, steward), as_json=as_json)


@app.command()
def log(
    after: Annotated[int, typer.Option("--after", min=0, help="只列此编号之后的 only above this number.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help="最多几条 most lines.")] = 100,
    *,
    newest: Annotated[bool, typer.Option("--newest", help="列最后几条 the last lines, instead of the first.")] = False,
    as_json: Json = False,
) -> None:
    """决定记录 Show the log of decisions, oldest first; it is only added to.

    Examples: huiliu review log

    huiliu review log --after 100 --json

    huiliu review log --newest --limit 10
    """
    if newest and after:
        raise typer.BadParameter("与 --after 不能同用 not together with --after", param_hint="--newest")
    lines = _asked(lambda desk: desk.newest(limit) if newest else desk.log(after, limit))
    _out(lines, show_log, as_json=as_json)


@app.command(name="report")
def report_command(
    seconds: Annotated[
        float, typer.Option("--seconds", min=0, max=3_600, help="最多花多久找太多记录共有的值 how long to look for crowded values.")
    ] = 30,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="输出一个 JSON one JSON object.")] = False,
) -> None:
    """积压 How much waits for people and for how long, which matches were refused and why, which values too many records share.

    Examples: huiliu review report

    huiliu review report --json
    """
    report(seconds, as_json=as_json)


@app.command()
def steward(
    name: Annotated[str, typer.Argument(help="名称 2 to 41 of a-z, 0-9 and _.")],
    *,
    renew: Annotated[bool, typer.Option("--renew", help="换发，旧的立即失效 replace a lost key; the old one ends at once.")] = False,
) -> None:
    """发放复核员密钥 Make a steward's key and print it: only its digest is kept, so it is not seen again. One person, one name.

    Examples: huiliu review steward li_ming

    huiliu review steward li_ming --renew
    """
    with _refusals():
        print(StewardKeys(Settings.load().home).make(name, renew=renew))


def _asked(ask: Callable[[ReviewDesk], Coroutine[Any, Any, Told]], public: Public = frozenset()) -> Told:
    """Ask the desk, and end its connections."""
    settings = Settings.load()
    cards = load_scorecards(settings)

    async def asking() -> Told:
        evidence = Evidence(settings.store_dsn.get_secret_value(), settings.master_key_bytes(), public, cards=cards)
        try:
            return await ask(review_desk(settings, evidence))
        finally:
            await evidence.close()

    with _refusals():
        return asyncio.run(asking())


def _decided(act: Callable[[ReviewDesk, str], Coroutine[Any, Any, LineTold]], *, as_json: bool) -> None:
    with _refusals():
        name = _steward(Settings.load())
    line = _asked(lambda desk: act(desk, name))
    _out([line], show_log, as_json=as_json)
    if line.state == "waits":
        raise typer.Exit(_WAITS)


def _steward(settings: Settings) -> str:
    """Return who acts. A key is never an argument: arguments are seen by everyone on the machine."""
    key = os.environ.get(KEY_VARIABLE, "")
    if not key and sys.stdin.isatty():
        key = typer.prompt("复核员密钥 steward's key", hide_input=True, err=True)
    name = StewardKeys(settings.home).steward(key.strip())
    if name is None:
        raise ProblemError([Problem("", "no_steward_key")], 401)
    return name


def _out(told: Sequence[BaseModel], view: Callable[[Any], None], *, as_json: bool) -> None:
    if not as_json:
        view(told)
        return
    for each in told:
        print(json.dumps(each.model_dump(mode="json"), ensure_ascii=False))


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell a refusal in one sentence, and exit."""
    try:
        yield
    except ProblemError as error:
        text = error.problems[0].text
        said = f"{text.zh} {text.en}"
        if error.problems[0].code == "no_steward_key":
            said += f" ({KEY_VARIABLE})"
    except StewardError as error:
        said = str(error)
    else:
        return
    Console(stderr=True, highlight=False, soft_wrap=True).print(said, style="red", markup=False)
    raise typer.Exit(1)
