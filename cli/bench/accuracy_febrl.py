"""Measures huiliu and Splink on the FEBRL data sets: huiliu through its stream, each set a provider of its own with a store of its own."""

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import psycopg
from rich.console import Console

import cli
from cli.bench.accuracy_card import FIXED_ON, estimated
from cli.bench.accuracy_measures import joined, pairwise, reviewed, whole_clusters
from cli.bench.resolve_feed import Feed, handle_of
from cli.bench.resolve_home import Home
from domain.contract import Contract, read_contract
from domain.tokens import Tokeniser
from stack.errors import StackError

_ROOT = Path(cli.__file__).parent.parent
_PYTHON = _ROOT / ".venv-bench" / "bin" / "python"
_PEER = Path(__file__).with_name("accuracy_peer.py")
_NUMBER, _TABLE, _ROLE = "soc_sec_id", "people", "person"
_REPORTED = ("febrl3", "febrl4")
_WITHOUT = "_no_id"
_THRESHOLDS = range(-10, 40)
"""Bits, tried for Splink."""
_FIELDS = {
    "given_name": "given_name",
    "surname": "surname",
    "street_number": "street_number",
    "address_1": "street",
    "address_2": "premises",
    "suburb": "suburb",
    "postcode": "postcode",
    "state": "state",
    "date_of_birth": "birth_date",
    _NUMBER: "foreign_number",
}
_CONTRACT = """
provider: {provider}
row: 1
title: {{zh: 测量, en: measurement}}
owner: 测量
liaison: {{leader: 测量, officer: 测量}}
legal_basis: [只用于测量 for measuring only]
mode: file
purposes: [public_service]
tables:
  - name: people
    title: {{zh: 人员, en: people}}
    key: [rec_id]
    speaks_of: {{person: person}}
    columns:
      rec_id: {{ignore: 只作主键 the key only}}
{columns}
    expect: {{rows_min: 1, rows_max: 100000, freshness: 86400}}
    sample:
      row: {{rec_id: "1", surname: white}}
      records: [{{role: person, values: {{surname: WHITE}}}}]
"""

People = dict[str, dict[str, str]]
"""A set's records by id, each by column."""


def ask(what: str, console: Console) -> dict[str, Any]:
    """Have ``.venv-bench`` write the data sets (``records``) or Splink's pairs (``splink``), and return them.

    Raises:
        StackError: it is not installed, or failed.
    """
    if not _PYTHON.exists():
        raise StackError(
            f"没有测量用的环境 there is no {_PYTHON.parent.parent.name} (FEBRL, Splink): run `make bench-install` in {_ROOT} first"
        )
    with tempfile.TemporaryDirectory(prefix="huiliu-bench-") as folder:
        out, log = Path(folder) / "out.json", Path(folder) / "log"
        with log.open("wb") as written:
            done = subprocess.run([_PYTHON, "-P", _PEER, what, out], stdout=written, stderr=subprocess.STDOUT, check=False)  # noqa: S603  # our own script
        if done.returncode:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise StackError(f".venv-bench 失败 failed: {''.join(last)}; run `make clean bench-install` and try again")
        console.print(f"  {what}: {out.stat().st_size >> 10:,} KB")
        found: dict[str, Any] = orjson.loads(out.read_bytes())
        return found


def sets(data: Mapping[str, People]) -> dict[str, People]:
    """Return every set with the number and without it."""
    without = {
        f"{name}{_WITHOUT}": {i: {c: v for c, v in row.items() if c != _NUMBER} for i, row in people.items()}
        for name, people in data.items()
    }
    return {**data, **without}


def truth_of(people: People) -> dict[str, str]:
    """Return the entity of each record, which its id names: ``rec-7-org``, ``rec-7-dup-0``."""
    return {name: name.split("-")[1] for name in people}


def contract_text(provider: str) -> str:
    """Return the contract of one set: every column mapped to a person's field as a foreigner's papers have it."""
    columns = (f"      {column}: {{to: {{person.{field}: personal}}}}" for column, field in _FIELDS.items())
    kept = (line for line in columns if not (provider.endswith(_WITHOUT) and _NUMBER in line))
    return _CONTRACT.format(provider=provider, columns="\n".join(kept))


def measure(console: Console) -> dict[str, Any]:
    """Return the figures of all sets by the scorecard that FEBRL 1 and 2 make, with Splink's and the shipped scorecard's beside them.

    Needs 3 GB of memory and some minutes.
    """
    console.print("FEBRL：读数据 reading the data sets …")
    data = sets(ask("records", console))
    contracts = [read_contract(contract_text(name), name).contract for name in data]
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="huiliu-bench-") as folder:
        for contract in contracts:
            (Path(folder) / f"{contract.provider}.yaml").write_text(contract_text(contract.provider), encoding="utf-8")
        with Home(console, contracts, Path(folder)) as home:
            figures["shipped"] = _all(home, data, "shipped", console)
            card, figures["scorecard"] = estimated(data, _FIELDS)
            home.use_scorecard(card)
            figures |= _all(home, data, "estimated", console)
    console.print("Splink …")
    figures["splink"] = judge_splink(ask("splink", console), data, lambda name, found: console.print(f"  Splink {name}: {_line(found)}"))
    return figures


