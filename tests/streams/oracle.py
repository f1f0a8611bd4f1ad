"""What a store must come to: all records there are at the end, compared with one another at once, in memory."""

from collections.abc import Iterable
from typing import NamedTuple

from domain.composition import entity_id
from domain.entities import Kind
from domain.matching.blocking import pairs
from domain.matching.clusters import Edge, Pin, partition
from domain.matching.keys import decided, key_of
from domain.matching.scorecard import Band, Scorecard
from domain.matching.scorecard_file import shipped
from domain.tokens import Tokeniser
from tests.streams.ground import Message

PERSON = Scorecard(shipped(Kind.PERSON))


class Outcome(NamedTuple):
    """Entity id by record handle; (hundredths, band) by pair of handles."""

    entities: dict[bytes, str]
    edges: dict[tuple[bytes, bytes], tuple[int, str]]


def outcome(tokens: Tokeniser, messages: Iterable[Message], pins: Iterable[Pin] = ()) -> Outcome:
    """Resolve the newest message of each row; all records speak of persons."""
    newest = {item["row_id"]: item for item in sorted(messages, key=lambda item: item["lsn"])}
    said = {tokens.raw("record", f"{row}/{record['role']}"): record for row, item in newest.items() for record in item["records"]}
    features = {handle: PERSON.features(record["values"]) for handle, record in said.items()}
    keys = {handle: [key_of(tokens, Kind.PERSON, key) for key in record["keys"]] for handle, record in said.items()}
    filed: dict[str, list[tuple[str, bytes]]] = {}
    for handle, each in features.items():
        for block in PERSON.blocks(each):
            filed.setdefault(block.key, []).append((block.within, handle))
    edges: dict[tuple[bytes, bytes], tuple[int, str]] = {}
    for holders in filed.values():
        for one, other in pairs(holders):
            judgement = PERSON.judge(features[one], features[other])
            if not decided(keys[one], keys[other]) and judgement.band is not Band.APART:
                edges[one, other] = judgement.hundredths, str(judgement.band)
    matches = [Edge(hundredths, *pair) for pair, (hundredths, band) in edges.items() if band == Band.MATCH]

    def support(one: bytes, other: bytes) -> int | None:
        return PERSON.support(features[one], features[other])

    found = partition(keys, matches, pins, support)
    entities = {handle: entity_id(tokens, Kind.PERSON, cluster.anchor) for cluster in found.clusters for handle in cluster.handles}
    return Outcome(entities, edges)
