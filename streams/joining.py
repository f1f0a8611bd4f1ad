"""Joins a neighbourhood's records into clusters, kind by kind, and notes which edges joined nothing, and why."""

from collections.abc import Iterator
from itertools import combinations

from domain.composition import KnownRecord
from domain.entities import Kind
from domain.matching.blocking import CAP
from domain.matching.clusters import CONTESTED, Cluster, Edge, Partition, Pin, partition, undisputed
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
    resting: dict[Pin, str] = {}
    contested = matcher.contested(by_kind.get(Kind.PERSON, {}))
    for kind, records in by_kind.items():
        found = _partition(neighbourhood, matcher, records, contested if kind is Kind.PERSON else {})
        refused |= {(refusal.edge.one, refusal.edge.other): refusal.reason for refusal in found.refused}
        resting |= found.resting
        metrics.LARGE_COMPONENTS.labels(str(kind)).inc(len(found.large))
        metrics.AMBIGUOUS_KEYS.labels(str(kind)).inc(len(found.ambiguous))
        joined_up += [(kind, cluster) for cluster in found.clusters]
    _contest(neighbourhood, matcher, contested)
    _write_edges(neighbourhood, refused, writes)
    _write_resting(neighbourhood, resting, writes)
    return joined_up


def _partition(
    neighbourhood: Neighbourhood, matcher: Matcher, records: dict[bytes, KnownRecord], contested: dict[bytes, list[list[bytes]]]
) -> Partition:
    keys = neighbourhood.joining_keys(records)
    edges = [Edge(edge.hundredths, edge.one, edge.other) for edge in neighbourhood.matches() if edge.one in records]
    pins = [pin for pin in neighbourhood.pins if pin.one in records]

    def support(one: bytes, other: bytes) -> int | None:
        return matcher.support(records[one], records[other])

    found = partition(keys, edges, pins, support, contested)
    if parted := [key for key in found.ambiguous if key[0] in EXCLUSIVE]:
        # Pairs with one exclusive key are not judged otherwise: the key joins them. Where a steward parted its records, it does not;
        # they are judged, or, where they are too many for that, the key joins those that nobody said anything of.
        holders = {key: sorted(handle for handle, record in records.items() if key in record.keys) for key in parted}
        for key, having in holders.items():
            if len(having) <= CAP:
                edges += _within(having, matcher, records)
            else:
                contested = {**contested, key: [undisputed(having, pins)]}
        found = partition(keys, edges, pins, support, contested)
    return found


def _within(holders: list[bytes], matcher: Matcher, records: dict[bytes, KnownRecord]) -> Iterator[Edge]:
    for one, other in combinations(holders, 2):
        judgement = matcher.judge(records[one], records[other])
        if judgement is not None and judgement.band is Band.MATCH:
            yield Edge(judgement.hundredths, one, other)


def _contest(neighbourhood: Neighbourhood, matcher: Matcher, contested: dict[bytes, list[list[bytes]]]) -> None:
    """Leave to a person whether the parts of a contested key are one: a pair of each part's least record with the first part's."""
    for pair in [pair for pair, edge in neighbourhood.edges.items() if edge.refusal == CONTESTED]:
        del neighbourhood.edges[pair]
    for key, parts in contested.items():
        if key not in neighbourhood.crowded_keys:
            for part in parts[1:]:
                one, other = sorted((parts[0][0], part[0]))
                last = neighbourhood.stored.get((one, other))
                at_ms = last.since_ms if last else neighbourhood.at_ms
                records = neighbourhood.records
                neighbourhood.edges[one, other] = matcher.contested_pair(records[one], records[other], at_ms)


def _write_edges(neighbourhood: Neighbourhood, refused: dict[tuple[bytes, bytes], str], writes: Writes) -> None:
    stored = neighbourhood.stored
    writes.dropped_edges += [pair for pair in stored if pair not in neighbourhood.edges]
    whole = neighbourhood.records
    for pair, edge in neighbourhood.edges.items():
        if edge.band == Band.MATCH and edge.one in whole and edge.other in whole:
            written = edge._replace(refusal=refused.get(pair))
        else:
            written = edge  # for a person to judge, or an end in a crowd that was not read
        last = stored.get(pair)
        if written != last:
            writes.edges.append(written)
            _count(written, last)


def _write_resting(neighbourhood: Neighbourhood, resting: dict[Pin, str], writes: Writes) -> None:
    """Note which *same*s are forbidden to join anything, and which no more; one whose record is gone is not."""
    for pin, was in neighbourhood.pins.items():
        why = resting.get(pin)
        if why is not None and why != was:
            writes.resting.append((pin.decision, why))
        elif why is None and was is not None:
            writes.dropped_resting.append(pin.decision)


def _count(edge: KnownEdge, last: KnownEdge | None) -> None:
    if last is None or last.band != edge.band:
        metrics.MATCHES.labels(str(_KINDS[edge.kind]), edge.band).inc()
