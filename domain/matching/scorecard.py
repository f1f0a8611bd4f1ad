"""The scorecard of one kind: adds up, field by field, how many bits two records' agreement speaks for one entity.

Fellegi and Sunter 1969: at each level of agreement log2(m / u), where m is the level's share among pairs of one entity and
u among pairs of two. The weights stand in ``scorecards/<kind>-<n>.yaml`` with a sentence for each level. Bits are counted in
whole hundredths, so that the same pair has the same bits on every machine.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from domain.entities import Kind
from domain.matching.blocking import Block, blocks
from domain.matching.comparisons import COMPARES, LEVELS, Compare
from domain.matching.features import READERS, Features, Values, says
from domain.matching.frequencies import STEEPEST
from domain.matching.scorecard_file import Profile, ScorecardFile

_MOST_READINGS = 10_000
_NEAR = 3  # levels from here on are too far apart for the frequency of either value to matter
_RARE = frozenset({"han_name", "latin_name", "words"})  # their prepared values end with their rarity


class Band(StrEnum):
    """What a pair is taken for: one entity, a person must judge, two entities."""

    MATCH = "match"
    REVIEW = "review"
    APART = "apart"


class Step(NamedTuple):
    """One field's comparison. ``ahead``: the most, in hundredths, that the fields after it can still bring."""

    slot: int
    compare: Compare
    weights: tuple[int, ...]
    rare: bool
    ahead: int


class Turn(NamedTuple):
    """Two fields whose values may have changed places, and what it weighs that they have not, or have."""

    one: int
    other: int
    compare: Compare
    weights: tuple[int, int]


