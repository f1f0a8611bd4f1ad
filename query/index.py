"""The seam to Elasticsearch: a question in, candidate entities out.

The index knows an entity's tokens, not which of its records gave them; so candidates may fit only by records that the
purpose may not see, and ``query.fit`` has the last word. Requests are built from data, never from query text: nothing a
user writes is parsed by Elasticsearch.
"""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from elasticsearch import AsyncElasticsearch

from domain.entities import FIELDS, Kind
from query.question import Clause, How, Question
from query.request import TEXT_KINDS
from schemas.indices import ALIAS

_SOURCE = [
    "entity_id",
    "kind",
    "open",
    "members.handle",
    "members.provider",
    "members.committed_ms",
    "members.fields",
    "members.authority",
    "members.doubts",
    "members.ends",
    "members.open_at",
    "members.sealed",
]


@dataclass(frozen=True, slots=True)
class Member:
    """One record's share of an entity.

    ``handle``: 22 characters; ``fields``: what it gives, sealed ones too; ``authority``, ``doubts``: those it is the register of, and
    those that are doubted; ``ends``: it ends the entity's life; ``open_at``: field → place of its value in the candidate's ``open``.
    """

    handle: str
    provider: str
    committed_ms: int
    fields: frozenset[str]
    sealed: bytes | None
    authority: frozenset[str] = frozenset()
    doubts: frozenset[str] = frozenset()
    ends: bool = False
    open_at: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that may fit; ``matched`` holds the names of the clauses that its document fits."""

    entity_id: str
    kind: Kind
    open: Mapping[str, list[str]]
    members: tuple[Member, ...]
    matched: frozenset[str]


@dataclass(frozen=True, slots=True)
class Candidates:
    """The best candidates, best tier first, then by entity id; ``more`` says that there are others."""

    found: tuple[Candidate, ...]
    more: bool


class EntityIndex(Protocol):
    """Where entities can be searched."""

    async def candidates(self, question: Question, most: int) -> Candidates:
        """Return up to ``most`` entities, none deleted or only redirecting, that have a record of one of the question's providers."""
        ...

    async def answers(self) -> bool:
        """Return whether the index can be searched now."""
        ...


class ElasticIndex:
    """The entities' index in Elasticsearch, through its read alias."""

    def __init__(self, client: AsyncElasticsearch, alias: str = ALIAS) -> None:
        """Keep the client."""
        self._client = client
        self._alias = alias

    async def candidates(self, question: Question, most: int) -> Candidates:
        """Return up to ``most`` candidates.

        Raises:
            elasticsearch.ApiError, elasticsearch.TransportError: the index is missing or does not answer.
        """
        answer = await self._client.search(index=self._alias, **search_body(question, most))
        hits = answer["hits"]
        return Candidates(tuple(_candidate(hit) for hit in hits["hits"]), hits["total"]["value"] > most)

    async def answers(self) -> bool:
        """Return whether the alias is there and can be searched."""
        return bool(await self._client.indices.exists(index=self._alias))


def search_body(question: Question, most: int) -> dict[str, Any]:
    """Return the search request's body."""
    clauses = [
        {
            "constant_score": {
                "filter": {"bool": {"filter": [{"term": {"kind": clause.kind.value}}, _fits(clause)]}},
                "boost": clause.tier,
                "_name": clause.name,
            }
        }
        for clause in question.clauses
    ]
    return {
        "query": {
            "bool": {
                "must": [{"dis_max": {"queries": clauses}}],
                "filter": [{"term": {"deleted": False}}, {"terms": {"members.provider": sorted(question.providers)}}],
            }
        },
        "size": most,
        "sort": [{"_score": "desc"}, {"entity_id": "asc"}],
        "source_includes": _SOURCE,
        "track_total_hits": most + 1,
    }


def _fits(clause: Clause) -> dict[str, Any]:
    clear = f"open.{clause.field}"
    if clause.how is How.PHRASE:
        return {"bool": {"filter": [{"match_phrase": {clear: part}} for part in clause.values]}}
    if clause.how is How.GRAMS:
        should = [{"term": {"tokens.name_gram": token}} for token in clause.tokens]
        return {"bool": {"should": should, "minimum_should_match": clause.least}}
    token = {"terms": {f"tokens.{clause.field}": list(clause.tokens)}}
    analysed = FIELDS[clause.kind][clause.field].kind in TEXT_KINDS  # a phrase clause finds open text, query.fit sees that it is equal
    if analysed or not clause.clear:
        return token
    return {"bool": {"should": [token, {"terms": {clear: list(clause.values)}}], "minimum_should_match": 1}}


def _candidate(hit: Mapping[str, Any]) -> Candidate:
    source = hit["_source"]
    return Candidate(
        source["entity_id"],
        Kind(source["kind"]),
        source.get("open", {}),
        tuple(member_of(member) for member in source["members"]),
        frozenset(hit.get("matched_queries", ())),
    )


def member_of(source: Mapping[str, Any]) -> Member:
    """Return the member as the document tells it; what an older document does not tell is nothing."""
    sealed = source.get("sealed")
    return Member(
        handle=source["handle"],
        provider=source["provider"],
        committed_ms=source["committed_ms"],
        fields=frozenset(source["fields"]),
        sealed=b64decode(sealed) if sealed else None,
        authority=frozenset(source.get("authority", ())),
        doubts=frozenset(source.get("doubts", ())),
        ends=source.get("ends", False),
        open_at=source.get("open_at", {}),
    )
