"""Requests that cannot be answered: place, code and remedy in both languages, and never what was sent."""

import logging
from typing import Any

import httpx
import pytest
from elasticsearch import ConnectionError as IndexAwayError
from hypothesis import HealthCheck, given
from hypothesis import settings as rules
from hypothesis import strategies as st
from psycopg import OperationalError
from pydantic import ValidationError

from query.problems import problems_of
from query.request import SearchRequest
from tests.query.town import Town

pytestmark = pytest.mark.anyio

WHY = {"purpose": "fraud", "case_number": "2026-0123", "on_behalf_of": "public_security"}
SECRET = "11010519491231003X"
ALL = {**WHY, "name": "王伟"}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in ALL.items() if key != name}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {("purpose", "missing"), ("case_number", "missing"), ("on_behalf_of", "missing")}),
        (without("purpose"), {("purpose", "missing")}),
        (without("case_number"), {("case_number", "missing")}),
        (without("on_behalf_of"), {("on_behalf_of", "missing")}),
        (without("name"), {("", "exactly_one")}),
        (ALL | {"address": "x"}, {("", "exactly_one")}),
        (ALL | {"purpose": ""}, {("purpose", "too_short")}),
        (ALL | {"purpose": "curiosity"}, {("purpose", "unknown_purpose")}),
        (ALL | {"on_behalf_of": "nobody", "purpose": "no"}, {("on_behalf_of", "unknown_department"), ("purpose", "unknown_purpose")}),
        (ALL | {"case_number": "   "}, {("case_number", "bad_case_number")}),
        (ALL | {"case_number": "案件"}, {("case_number", "bad_case_number")}),
        (ALL | {"case_number": "2026\u202e0123"}, {("case_number", "bad_case_number")}),
        (ALL | {"case_number": "2026-0123\n"}, set()),
        (ALL | {"limit": 51}, {("limit", "out_of_range")}),
        (ALL | {"limit": 0}, {("limit", "out_of_range")}),
        (ALL | {"kind": "alien"}, {("kind", "unknown_choice")}),
        (ALL | {"kind": "organisation"}, {("kind", "kind_does_not_fit")}),
        (ALL | {"after": "AAAA"}, {("after", "bad_cursor")}),
        (ALL | {"after": "案"}, {("after", "bad_cursor")}),
        (ALL | {SECRET: SECRET}, {("", "unknown_field")}),
        (ALL | {"name": "王"}, set()),
        (ALL | {"name": "王?"}, {("name", "too_vague")}),
        (ALL | {"name": "***"}, {("name", "placeholder")}),
        (ALL | {"name": "李先生"}, {("name", "given_name_missing")}),
        (ALL | {"name": "\u200b"}, {("name", "empty")}),
        (without("name") | {"organisation": "。。 -"}, {("organisation", "unreadable")}),
        (without("name") | {"address": "*"}, {("address", "unreadable")}),
        (without("name") | {"organisation": "溧"}, set()),
        (ALL | {"name": {"$ne": 1}}, {("name", "invalid")}),
        (ALL | {"name": "王" * 201}, {("name", "too_long")}),
        ([], {("", "not_json")}),
        ("text", {("", "not_json")}),
    ],
)
async def test_problems_have_place_and_code(client: httpx.AsyncClient, body: Any, expected: set[tuple[str, str]]) -> None:
    answer = await client.post("/v1/search", json=body)
    assert answer.status_code == (422 if expected else 200)
    problems = answer.json().get("problems", [])
    assert {(problem["place"], problem["code"]) for problem in problems} == expected
    assert all(problem["zh"].endswith("。") and problem["en"].endswith(".") for problem in problems)
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("citizen_id", SECRET, "bad_checksum"),
        ("citizen_id", "1101051949123100", "wrong_length"),
        ("citizen_id", "1.10105E+17", "scientific_notation"),
        ("uscc", "91350100M000100Y44", "bad_checksum"),
        ("plate", "苏I12345", "wrong_format"),
        ("mobile", "12012345678", "wrong_format"),
        ("mobile", "13911112222/13911113333", "several_values"),
        ("imei", "352099001761482", "bad_checksum"),
    ],
)
async def test_a_wrong_identifier_is_told_without_being_repeated(client: httpx.AsyncClient, kind: str, value: str, code: str) -> None:
    answer = await client.post("/v1/search", json={**WHY, "identifier": {"kind": kind, "value": value}})
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert (problem["place"], problem["code"]) == ("identifier.value", code)
    assert value not in answer.text


async def test_unknown_kinds_of_identifier(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/search", json={**WHY, "identifier": {"kind": SECRET, "value": SECRET}})
    assert [(p["place"], p["code"]) for p in answer.json()["problems"]] == [("identifier.kind", "unknown_identifier")]
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{", "application/json"),
        (b"\xff\xfe{}", "application/json"),
        (b"[" * 16000, "application/json"),
        (b"name=x", "application/x-www-form-urlencoded"),
        (b'{"name": "x"}', "text/plain"),
        (b"", "application/json"),
    ],
)
async def test_bodies_that_are_not_json(client: httpx.AsyncClient, content: bytes, kind: str) -> None:
    answer = await client.post("/v1/search", content=content, headers={"content-type": kind})
    assert answer.status_code in (400, 422)
    assert {problem["code"] for problem in answer.json()["problems"]} <= {"not_json", "missing"}


async def test_huge_bodies_are_refused(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/search", json={**ALL, "address": "x" * 20_000})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (413, "too_large")

    async def drip() -> Any:
        for _ in range(40):
            yield b" " * 1024

    answer = await client.post("/v1/search", content=drip(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (413, "too_large")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_only_post_searches(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/v1/search")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


async def test_values_in_an_address_find_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/v1/search/{SECRET}")
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (404, "not_found")
    assert SECRET not in answer.text


@given(
    st.dictionaries(
        st.sampled_from(["purpose", "case_number", "on_behalf_of", "name", "identifier", "limit", "kind", "after", SECRET]),
        st.one_of(st.text(max_size=30), st.integers(), st.none(), st.lists(st.text(max_size=5), max_size=2), st.just({"kind": SECRET})),
    )
)
@rules(suppress_health_check=[HealthCheck.too_slow])
def test_no_problem_ever_repeats_what_was_sent(body: dict[str, Any]) -> None:
    try:
        SearchRequest.model_validate(body)
    except ValidationError as error:
        for problem in problems_of(error.errors()):
            assert set(problem.as_json()) == {"place", "code", "zh", "en"}
            assert SECRET not in str(problem.as_json())
            assert set(problem.place.split(".")) <= {*SearchRequest.model_fields, "kind", "value", ""}


@pytest.mark.parametrize(
    ("seam", "failure", "code"),
    [("index", IndexAwayError(SECRET), "index_away"), ("keys", OperationalError(SECRET), "store_away")],
)
async def test_a_server_that_is_away(
    client: httpx.AsyncClient, town: Town, caplog: pytest.LogCaptureFixture, seam: str, failure: Exception, code: str
) -> None:
    caplog.set_level(logging.DEBUG)
    getattr(town, seam).failure = failure
    answer = await client.post("/v1/search", json=ALL)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (503, code)
    assert (await client.get("/healthz")).status_code == 503
    assert SECRET not in answer.text + caplog.text


async def test_a_fault_is_told_without_its_message(client: httpx.AsyncClient, town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    town.index.failure = RuntimeError(f"cannot find {SECRET}")
    answer = await client.post("/v1/search", json=ALL)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (500, "fault")
    assert "fault RuntimeError at" in caplog.text
    assert SECRET not in answer.text + caplog.text
