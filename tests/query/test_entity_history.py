"""How an entity was, over HTTP: within a case only, only what its purpose may see, masked, and honest about what is not kept."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from psycopg import OperationalError

from domain.tokens import text_of
from query.app import create_app
from query.entity_history import moment
from query.entity_words import PAGE
from query.handles import Handles
from query.history import ForgottenError
from query.request import Case
from query.words import PROBLEMS
from settings import Settings
from tests.query.hamlet import Hamlet
from tests.query.test_evidence import CANARIES, ID, WANG
from tests.query.test_page import Page
from tests.query.town import MASTER, Town

pytestmark = pytest.mark.anyio

CASE = {"purpose": "fraud", "case_number": "2026-0123", "on_behalf_of": "public_security"}
HANDLES = Handles(MASTER)
NOON = 1_762_000_000_000
OLD, NEW = "P-" + "A" * 22, "P-" + "B" * 22


@pytest.fixture
def hamlet() -> Hamlet:
    """One entity of two records until noon, then of three; before it was, its first record was of another id."""
    hamlet = Hamlet()
    hamlet.add("public_security", {"name": WANG["name"], "citizen_id": ID})
    hamlet.add("telecom_ct", {**WANG, "citizen_id": ID})
    hamlet.add("industry_commerce", {"name": "测试商行"})  # of a department that does not permit every purpose
    one, two, three = hamlet.records
    hamlet.was(NEW, NOON, [one, two])
    hamlet.was(NEW, 2 * NOON, [one, two, three])
    hamlet.was(OLD, NOON, [one])
    hamlet.was(OLD, 2 * NOON, [], redirect=NEW)
    return hamlet.resolve()


@pytest.fixture
async def client(town: Town, settings: Settings, hamlet: Hamlet) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings, town.contracts, town.index, town.keys, hamlet)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        yield client


def at(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()


def named(name: str | bytes, **case: str) -> str:
    return HANDLES.handle(Case.model_validate(CASE | case), text_of(name) if isinstance(name, bytes) else name)


async def history(client: httpx.AsyncClient, name: str | bytes, as_of: str | None = None, **case: str) -> httpx.Response:
    asked = CASE | case | ({"as_of": as_of} if as_of else {})
    return await client.get(f"/v1/entities/{named(name, **case)}/history", params=asked)


async def test_what_was_is_told_masked(client: httpx.AsyncClient) -> None:
    answer = (await history(client, NEW, at(NOON - 1))).json()
    assert [member["masked"]["name"] for member in answer["members"]] == ["王**"] * 2
    assert (answer["status"], answer["kind"], answer["zh"]) == ("active", "person", "当时有 2 条记录")
    assert answer["as_of"] == at(NOON - 1).replace("+00:00", "Z")
    assert at(NOON).replace("+00:00", "Z") in answer["changes"]


async def test_without_a_time_it_is_now(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    hamlet.was(NEW, 4_000_000_000_000, list(hamlet.records)[:1])
    hamlet.past[NEW] = hamlet.past[NEW][-1:]
    assert len((await history(client, NEW)).json()["members"]) == 1


async def test_a_purpose_sees_its_departments_records_only(client: httpx.AsyncClient) -> None:
    answers = [(await history(client, NEW, at(NOON - 1), purpose=purpose)).json() for purpose in ("fraud", "missing_person")]
    assert [sorted(member["provider"] for member in answer["members"]) for answer in answers] == [
        ["public_security", "telecom_ct"], ["public_security"],
    ]  # fmt: skip


async def test_hidden_records_look_like_none_at_all(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    telecom = list(hamlet.records)[1]
    hamlet.was("P-" + "C" * 22, 2 * NOON, [telecom])
    hamlet.was("P-" + "D" * 22, 2 * NOON, [])
    hidden, empty = [
        (await history(client, "P-" + letter * 22, at(NOON), purpose="missing_person")).json() for letter in "CD"
    ]  # fmt: skip
    del hidden["entity"], empty["entity"]
    assert hidden == empty
    assert (hidden["status"], hidden["members"], hidden["changes"]) == ("no_records", [], [])


async def test_where_the_id_led_is_told_if_it_may_be_seen_there(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    answer = (await history(client, OLD, at(NOON))).json()
    assert HANDLES.named(Case.model_validate(CASE), answer["redirect"]) == NEW
    assert answer["status"] == "no_records"
    hamlet.past[NEW] = []
    hamlet.was(NEW, 2 * NOON, list(hamlet.records)[1:2])  # of a department that this purpose may not ask
    assert "redirect" not in (await history(client, OLD, at(NOON), purpose="missing_person")).json()
    hamlet.past[NEW] = []
    hamlet.was(NEW, 2 * NOON, [], redirect=OLD)  # a circle ends
    assert "redirect" not in (await history(client, OLD, at(NOON))).json()


async def test_an_erased_record_is_told_of_without_its_values(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    one, *_ = hamlet.records
    hamlet.erase(one)
    hamlet.past[NEW] = []
    hamlet.was(NEW, 2 * NOON, [one])
    (member,) = (await history(client, NEW, at(NOON))).json()["members"]
    assert member["erased"]
    assert set(member["masked"].values()) == {"**"}


async def test_a_register_that_ended_it_closes_it_only_for_who_may_see_that(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    _, two, *_ = hamlet.records
    hamlet.records[two].public["ends"] = True
    answers = [(await history(client, NEW, at(NOON - 1), purpose=purpose)).json()["status"] for purpose in ("fraud", "missing_person")]
    assert answers == ["closed", "active"]


async def test_no_id_handle_or_value_leaves(client: httpx.AsyncClient, hamlet: Hamlet, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "httpx")
    answers = [await history(client, name, at(moment_ms)) for name in (OLD, NEW) for moment_ms in (NOON - 1, NOON)]
    assert {answer.status_code for answer in answers} == {200}
    said = "".join(answer.text for answer in answers) + caplog.text
    for secret in (*CANARIES, OLD, NEW, *map(text_of, hamlet.records)):
        assert secret not in said


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_page_leads_from_change_to_change(client: httpx.AsyncClient, hamlet: Hamlet, lang: str) -> None:
    """As how and why: no script, both languages; each change is a link to how it was then."""
    first, *_ = hamlet.records
    hamlet.erase(first)
    asked = CASE | {"handle": named(NEW), "lang": lang}
    page = await client.get("/history", params=asked | {"as_of": at(NOON - 1)})
    assert page.status_code == 200
    assert (Page(page.text).all("html")[0]["lang"], Page(page.text).all("script")) == ({"zh": "zh-CN", "en": "en"}[lang], [])
    links = [link["href"] or "" for link in Page(page.text).all("a") if (link.get("href") or "").startswith("/history")]
    assert len(links) == 2
    assert {("lang=en" in link) for link in links} == {lang == "en"}
    assert (await client.get(links[-1])).status_code == 200
    for secret in (*CANARIES, OLD, NEW, *map(text_of, hamlet.records)):
        assert secret not in page.text


async def test_the_page_says_where_the_id_led_and_what_is_wrong(client: httpx.AsyncClient) -> None:
    page = await client.get("/history", params=CASE | {"handle": named(OLD), "as_of": at(NOON)})
    assert PAGE["led"].zh in page.text
    assert PAGE["no_records"].zh in page.text
    wrong = await client.get("/history", params=CASE | {"handle": named(OLD), "as_of": "noon"})
    assert (wrong.status_code, PROBLEMS["bad_time"].zh in wrong.text) == (422, True)
    now = await client.get("/history", params=CASE | {"handle": named(NEW)})
    assert (now.status_code, "None" in now.text) == (200, False)


@pytest.mark.parametrize("when", ["2999-01-01", "noon", "2026-13-01", "2026-11-01T10:00 08:00", ID])
async def test_what_is_no_time_of_the_past_is_refused_without_saying_it_again(client: httpx.AsyncClient, when: str) -> None:
    answer = await history(client, NEW, when)
    (problem,) = answer.json()["problems"]
    assert (answer.status_code, problem["place"], problem["code"]) == (422, "as_of", "bad_time")
    assert when not in answer.text


async def test_a_time_without_an_offset_is_chinas() -> None:
    assert moment("2026-11-01T10:00") == moment("2026-11-01T02:00Z") == moment("2026-11-01T10:00+08:00")
    assert moment("2025-11-01") == moment("2025-10-31T16:00:00+00:00")
    assert moment("0001-01-01") == 0


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [(ForgottenError(5), 410, "forgotten"), (OperationalError("canary"), 503, "store_away")],
)
async def test_what_cannot_be_told(client: httpx.AsyncClient, hamlet: Hamlet, failure: Exception, status: int, code: str) -> None:
    hamlet.failure = failure
    answer = await history(client, NEW, at(NOON))
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (status, code)
    assert "canary" not in answer.text


async def test_a_handle_of_nothing_of_a_record_or_of_another_case_is_unknown(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    record = next(iter(hamlet.records))
    asked: list[dict[str, Any]] = [{"name": "P-" + "Z" * 22}, {"name": record}]
    answers = [await history(client, each["name"], at(NOON)) for each in asked]
    other = await client.get(f"/v1/entities/{named(NEW, case_number='2026-9')}/history", params=CASE)
    for answer in (*answers, other):
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (404, "unknown_handle")


async def test_without_a_purpose_nothing_is_told(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/v1/entities/{named(NEW)}/history")
    assert answer.status_code == 422
    assert {problem["place"] for problem in answer.json()["problems"]} == set(CASE)
