"""Measures the stream on a synthetic city against its kept truth: by kind of entity, and by kind of dirt on the records."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console

from city.world import World
from cli.bench.accuracy_febrl import read_store
from cli.bench.accuracy_measures import Score, pairwise, pairwise_with, reviewed
from cli.bench.resolve_feed import CLEAN, Said, send_city
from cli.bench.resolve_home import Home
from domain.entities import Kind
from settings import Settings
from settings.contracts import load_contracts
from stack.errors import StackError

_NO_PAIR = Score(0, 0, 0)


def measure(console: Console, people: int, seed: int) -> dict[str, Any]:
    """Load a city of that many people through the stream and return its figures."""
    providers = Settings.model_fields["providers_dir"].get_default(call_default_factory=True)
    contracts = [contract for contract in load_contracts(providers) if contract.tables]
    with Home(console, contracts, providers) as home:
        console.print(f"造城并发送 making and sending a city of {people:,} people …")
        rows, said = send_city(
            home.settings, contracts, World(people, seed), lambda done, of: console.print(f"  {done:,}/{of:,}"), truth=True
        )
        console.print(f"归并 resolving {rows:,} rows …")
        dsn = home.database("city")
        with home.workers(dsn) as workers:
            workers.drain(rows)
        clusters, review = read_store(dsn)
    figures = {"people": people, "seed": seed, "rows": rows, **measured(clusters, said, review)}
    for line in lines(figures):
        console.print(line)
    return figures


def measured(clusters: Mapping[bytes, str], said: Iterable[Said], review: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """Return the figures: of all kinds together, by kind, and by kind of dirt on a pair's records.

    Raises:
        StackError: the store lacks a record that was sent.
    """
    by_kind: dict[str, list[Said]] = {}
    counted, clusters = once(said, clusters)
    for each in counted:
        by_kind.setdefault(each.kind, []).append(each)
    if lost := sum(each.handle not in clusters for records in by_kind.values() for each in records):
        raise StackError(f"存储中缺 {lost:,} 条记录 the store lacks that many of the records sent: see topic rejected")
    kinds = {kind: _of_kind(clusters, by_kind[kind], review) for kind in map(str, Kind) if kind in by_kind}
    total = sum((score for score, _ in kinds.values()), _NO_PAIR)
    return {**_figures(total), "kinds": {kind: figures for kind, (_, figures) in kinds.items()}}


def once(said: Iterable[Said], clusters: Mapping[bytes, str]) -> tuple[list[Said], dict[bytes, str]]:
    """Return each record once, though many rows mention it, with its cluster.

    If those rows speak of several entities, one is counted for each, under a name of its own: then the record is a false merge.
    """
    entities: dict[bytes, set[str]] = {}
    counted, names = [], dict(clusters)
    for each in said:
        known = entities.setdefault(each.handle, set())
        if each.entity in known:
            continue
        if known and each.handle in clusters:
            name = each.handle + each.entity.encode()
            names[name] = clusters[each.handle]
            counted.append(each._replace(handle=name))
        else:
            counted.append(each)
        known.add(each.entity)
    return counted, names


def _of_kind(clusters: Mapping[bytes, str], said: list[Said], review: list[tuple[bytes, bytes]]) -> tuple[Score, dict[str, Any]]:
    truth = {each.handle: each.entity for each in said}
    soiled: dict[str, list[bytes]] = {}
    for each in said:
        for dirt in each.dirt:
            soiled.setdefault(dirt, []).append(each.handle)
    score = pairwise(clusters, truth)
    load, after = reviewed(clusters, truth, review)
    by_dirt = {
        name: {"records": len(handles), **_figures(_with(clusters, truth, name, handles))} for name, handles in sorted(soiled.items())
    }
    figures = {"records": len(said), "entities": len(set(truth.values())), **_figures(score)}
    return score, {**figures, "review": load.figures(), "reviewed": _figures(after), "dirt": by_dirt}


def _with(clusters: Mapping[bytes, str], truth: Mapping[bytes, str], dirt: str, handles: list[bytes]) -> Score:
    """Return the score of the pairs with at least one such record; of clean ones, of the pairs of two."""
    if dirt != CLEAN:
        return pairwise_with(clusters, truth, handles)
    return pairwise(clusters, {handle: truth[handle] for handle in handles})


def _figures(score: Score) -> dict[str, Any]:
    """Return a score's figures; ``pairs``: how many the resolver put together, each a decision that can be wrong."""
    return {
        **score.figures(),
        "pairs": score.found,
        "true_pairs": score.true,
        "false_merges": score.wrong,
        "missed": score.true - score.right,
    }


def lines(figures: Mapping[str, Any]) -> Iterable[str]:
    """Yield the figures as a table's lines."""
    for kind, found in figures["kinds"].items():
        yield (
            f"  {kind}: {found['records']:,} records of {found['entities']:,}; pairs {found['pairs']:,}, false {found['false_merges']}, "
            f"recall {found['recall']:.5f}; review {found['review']}"
        )
        for name, soiled in found["dirt"].items():
            yield (
                f"    {name:<32} {soiled['records']:>9,} records  {soiled['true_pairs']:>10,} pairs  "
                f"false {soiled['false_merges']:>3}  missed {soiled['missed']:>6,}  recall {soiled['recall']:.4f}"
            )