Bound = tuple[int, int]
"""A place in a plan's steps, and a level."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How two records are compared that both say a certain set of fields.

    ``needs``: of each group one must hold for a match. ``doubts``: forbid a match where all of the first hold (at that level or a worse
    one) and none of the second. ``best``: the most a pair can reach.
    """

    profile: Profile
    fields: tuple[str, ...]
    steps: tuple[Step, ...]
    turns: tuple[Turn, ...]
    match: int
    review: int
    best: int
    needs: tuple[tuple[Bound, ...], ...]
    doubts: tuple[tuple[tuple[Bound, ...], tuple[Bound, ...]], ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of a pair: the band, hundredths of a bit, and by field its level and hundredths.

    Holds no value of either record. ``wanting``: the bits would do for a match, but something that
    a match needs is wanting, or a doubt forbids it.
    """

    band: Band
    hundredths: int
    profile: str
    fields: tuple[tuple[str, str, int], ...]
    wanting: bool = False

    @property
    def bits(self) -> float:
        """Evidence in bits."""
        return self.hundredths / 100


class Scorecard:
    """Judges pairs of records of one kind. Pure; plans are made on first use and kept."""

    def __init__(self, file: ScorecardFile) -> None:
        """Take a checked scorecard file."""
        self.file = file
        self.kind = Kind(file.kind)
        self.fields = tuple(dict.fromkeys(field for profile in file.profiles.values() for field in profile.fields))
        self._readers = tuple(READERS[self.kind][field] for field in self.fields)
        self._plans: dict[int, Plan] = {}
        self._readings: dict[tuple[str, ...], tuple[tuple[int, Callable[[Values], Any]], ...]] = {}

    def features(self, values: Values) -> Features:
        """Prepare a record's values for comparison."""
        slots: list[Any] = [None] * len(self.fields)
        present = 0
        for place, read in self._reading(values):
            slots[place] = slot = read(values)
            if slot is not None:
                present |= 1 << place
        return Features(present, tuple(slots))

    def without(self, features: Features, muted: Collection[str]) -> Features:
        """Return features that say nothing in the ``muted`` fields."""
        slots, present = list(features.slots), features.present
        for field in muted:
            place = self.fields.index(field)
            slots[place] = None
            present &= ~(1 << place)
        return Features(present, tuple(slots))

    def _reading(self, values: Values) -> tuple[tuple[int, Callable[[Values], Any]], ...]:
        """Return the readers that can find something in a record with these fields; records of one table have the same few sets of them."""
        fields = tuple(values)
        reading = self._readings.get(fields)
        if reading is None:
            reading = tuple((place, self._readers[place]) for place, field in enumerate(self.fields) if says(field, fields))
            if len(self._readings) < _MOST_READINGS:
                self._readings[fields] = reading
        return reading

    def blocks(self, features: Features) -> list[Block]:
        """Return the blocking keys of a record."""
        return blocks(self.kind, dict(zip(self.fields, features.slots, strict=True)))

    def support(self, a: Features, b: Features) -> int | None:
        """Return how far two records' evidence is above what a chain needs (review), in hundredths; None if they say nothing in common."""
        plan = self.plan(a.present & b.present)
        return self.judge(a, b).hundredths - plan.review if plan.steps else None

    def plan(self, common: int) -> Plan:
        """Return the plan for two records that both say the fields in ``common`` (a bit each)."""
        plan = self._plans.get(common)
        if plan is None:
            plan = self._plans[common] = self._compile(common)
        return plan

    def weigh(self, a: Features, b: Features) -> int | None:
        """Return the hundredths of a bit that speak for one entity, or None as soon as review is out of reach."""
        plan = self._plans.get(a.present & b.present) or self.plan(a.present & b.present)
        review = plan.review
        if plan.best < review:
            return None
        left, right, total = a.slots, b.slots, 0
        for turn in plan.turns:
            turned = _turned(turn, left, right)
            total += turn.weights[turned]
            if turned:
                left, right = _in_place(turn, left, right)
        for slot, compare, weights, rare, ahead in plan.steps:
            one, other = left[slot], right[slot]
            if one == other:
                total += weights[0] + one[-1] if rare else weights[0]
            else:
                level = compare(one, other)
                total += weights[level] + _rarity(level, one, other) if rare else weights[level]
            if total + ahead < review:
                return None
        return total

    def judge(self, a: Features, b: Features) -> Judgement:
        """Return the whole judgement, with its reasons; ``weigh`` first is cheaper where most pairs are apart."""
        plan = self.plan(a.present & b.present)
        levels, turned = self.levels(plan, a, b)
        left, right, total, fields = a.slots, b.slots, 0, []
        for turn, is_turned in zip(plan.turns, turned, strict=True):
            total += turn.weights[is_turned]
            if is_turned:
                left, right = _in_place(turn, left, right)
            order = f"{self.fields[turn.one]}/{self.fields[turn.other]}"
            fields.append((order, "turned" if is_turned else "in_place", turn.weights[is_turned]))
        for field, step, level in zip(plan.fields, plan.steps, levels, strict=True):
            weight = step.weights[level] + (_rarity(level, left[step.slot], right[step.slot]) if step.rare else 0)
            total += weight
            fields.append((field, LEVELS[plan.profile.fields[field].compare][level], weight))
        wanting = not all(_any_agrees(levels, need) for need in plan.needs) or any(
            all(levels[place] >= best for place, best in when) and not _any_agrees(levels, unless) for when, unless in plan.doubts
        )
        band = Band.APART if total < plan.review else Band.REVIEW if total < plan.match or wanting else Band.MATCH
        return Judgement(band, total, plan.profile.name, tuple(fields), wanting=wanting and total >= plan.match)

    def levels(self, plan: Plan, a: Features, b: Features) -> tuple[tuple[int, ...], tuple[bool, ...]]:
        """Return the level of each step, and of each turn whether the values have changed places."""
        left, right = a.slots, b.slots
        turned = []
        for turn in plan.turns:
            turned.append(_turned(turn, left, right))
            if turned[-1]:
                left, right = _in_place(turn, left, right)
        found = [0 if left[step.slot] == right[step.slot] else step.compare(left[step.slot], right[step.slot]) for step in plan.steps]
        return tuple(found), tuple(turned)

    def _compile(self, common: int) -> Plan:
        says = frozenset(field for place, field in enumerate(self.fields) if common >> place & 1)
        profile = next((each for each in self.file.profiles.values() if each.fits(says)), self.file.last)
        silent = {field for loud, fields in profile.silences.items() if loud in says for field in fields}
        fields = tuple(field for field in profile.fields if field in says and field not in silent)
        steps: list[Step] = []
        ahead = 0
        for field in reversed(fields):  # from the end: each step knows what comes after it
            comparison = profile.fields[field]
            rare = comparison.compare in _RARE
            steps.append(Step(self.fields.index(field), COMPARES[comparison.compare], comparison.weights, rare, ahead))
            ahead += max(comparison.weights[0] + (STEEPEST if rare else 0), *comparison.weights)
        turns = tuple(
            Turn(self.fields.index(one), self.fields.index(other), COMPARES[profile.fields[one].compare], turn.weights)
            for one, other, turn in profile.turned
            if one in fields and other in fields
        )
        needs = tuple(_bounds(profile, fields, need) for need in profile.needs)
        doubts = tuple(
            (_bounds(profile, fields, doubt.when), _bounds(profile, fields, doubt.unless))
            for doubt in profile.doubts
            if doubt.when.keys() <= set(fields)
        )
        best = ahead + sum(max(turn.weights) for turn in turns)
        return Plan(profile, fields, tuple(reversed(steps)), turns, profile.match, profile.review, best, needs, doubts)


def _rarity(level: int, one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
    """Return what the value's own frequency adds: at a near level only that of a common value counts, which many are near to."""
    if level > _NEAR:
        return 0
    less: int = min(one[-1], other[-1])
    return less if level == 0 else min(0, less)


def _bounds(profile: Profile, fields: tuple[str, ...], levels: dict[str, str]) -> tuple[Bound, ...]:
    return tuple((fields.index(field), profile.fields[field].level(level)) for field, level in levels.items() if field in fields)


def _any_agrees(levels: tuple[int, ...], bounds: tuple[Bound, ...]) -> bool:
    return any(levels[place] <= worst for place, worst in bounds)


def _turned(turn: Turn, left: tuple[Any, ...], right: tuple[Any, ...]) -> bool:
    """Return whether two fields agree better crosswise than straight."""
    one, other, compare, _ = turn
    a, b, x, y = left[one], left[other], right[one], right[other]
    if a[0] == x[0] or b[0] == y[0]:
        return False
    if a[0] == y[0] or b[0] == x[0]:
        return True
    return compare(a, y) + compare(b, x) + 1 < compare(a, x) + compare(b, y)


def _in_place(turn: Turn, left: tuple[Any, ...], right: tuple[Any, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Exchange the two values of one record; which one's, the values decide, so that the order of the records does not matter."""
    if (left[turn.one][0], left[turn.other][0]) > (right[turn.one][0], right[turn.other][0]):
        return _exchanged(turn, left), right
    return left, _exchanged(turn, right)


def _exchanged(turn: Turn, slots: tuple[Any, ...]) -> tuple[Any, ...]:
    exchanged = list(slots)
    exchanged[turn.one], exchanged[turn.other] = slots[turn.other], slots[turn.one]
    return tuple(exchanged)
