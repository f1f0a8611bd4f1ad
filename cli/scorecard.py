"""``huiliu scorecard``: shows what agreement weighs, and estimates it anew from records, without labels."""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from domain.entities import FIELDS, STRONG_KEYS, Kind
from domain.matching.estimate_card import Anew, anew, samples
from domain.matching.scorecard import Scorecard
from domain.matching.scorecard_file import ScorecardFile, read_scorecard, shipped
from domain.matching.scorecard_text import scorecard_text
from domain.values import parse
from stack.errors import StackError

app = typer.Typer(help="评分卡 What agreement of two records weighs.", no_args_is_help=True)
_LEAST_RECORDS = 500
_RESOLVED = ("person", "organisation", "thing", "address")
_Kind = Annotated[str, typer.Argument(help="person、organisation、thing 或 address one of these")]


@app.command()
def show(
    kind: _Kind,
    *,
    file: Annotated[Path | None, typer.Option(help="看这个文件，而非在用的 this file instead of the one in use")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="最后一行输出 JSON one JSON object on the last line")] = False,
) -> None:
    """查看 Show a scorecard: every level of every field, in bits for one entity (above 0) or for two (below).

    例 Example: huiliu scorecard show person
    """
    card = shipped(_resolved(kind)) if file is None else _read(file)
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
) -> None:
    """估计 Estimate m and u without labels (expectation-maximisation); thresholds, needs and doubts stay for a person to decide.

    例 Example: huiliu scorecard estimate person --from register.csv --to person-2.yaml
    """
    card = shipped(_resolved(kind))
    scorecard = Scorecard(card)
    sets = [samples(scorecard, _records(path, card.kind)) for path in data]
    source = f"label-free from {', '.join(f'{path.name} ({len(records):,} records)' for path, records in zip(data, sets, strict=True))}"
    found = anew(card.text, sets, source, seed)
    text = scorecard_text(found.card.model_copy(update={"version": version or card.version + 1}))
    if to is None:
        sys.stdout.write(text)
    else:
        to.write_text(text, encoding="utf-8")
    _tell(found, Console(stderr=True, highlight=False, soft_wrap=True))


def _tell(found: Anew, console: Console) -> None:
    for name, kept in found.kept.items():
        if kept:
            console.print(f"{name}: 数据太少，保留原值 too little data, kept as it was: {', '.join(kept)}")
    for each in found.doubts:
        console.print(
            f"{each.profile}: 疑点 doubt “{each.doubt.zh}”: {each.seen:.1f} of {each.pairs:.0f} pairs that match otherwise show it, "
            f"{each.independent:.1f} would if fields were independent; 两倍以上则须保留 keep it if the data show more than twice that"
        )


def _resolved(kind: str) -> Kind:
    if kind not in _RESOLVED:
        raise StackError(f"没有这种评分卡 no scorecard of {kind}: choose from {', '.join(_RESOLVED)}")
    return Kind(kind)


def _read(path: Path) -> ScorecardFile:
    try:
        return read_scorecard(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StackError(f"无法读取 {path} cannot be read ({error.strerror}): check its name and mode") from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise StackError(
            f"{path} 不是评分卡 is no scorecard: {str(error).splitlines()[0]}; compare it with `huiliu scorecard show`"
        ) from error


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
            found = [_record(row, kind) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StackError(f"无法读取 {path} cannot be read as CSV in UTF-8: check its name, mode and encoding") from error
    if len(found) < _LEAST_RECORDS:
        raise StackError(f"{path}: 只有 {len(found)} 条记录 too few records to estimate from: give {_LEAST_RECORDS} or more")
    yield from found


def _record(row: dict[str, Any], kind: Kind) -> tuple[dict[str, str], list[str]]:
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
