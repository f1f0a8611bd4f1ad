"""Why two records or entities are one, or are not: the chain that joins them, or their likest pair and what stands in its way."""

import asyncio
import re
from base64 import urlsafe_b64decode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import inf
from typing import Literal, NamedTuple

from domain.entities import Kind
from domain.matching.clusters import CONTESTED, SAMPLE
from domain.matching.explain import KEYS, RESTS, TOLD, Words, chain, told_refusal
from domain.matching.key_facts import Doubt, KeyFact, keys_say
from domain.matching.scorecard import Band
from query.entity_how import Providers, Step, joins_of, opened_members, standings_of
from query.entity_store import EdgeHeld, EntityHeld, PinHeld
from query.evidence import Evidence, Judge, Opened, PairEvidence, Side
from query.key_standing import Standings

_ENTITY = re.compile(rf"[{''.join(kind[0].upper() for kind in Kind)}]-[A-Za-z0-9_-]{{22}}")
_RECORD = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")  # the last character holds two bits
_BAD_NAME = "neither an entity id (P-…) nor a record handle (22 characters)"
_GONE = "one of the two does not exist"
_SAME = Words("同一条记录", "one and the same record")
_ONE = Words("同一实体", "one and the same entity")
_JOINED = Words("同一实体：以下依据逐步相连", "one entity: joined step by step as follows")
_WITHHELD = Words("同一实体：相连的依据不在本次用途可见的范围内", "one entity: what joins them is not visible for this purpose")
_UNSETTLED = Words("同一实体：数据正在更新，请稍后再看", "one entity: the store is changing, look again in a moment")
_APART = Words("两个实体", "two entities")
_SHARED = Words(
    "{}相同，但凭它合并会让不同的有效证件号、或已判定不同的记录碰到一起，所以不作依据",
    "same {}, but joining by it would bring different valid identifiers, or records decided to differ, together: it joins nothing",
)
_SHARED_UNSEEN = Words(
    "{}相同而未合并，依据不在本次用途可见的范围内", "same {}, and not joined for a reason that is not visible for this purpose"
)
_AWAITS = Words("证据介于两者之间，等待人工复核", "the evidence is between the two bounds: a person must judge")
_TOO_LITTLE = Words("最相像的一对记录，证据也不足", "even their likest pair of records has too little evidence")
_NOT_COMPARED = Words(
    "最相像的一对记录证据足够，但没有比较过：它们共有的查找线索为太多记录所共有，或数据刚变",
    "their likest pair has evidence enough but was never compared: too many share what they could be found by, or it has just changed",
)


class _Links(NamedTuple):
    """What lies between the two: pairs that match or nearly do, decisions, and what is said of a key that both have."""

    edges: list[EdgeHeld]
    pins: list[PinHeld]
    shared: Words


class UnknownNamesError(LookupError):
    """Of two names some are unknown, or nothing may be told of what they name; ``places`` says which: 0, 1."""

    def __init__(self, places: tuple[int, ...]) -> None:
        """Keep the places, not the names."""
        super().__init__(_GONE)
        self.places = places


