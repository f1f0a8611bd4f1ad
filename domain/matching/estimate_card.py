"""Estimates a whole scorecard anew from records without labels: the same profiles, thresholds and sentences, with shares of this data.

A field that the data seldom say, and a level that they never show, keep what the scorecard had: better a stated guess than noise.
Doubts are judged: ``DoubtSeen`` tells how often the data show one, and how often independent fields would; ``without_idle_doubts``
drops those that the data do not show more often than that.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log2, prod
from random import Random
from typing import NamedTuple

from domain.matching.blocking import pairs
from domain.matching.comparisons import LEVELS
from domain.matching.estimate import MISSING, Estimate, Pattern, bits, estimate, names_of, pattern
from domain.matching.features import DRAWN_FROM, Features
from domain.matching.scorecard import Scorecard
from domain.matching.scorecard_file import Doubt, Level, Profile, ScorecardFile, ScorecardText, Turn

RANDOM_PAIRS, RULE_PAIRS = 300_000, 60_000
"""Pairs taken at random for u, and at most of each blocking rule for m."""
_ENOUGH_RANDOM, _ENOUGH_BLOCKED = 10_000, 100
"""Pairs that must both say a field for its shares to be estimated."""
DOUBTFUL = 2.0
"""A doubt is worth keeping where the data show it more than this many times as often as independent fields would."""
_MOST_OF_A_KEY = 12
"""Records of one strong key that are paired with one another."""
_KEY = "key:"
_NAMES = ("surname", "given_name", "surname/given_name", "given_name/surname")
_PLACES = ("street", "premises", "street/premises", "premises/street")
FIXED: dict[str, tuple[str, ...]] = {
    "m": ("mobile",),
    "nb": ("name", "birth_date"),
    "na": ("name", "address"),
    "ne": ("name", "employer", "employer_uscc"),
    "fi": ("foreign_number",),
    "fb": ("birth_date",),
    "fn": _NAMES,
    "fs": ("suburb", "postcode"),
    "fp": (*_NAMES, "suburb"),
    "fq": (*_NAMES, *_PLACES),
    "fa": (*_PLACES, "street_number"),
    "oc": ("organisation_code",),
    "on": ("name",),
    "ol": ("landline",),
    "tv": ("vin",),
    "tm": ("imei",),
    "te": ("engine_number",),
    "ts": ("serial",),
    "ad": ("doorplate_code",),
    "aa": ("address",),
    "ap": ("place_name",),
}
"""What a blocking rule makes agree, wholly or nearly: of these it says nothing."""


class Sample(NamedTuple):
    """One record: its prepared values, and its strong keys as ``<field>:<normal form>``."""

    features: Features
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoubtSeen:
    """Of ``pairs`` that match by their other fields, how many (expected) show the doubt, and how many would if fields were independent."""

    profile: str
    doubt: Doubt
    pairs: float
    seen: float
    independent: float

    @property
    def idle(self) -> bool:
        """Whether enough data show that the doubt speaks of no one: independent fields alone explain what is seen of it."""
        return self.pairs >= _ENOUGH_BLOCKED and self.seen <= DOUBTFUL * self.independent


@dataclass(frozen=True, slots=True)
class Anew:
    """The scorecard, by profile the fields or levels that kept their shares, and what the data say of the doubts."""

    card: ScorecardText
    kept: dict[str, list[str]]
    doubts: list[DoubtSeen]


def anew(card: ScorecardText, sets: Sequence[Sequence[Sample]], source: str, seed: int = 1, random_pairs: int = RANDOM_PAIRS) -> Anew:
    """Estimate the scorecard from ``sets`` of records; only records of one set are compared.

    Args:
        card: gives everything but the shares.
        sets: records of one kind, each set from one source.
        source: what is written under ``estimated``.
        seed: of the choice of pairs; equal seeds give equal scorecards.
        random_pairs: how many are taken for u.
    """
    open_profiles = {name: profile.model_copy(update={"silences": {}}) for name, profile in card.profiles.items()}
    open_card = Scorecard(ScorecardFile(card.model_copy(update={"profiles": open_profiles})))
    profiles, kept = {}, {}
    doubts: list[DoubtSeen] = []
    for name, text in card.profiles.items():
        evidence = _Evidence(open_card, open_card.file.profiles[name], sets, Random(seed), random_pairs)  # noqa: S311  # repeatable, no secret
        found = evidence.estimate()
        profiles[name] = text.model_copy(update=_with_shares(open_card.file.profiles[name], found, evidence))
        kept[name] = evidence.kept
        doubts += evidence.doubts(found)
    return Anew(card.model_copy(update={"profiles": profiles, "estimated": source}), kept, doubts)


def without_idle_doubts(found: Anew) -> ScorecardText:
    """Return the scorecard without the doubts that the data give no ground for (``DoubtSeen.idle``)."""
    idle = [(each.profile, each.doubt) for each in found.doubts if each.idle]
    profiles = {
        name: text.model_copy(update={"doubts": [doubt for doubt in text.doubts if (name, doubt) not in idle]})
        for name, text in found.card.profiles.items()
    }
    return found.card.model_copy(update={"profiles": profiles})


class _Evidence:
    """The patterns of one profile's pairs: random ones, and those of each blocking rule and strong key."""

    def __init__(self, card: Scorecard, profile: Profile, sets: Sequence[Sequence[Sample]], rng: Random, random_pairs: int) -> None:
        self._card, self._profile, self._rng = card, profile, rng
        self.places = names_of(profile)
        self.random = Counter(self._patterns(pair for records in sets for pair in self._random(records, random_pairs // len(sets))))
        by_rule: dict[str, list[tuple[Sample, Sample]]] = defaultdict(list)
        for records in sets:
            for rule, found in self._blocked(records).items():
                by_rule[rule] += found
        self.blocked = {
            rule: (list(self._patterns(self._some(found))), fixed_by(rule, card))
            for rule, found in by_rule.items()
            if rule in FIXED or _KEY in rule
        }
        self.blocked = {rule: found for rule, found in self.blocked.items() if found[0]}
        self.kept: list[str] = []

    def estimate(self) -> Estimate:
        return estimate(self.places, self.random.elements(), self.blocked)

    def says_enough(self, place: int) -> bool:
        """Return whether enough pairs say the field, among random ones and among those of rules that leave it free."""
        name = self.places[place][0]
        random = sum(count for seen, count in self.random.items() if seen[place] != MISSING)
        free = sum(seen[place] != MISSING for patterns, fixed in self.blocked.values() if name not in fixed for seen in patterns)
        return random >= _ENOUGH_RANDOM and free >= _ENOUGH_BLOCKED

    def shows(self, place: int, level: int, share: float) -> bool:
        """Return whether the level stands at random pairs, or in more than the least share of matches."""
        return share > 2e-4 or any(seen[place] == level for seen in self.random)  # noqa: PLR2004  # twice what a level never seen is given

    def doubts(self, found: Estimate) -> Iterator[DoubtSeen]:
        names = [name for name, _ in self.places]
        for doubt in self._profile.doubts:
            worst = {names.index(field): self._profile.fields[field].level(level) for field, level in doubt.when.items()}
            pairs = seen = independent = 0.0
            for rule, (patterns, fixed) in self.blocked.items():
                if not fixed.isdisjoint(doubt.when):
                    continue
                prior = found.matches[rule] / len(patterns)
                for each in patterns:
                    if MISSING not in (each[place] for place in worst):
                        matches = self._matches(
                            each, found, prior, leaving={*worst, *(names.index(name) for name in fixed if name in names)}
                        )
                        pairs += matches
                        seen += matches * all(each[place] >= least for place, least in worst.items())
                        independent += matches * prod(sum(found.m[names[place]][least:]) for place, least in worst.items())
            yield DoubtSeen(self._profile.name, doubt, pairs, seen, independent)

    def _matches(self, seen: Pattern, found: Estimate, prior: float, leaving: set[int]) -> float:
        """Return the chance that the pair is one entity, by the fields that are not left out."""
        odds = log2(prior / (1 - prior)) if 0 < prior < 1 else 0.0
        for place, (name, _) in enumerate(self.places):
            if place not in leaving and seen[place] != MISSING:
                odds += log2(found.m[name][seen[place]] / found.u[name][seen[place]])
        return float(1 / (1 + 2.0 ** -max(-500.0, min(500.0, odds))))

    def _patterns(self, chosen: Iterable[tuple[Sample, Sample]]) -> Iterator[Pattern]:
        for one, other in chosen:
            found = pattern(self._card, self._profile, one.features, other.features)
            if found is not None:
                yield found

    def _random(self, records: Sequence[Sample], number: int) -> Iterator[tuple[Sample, Sample]]:
        for _ in range(number if len(records) > 1 else 0):
            one, other = self._rng.sample(records, 2)
            if set(one.keys).isdisjoint(other.keys):
                yield one, other

    def _blocked(self, records: Sequence[Sample]) -> dict[str, list[tuple[Sample, Sample]]]:
        """Return the pairs of each rule, each once."""
        holders: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
        keyed: dict[str, list[Sample]] = defaultdict(list)
        for number, record in enumerate(records):
            for block in self._card.blocks(record.features):
                holders[block.key].append((block.within, number.to_bytes(8, "big")))
            for key in record.keys:
                keyed[key].append(record)
        found: dict[str, set[tuple[int, int]]] = defaultdict(set)
        for key, filed in holders.items():
            found[key.split(":", 1)[0]].update((int.from_bytes(one, "big"), int.from_bytes(other, "big")) for one, other in pairs(filed))
        by_rule = {rule: [(records[one], records[other]) for one, other in sorted(numbers)] for rule, numbers in found.items()}
        for key, holding in keyed.items():
            by_rule.setdefault(_KEY + key.split(":", 1)[0], []).extend(combinations(holding[:_MOST_OF_A_KEY], 2))
        return by_rule

    def _some(self, found: list[tuple[Sample, Sample]]) -> list[tuple[Sample, Sample]]:
        return found if len(found) <= RULE_PAIRS else self._rng.sample(found, RULE_PAIRS)


def fixed_by(rule: str, card: Scorecard) -> frozenset[str]:
    """Return the fields that a blocking rule, or ``key:<field>``, makes agree among its pairs."""
    if not rule.startswith(_KEY):
        return frozenset(FIXED[rule])
    key = rule.removeprefix(_KEY)
    return frozenset({key, *(field for field in card.fields if key in DRAWN_FROM.get(field, ()))})


def _with_shares(profile: Profile, found: Estimate, evidence: _Evidence) -> dict[str, object]:
    """Return the profile's fields and turns with the shares found, and note what keeps its own."""
    fields = {}
    for place, (field, comparison) in enumerate(profile.fields.items()):
        names = LEVELS[comparison.compare]
        levels = _levels(field, list(comparison.levels.values()), names, place, found, evidence)
        fields[field] = comparison.model_copy(update={"levels": dict(zip(names, levels, strict=True))})
    turns: list[Turn] = []
    for place, (one, other, turn) in enumerate(profile.turned, len(profile.fields)):
        in_place, turned = _levels(f"{one}/{other}", [turn.in_place, turn.turned], ("in_place", "turned"), place, found, evidence)
        turns.append(turn.model_copy(update={"in_place": in_place, "turned": turned}))
    return {"fields": fields, "turns": turns}


def _levels(name: str, levels: list[Level], words: Sequence[str], place: int, found: Estimate, evidence: _Evidence) -> list[Level]:
    if not evidence.says_enough(place):
        evidence.kept.append(name)
        return levels
    made = []
    for number, level in enumerate(levels):
        m, u = _short(found.m[name][number]), _short(found.u[name][number])
        if evidence.shows(place, number, m):
            made.append(level.model_copy(update={"m": m, "u": u, "bits": bits(m, u)}))
        else:
            evidence.kept.append(f"{name}: {words[number]}")
            made.append(level)
    return made


def _short(share: float) -> float:
    return float(f"{share:.4g}")


def samples(card: Scorecard, records: Iterable[tuple[Mapping[str, str], Sequence[str]]]) -> list[Sample]:
    """Prepare records, given as values by field and strong keys."""
    return [Sample(card.features(values), tuple(keys)) for values, keys in records]
