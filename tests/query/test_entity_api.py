"""Why and how over HTTP: within a case only, masked, guarded, and as pages that work without a script."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from psycopg import OperationalError

from domain.tokens import text_of
from query.app import create_app
from query.entity_words import HOWS, PAGE
from query.handles import Handles
from query.request import Case
from settings import Settings
from tests.query.hamlet import Hamlet
from tests.query.test_entity_how import PHONE
from tests.query.test_evidence import CANARIES, ID, OTHER_ID, WANG
from tests.query.test_page import Page
from tests.query.town import MASTER, Town

pytestmark = pytest.mark.anyio

CASE = {"purpose": "fraud", "case_number": "2026-0123", "on_behalf_of": "public_security"}
HANDLES = Handles(MASTER)


@pytest.fixture
def hamlet() -> Hamlet:
    """Two entities: three records of one, by ID and likeness, and one with another ID."""
    hamlet = Hamlet()
    hamlet.add("public_security", {"name": WANG["name"], "citizen_id": ID})
    hamlet.add("telecom_ct", {**WANG, "citizen_id": ID})
    hamlet.add("public_security", PHONE)
    hamlet.add("public_security", {**WANG, "citizen_id": OTHER_ID, "mobile": "15424611821"})
    return hamlet.resolve()


@pytest.fixture
async def client(town: Town, settings: Settings, hamlet: Hamlet) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings, town.contracts, town.index, town.keys, hamlet)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1") as client:
        yield client


def named(name: str | bytes, **case: str) -> str:
    return HANDLES.handle(Case.model_validate(CASE | case), text_of(name) if isinstance(name, bytes) else name)


def entities(hamlet: Hamlet) -> list[str]:
    return [hamlet.of(handle) for handle in hamlet.records]


async def how(client: httpx.AsyncClient, name: str, **case: str) -> httpx.Response:
    return await client.get(f"/v1/entities/{named(name, **case)}/how", params=CASE | case)


async def why(client: httpx.AsyncClient, a: str | bytes, b: str | bytes) -> httpx.Response:
    return await client.get("/v1/why", params=CASE | {"a": named(a), "b": named(b)})


async def test_how_tells_members_steps_and_candidates_masked(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    answer = await how(client, entities(hamlet)[0])
    told = answer.json()
    assert answer.status_code == 200
    assert [member["masked"]["name"] for member in told["members"]] == ["王**"] * 3
    assert [step["how"] for step in told["steps"]] == ["key", "edge"]
    assert told["steps"][0]["field"] == "citizen_id"
    assert {reason["level"] for reason in told["steps"][1]["reasons"]}
    assert "1 步凭证件号" in told["zh"]


async def test_handles_of_an_answer_ask_further(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    step = (await how(client, entities(hamlet)[0])).json()["steps"][1]
    answer = await client.get("/v1/why", params=CASE | {"a": step["one"], "b": step["other"]})
    assert answer.json()["relation"] == "one_entity"
    again = await client.get(f"/v1/entities/{answer.json()['entities'][0]}/how", params=CASE)
    assert again.json()["members"]


async def test_why_is_the_same_in_either_order(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    one, *_, other = entities(hamlet)
    first, second = await why(client, one, other), await why(client, other, one)
    assert first.json() == second.json()
    assert first.json()["relation"] == "two_entities"
    assert "公民身份号码" in first.json()["obstacles"][0]["zh"]


async def test_no_id_handle_or_value_leaves(client: httpx.AsyncClient, hamlet: Hamlet, caplog: pytest.LogCaptureFixture) -> None:
    """What is told within one case can be matched with nothing outside it."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "httpx")  # the test's own client
    one, *_, other = entities(hamlet)
    pages = [await client.get("/how", params=CASE | {"handle": named(one)}), await why(client, one, other), await how(client, one)]
    pages.append(await client.get("/why", params=CASE | {"a": named(one), "b": named(other)}))
    assert [page.status_code for page in pages] == [200] * 4
    told = "".join(page.text for page in pages) + caplog.text
    for secret in (*CANARIES, *entities(hamlet), *map(text_of, hamlet.records)):
        assert secret not in told


@pytest.mark.parametrize("case", [{"purpose": "missing_person"}, {"case_number": "2026-0124"}, {"on_behalf_of": "telecom_ct"}])
async def test_a_handle_means_nothing_in_another_case(client: httpx.AsyncClient, hamlet: Hamlet, case: dict[str, str]) -> None:
    name = entities(hamlet)[0]
    answer = await client.get(f"/v1/entities/{named(name)}/how", params=CASE | case)
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (404, "unknown_handle")
    assert (await how(client, name, **case)).status_code == 200


