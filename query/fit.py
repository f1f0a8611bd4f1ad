"""Decides whether a candidate fits, from the records that the purpose may see and nothing else.

Without this, searching a telephone number for a purpose that the telephone company does not permit would still find the
holder through other departments' records of the same person: the answer would tell what was withheld.
"""

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.sealing import Sealer, UnsealError
from domain.survivorship import Standing, standing
from domain.values.person_name import grams
from query.index import Candidate, Member
from query.question import Clause, How, Question


@dataclass(frozen=True, slots=True)
class Opened:
    """A record the purpose may see, with its personal values in clear: only in memory, and only while one search is answered.

    ``sealed``: values that stood sealed; ``clear``: those the index holds in clear.
    """

    handle: bytes
    member: Member
    sealed: Mapping[str, str]
    clear: Mapping[str, str]

    @property
    def provider(self) -> str:
        """Who gave the record."""
        return self.member.provider

    @property
    def values(self) -> Mapping[str, str]:
        """Every value of the record by field."""
        return {**self.clear, **self.sealed}

    def standing(self, field: str) -> Standing:
        """Return how well the record's value of a field stands among the entity's (domain.survivorship)."""
        member = self.member
        return standing(field, member.authority, member.doubts, member.committed_ms, self.handle)


@dataclass(frozen=True, slots=True)
class Fitting:
    """An entity that fits: how well, and the records that may be told of."""

    tier: int
    candidate: Candidate
    records: tuple[Opened, ...]


def visible(candidate: Candidate, question: Question) -> list[Member]:
    """Return the members that the question's providers gave."""
    return [member for member in candidate.members if member.provider in question.providers]


def fitting(candidate: Candidate, question: Question, sealer: Sealer, wrapped: Mapping[bytes, bytes]) -> Fitting | None:
    """Return how the candidate fits; None if it does not, or only by records that are erased or not permitted."""
    records = tuple(_opened(candidate, question, sealer, wrapped))
    tiers = [clause.tier for clause in question.clauses if clause.kind is candidate.kind and _fits(clause, candidate, records)]
    return Fitting(max(tiers), candidate, records) if tiers else None


def record_handle(member: Member) -> bytes:
    """Return the 16 bytes of a member's handle."""
    return urlsafe_b64decode(member.handle + "==")


def _opened(candidate: Candidate, question: Question, sealer: Sealer, wrapped: Mapping[bytes, bytes]) -> Iterable[Opened]:
    for member in visible(candidate, question):
        handle = record_handle(member)
        sealed: dict[str, str] = {}
        if member.sealed is not None:
            key = wrapped.get(handle)
            if key is None:
                continue  # erased: as if it had never been
            record_key = sealer.unwrap(key)  # fails only under another master key: a fault, not an answer of nobody
            try:
                sealed = sealer.unseal(record_key, handle, member.sealed)
            except UnsealError:
                continue  # deleted and made anew under a new key a moment ago; the index will have it soon
        yield Opened(handle, member, sealed, {field: candidate.open[field][at] for field, at in member.open_at.items()})


def _fits(clause: Clause, candidate: Candidate, records: Iterable[Opened]) -> bool:
    return any(_record_fits(clause, candidate, record) for record in records)


def _record_fits(clause: Clause, candidate: Candidate, record: Opened) -> bool:
    if clause.how is How.PHRASE:  # over open text only; Elasticsearch's analyser decided it
        return clause.name in candidate.matched and clause.field in record.clear
    if clause.how is How.GRAMS:
        sealed = record.sealed.get(clause.field)
        return sealed is not None and len(set(grams(sealed)).intersection(clause.values)) >= clause.least
    return record.values.get(clause.field) == clause.values[0]
