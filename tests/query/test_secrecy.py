"""No personal value leaves in an answer, a log line or an address; pages are served so that browsers keep nothing."""

import json
import logging

import httpx
import pytest

from query.catalogue import Catalogue
from query.index import search_body
from query.question import Asking
from query.request import SearchRequest
from tests.query.town import Town

pytestmark = pytest.mark.anyio

PERSON = {"citizen_id": "11010519491231002X", "name": "欧阳小芳", "mobile": "13911112222", "former_name": "欧阳大芳"}
WHY = {"purpose": "fraud", "case_number": "2026-0123", "on_behalf_of": "public_security"}
SEARCHES = [
    {"identifier": {"kind": "citizen_id", "value": PERSON["citizen_id"]}},
    {"identifier": {"kind": "mobile", "value": PERSON["mobile"]}},
    {"name": PERSON["name"]},
    {"name": PERSON["former_name"]},
]


@pytest.mark.parametrize("asked", SEARCHES)
async def test_no_personal_value_in_answers_and_logs(
    client: httpx.AsyncClient, town: Town, caplog: pytest.LogCaptureFixture, asked: dict[str, object]
) -> None:
    caplog.set_level(logging.DEBUG)
    entity_id = town.add(("public_security", PERSON))
    answer = await client.post("/v1/search", json={**WHY, **asked})
    assert answer.json()["total"] == 1
    told = answer.text + json.dumps(answer.json(), ensure_ascii=False) + str(answer.headers) + caplog.text
    for value in (*PERSON.values(), "小芳", "大芳", entity_id):
        assert value not in told


@pytest.mark.parametrize("asked", SEARCHES)
def test_personal_values_reach_elasticsearch_as_tokens_only(town: Town, asked: dict[str, object]) -> None:
    request = SearchRequest.model_validate({**WHY, **asked})
    body = search_body(Asking(town.tokeniser, Catalogue(town.contracts).clear)(request, frozenset({"public_security", "telecom_ct"})), 10)
    assert not [value for value in PERSON.values() if value in str(body)]
    assert "tokens." in str(body)
    assert {"term": {"deleted": False}} in body["query"]["bool"]["filter"]


@pytest.mark.parametrize("text", ['汇流" OR *:*', "*汇*", "汇流) AND (name:*", "{{ 7*7 }}", "汇流\\u002a", "<script>alert(1)</script>"])
def test_no_query_syntax_is_ever_sent(town: Town, text: str) -> None:
    for field in ("organisation", "address"):
        request = SearchRequest.model_validate({**WHY, field: text})
        body = search_body(Asking(town.tokeniser, Catalogue(town.contracts).clear)(request, frozenset({"industry_commerce"})), 10)
        assert set(_query_types(body["query"])) <= {"bool", "dis_max", "constant_score", "term", "terms", "match_phrase"}


def _query_types(query: object) -> list[str]:
    words = {"query_string", "simple_query_string", "script", "wildcard", "regexp", "prefix", "fuzzy", "match", "match_phrase"}
    words |= {"bool", "dis_max", "constant_score", "term", "terms", "more_like_this", "wrapper", "percolate"}
    if isinstance(query, dict):
        return [key for key in query if key in words] + [word for value in query.values() for word in _query_types(value)]
    return [word for value in query for word in _query_types(value)] if isinstance(query, list) else []


@pytest.mark.parametrize("path", ["/", "/?lang=en", "/v1/search", "/healthz", "/metrics", "/nothing", "/static/search.js"])
async def test_every_answer_is_guarded(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"


async def test_a_foreign_host_name_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/search", json=WHY, headers={"host": "elsewhere.example"})
    assert answer.status_code == 400


async def test_other_origins_get_no_leave(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/search", json={**WHY, "name": "王伟"}, headers={"origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in answer.headers


async def test_metrics_name_what_was_searched_by_and_no_value(client: httpx.AsyncClient) -> None:
    await client.post("/v1/search", json={**WHY, "name": "欧阳小芳"})
    told = (await client.get("/metrics")).text
    assert 'huiliu_searches_total{by="name"}' in told
    assert "小芳" not in told
