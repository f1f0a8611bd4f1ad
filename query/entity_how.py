"""How the records of one entity hang together: which identifiers, which likeness and which decisions joined them, and what did not.

Computed anew from the store by the rules that made the entity (``clusters.partition``). Who may see only some departments' records is
told only of these: what joins them through others is said to be withheld, and nothing more.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

from domain.entities import Kind
from domain.matching.blocking import CAP
from domain.matching.clusters import Edge, partition, undisputed
from domain.matching.explain import Join, Words, block_words, field_of, groups, spanning, told_refusal
from domain.matching.features import Features
from domain.matching.key_facts import key_said
from domain.matching.keys import EXCLUSIVE
from domain.matching.scorecard import Band
from query.entity_store import MOST_MEMBERS, EdgeHeld, EntityHeld, Far, Held
from query.evidence import Evidence, Judge, Opened, PairEvidence, Side, features
from query.key_standing import Standings

MOST_COMPARED = 20
"""Steps by likeness whose comparison is told field by field."""
MOST_REFUSED = 50
"""Other entities told of that nearly were the same."""

Providers = frozenset[str] | None
"""Departments whose records may be told of; None: all, for the operator of the store."""


class Step(NamedTuple):
    """A join; ``pair``: the comparison field by field, for the first joins by likeness."""

    join: Join
    pair: PairEvidence | None


class Candidate(NamedTuple):
    """Another entity that nearly was the same: its best pair with a record of this one, and how many such pairs there are."""

    near: bytes
    far: Far
    edge: EdgeHeld
    pairs: int


@dataclass(frozen=True, slots=True)
class HowEvidence:
    """How an entity's records hang together.

    ``steps``: joins that connect the members, the strongest evidence first; ``withheld``: some are connected only by what may not be
    told; ``unsettled``: some are connected by nothing the store holds now: it is changing. ``refused``: other entities that nearly were the
    same; ``kept_apart``: (member, other record) that a steward said differ; ``ambiguous``: fields of identifiers that another entity has
    too, so they join nothing; ``doubted``: identifiers that do not join all their records, and why; ``crowded``: what too many records
    share to be all compared; ``former``: ids that redirect here.
    """

    entity_id: str
    kind: Kind
    members: tuple[Side, ...]
    more: bool
    steps: tuple[Step, ...]
    withheld: bool
    unsettled: bool
    refused: tuple[Candidate, ...]
    kept_apart: tuple[tuple[bytes, Far], ...]
    ambiguous: tuple[str, ...]
    doubted: tuple[Words, ...]
    crowded: tuple[Words, ...]
    former: tuple[str, ...]


async def how(evidence: Evidence, entity_id: str, providers: Providers = None) -> HowEvidence | None:
    """Return how an entity's records hang together, of the one it redirects to if it does; None if there is nothing to tell of.

    Raises:
        psycopg.Error, psycopg_pool.PoolTimeout: the store does not answer.
    """
    living = await evidence.store.current(entity_id)
    held = await evidence.store.entity(living) if living else None
    return await asyncio.to_thread(_explained, evidence.judge, held, providers) if held else None  # opens and compares: not in the loop


def opened_members(judge: Judge, members: Iterable[Held], providers: Providers) -> dict[bytes, Opened]:
    """Return the records that may be told of, by handle; an erased one is not among them."""
    seen = (judge.opened(held) for held in members if providers is None or held.provider in providers)
    return {record.held.handle: record for record in seen if record is not None}


def standings_of(judge: Judge, held: EntityHeld) -> Standings:
    """Return which keys of an entity do not join all their records."""
    return judge.standings((*held.members, *held.rivals), held.counts)


def joins_of(judge: Judge, held: EntityHeld, members: Mapping[bytes, Opened], standing: Standings) -> list[Join]:
    """Return the steps that join these members: identifiers as far as they join, pairs that were not refused, decisions."""
    crowded = {key for key, found in standing.items() if found.doubt == "crowded"}
    records = {handle: [key for key in record.held.keys if key not in crowded] for handle, record in members.items()}
    edges = [
        Edge(edge.hundredths, edge.one, edge.other)
        for edge, _ in held.edges
        if edge.band == "match" and edge.refusal is None and edge.one in members and edge.other in members
    ]
    pins = [pin.pin for pin, _ in held.pins if pin.one in members and pin.other in members]
    support = _support(judge, members)
    contested = {key: _parts(held, key, members, standing) for key in (held.outside.keys() | standing.keys()) - crowded}
    parted = {key for key in held.outside.keys() - crowded if key not in standing or _scattered(held, key, standing)}
    parted |= set(partition(records, edges, pins, support, contested).ambiguous)
    for key in sorted(key for key in parted if key[0] in EXCLUSIVE):
        holders = sorted(handle for handle, record in members.items() if key in record.held.keys)
        if len(holders) <= CAP:
            edges += _within(judge, members, holders)
        else:
            contested[key] = [undisputed(holders, pins)]
    return spanning(records, edges, pins, support, contested)


def _parts(held: EntityHeld, key: bytes, members: Mapping[bytes, Opened], standing: Standings) -> list[list[bytes]]:
    """Return the members that a key joins though others have it too: of its parts, those that are whole in this entity."""
    others = {rival.handle for rival in held.rivals}
    parts = standing[key].parts if key in standing else ()
    return [sorted(part & members.keys()) for part in parts if part.isdisjoint(others)]


def _scattered(held: EntityHeld, key: bytes, standing: Standings) -> bool:
    """Return whether a part of a contested key is not whole in one entity: the key could not join it."""
    entity_of = {rival.handle: rival.entity_id for rival in held.rivals}
    return any(len({entity_of.get(handle, held.id) for handle in part}) > 1 for part in standing[key].parts)


def _within(judge: Judge, members: Mapping[bytes, Opened], holders: list[bytes]) -> Iterator[Edge]:
    """Yield the pairs that the resolver judges though they have one exclusive key, because a steward parted its records; it keeps none."""
    for one, other in combinations(holders, 2):
        judgement = judge.weighed(members[one], members[other])
        if judgement is not None and judgement.band is Band.MATCH:
            yield Edge(judgement.hundredths, one, other)


def _explained(judge: Judge, held: EntityHeld, providers: Providers) -> HowEvidence | None:
    members = opened_members(judge, held.members, providers)
    if not members:
        return None
    standing = standings_of(judge, held)
    joins = joins_of(judge, held, members, standing)
    apart, limited, more = groups(members, joins) > 1, len(members) < len(held.members), len(held.members) >= MOST_MEMBERS
    return HowEvidence(
        entity_id=held.id,
        kind=next(iter(members.values())).held.kind,
        members=tuple(judge.side(record) for record in members.values()),
        more=more,
        steps=tuple(_steps(judge, joins, members, standing)),
        withheld=apart and limited,
        unsettled=apart and not limited and not more,  # of more, what joins them may be left out
        refused=_refused(held, members, providers),
        kept_apart=tuple(
            (pin.one if pin.other == far.handle else pin.other, far)
            for pin, far in held.pins
            if not pin.same and _outside(held, far, providers) and not members.keys().isdisjoint((pin.one, pin.other))
        ),
        ambiguous=_ambiguous(held, members, providers, standing),
        doubted=_doubted(held, members, providers, standing),
        crowded=_crowded(held, members),
        former=held.former,
    )


def _support(judge: Judge, members: Mapping[bytes, Opened]) -> Callable[[bytes, bytes], int | None] | None:
    card = judge.card(next(iter(members.values())).held.kind)
    if card is None:
        return None
    made: dict[bytes, Features] = {}

    def of(handle: bytes) -> Features:
        if handle not in made:
            made[handle] = features(card, members[handle])
        return made[handle]

    return lambda one, other: card.support(of(one), of(other))


def _steps(judge: Judge, joins: Iterable[Join], members: Mapping[bytes, Opened], standing: Standings) -> Iterable[Step]:
    told = 0
    for join in joins:
        compared = join.how == "edge" and told < MOST_COMPARED
        told += compared
        yield Step(join, judge.evidence(members[join.one], members[join.other], standing, weigh=True) if compared else None)


def _outside(held: EntityHeld, far: Far, providers: Providers) -> bool:
    return far.entity_id != held.id and (providers is None or far.provider in providers)


def _refused(held: EntityHeld, members: Mapping[bytes, Opened], providers: Providers) -> tuple[Candidate, ...]:
    """Return the best pair with each other entity; pairs come the best first."""
    found: dict[str, Candidate] = {}
    for edge, far in held.edges:
        near = edge.one if far.handle == edge.other else edge.other
        if near not in members or not _outside(held, far, providers):
            continue
        pinned = any(not pin.same and {pin.one, pin.other} == {edge.one, edge.other} for pin, _ in held.pins)
        edge = replace(edge, refusal=told_refusal(edge.refusal, limited=providers is not None, seen=pinned))  # noqa: PLW2901  # as told
        best = found.get(far.entity_id)
        found[far.entity_id] = best._replace(pairs=best.pairs + 1) if best else Candidate(near, far, edge, 1)
    return tuple(found.values())[:MOST_REFUSED]


def _ambiguous(held: EntityHeld, members: Mapping[bytes, Opened], providers: Providers, standing: Standings) -> tuple[str, ...]:
    keys = {key for record in members.values() for key in record.held.keys if key not in standing or _split(held, key, standing)}
    shared = (key for key in sorted(keys & held.outside.keys()) if providers is None or held.outside[key] & providers)
    return tuple(dict.fromkeys(field_of(key) for key in shared))


def _split(held: EntityHeld, key: bytes, standing: Standings) -> bool:
    """Return whether a part of a contested key lies in this entity and others."""
    others = {rival.handle for rival in held.rivals}
    return any(part & others and part - others for part in standing[key].parts)


def _doubted(held: EntityHeld, members: Mapping[bytes, Opened], providers: Providers, standing: Standings) -> tuple[Words, ...]:
    """Say what is in doubt of identifiers, as far as records that may be told of show it; how many have one is no one's secret."""
    keys = {key for record in members.values() for key in record.held.keys} & standing.keys()
    seen = {rival.handle for rival in held.rivals if providers is None or rival.provider in providers} | members.keys()
    told = []
    for key in sorted(keys):
        doubt, parts = standing[key]
        if doubt == "contested":
            shown = sum(not part.isdisjoint(seen) for part in parts) > 1
        else:
            shown = doubt == "crowded" or providers is None or bool(held.outside.get(key, frozenset()) & providers)
        if shown:
            told.append(key_said(key, doubt))
    return tuple(dict.fromkeys(told))


def _crowded(held: EntityHeld, members: Mapping[bytes, Opened]) -> tuple[Words, ...]:
    filed = {block for record in members.values() for block in record.held.blocks}
    return tuple(dict.fromkeys(block_words(token) for token in held.crowded if token in filed))
