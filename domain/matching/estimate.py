"""Estimates a scorecard's shares m and u from data without labels.

u of each level comes from random pairs, which practically all are of two entities. m comes from pairs that share a blocking
key, by expectation-maximisation over the two unknown classes with u held fixed; one run for each blocking rule, because the
rule's own fields agree by construction among its pairs and would look certain: a rule says nothing of its own fields, and a
field's m is the mean over the rules that leave it free, weighted by the matches each of them found (Winkler 1988; the
conditioning is that of Linacre et al. 2022, Splink).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from domain.matching.comparisons import LEVELS
from domain.matching.features import Features
from domain.matching.scorecard import Scorecard
from domain.matching.scorecard_file import Profile

Pattern = tuple[int, ...]
"""A pair's level by field of the profile, then 0 or 1 by turn; ``MISSING`` where one record does not say the field."""

MISSING = -1
_ROUNDS, _SETTLED = 400, 1e-7
_LEAST_M = 1e-4
"""Nothing is taken to be impossible: a level never seen among pairs of one entity is given this share."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """m and u by field and level, and the expected number of matches among the blocked pairs of each rule."""

    m: dict[str, list[float]]
    u: dict[str, list[float]]
    matches: dict[str, float]


def pattern(card: Scorecard, profile: Profile, a: Features, b: Features) -> Pattern | None:
    """Return a pair's pattern, or None if the pair is of another profile. A silenced field is compared all the same."""
    plan = card.plan(a.present & b.present)
    if plan.profile is not profile:
        return None
    levels, turned = card.levels(plan, a, b)
    by_field = dict(zip(plan.fields, levels, strict=True))
    by_turn = {(turn.one, turn.other): int(is_turned) for turn, is_turned in zip(plan.turns, turned, strict=True)}
    places = [(card.fields.index(turn.one), card.fields.index(turn.other)) for turn in profile.turned]
    return (*(by_field.get(field, MISSING) for field in profile.fields), *(by_turn.get(place, MISSING) for place in places))


def names_of(profile: Profile) -> list[tuple[str, int]]:
    """Return the places of a pattern: field or ``one/other``, and the number of its levels."""
    fields = [(field, len(LEVELS[comparison.compare])) for field, comparison in profile.fields.items()]
    return fields + [(f"{turn.one}/{turn.other}", 2) for turn in profile.turned]


def estimate(
    places: Sequence[tuple[str, int]], random: Iterable[Pattern], blocked: Mapping[str, tuple[Iterable[Pattern], Collection[str]]]
) -> Estimate:
    """Estimate the shares; ``blocked``: by rule its pairs' patterns and the fields that it makes agree."""
    u = _shares(Counter(random), [1.0] * len(places), places)
    sums = [[0.0] * levels for _, levels in places]
    found = {}
    for rule, (patterns, fixed) in blocked.items():
        free = [name not in fixed for name, _ in places]
        m, found[rule] = _maximise(Counter(patterns), u, free, places)
        for place, is_free in enumerate(free):
            for level, share in enumerate(m[place] if is_free else ()):
                sums[place][level] += share * found[rule]
    names = [name for name, _ in places]
    return Estimate(dict(zip(names, map(_levelled, sums), strict=True)), dict(zip(names, u, strict=True)), found)


def bits(m: float, u: float) -> float:
    """Return a level's weight, to a hundredth of a bit."""
    return round(log2(m / u), 2)


def _levelled(sums: list[float]) -> list[float]:
    whole = sum(sums)
    shares = [max(part / whole if whole else 0.0, _LEAST_M) for part in sums]
    return [share / sum(shares) for share in shares]


def _shares(patterns: Mapping[Pattern, float], start: list[float], places: Sequence[tuple[str, int]]) -> list[list[float]]:
    """Return each level's share where the field is said, with half a pair added to each level."""
    found = []
    for place, (_, levels) in enumerate(places):
        counts = [0.5 * start[place]] * levels
        for seen, number in patterns.items():
            if seen[place] != MISSING:
                counts[seen[place]] += number
        found.append([count / sum(counts) for count in counts])
    return found


def _maximise(
    patterns: Mapping[Pattern, int], u: list[list[float]], free: list[bool], places: Sequence[tuple[str, int]]
) -> tuple[list[list[float]], float]:
    """Return m by place and level, and the expected number of matches."""
    m = [_first_guess(levels) for _, levels in places]
    used = [place for place, is_free in enumerate(free) if is_free]
    total, prior = sum(patterns.values()), 0.5
    for _ in range(_ROUNDS):
        weighted: dict[Pattern, float] = {}
        for seen, number in patterns.items():
            odds = prior / (1 - prior)
            for place in used:
                if (level := seen[place]) != MISSING:
                    odds *= m[place][level] / u[place][level]
            weighted[seen] = number * odds / (1 + odds)
        before, prior = prior, min(max(sum(weighted.values()) / total, 1e-6), 1 - 1e-6)
        m = _shares(weighted, [0.01] * len(places), places)
        if abs(before - prior) < _SETTLED:
            break
    return m, prior * total


def _first_guess(levels: int) -> list[float]:
    """Return a start for m: most pairs of one entity agree exactly, few differ."""
    shares = [0.9, *([0.1 / (levels - 1)] * (levels - 1))]
    return [share / sum(shares) for share in shares]
