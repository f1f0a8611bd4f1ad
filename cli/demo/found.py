"""Checks that a search finds what each live change promised: all of them in the index, a sample of them through the API."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import httpx
from elasticsearch import Elasticsearch

from city.changes import Action, Change, Finding
from domain.contract import Contract
from domain.entities import FIELDS, Kind
from domain.tokens import Tokeniser
from query.request import IDENTIFIERS
from schemas.topics import ENTITIES

_SEARCHES_A_REQUEST = 200
_SAMPLE = 60
_CASE = "DEMO-2013-0530"


@dataclass(slots=True)
class Found:
    """How many findings were looked for, and those that did not hold, told without values."""

    looked_for: int = 0
    asked_of_api: int = 0
    failed: list[str] = field(default_factory=list)


def last_findings(changes: Iterable[Change]) -> list[tuple[Change, Finding]]:
    """Return what must hold now: a later change of the same row and columns replaces what an earlier one promised."""
    newest: dict[tuple[object, ...], Change] = {}
    for number, change in enumerate(changes):
        assigned = change.statement.split(" WHERE ")[0].count("%s")
        row = change.values[assigned:] or (number,)  # an insert or delete is met once
        newest[change.slug, change.statement, *row] = change
    return [(change, finding) for change in newest.values() for finding in change.expectations]


def check_index(client: Elasticsearch, tokeniser: Tokeniser, expected: list[tuple[Change, Finding]]) -> Found:
    """Search for every finding by exact value."""
    found = Found(looked_for=len(expected))
    for part in _parts(expected):
        searches: list[dict[str, Any]] = []
        for _, finding in part:
            searches += [{}, {"query": _query(tokeniser, finding), "size": 0, "terminate_after": 1}]
        answers = client.msearch(index=ENTITIES, searches=searches)["responses"]
        for (change, finding), answer in zip(part, answers, strict=True):
            if (answer["hits"]["total"]["value"] > 0) is not finding.found:
                found.failed.append(_sentence(change, finding))
    return found


def check_api(url: str, contracts: Iterable[Contract], expected: list[tuple[Change, Finding]], found: Found) -> None:
    """Ask the API for a sample, as a query user of the department itself would, and add what did not hold to ``found``."""
    asking = {c.provider: {"purpose": c.purposes[0], "case_number": _CASE, "on_behalf_of": c.provider} for c in contracts}
    askable = [(change, finding) for change, finding in expected if _request(finding.kind, finding.field, finding.value) is not None]
    with httpx.Client(base_url=url, timeout=30) as http:
        for change, finding in random.Random(0).sample(askable, min(_SAMPLE, len(askable))):  # noqa: S311  # which ones does not matter
            found.asked_of_api += 1
            handles = _handles(http, asking[change.slug], finding.kind, finding.field, finding.value)
            if finding.beside and handles:
                handles &= _handles(http, asking[change.slug], finding.kind, *finding.beside)
            if bool(handles) is not finding.found:
                found.failed.append(f"API: {_sentence(change, finding)}")


def _handles(http: httpx.Client, asking: dict[str, str], kind: Kind, name: str, value: str) -> set[str]:
    request = _request(kind, name, value)
    if request is None:
        return set()
    answer = http.post("/v1/search", json={**asking, **request, "kind": str(kind), "limit": 50})
    answer.raise_for_status()
    return {hit["handle"] for hit in answer.json()["hits"]}


def _request(kind: Kind, name: str, value: str) -> dict[str, Any] | None:
    if name in IDENTIFIERS:
        return {"identifier": {"kind": name, "value": value}}
    if name == "address":
        return {"address": value}
    if name == "name":
        return {"organisation": value} if kind is Kind.ORGANISATION else {"name": value}
    return None


def _query(tokeniser: Tokeniser, finding: Finding) -> dict[str, Any]:
    wanted = [_clause(tokeniser, finding.kind, finding.field, finding.value)]
    if finding.beside:
        wanted.append(_clause(tokeniser, finding.kind, *finding.beside))
    return {"bool": {"filter": [{"term": {"deleted": False}}, {"term": {"kind": str(finding.kind)}}, *wanted]}}


def _clause(tokeniser: Tokeniser, kind: Kind, name: str, value: str) -> dict[str, Any]:
    if not FIELDS[kind][name].searchable:  # such a value is in no index field that a search could ask
        return {"match_none": {}}
    either = [{"match_phrase": {f"open.{name}": value}}, {"term": {f"tokens.{name}": tokeniser.text(name, value)}}]
    return {"bool": {"should": either, "minimum_should_match": 1}}


def _parts(items: list[tuple[Change, Finding]]) -> Iterator[list[tuple[Change, Finding]]]:
    rest = iter(items)
    while part := list(islice(rest, _SEARCHES_A_REQUEST)):
        yield part


def _sentence(change: Change, finding: Finding) -> str:
    want = "should be found" if finding.found else "should be gone"
    beside = f" beside {finding.beside[0]}" if finding.beside else ""
    return f"{change.slug}: {Action(change.action).value} (round {change.lane}): {finding.kind} by {finding.field}{beside} {want}"