async def test_a_purpose_sees_only_its_departments_records(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    told = (await how(client, entities(hamlet)[0], purpose="missing_person")).json()
    assert {member["provider"] for member in told["members"]} == {"public_security"}
    assert (len(told["members"]), told["withheld"]) == (2, True)
    assert (await how(client, entities(hamlet)[0], purpose="licensing")).status_code == 404
    seen, hidden, *_ = hamlet.records
    for names, status in (((seen, hidden), 404), ((hidden, seen), 404), ((seen, seen), 200)):
        one, other = (named(name, purpose="missing_person") for name in names)
        assert (await client.get("/v1/why", params=CASE | {"purpose": "missing_person", "a": one, "b": other})).status_code == status


@pytest.mark.parametrize("handle", ["x", "P-" + "A" * 22, "A" * 22, "案", "%00", "A" * 199])
async def test_what_names_nothing_looks_like_what_may_not_be_told_of(client: httpx.AsyncClient, handle: str) -> None:
    for answer in (
        await client.get(f"/v1/entities/{handle}/how", params=CASE),
        await client.get("/v1/why", params=CASE | {"a": handle, "b": handle}),
    ):
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (404, "unknown_handle")
        assert answer.json()["problems"][0]["zh"].startswith("这个代号")


async def test_a_record_is_no_entity(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    handle = next(iter(hamlet.records))
    assert (await client.get(f"/v1/entities/{named(handle)}/how", params=CASE)).status_code == 404
    assert (await why(client, handle, hamlet.of(handle))).status_code == 200


@pytest.mark.parametrize("path", ["/v1/entities/x/how", "/v1/why", "/how", "/why"])
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purpose": None}, "missing"),
        ({"case_number": "案件"}, "bad_case_number"),
        ({"who": ID}, "unknown_field"),
        ({"purpose": ID}, "unknown_purpose"),
    ],
)
async def test_problems_never_repeat_what_was_sent(client: httpx.AsyncClient, path: str, change: dict[str, Any], code: str) -> None:
    extra = {"/v1/why": {"a": "x", "b": "x"}, "/why": {"a": "x", "b": "x"}, "/how": {"handle": "x"}}.get(path, {})
    params = {key: value for key, value in (CASE | extra | change).items() if value is not None}
    answer = await client.get(path, params=params)
    assert answer.status_code == 422
    assert ID not in answer.text
    if path.startswith("/v1"):
        assert code in {problem["code"] for problem in answer.json()["problems"]}
        assert {problem["place"] for problem in answer.json()["problems"]} <= {"", *Case.model_fields}
    else:
        assert 'class="problem"' in answer.text


async def test_a_store_that_is_away(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    hamlet.failure = OperationalError("canary")
    handles = list(hamlet.records)
    for answer in (await how(client, entities(hamlet)[0]), await why(client, *handles[:2])):
        assert (answer.status_code, answer.json()["problems"][0]["code"]) == (503, "store_away")
    page = await client.get("/how", params=CASE | {"handle": named(entities(hamlet)[0])})
    assert page.status_code == 503
    assert "canary" not in page.text


@pytest.mark.parametrize(("lang", "shown"), [(None, "zh-CN"), ("en", "en"), ("<script>", "zh-CN")])
async def test_pages_are_chinese_first_and_english_one_click_away(
    client: httpx.AsyncClient, hamlet: Hamlet, lang: str | None, shown: str
) -> None:
    one, *_, other = entities(hamlet)
    said = {"lang": lang} if lang else {}
    for path, parts in (("/how", {"handle": named(one)}), ("/why", {"a": named(one), "b": named(other)})):
        answer = await client.get(path, params=CASE | parts | said)
        page = Page(answer.text)
        assert page.all("html")[0]["lang"] == shown
        (switch,) = [link["href"] for link in page.all("a") if link.get("class") == "language"]
        assert switch is not None
        turned = await client.get(f"{path}{switch}")
        assert turned.status_code == 200
        assert Page(turned.text).all("html")[0]["lang"] != shown
        assert not page.all("script")
        assert not [name for _, attributes in page.elements for name in attributes if name == "style" or name.startswith("on")]
        ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
        assert len(ids) == len(set(ids))


async def test_the_page_shows_levels_bars_and_verdict_and_leads_on(client: httpx.AsyncClient, hamlet: Hamlet) -> None:
    page = await client.get("/how", params=CASE | {"handle": named(entities(hamlet)[0])})
    assert page.text.count('<svg class="bits"') == len((await how(client, entities(hamlet)[0])).json()["steps"][1]["reasons"])
    assert "出生日期相同" in page.text
    assert "same birth date" in page.text
    leads = [link["href"] for link in Page(page.text).all("a") if (link["href"] or "").startswith("/why?")]
    assert leads
    for href in leads:
        assert href is not None
        answer = await client.get(href)
        assert answer.status_code == 200
        assert "判为" in answer.text or "同一实体" in answer.text


async def test_the_search_answer_leads_here(client: httpx.AsyncClient) -> None:
    assert '<a class="how">' in (await client.get("/")).text
    script = (await client.get("/static/search.js")).text
    assert "/how?" in script
    assert (await client.get("/static/entity.css")).status_code == 200


async def test_every_answer_is_guarded(client: httpx.AsyncClient) -> None:
    for path in ("/how", "/why", "/v1/why", "/v1/entities/x/how"):
        headers = (await client.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_every_text_is_in_both_languages() -> None:
    for text in (*PAGE.values(), *HOWS.values()):
        assert text.zh != text.en
        assert text.en.isascii() or "·" in text.en