@dataclass(frozen=True, slots=True)
class WhyEvidence:
    """Why two are one or not; the same whichever is named first.

    ``relation``: what they are; ``entities``: the ids they belong to now; ``pair``: their likest records; ``chain``: steps from one to the
    other where they are one entity; ``sides``: the records on it; ``obstacles``: why they are two.
    """

    relation: Literal["same_record", "one_entity", "two_entities"]
    entities: tuple[str, ...]
    verdict: Words
    obstacles: tuple[Words, ...]
    pair: PairEvidence | None
    chain: tuple[Step, ...]
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One of the two: its entity, the members of it that may be told of, and those asked for (one record, or a sample)."""

    held: EntityHeld
    members: Mapping[bytes, Opened]
    named: tuple[bytes, ...]
    record: bool

    @property
    def kind(self) -> Kind:
        return self.members[self.named[0]].held.kind

    @property
    def keys(self) -> set[bytes]:
        return {key for member in self.members.values() for key in member.held.keys}


def entity_or_record(name: str) -> str | bytes:
    """Return an entity id as it is, or a record handle's 16 bytes.

    Raises:
        ValueError: it is neither; the message does not repeat it.
    """
    if _ENTITY.fullmatch(name):
        return name
    if _RECORD.fullmatch(name):
        return urlsafe_b64decode(name + "==")
    raise ValueError(_BAD_NAME)


async def why(evidence: Evidence, one: str | bytes, other: str | bytes, providers: Providers = None) -> WhyEvidence:
    """Return why two, each an entity id or a record handle, are one or not.

    Raises:
        UnknownNamesError: one does not exist, or nothing may be told of it.
        psycopg.Error, psycopg_pool.PoolTimeout: the store does not answer.
    """
    read: dict[str, EntityHeld | None] = {}
    found = [await _found(evidence, name, providers, read) for name in (one, other)]
    present = [asked for asked in found if asked is not None]
    if len(present) < len(found):
        raise UnknownNamesError(tuple(place for place, asked in enumerate(found) if asked is None))
    first, second = sorted(present, key=lambda asked: (asked.held.id, asked.named))
    return await asyncio.to_thread(
        _explained, evidence.judge, first, second, limited=providers is not None
    )  # opens and compares: not in the loop


async def _found(evidence: Evidence, name: str | bytes, providers: Providers, read: dict[str, EntityHeld | None]) -> _Asked | None:
    """Return what a name stands for; ``read``: entities read already, so that two records of one have it once."""
    own = await evidence.store.record(name) if isinstance(name, bytes) else None
    if isinstance(name, bytes):
        entity_id = own.entity_id if own else None
    else:
        entity_id = await evidence.store.current(name)
    if entity_id and entity_id not in read:
        read[entity_id] = await evidence.store.entity(entity_id)
    held = read[entity_id] if entity_id else None
    if held is None:
        return None
    records = {record.handle: record for record in (*held.members, *((own,) if own else ()))}  # of a large entity not all are read
    members = await asyncio.to_thread(opened_members, evidence.judge, records.values(), providers)
    named = tuple(sorted(members)[:SAMPLE]) if own is None else (own.handle,)
    return _Asked(held, members, named, own is not None) if members.keys() >= set(named) and named else None


def _explained(judge: Judge, first: _Asked, second: _Asked, *, limited: bool) -> WhyEvidence:
    if first.held.id == second.held.id:
        return _one_entity(judge, first, second)
    pins = {(pin.one, pin.other): pin for pin, _ in first.held.pins if _between(pin, first, second)}
    if limited:  # why a word has no effect may be what records say that may not be told of
        pins = {pair: replace(pin, rests=None) for pair, pin in pins.items()}
    parted = any(not pin.same for pin in pins.values())
    edges = {(edge.one, edge.other): edge for edge, _ in first.held.edges if _between(edge, first, second)}
    edges = {
        pair: replace(edge, refusal=told_refusal(edge.refusal, limited=limited, seen=parted and edge.refusal == "pinned_different"))
        for pair, edge in edges.items()
    }
    standing = {**standings_of(judge, first.held), **standings_of(judge, second.held)}
    one, other = min(_pairs(first, second, {*pins, *edges}), key=lambda pair: _likeness(judge, first, second, standing, pair))
    edge = edges.get((one, other))
    pair = judge.evidence(
        _member(first, second, one), _member(first, second, other), standing, pins.get((one, other)), edge.refusal if edge else None
    )
    facts = keys_say(first.keys, second.keys, _doubts(first, second, standing))
    links = _Links(list(edges.values()), list(pins.values()), _SHARED_UNSEEN if limited else _SHARED)
    obstacles = tuple(dict.fromkeys(_obstacles(first, second, facts, links, pair)))
    return WhyEvidence("two_entities", (first.held.id, second.held.id), _APART, obstacles, pair, (), pair.sides)


def _one_entity(judge: Judge, first: _Asked, second: _Asked) -> WhyEvidence:
    ids = (first.held.id,)
    if not (first.record and second.record):
        return WhyEvidence("one_entity", ids, _ONE, (), None, (), ())
    members = {**first.members, **second.members}
    start, end = first.named[0], second.named[0]
    if start == end:
        return WhyEvidence("same_record", ids, _SAME, (), None, (), (judge.side(members[start]),))
    standing = standings_of(judge, first.held)
    joins = chain(joins_of(judge, first.held, members, standing), start, end)
    steps = tuple(Step(join, judge.evidence(members[join.one], members[join.other], standing, weigh=join.how == "edge")) for join in joins)
    way = [start]
    for join in joins:
        way.append(join.other if join.one == way[-1] else join.one)
    verdict = _JOINED if joins else _WITHHELD if len(members) < len(first.held.members) else _UNSETTLED
    sides = tuple(judge.side(members[handle]) for handle in (way if joins else (start, end)))
    return WhyEvidence("one_entity", ids, verdict, (), judge.evidence(members[start], members[end], standing), steps, sides)


def _between(link: EdgeHeld | PinHeld, first: _Asked, second: _Asked) -> bool:
    return (link.one in first.members and link.other in second.members) or (link.other in first.members and link.one in second.members)


def _pairs(first: _Asked, second: _Asked, linked: Collection[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """Yield the pairs that may be the likest, each in ascending order: of the sample, and those that were compared or decided on."""
    asked = [set(each.named) if each.record else each.members.keys() for each in (first, second)]
    for one, other in (*product(first.named, second.named), *linked):
        if (one in asked[0] and other in asked[1]) or (other in asked[0] and one in asked[1]):
            yield min(one, other), max(one, other)


def _likeness(judge: Judge, first: _Asked, second: _Asked, standing: Standings, pair: tuple[bytes, bytes]) -> tuple[float, bytes, bytes]:
    one, other = (_member(first, second, handle) for handle in pair)
    judgement = judge.judgement(one, other, standing)
    return -judgement.hundredths if judgement else inf, *pair


def _member(first: _Asked, second: _Asked, handle: bytes) -> Opened:
    return first.members[handle] if handle in first.members else second.members[handle]


def _doubts(first: _Asked, second: _Asked, standing: Standings) -> dict[bytes, Doubt]:
    """Return which keys of the two entities do not speak for any two of their records."""
    sides = [{handle for handle, member in asked.members.items() if standing.keys() & member.held.keys} for asked in (first, second)]
    return {key: found.doubt for key, found in standing.items() if not any(all(side & part for side in sides) for part in found.parts)}


def _obstacles(first: _Asked, second: _Asked, facts: list[KeyFact], links: _Links, pair: PairEvidence) -> Iterator[Words]:
    """Yield why the two are not one: what forbids it, and only if nothing does, what is wanting."""
    if first.kind is not second.kind:
        yield pair.verdict
        return
    forbidden = [TOLD["pinned_different"]] if any(not pin.same for pin in links.pins) else []
    forbidden += [RESTS[pin.rests] for pin in links.pins if pin.rests]
    for fact in facts:
        zh, en = KEYS[fact.field]
        shared = fact.same and fact.doubt is None
        forbidden.append(Words(links.shared.zh.format(zh), links.shared.en.format(en)) if shared else Words(fact.zh, fact.en))
    contested = any(fact.doubt == "contested" for fact in facts)  # said already
    forbidden += [TOLD[edge.refusal] for edge in links.edges if edge.refusal and not (contested and edge.refusal == CONTESTED)]
    yield from forbidden or [_wanting(links.edges, pair)]


def _wanting(edges: list[EdgeHeld], pair: PairEvidence) -> Words:
    if edges:
        return _AWAITS
    if pair.judgement is None:
        return pair.verdict
    return _TOO_LITTLE if pair.judgement.band is Band.APART else _NOT_COMPARED