def _all(home: Home, data: Mapping[str, People], card: str, console: Console) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for contract in home.contracts:
        figures[contract.provider] = found = _resolve(home, contract, data[contract.provider], f"{contract.provider}_{card}")
        console.print(f"  huiliu {contract.provider} ({card}): {_line(found)}; 复核 review {found['review']}")
    return figures


def _line(figures: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {figures[name]:.5f}" for name in ("precision", "recall", "f1"))


def _resolve(home: Home, contract: Contract, people: People, database: str) -> dict[str, Any]:
    """Send one set through the stream into an empty store and compare its clusters with the truth."""
    table, tokeniser = contract.table(_TABLE), Tokeniser(home.settings.master_key_bytes())
    feed, names = Feed(home.settings.kafka_bootstrap, home.settings.registry_url), {}
    for line, (name, cells) in enumerate(people.items(), 1):
        row = {column: cells.get(column) for column in table.columns} | {"rec_id": name}
        feed.send(contract.provider, table, row, line)
        names[handle_of(tokeniser, contract.provider, table, row, _ROLE)] = name
    feed.flush()
    dsn = home.database(database)
    with home.workers(dsn) as workers:
        workers.drain(len(people))
    clusters, review = read_store(dsn)
    if clusters.keys() != names.keys():
        raise StackError(
            f"{contract.provider}: 存储中的记录不符 the store holds {len(clusters):,} records, not the {len(names):,} that were sent"
        )
    by_name = {names[handle]: entity for handle, entity in clusters.items()}
    return measured(by_name, truth_of(people), [(names[one], names[other]) for one, other in review])


def read_store(dsn: str) -> tuple[dict[bytes, str], list[tuple[bytes, bytes]]]:
    """Return each record's entity, by handle, and the pairs that wait for a person."""
    with psycopg.connect(dsn) as connection:
        clusters = connection.execute("select handle, entity_id from record", binary=True).fetchall()
        review = connection.execute("select one, other from edge where band = 'review' or refusal is not null", binary=True).fetchall()
    return dict(clusters), [(one, other) for one, other in review]


def measured(clusters: Mapping[str, str], truth: Mapping[str, str], review: list[tuple[str, str]]) -> dict[str, Any]:
    """Return every figure of one set: of pairs, of whole clusters, of the review, and of pairs once a person has decided those."""
    load, after = reviewed(clusters, truth, review)
    score = pairwise(clusters, truth)
    return {
        **score.figures(),
        "false_merges": score.wrong,
        "missed": score.true - score.right,
        "clusters": whole_clusters(clusters, truth).figures(),
        "review": load.figures(),
        "reviewed": after.figures(),
    }


def judge_splink(
    pairs: Mapping[str, list[tuple[str, str, float]]], data: Mapping[str, People], told: Callable[[str, dict[str, Any]], None]
) -> dict[str, Any]:
    """Return Splink's figures by set, at the set-up and threshold that FEBRL 1 and 2 choose; ``told`` hears of each."""
    figures: dict[str, Any] = {}
    for ending in ("", _WITHOUT):
        way, threshold = chosen(pairs, data, ending)
        for name in (f"{each}{ending}" for each in (*FIXED_ON, *_REPORTED)):
            truth = truth_of(data[name])
            clusters = _at(threshold, pairs[f"{name}/{way}"], truth)
            score = pairwise(clusters, truth)
            found = {
                **score.figures(),
                "false_merges": score.wrong,
                "missed": score.true - score.right,
                "clusters": whole_clusters(clusters, truth).figures(),
                "set_up": way,
                "threshold_bits": threshold,
            }
            told(name, found)
            figures[name] = found
    return figures


def chosen(pairs: Mapping[str, list[tuple[str, str, float]]], data: Mapping[str, People], ending: str) -> tuple[str, int]:
    """Return the set-up with the best sum of F1 on the sets that may be learned from, and the middle of the thresholds that reach it."""
    truths = {f"{name}{ending}": truth_of(data[f"{name}{ending}"]) for name in FIXED_ON}
    best: tuple[float, int, str, int] = (-1.0, 0, "", 0)
    for way in sorted({name.rpartition("/")[2] for name in pairs}):
        worth = {
            threshold: sum(pairwise(_at(threshold, pairs[f"{name}/{way}"], truth), truth).f1 for name, truth in truths.items())
            for threshold in _THRESHOLDS
        }
        equal = [threshold for threshold in _THRESHOLDS if worth[threshold] == max(worth.values())]
        best = max(best, (max(worth.values()), len(equal), way, equal[len(equal) // 2]))
    return best[2], best[3]


def _at(threshold: int, pairs: list[tuple[str, str, float]], truth: Mapping[str, str]) -> dict[str, str]:
    return joined(truth, ((one, other) for one, other, bits in pairs if bits >= threshold))


def score_of(figures: Mapping[str, Any]) -> dict[str, float]:
    """Return the three figures that the last line has."""
    return {name: figures[name] for name in ("precision", "recall", "f1")}
