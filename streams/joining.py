"""Joins a neighbourhood's records into clusters, kind by kind, and notes which edges joined nothing, and why."""

from collections.abc import Iterator
from itertools import combinations

from domain.composition import KnownRecord
from domain.entities import Kind
from domain.matching.blocking import CAP
from domain.matching.clusters import Cluster, Edge, Partition, partition
from domain.matching.keys import EXCLUSIVE
from domain.matching.scorecard import Band
from schemas import metrics
from streams.matching import Matcher
from streams.neighbourhood import Neighbourhood
from streams.store import KnownEdge, Writes

_KINDS = list(Kind)


def joined(neighbourhood: Neighbourhood, matcher: Matcher, writes: Writes) -> list[tuple[Kind, Cluster]]:
    """Return every cluster with its kind; ``writes`` takes the edges that are new, changed or gone."""
    joined_up: list[tuple[Kind, Cluster]] = []
    by_kind: dict[Kind, dict[bytes, KnownRecord]] = {}
    for record in neighbourhood.records.values():
        by_kind.setdefault(record.kind, {})[record.handle] = record
    refused: dict[tuple[bytes, bytes], str] = {}
    for kind, records in by_kind.items():
        found = _partition(neighbourhood, matcher, records)
        refused |= {(refusal.edge.one, refusal.edge.other): refusal.reason for refusal in found.refused}
        metrics.LARGE_COMPONENTS.labels(str(kind)).inc(len(found.large))
        metrics.AMBIGUOUS_KEYS.labels(str(kind)).inc(len(found.ambiguous))
        joined_up += [(kind, cluster) for cluster in found.clusters]
    _write_edges(neighbourhood, refused, writes)
    return joined_up


def _partition(neighbourhood: Neighbourhood, matcher: Matcher, records: dict[bytes, KnownRecord]) -> Partition:
    keys = {handle: record.keys for handle, record in records.items()}
    edges = [Edge(edge.hundredths, edge.one, edge.other) for edge in neighbourhood.matches() if edge.one in records]
    pins = [pin for pin in neighbourhood.pins if pin.one in records]

    def support(one: bytes, other: bytes) -> int | None:
        return matcher.support(records[one], records[other])

    found = partition(keys, edges, pins, support)
    if parted := [key for key in found.ambiguous if key[0] in EXCLUSIVE]:
        # Pairs with one exclusive key are not judged otherwise: the key joins them. Where a steward parted its records, it does not.
        edges += _within(parted, matcher, records)
        found = partition(keys, edges, pins, support)
    return found


def _within(keys: list[bytes], matcher: Matcher, records: dict[bytes, KnownRecord]) -> Iterator[Edge]:
    for key in keys:
        holders = sorted(handle for handle, record in records.items() if key in record.keys)
        for one, other in combinations(holders if len(holders) <= CAP else (), 2):
            judgement = matcher.judge(records[one], records[other])
            if judgement is not None and judgement.band is Band.MATCH:
                yield Edge(judgement.hundredths, one, other)


def _write_edges(neighbourhood: Neighbourhood, refused: dict[tuple[bytes, bytes], str], writes: Writes) -> None:
    stored = neighbourhood.stored
    writes.dropped_edges += [pair for pair in neighbourhood.stale if pair not in neighbourhood.edges]
    whole = neighbourhood.records
    for pair, edge in neighbourhood.edges.items():
        is_match = edge.band == Band.MATCH
        if is_match and not (edge.one in whole and edge.other in whole):
            reason: str | None = "large_component"  # only in a crowd an end was not read
        else:
            reason = refused.get(pair) if is_match else None
        written = edge._replace(refusal=reason)
        last = stored.get(pair)
        if written != last:
            writes.edges.append(written)
            _count(written, last)


def _count(edge: KnownEdge, last: KnownEdge | None) -> None:
    if last is None or last.band != edge.band:
        metrics.MATCHES.labels(str(_KINDS[edge.kind]), edge.band).inc()
