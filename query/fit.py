"""Decides whether a candidate fits, from the records that the purpose may see and nothing else.

Without this, searching a telephone number for a purpose that the telephone company does not permit would still find the
holder through other departments' records of the same person: the answer would tell what was withheld.
"""

from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.sealing import Sealer, UnsealError
from domain.values.person_name import grams
from query.index import Candidate, Member
from query.question import Clause, How, Question


@dataclass(frozen=True, slots=True)
class Opened:
    """A record the purpose may see, with its personal values in clear: only in memory, and only while one search is answered."""

    provider: str
    committed_ms: int
    fields: frozenset[str]
    values: Mapping[str, str]


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
    records = tuple(_opened(visible(candidate, question), sealer, wrapped))
    tiers = [clause.tier for clause in question.clauses if clause.kind is candidate.kind and _fits(clause, candidate, records)]
    return Fitting(max(tiers), candidate, records) if tiers else None


def record_handle(member: Member) -> bytes:
    """Return the 16 bytes of a member's handle."""
    return urlsafe_b64decode(member.handle + "==")


def _opened(members: Iterable[Member], sealer: Sealer, wrapped: Mapping[bytes, bytes]) -> Iterable[Opened]:
    for member in members:
        values: dict[str, str] = {}
        if member.sealed is not None:
            handle = record_handle(member)
            key = wrapped.get(handle)
            if key is None:
                continue  # erased: as if it had never been
            record_key = sealer.unwrap(key)  # fails only under another master key: a fault, not an answer of nobody
            try:
                values = sealer.unseal(record_key, handle, member.sealed)
            except UnsealError:
                continue  # deleted and made anew under a new key a moment ago; the index will have it soon
        yield Opened(member.provider, member.committed_ms, member.fields, values)


def open_values(candidate: Candidate, record: Opened, field: str) -> list[str]:
    """Return the open values of a field that a record gives in clear; the index holds them for the entity as a whole."""
    return candidate.open.get(field, []) if field in record.fields and field not in record.values else []


def _fits(clause: Clause, candidate: Candidate, records: Iterable[Opened]) -> bool:
    return any(_record_fits(clause, candidate, record) for record in records)


def _record_fits(clause: Clause, candidate: Candidate, record: Opened) -> bool:
    if clause.how is How.PHRASE:  # over open text only; Elasticsearch's analyser decided it
        return clause.name in candidate.matched and bool(open_values(candidate, record, clause.field))
    sealed = record.values.get(clause.field)
    if clause.how is How.GRAMS:
        return sealed is not None and len(set(grams(sealed)).intersection(clause.values)) >= clause.least
    return sealed == clause.values[0] or clause.values[0] in open_values(candidate, record, clause.field)
