"""What a store must come to: all records there are at the end, compared with one another at once, in memory."""

from collections.abc import Iterable
from itertools import combinations
from typing import Any, NamedTuple

from domain.composition import entity_id
from domain.entities import Kind
from domain.matching import blocking
from domain.matching.blocking import MUTES, pairs
from domain.matching.clusters import Edge, Pin, partition
from domain.matching.contest import parts
from domain.matching.features import Features
from domain.matching.keys import EXCLUSIVE, MOST_HOLDERS, decided, key_of
from domain.matching.scorecard import Band, Scorecard
from domain.matching.scorecard_file import shipped
from domain.tokens import Tokeniser
from domain.values.name_search import pinyin
from tests.streams.ground import Message

PERSON = Scorecard(shipped(Kind.PERSON))


class Outcome(NamedTuple):
    """Entity id by record handle; (hundredths, band, why it did not join) by pair of handles; why a pin rests, by decision."""

    entities: dict[bytes, str]
    edges: dict[tuple[bytes, bytes], tuple[int, str, str | None]]
    resting: dict[int, str]


def outcome(tokens: Tokeniser, messages: Iterable[Message], pins: Iterable[Pin] = ()) -> Outcome:
    """Resolve the newest message of each row; all records speak of persons."""
    newest = {item["row_id"]: item for item in sorted(messages, key=lambda item: item["lsn"])}
    said = {tokens.raw("record", f"{row}/{record['role']}"): record for row, item in newest.items() for record in item["records"]}
    features = {handle: PERSON.features(record["values"]) for handle, record in said.items()}
    named = {handle: each.slots[PERSON.fields.index("name")] for handle, each in features.items()}
    keys = {handle: [key_of(tokens, Kind.PERSON, key) for key in record["keys"]] for handle, record in said.items()}
    edges = _edges(features, keys)
    holders: dict[bytes, list[bytes]] = {}
    for handle, own in keys.items():
        for key in own:
            holders.setdefault(key, []).append(handle)
    joining = {handle: [key for key in own if len(holders[key]) <= MOST_HOLDERS[key[0]]] for handle, own in keys.items()}
    contested = {key: found for key, each in holders.items() if (found := _parts(each, named)) is not None}
    matches = [Edge(hundredths, *pair) for pair, (hundredths, band) in edges.items() if band == Band.MATCH]

    def support(one: bytes, other: bytes) -> int | None:
        return PERSON.support(features[one], features[other])

    found = partition(joining, matches, pins, support, contested)
    if parted := [key for key in found.ambiguous if key[0] in EXCLUSIVE]:  # a steward parted its records, so the scorecard is asked
        for key in parted:
            judged = [(PERSON.judge(features[one], features[other]), one, other) for one, other in combinations(sorted(holders[key]), 2)]
            matches += [Edge(judgement.hundredths, one, other) for judgement, one, other in judged if judgement.band is Band.MATCH]
        found = partition(joining, matches, pins, support, contested)
    entities = {handle: entity_id(tokens, Kind.PERSON, cluster.anchor) for cluster in found.clusters for handle in cluster.handles}
    refused = {(refusal.edge.one, refusal.edge.other): refusal.reason for refusal in found.refused}
    left = {pair: (*edge, refused.get(pair)) for pair, edge in edges.items()}
    for key, each in contested.items():
        for part in each[1:] if len(holders[key]) <= MOST_HOLDERS[key[0]] else ():
            one, other = sorted((each[0][0], part[0]))
            left[one, other] = PERSON.judge(features[one], features[other]).hundredths, "review", "contested_key"
    return Outcome(entities, left, {pin.decision: why for pin, why in found.resting.items()})


def _edges(features: dict[bytes, Features], keys: dict[bytes, list[bytes]]) -> dict[tuple[bytes, bytes], tuple[int, str]]:
    """Judge all pairs that meet; ``features`` lose what is muted."""
    filed: dict[str, list[tuple[str, bytes]]] = {}
    for handle, each in features.items():
        for block in PERSON.blocks(each):
            filed.setdefault(block.key, []).append((block.within, handle))
    for key, holders in filed.items():
        if len(holders) > blocking.CAP and (field := MUTES.get(key.split(":")[0])):
            for _, handle in holders:
                features[handle] = PERSON.without(features[handle], [field])
    edges: dict[tuple[bytes, bytes], tuple[int, str]] = {}
    for holders in filed.values():
        for one, other in pairs(holders):
            judgement = PERSON.judge(features[one], features[other])
            if not decided(keys[one], keys[other]) and judgement.band is not Band.APART:
                edges[one, other] = judgement.hundredths, str(judgement.band)
    return edges


def _parts(holders: list[bytes], named: dict[bytes, Any]) -> list[list[bytes]] | None:
    return parts({handle: pinyin(named[handle][1]) if named[handle] else "" for handle in holders}, lambda handle: named[handle])
