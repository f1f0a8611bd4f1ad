"""``huiliu scorecard``: shows what agreement weighs, estimates it anew from records, and matches the store by it."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from rich.console import Console
from rich.table import Table

from domain.entities import FIELDS, STRONG_KEYS, Kind
from domain.matching.estimate_card import DOUBTFUL, Anew, anew, samples, without_idle_doubts
from domain.matching.scorecard import Scorecard
from domain.matching.scorecard_file import ScorecardFile, shipped
from domain.matching.scorecard_text import scorecard_text
from domain.values import parse
from settings import Settings, SettingsError
from settings.scorecards import load_scorecards, read_scorecard_file
from stack.errors import StackError
from streams.rematch import rematch

app = typer.Typer(help="评分卡 What agreement of two records weighs.", no_args_is_help=True)
_LEAST_RECORDS = 500
_RESOLVED = ("person", "organisation", "thing", "address")
_Kind = Annotated[str, typer.Argument(help="person、organisation、thing 或 address one of these")]


@app.command()
def show(
    kind: _Kind,
    *,
    file: Annotated[Path | None, typer.Option(help="看这个文件，而非在用的 this file instead of the one in use")] = None,
    as_shipped: Annotated[bool, typer.Option("--shipped", help="看随附的，而非在用的 the shipped one instead of the one in use")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出 JSON one JSON object on the last line")] = False,
) -> None:
    """查看 Show a scorecard: every level of every field, in bits for one entity (above 0) or for two (below).

    例 Example: huiliu scorecard show person
    """
    of_kind = shipped if as_shipped else _in_use
    card = of_kind(_resolved(kind)) if file is None else read_scorecard_file(file)
    if as_json:
        sys.stdout.write(json.dumps(card.text.model_dump(mode="json"), ensure_ascii=False) + "\n")
        return
    console = Console(highlight=False)
    console.print(f"{card.kind} {card.version} · {card.text.estimated}")
    for profile in card.profiles.values():
        console.print(_table(profile.name, card))


@app.command()
def estimate(
    kind: _Kind,
    data: Annotated[
        list[Path],
        typer.Option("--from", metavar="CSV", help="记录，每份一个来源 records, one source a file; headings are the kind's fields"),
    ],
    *,
    to: Annotated[Path | None, typer.Option(metavar="YAML", help="写到哪里，缺省标准输出 where to; standard output if left out")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="版本，缺省为在用的下一个 the version; the one after that in use")] = None,
    seed: Annotated[int, typer.Option(min=0, help="取对的种子 of the choice of pairs")] = 1,
    drop_doubts: Annotated[
        bool, typer.Option("--drop-doubts", help="去掉数据不支持的疑点 drop doubts the data give no ground for")
    ] = False,
) -> None:
    """估计 Estimate m and u without labels (expectation-maximisation); thresholds and needs stay for a person to decide.

    Examples: huiliu scorecard estimate person --from register.csv --to .huiliu/scorecards/person.yaml

    huiliu scorecard apply
    """
    card = _in_use(_resolved(kind))
    scorecard = Scorecard(card)
    sets = [samples(scorecard, _records(path, card.kind)) for path in data]
    source = f"label-free from {', '.join(f'{path.name} ({len(records):,} records)' for path, records in zip(data, sets, strict=True))}"
    found = anew(card.text, sets, source, seed)
    made = without_idle_doubts(found) if drop_doubts else found.card
    text = scorecard_text(made.model_copy(update={"version": version or card.version + 1}))
    if to is None:
        sys.stdout.write(text)
    else:
        to.write_text(text, encoding="utf-8")
    _tell(found, Console(stderr=True, highlight=False, soft_wrap=True))


@app.command()
def apply(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出 JSON one JSON object on the last line")] = False,
) -> None:
    """启用 Match the whole store anew by the scorecards in use (<home>/scorecards/<kind>.yaml). End the stream workers first.

    中断后再运行即可继续。If it is ended, run it again; workers start once it is done.

    例 Example: huiliu down streams-0 && huiliu scorecard apply && huiliu up
    """
    settings = Settings.load()
    cards = load_scorecards(settings)
    console = Console(stderr=True, highlight=False, quiet=as_json)
    try:
        kinds, records = rematch(settings, cards, lambda done, of: console.print(f"  {done:,}/{of:,}"))
    except psycopg.OperationalError as error:
        raise StackError("存储没有回答 the store (HUILIU_STORE_DSN) does not answer: run `huiliu up store`, then this again") from error
    if as_json:
        sys.stdout.write(json.dumps({"kinds": kinds, "records": records}) + "\n")
    elif kinds:
        versions = ", ".join(f"{kind} {cards[kind].version}" for kind in kinds)
        console.print(f"已按新评分卡归并 matched anew by {versions}: {records:,} records")
    else:
        console.print("评分卡未变 the store is matched by these scorecards already")


def _tell(found: Anew, console: Console) -> None:
    for name, kept in found.kept.items():
        if kept:
            console.print(f"{name}: 数据太少，保留原值 too little data, kept as it was: {', '.join(kept)}")
    for each in found.doubts:
        console.print(
            f"{each.profile}: 疑点 doubt “{each.doubt.zh}”: {each.seen:.1f} of {each.pairs:.0f} pairs that match otherwise show it, "
            f"{each.independent:.1f} would if fields were independent; 超过 {DOUBTFUL:g} 倍则须保留 keep it if the data show more than "
            f"{DOUBTFUL:g} times that"
        )


def _resolved(kind: str) -> Kind:
    if kind not in _RESOLVED:
        raise StackError(f"没有这种评分卡 no scorecard of {kind}: choose from {', '.join(_RESOLVED)}")
    return Kind(kind)


def _in_use(kind: Kind) -> ScorecardFile:
    """Return the card in use in this home, the shipped one where there is no home."""
    try:
        settings = Settings.load()
    except SettingsError:
        return shipped(kind)
    return load_scorecards(settings)[kind]


def _records(path: Path, kind: Kind) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Yield each row's normal forms by field, with the source's words of what cannot be read, and its strong keys."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            unknown = [name for name in rows.fieldnames or () if name not in FIELDS[kind]]
            if unknown or not rows.fieldnames:
                known = ", ".join(FIELDS[kind])
                raise StackError(
                    f"{path}: 列名须为字段名 headings must be fields of a {kind}, these are none: {', '.join(unknown)}; known are {known}"
                )
            found = [record_of(row, kind) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StackError(f"无法读取 {path} cannot be read as CSV in UTF-8: check its name, mode and encoding") from error
    if len(found) < _LEAST_RECORDS:
        raise StackError(f"{path}: 只有 {len(found)} 条记录 too few records to estimate from: give {_LEAST_RECORDS} or more")
    yield from found


def record_of(row: Mapping[str, str | None], kind: Kind) -> tuple[dict[str, str], list[str]]:
    """Return a row's normal forms by field, with the source's words of what cannot be read (``raw.<field>``), and its strong keys."""
    values, keys = {}, []
    for field, raw in row.items():
        if field is None or not raw:
            continue
        value = parse(FIELDS[kind][field].kind, raw)
        if value.normal is None:
            values[f"raw.{field}"] = raw
            continue
        values[field] = value.normal
        if field in STRONG_KEYS[kind] and value.strong:
            keys.append(f"{field}:{value.normal}")
    return values, keys


def _table(name: str, card: ScorecardFile) -> Table:
    profile = card.profiles[name]
    title = f"{profile.text.zh} {profile.text.en} · 匹配 match ≥ {profile.text.match_bits:g}, 复核 review ≥ {profile.text.review_bits:g}"
    table = Table("字段 field", "级 level", "比特 bits", "m", "u", "", title=title, title_justify="left")
    for field, comparison in profile.fields.items():
        for word, level in comparison.levels.items():
            table.add_row(field, word, f"{level.bits:+.2f}", f"{level.m:.4g}", f"{level.u:.4g}", f"{level.zh} {level.en}")
        table.add_section()
    for one, other, turn in profile.turned:
        for word, level in (("in_place", turn.in_place), ("turned", turn.turned)):
            table.add_row(f"{one}/{other}", word, f"{level.bits:+.2f}", f"{level.m:.4g}", f"{level.u:.4g}", f"{level.zh} {level.en}")
    for doubt in profile.doubts:
        table.add_row("疑点 doubt", "", "", "", "", f"{doubt.zh} {doubt.en}")
    return table
