"""Scorecards as files: which fields are compared how, what each level of agreement weighs, and from how many bits a pair matches."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator
from ruamel.yaml import YAML

from domain.entities import Kind
from domain.matching.comparisons import LEVELS
from domain.matching.features import READERS

VERSIONS: dict[Kind, int] = {Kind.PERSON: 1, Kind.ORGANISATION: 1, Kind.THING: 1, Kind.ADDRESS: 1}
"""The shipped scorecard of each kind; a new one is a new file, so that an old judgement can be explained by its own."""
_MOST_VERSION = 32_767  # the store keeps it in two bytes

Chance = Annotated[float, Field(gt=0, le=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Level(_Part):
    """One level: its weight, the shares it was made from, and what a clerk reads."""

    bits: float = Field(description="log2(m / u)")
    m: Chance = Field(description="share among pairs of one entity")
    u: Chance = Field(description="share among pairs of two entities")
    zh: str
    en: str


class Comparison(_Part):
    """How one field is compared, and what each level of it weighs, the closest first."""

    zh: str
    en: str
    compare: str
    levels: dict[str, Level]

    @model_validator(mode="after")
    def _all_levels(self) -> "Comparison":
        if self.compare not in LEVELS or tuple(self.levels) != LEVELS[self.compare]:
            message = f"比较方式 {self.compare} 的级别须为 the levels of {self.compare} must be: {', '.join(LEVELS.get(self.compare, ()))}"
            raise ValueError(message)
        return self

    @property
    def weights(self) -> tuple[int, ...]:
        """Weights in hundredths of a bit."""
        return tuple(round(level.bits * 100) for level in self.levels.values())

    def level(self, name: str) -> int:
        """Return a level's number."""
        return LEVELS[self.compare].index(name)


class Turn(_Part):
    """What it weighs that two fields' values stand in their places, or have changed them."""

    fields: tuple[str, str]
    in_place: Level
    turned: Level

    @property
    def weights(self) -> tuple[int, int]:
        """Weights in hundredths of a bit: in place, turned."""
        return round(self.in_place.bits * 100), round(self.turned.bits * 100)


class Doubt(_Part):
    """A combination that is no match whatever the bits, because independent weights overrate it: relatives in one home, say."""

    zh: str
    en: str
    when: dict[str, str] = Field(min_length=1, description="field → level from which on it is a doubt; all must hold")
    unless: dict[str, str] = Field(default_factory=dict, description="field → worst level that dispels the doubt")


class Turned(NamedTuple):
    """A pair of fields with its weights."""

    one: str
    other: str
    turn: Turn


class ProfileText(_Part):
    """The comparisons for pairs of which both records say certain fields."""

    zh: str
    en: str
    when: list[str] = Field(default_factory=list, description="both records say one of these; empty: always")
    match_bits: float = Field(description="from here a pair is one entity")
    review_bits: float = Field(description="from here a person must judge")
    needs: list[dict[str, str]] = Field(default_factory=list, description="each: field → worst level, of which one must hold for a match")
    doubts: list[Doubt] = Field(default_factory=list)
    silences: dict[str, list[str]] = Field(default_factory=dict, description="a compared field → fields that would say the same again")
    turns: list[Turn] = Field(default_factory=list)
    fields: dict[str, Comparison]

    @model_validator(mode="after")
    def _ordered(self) -> "ProfileText":
        if self.review_bits > self.match_bits:
            message = "复核阈值高于匹配阈值 review_bits is above match_bits: swap them"
            raise ValueError(message)
        if unknown := sorted({*self._unknown_levels(), *self._unknown_fields()}):
            names = ", ".join(unknown)
            message = f"没有比较这些字段或级别 these fields or levels are not compared: {names}; add them under fields, or drop them"
            raise ValueError(message)
        return self

    def _unknown_levels(self) -> Iterator[str]:
        bounds = [*self.needs, *(bound for doubt in self.doubts for bound in (doubt.when, doubt.unless))]
        for field, level in (item for bound in bounds for item in bound.items()):
            if field not in self.fields or level not in self.fields[field].levels:
                yield f"{field}: {level}"

    def _unknown_fields(self) -> Iterator[str]:
        loud = (field for field in self.silences if field not in self.fields)
        yield from (*loud, *(field for turn in self.turns for field in turn.fields if field not in self.fields))


class Profile:
    """A profile as the scorecard uses it."""

    def __init__(self, name: str, text: ProfileText) -> None:
        """Take one profile of a checked file."""
        self.name = name
        self.text = text
        self.fields = text.fields
        self.silences = text.silences
        self.needs = text.needs
        self.doubts = text.doubts
        self.match = round(text.match_bits * 100)
        self.review = round(text.review_bits * 100)
        self.turned = tuple(Turned(*turn.fields, turn) for turn in text.turns)

    def fits(self, says: frozenset[str]) -> bool:
        """Return whether it is for records that both say these fields."""
        return not self.text.when or not says.isdisjoint(self.text.when)


class ScorecardText(_Part):
    """A scorecard file."""

    kind: Kind
    version: int = Field(ge=1, le=_MOST_VERSION)
    estimated: str = Field(description="from what data m and u were estimated")
    profiles: dict[str, ProfileText] = Field(min_length=1)

    @model_validator(mode="after")
    def _known_fields(self) -> "ScorecardText":
        unknown = {field for profile in self.profiles.values() for field in profile.fields} - READERS[self.kind].keys()
        if unknown:
            message = f"没有这些特征 no such features: {', '.join(sorted(unknown))}; known are {', '.join(READERS[self.kind])}"
            raise ValueError(message)
        return self


class ScorecardFile:
    """A checked scorecard file: its profiles by name, in the order they are tried."""

    def __init__(self, text: ScorecardText) -> None:
        """Take the checked text."""
        self.text = text
        self.kind = text.kind
        self.version = text.version
        self.profiles = {name: Profile(name, profile) for name, profile in text.profiles.items()}
        self.last = list(self.profiles.values())[-1]

    @property
    def digest(self) -> bytes:
        """SHA-256 of all that the card says: equal means that it judges every pair alike."""
        return hashlib.sha256(self.text.model_dump_json().encode()).digest()

    @property
    def compared(self) -> set[str]:
        """Every field that some profile compares."""
        return {field for profile in self.profiles.values() for field in profile.fields}


Cards = Mapping[Kind, ScorecardFile]
"""The scorecards in use, by kind."""


def read_scorecard(text: str) -> ScorecardFile:
    """Read a scorecard from YAML.

    Raises:
        pydantic.ValidationError: something is missing, unknown or out of range.
    """
    return ScorecardFile(ScorecardText.model_validate(YAML(typ="safe").load(text)))


@cache
def shipped(kind: Kind) -> ScorecardFile:
    """Return the shipped scorecard of a kind, read once."""
    name = f"{kind}-{VERSIONS[kind]}.yaml"
    return read_scorecard((files("domain.matching") / "scorecards" / name).read_text(encoding="utf-8"))


def shipped_cards() -> Cards:
    """Return the shipped scorecards of all kinds that are resolved."""
    return {kind: shipped(kind) for kind in VERSIONS}
