"""``huiliu bench accuracy``: what the stream takes for one entity, against the truth of FEBRL and of a synthetic city."""

import sys
from typing import Annotated, Any, Literal

import orjson
import typer
from rich.console import Console

from cli.bench import accuracy_city, accuracy_febrl
from cli.bench.usage import machine

_REPORTED = ("febrl3", "febrl4", "febrl3_no_id", "febrl4_no_id")
_CITY = ("precision", "recall", "f1", "pairs", "false_merges")
_console = Console(stderr=True, soft_wrap=True, highlight=False)


def accuracy(
    *,
    only: Annotated[Literal["febrl", "city"] | None, typer.Option(help="只测其一 measure only one of the two")] = None,
    people: Annotated[int, typer.Option(min=1, help="合成城市的人口 inhabitants of the city")] = 30_000,
    seed: Annotated[int, typer.Option(min=0, help="城市的种子 the city's seed")] = 23,
    as_json: Annotated[bool, typer.Option("--json", help="只输出最后一行 JSON only the last line, with every figure")] = False,
) -> None:
    """准确 Accuracy of matching through the real stream, on servers of its own that it starts and ends.

    FEBRL 需先 `make bench-install`。FEBRL needs `make bench-install` first; Splink is measured beside it.

    例 Example: huiliu bench accuracy --only city --people 10000
    """
    console = Console(quiet=True) if as_json else _console
    figures: dict[str, Any] = {}
    if only != "city":
        figures |= accuracy_febrl.measure(console)
    if only != "febrl":
        figures["city"] = accuracy_city.measure(console, people, seed)
    figures["machine"] = machine()
    if not as_json:
        _console.print_json(orjson.dumps(figures).decode())
    sys.stdout.write(orjson.dumps(figures if as_json else brief(figures)).decode() + "\n")


def brief(figures: dict[str, Any]) -> dict[str, Any]:
    """Return the last line: precision, recall and F1 of the sets that nothing was chosen on, and of the city.

    By the scorecard that was estimated on other sets; beside them the shipped one's figures, and Splink's.
    """
    score = accuracy_febrl.score_of
    found: dict[str, Any] = {name: score(figures[name]) for name in _REPORTED if name in figures}
    for beside in ("shipped", "splink"):
        if beside in figures:
            found[beside] = {name: score(figures[beside][name]) for name in _REPORTED}
    if "scorecard" in figures:
        found["scorecard"] = figures["scorecard"]
    if "city" in figures:
        found["city"] = {name: figures["city"][name] for name in _CITY}
    return found
