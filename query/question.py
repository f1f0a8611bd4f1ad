"""What a search looks for, as data: clauses over fields of one kind, already turned into normal forms and tokens.

An entity fits when one clause fits; a clause's tier says how good that fit is, and hits are ordered by it.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from enum import StrEnum

from domain.entities import FIELDS, Kind
from domain.tokens import Tokeniser
from domain.values import parse
from domain.values.address import address_of
from domain.values.person_name import grams
from query.problems import Problem, ProblemError
from query.request import SearchRequest
from query.words import PROBLEMS

_EXACT, _PHRASE, _LOOSE = 3, 2, 1
_FEWEST_GRAMS = 2  # one gram is a surname: too many people
_LONG_NAME_GRAMS = 6
_CHECK_IS_A_DOUBT = frozenset({"vin"})  # not every maker keeps the check character
_ORGANISATIONS = ((Kind.ORGANISATION, "name"), (Kind.MATTER, "organisation"))
_PLACES = (
    (Kind.ADDRESS, "address"),
    (Kind.ADDRESS, "place_name"),
    (Kind.ORGANISATION, "address"),
    (Kind.PERSON, "address"),
    (Kind.MATTER, "address"),
)
_SEVERAL = "several_values"


class How(StrEnum):
    """``exact``: equal normal forms. ``phrase``: all parts stand in the open text. ``grams``: most of a name's bigrams agree."""

    EXACT = "exact"
    PHRASE = "phrase"
    GRAMS = "grams"


@dataclass(frozen=True, slots=True)
class Clause:
    """One way to fit. ``values``: the normal form, the phrase's parts, or the bigrams; ``tokens``: their keyed tokens, if any.

    ``clear`` says that the field stands in clear with some provider; only then may a value itself be sent to the index.
    """

    kind: Kind
    field: str
    how: How
    values: tuple[str, ...]
    tokens: tuple[str, ...] = ()
    least: int = 1
    tier: int = _EXACT
    clear: bool = False

    @property
    def name(self) -> str:
        """The clause's name in an answer of the index: unique within a question."""
        return f"{self.kind}.{self.field}.{self.how}"


@dataclass(frozen=True, slots=True)
class Question:
    """Any of ``clauses``, in records of ``providers`` only; ``by`` names what was asked for, without its value."""

    by: str
    clauses: tuple[Clause, ...]
    providers: frozenset[str]


class Asking:
    """Turns a request's words into a question. ``clear``: the catalogue's (provider, kind, field) that stand in clear."""

    def __init__(self, tokeniser: Tokeniser, clear: frozenset[tuple[str, Kind, str]]) -> None:
        """Keep the tokeniser and what is in clear."""
        self._token = tokeniser.text
        self._clear = clear

    def __call__(self, request: SearchRequest, providers: frozenset[str]) -> Question:
        """Return the question.

        Raises:
            ProblemError: the value has no normal form, its check digit is wrong, or nothing of the asked kind can have it.
        """
        by, clauses = self._clauses(request)
        clauses = [clause for clause in clauses if request.kind in (None, clause.kind)]
        if not clauses:
            raise ProblemError([Problem("kind", "kind_does_not_fit")])
        clear = {(kind, field) for provider, kind, field in self._clear if provider in providers}
        told = (replace(clause, clear=(clause.kind, clause.field) in clear) for clause in clauses)
        return Question(by, tuple(clause for clause in told if clause.clear or clause.how is not How.PHRASE), providers)

    def _clauses(self, request: SearchRequest) -> tuple[str, list[Clause]]:
        if request.identifier is not None:
            return request.identifier.kind, self._identifier(request.identifier.kind, request.identifier.value)
        if request.name is not None:
            return "name", self._name(request.name)
        if request.organisation is not None:
            return "organisation", self._text("organisation", request.organisation, _ORGANISATIONS)
        return "address", self._text("address", request.address or "", _PLACES)

    def _identifier(self, field: str, text: str) -> list[Clause]:
        kinds = [kind for kind in Kind if field in FIELDS[kind] and FIELDS[kind][field].searchable]
        spoken = FIELDS[kinds[0]][field].kind
        value = parse(spoken, text)
        miscopied = value.checksum is False and spoken not in _CHECK_IS_A_DOUBT
        if value.normal is None or miscopied or _SEVERAL in value.flags:
            raise ProblemError([Problem("identifier.value", next((flag for flag in value.flags if flag in PROBLEMS), "unreadable"))])
        return [self._exact(kind, field, value.normal) for kind in kinds]

    def _name(self, text: str) -> list[Clause]:
        value = parse("person_name", text)
        if value.normal is None or value.plausible is False:
            raise ProblemError([Problem("name", next((flag for flag in value.flags if flag in PROBLEMS), "unreadable"))])
        parts = grams(value.normal)
        if len(parts) < _FEWEST_GRAMS:
            raise ProblemError([Problem("name", "too_vague")])
        tokens = tuple(self._token("name_gram", gram) for gram in parts)
        return [
            self._exact(Kind.PERSON, "name", value.normal),
            self._exact(Kind.PERSON, "former_name", value.normal),
            Clause(Kind.PERSON, "name", How.PHRASE, (value.normal,), tier=_PHRASE),  # an open register's names stand in clear
            Clause(Kind.PERSON, "name", How.GRAMS, parts, tokens, least_grams(len(parts)), _LOOSE),
        ]

    def _text(self, asked: str, text: str, places: Iterable[tuple[Kind, str]]) -> list[Clause]:
        clauses = []
        for kind, field in places:
            value = FIELDS[kind][field].kind
            normal = parse(value, text).normal
            if normal is not None:
                clauses.append(self._exact(kind, field, normal))
            parts = _address_parts(text) if value == "address" else _words(value, text)
            if parts:
                clauses.append(Clause(kind, field, How.PHRASE, parts, tier=_PHRASE))
        if not any(map(str.isalnum, text)):  # signs alone: a phrase without a word would fit everything
            raise ProblemError([Problem(asked, "unreadable")])
        return clauses

    def _exact(self, kind: Kind, field: str, normal: str) -> Clause:
        return Clause(kind, field, How.EXACT, (normal,), (self._token(field, normal),))


def least_grams(count: int) -> int:
    """Return how many of a name's ``count`` grams must agree.

    All of them for names of up to four Chinese characters: one other character there is another person, traditional and
    simplified writing agree anyway, and a ``?`` may be typed for a character that is not known. Longer names,
    transliterated and Latin ones, are spelt in several ways: a third may differ, which is about one letter or syllable.
    """
    return count if count < _LONG_NAME_GRAMS else count - count // 3


def _words(value: str, text: str) -> tuple[str, ...]:
    return tuple(parse(value, part).normal or unicodedata.normalize("NFKC", part) for part in text.split())


def _address_parts(text: str) -> tuple[str, ...]:
    """Return what must stand in an address: whoever leaves out the town, or the city that huiliu assumes, still finds it."""
    city, *rest = astuple(address_of(text))
    assumed = "assumed_city" in parse("address", text).flags
    return tuple(part for part in ("" if assumed else city, *rest) if part)
