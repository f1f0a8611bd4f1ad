"""Fakes at the query stop's seams: entities and keys in memory, searched by the same questions as the real servers."""

from collections.abc import Collection
from typing import Any

from domain.entities import Kind
from query.index import Candidate, Candidates, member_of
from query.question import Clause, How, Question


class MemoryIndex:
    """Documents in a list, as the indexer writes them."""

    def __init__(self, documents: list[dict[str, Any]] | None = None) -> None:
        self.documents = documents or []
        self.failure: Exception | None = None

    async def candidates(self, question: Question, most: int) -> Candidates:
        if self.failure is not None:
            raise self.failure
        found = [candidate for document in self.documents if (candidate := _candidate(document, question)) is not None]
        tiers = {clause.name: clause.tier for clause in question.clauses}
        found.sort(key=lambda candidate: (-max(tiers[name] for name in candidate.matched), candidate.entity_id))
        return Candidates(tuple(found[:most]), len(found) > most)

    async def answers(self) -> bool:
        if self.failure is not None:
            raise self.failure
        return True


class MemoryKeys:
    """Wrapped keys in a dict."""

    def __init__(self, known: dict[bytes, bytes] | None = None) -> None:
        self.known = known or {}
        self.failure: Exception | None = None

    async def wrapped(self, handles: Collection[bytes]) -> dict[bytes, bytes]:
        if self.failure is not None:
            raise self.failure
        return {handle: self.known[handle] for handle in handles if handle in self.known}

    async def answers(self) -> bool:
        return await self.wrapped([]) == {}


def _candidate(document: dict[str, Any], question: Question) -> Candidate | None:
    if document["deleted"] or not question.providers.intersection(member["provider"] for member in document["members"]):
        return None
    matched = frozenset(clause.name for clause in question.clauses if clause.kind == document["kind"] and _fits(clause, document))
    if not matched:
        return None
    members = tuple(member_of(member) for member in document["members"])
    return Candidate(document["entity_id"], Kind(document["kind"]), document["open"], members, matched)


def _fits(clause: Clause, document: dict[str, Any]) -> bool:
    tokens, clear = document["tokens"], document["open"].get(clause.field, [])
    if clause.how is How.PHRASE:
        return all(any(part in value for value in clear) for part in clause.values)
    if clause.how is How.GRAMS:
        return len(set(clause.tokens).intersection(tokens.get("name_gram", []))) >= clause.least
    return bool(set(clause.tokens).intersection(tokens.get(clause.field, [])) or set(clause.values).intersection(clear))
