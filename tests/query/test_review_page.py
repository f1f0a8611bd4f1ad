"""The review's pages and API: only for stewards, masked, without JavaScript, and guarded like the rest."""

import re
from collections.abc import AsyncIterator, Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from domain.entities import FIELDS, Kind
from domain.review import MOST_FOR_ONE_STEWARD, Verdict
from domain.tokens import text_of
from query import review_routes, review_words
from query.app import create_app
from query.review_keys import COOKIE, StewardKeys
from settings import Settings
from tests.query.review_store import Ground, ground
from tests.query.town import Town

pytestmark = [pytest.mark.servers, pytest.mark.anyio]
SITE = "http://127.0.0.1"
CANARY = {"name": "尉迟甄别", "citizen_id": "320481199003071234", "mobile": "13912345678", "address": "溧城街道甄别路八号"}
OWN = {"Origin": SITE, "Sec-Fetch-Site": "same-origin"}


class Page(HTMLParser):
    """Collects the page's elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def shared(stack_home: Path) -> Iterator[Ground]:
    with ground(Settings.load(stack_home).store_dsn.get_secret_value()) as own:
        yield own


@pytest.fixture
def store(shared: Ground) -> Ground:
    shared.clear()
    return shared


@pytest.fixture
async def client(store: Ground, settings: Settings, town: Town, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setattr(review_routes, "KafkaSending", lambda _: store.resolver)
    own = settings.model_copy(update={"store_dsn": type(settings.store_dsn)(store.dsn)})
    app = create_app(own, town.contracts, town.index, town.keys)
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=SITE) as client:
        yield client


@pytest.fixture
def li(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {StewardKeys(settings.home).make('li')}"}


@pytest.fixture
def chen(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {StewardKeys(settings.home).make('chen')}"}


def path(pair: tuple[bytes, bytes]) -> str:
    return "/".join(map(text_of, pair))


def canaries(store: Ground) -> tuple[bytes, bytes]:
    one, other = sorted((store.record("P-a", CANARY), store.record("P-b", {**CANARY, "citizen_id": "320481199003071242"})))
    store.edge(one, other, 14)
    return one, other


# ---- who


@pytest.mark.parametrize("key", [None, "Bearer li.wrong", "Bearer ", "Basic bGk6eA=="])
async def test_without_a_key_nothing_is_told_or_done(client: httpx.AsyncClient, store: Ground, key: str | None) -> None:
    pair = path(store.pair())
    headers = {"Authorization": key} if key else {}
    answers = [
        await client.get("/v1/review/queue", headers=headers),
        await client.get("/v1/review/waiting", headers=headers),
        await client.get("/v1/review/log", headers=headers),
        await client.get(f"/v1/review/pairs/{pair}", headers=headers),
        await client.post(f"/v1/review/pairs/{pair}/decisions", json={"verdict": "same", "reason": "x"}, headers=headers),
        await client.post("/v1/review/decisions/1/consent", headers=headers),
        await client.post("/v1/review/decisions/1/undo", json={"reason": "x"}, headers=headers),
    ]
    for answer in answers:
        assert answer.status_code == 401
        assert answer.json()["problems"][0]["code"] == "no_steward_key"
        assert "huiliu review steward" in answer.json()["problems"][0]["zh"]
        assert answer.headers["www-authenticate"].startswith("Bearer")
    for place in ("/review", f"/review/{pair}"):
        answer = await client.get(place, headers=headers)
        assert answer.status_code == 401
        assert 'type="password"' in answer.text
    assert store.pins() == set()


async def test_a_key_typed_once_is_kept_in_a_cookie_no_script_or_other_site_sees(client: httpx.AsyncClient, settings: Settings) -> None:
    key = StewardKeys(settings.home).make("li")
    wrong = await client.post("/review/session", data={"key": "li.wrong"}, headers=OWN)
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    assert 'role="alert"' in wrong.text
    entered = await client.post("/review/session?lang=en", data={"key": key}, headers=OWN)
    assert (entered.status_code, entered.headers["location"]) == (303, "/review?lang=en")
    cookie = entered.headers["set-cookie"]
    assert re.search("httponly", cookie, re.IGNORECASE)
    assert re.search("samesite=strict", cookie, re.IGNORECASE)
    assert key.partition(".")[2] not in cookie
    assert (await client.get("/review")).status_code == 200
    left = await client.post("/review/leave", headers=OWN)
    assert left.status_code == 303
    assert (await client.get("/review")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://elsewhere"},
        {"Origin": "http://[x", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {**OWN, "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_sites_page_decides_nothing(
    client: httpx.AsyncClient, store: Ground, settings: Settings, headers: dict[str, str]
) -> None:
    pair = store.pair()
    await client.post("/review/session", data={"key": StewardKeys(settings.home).make("li")}, headers=OWN)
    form = await client.post(f"/review/{path(pair)}", data={"verdict": "same", "reason": "x"}, headers=headers)
    json = await client.post(f"/v1/review/pairs/{path(pair)}/decisions", json={"verdict": "same", "reason": "x"}, headers=headers)
    assert (form.status_code, json.status_code) == (403, 403)
    assert store.pins() == set()


# ---- deciding


async def test_behind_a_proxy_forms_come_from_its_address_alone(
    store: Ground, settings: Settings, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process goes on listening on loopback: the proxy passes on the browser's name for it, or its own."""
    monkeypatch.setattr(review_routes, "KafkaSending", lambda _: store.resolver)
    proxied = {"store_dsn": type(settings.store_dsn)(store.dsn), "query_origin": "https://review.example.cn"}
    app = create_app(settings.model_copy(update=proxied), town.contracts, town.index, town.keys)
    key = {"key": StewardKeys(settings.home).make("wu")}
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url=SITE) as client:
        for host in ("review.example.cn", "127.0.0.1"):
            headers = {"Host": host, "Origin": "https://review.example.cn", "Sec-Fetch-Site": "same-origin"}
            entered = await client.post("/review/session", data=key, headers=headers)
            assert entered.status_code == 303, entered.text
            assert "secure" in entered.headers["set-cookie"].lower()
        foreign = await client.post("/review/session", data=key, headers={**headers, "Origin": "https://elsewhere.example.cn"})
        assert foreign.status_code == 403
        assert (await client.get("/review", headers={"Host": "elsewhere.example.cn"})).status_code == 400


async def test_a_word_that_joins_nothing_is_said_to(client: httpx.AsyncClient, store: Ground, li: dict[str, str]) -> None:
    pair = store.pair()
    line = await store.review().decide(pair, Verdict.SAME, "同一人", "li")
    store.rest(line.id, "cannot_link")
    told = (await client.get(f"/v1/review/pairs/{path(pair)}", headers=li)).json()
    assert (told["log"][0]["state"], "不起作用" in told["zh"], "不起作用" in told["log"][0]["rests"]["zh"]) == ("rests", True, True)
    page = (await client.get(f"/review/{path(pair)}", headers=li)).text
    assert "不起作用" in page
    assert f"/review/decisions/{line.id}/undo" in page


async def test_what_was_decided_on_a_record_that_is_gone_can_be_taken_back_on_its_page(
    client: httpx.AsyncClient, store: Ground, li: dict[str, str]
) -> None:
    pair = store.pair()
    line = await store.review().decide(pair, Verdict.SAME, "同一人", "li")
    with store.connect() as connection:
        connection.execute("delete from record where handle = %s", (pair[0],))
    page = await client.get(f"/review/{path(pair)}", headers=li)
    assert (page.status_code, "记录已不在" in page.text) == (404, True)
    assert f"/review/decisions/{line.id}/undo" in page.text
    never = await client.get(f"/review/{path((pair[1], bytes(16)))}", headers=li)
    assert (never.status_code, "记录已不在" in never.text) == (404, False)


async def test_a_reason_steers_no_terminal(client: httpx.AsyncClient, store: Ground, li: dict[str, str]) -> None:
    said = {"verdict": "same", "reason": "同一人\x1b[2J\u202e\u3000户籍一致"}
    told = (await client.post(f"/v1/review/pairs/{path(store.pair())}/decisions", json=said, headers=li)).json()
    assert told["reason"] == "同一人[2J\u3000户籍一致"


def seen_in(text: str) -> str:
    return next(field["value"] or "" for field in Page(text).all("input") if field.get("name") == "seen")


async def test_what_changed_after_it_was_looked_at_is_not_decided_on(client: httpx.AsyncClient, store: Ground, settings: Settings) -> None:
    pair = store.pair()
    key = StewardKeys(settings.home).make("li", renew=True)
    await client.post("/review/session", data={"key": key}, headers=OWN)
    looked = seen_in((await client.get(f"/review/{path(pair)}")).text)
    store.change(pair[1])
    said = {"verdict": "same", "reason": "同一户"}
    late = await client.post(f"/review/{path(pair)}", data={**said, "seen": looked}, headers=OWN)
    assert (late.status_code, "记录变了" in late.text, store.pins()) == (409, True, set())
    by_api = await client.post(
        f"/v1/review/pairs/{path(pair)}/decisions", json={**said, "seen": looked}, headers={"Authorization": f"Bearer {key}"}
    )
    assert (by_api.status_code, by_api.json()["problems"][0]["code"]) == (409, "changed_since")
    again = await client.post(f"/review/{path(pair)}", data={**said, "seen": seen_in(late.text)}, headers=OWN)
    assert again.status_code == 303
    assert store.pins() == {(*pair, True)}


async def test_the_whole_way_on_pages_without_a_script(client: httpx.AsyncClient, store: Ground, settings: Settings) -> None:
    pair = store.pair()
    await client.post("/review/session", data={"key": StewardKeys(settings.home).make("li")}, headers=OWN)
    listed = await client.get("/review")
    assert f"/review/{path(pair)}" in [link["href"] for link in Page(listed.text).all("a")]
    unreasoned = await client.post(f"/review/{path(pair)}", data={"verdict": "same", "reason": " "}, headers=OWN)
    assert unreasoned.status_code == 422
    assert 'id="reason-problem"' in unreasoned.text
    said = {"verdict": "same", "reason": "<b>同一户</b>", "seen": seen_in(unreasoned.text)}
    decided = await client.post(f"/review/{path(pair)}", data=said, headers=OWN, follow_redirects=True)
    assert decided.status_code == 200
    assert store.pins() == {(*pair, True)}
    assert "&lt;b&gt;同一户&lt;/b&gt;" in decided.text
    number = store.resolver.heard[-1].decision
    undone = await client.post(f"/review/decisions/{number}/undo", data={"reason": "看错了"}, headers=OWN, follow_redirects=True)
    assert "看错了" in undone.text
    assert store.pins() == set()


async def test_a_second_steward_consents_on_the_page_and_the_first_cannot(
    client: httpx.AsyncClient, store: Ground, li: dict[str, str], chen: dict[str, str]
) -> None:
    pair = store.pair()
    for _ in range(MOST_FOR_ONE_STEWARD):
        store.record("P-a")
    decided = (await client.post(f"/v1/review/pairs/{path(pair)}/decisions", json={"verdict": "same", "reason": "x"}, headers=li)).json()
    assert decided["state"] == "waits"
    consent = f"/review/decisions/{decided['id']}/consent"
    assert consent not in (await client.get(f"/review/{path(pair)}", headers=li)).text
    assert consent in (await client.get(f"/review/{path(pair)}", headers=chen)).text
    assert path(pair) in (await client.get("/review", headers=chen)).text, "it is listed as waiting"
    assert (await client.post("/v1" + consent, headers=li)).status_code == 403
    assert (await client.post(consent, headers=chen)).status_code == 303
    assert store.pins() == {(*pair, True)}


async def test_the_api_tells_a_pair_decides_and_takes_back(client: httpx.AsyncClient, store: Ground, li: dict[str, str]) -> None:
    one, other = store.pair()
    queue = (await client.get("/v1/review/queue", headers=li)).json()
    assert (queue["total"], queue["cards"][0]["one"], queue["cards"][0]["bits"]) == (1, text_of(one), 12)
    told = (await client.get(f"/v1/review/pairs/{path((other, one))}", headers=li)).json()
    assert (told["one"], told["together"], told["log"]) == (text_of(one), False, [])
    assert told["sides"][0]["masked"] == {"name": "王**"}
    posted = await client.post(
        f"/v1/review/pairs/{path((one, other))}/decisions", json={"verdict": "different", "reason": "两人"}, headers=li
    )
    assert posted.status_code == 201
    assert posted.json() | {"verdict": "different", "state": "holds", "steward": "li"} == posted.json()
    undone = await client.post(f"/v1/review/decisions/{posted.json()['id']}/undo", json={"reason": "错"}, headers=li)
    assert undone.json()["undoes"] == posted.json()["id"]
    assert [line["id"] for line in (await client.get("/v1/review/log", headers=li)).json()] == [posted.json()["id"], undone.json()["id"]]


@pytest.mark.parametrize(
    ("place", "body", "status"),
    [
        ("pairs/{pair}/decisions", {"verdict": "perhaps", "reason": "x"}, 422),
        ("pairs/{pair}/decisions", {"verdict": "same"}, 422),
        ("pairs/{pair}/decisions", {"verdict": "same", "reason": "x", "steward": "chen"}, 422),
        ("pairs/{one}/{one}/decisions", {"verdict": "same", "reason": "x"}, 404),
        ("pairs/{one}/AAAAAAAAAAAAAAAAAAAAAA/decisions", {"verdict": "same", "reason": "x"}, 404),
        ("pairs/{one}/x/decisions", {"verdict": "same", "reason": "x"}, 404),
        ("pairs/{one}/甲/decisions", {"verdict": "same", "reason": "x"}, 404),
        ("decisions/99999/undo", {"reason": "x"}, 404),
        ("decisions/99999999999999999999999/undo", {"reason": "x"}, 422),
    ],
)
async def test_what_cannot_be_is_refused_with_a_remedy(
    client: httpx.AsyncClient, store: Ground, li: dict[str, str], place: str, body: dict[str, str], status: int
) -> None:
    one, other = store.pair()
    answer = await client.post("/v1/review/" + place.format(pair=path((one, other)), one=text_of(one)), json=body, headers=li)
    assert answer.status_code == status
    assert all(problem["zh"] and problem["en"] for problem in answer.json()["problems"])


async def test_the_list_turns_its_pages_and_keeps_what_was_chosen(client: httpx.AsyncClient, store: Ground, li: dict[str, str]) -> None:
    expected = {path(store.pair(f"P-{n}", f"Q-{n}")) for n in range(23)}
    first = Page((await client.get("/review?kind=person&order=age&lang=en", headers=li)).text)
    (following,) = [link["href"] or "" for link in first.all("a") if link.get("rel") == "next"]
    second = Page((await client.get(following, headers=li)).text)
    assert second.all("html")[0]["lang"] == "en"
    assert [option.get("value") for option in second.all("option") if "selected" in option] == ["person", "age"]
    shown = [link["href"] or "" for page in (first, second) for link in page.all("a") if link.get("class") == "look"]
    assert len(shown) == len(expected)
    assert {place.removeprefix("/review/").removesuffix("?lang=en") for place in shown} == expected
    assert (await client.get("/review?after=x", headers=li)).status_code == 422
    assert (await client.get("/review?kind=nothing&order=nothing", headers=li)).status_code == 200


# ---- what is seen


async def test_no_clear_value_leaves(client: httpx.AsyncClient, store: Ground, li: dict[str, str]) -> None:
    pair = canaries(store)
    places = ["/review", f"/review/{path(pair)}", "/v1/review/queue", f"/v1/review/pairs/{path(pair)}"]
    for place in places:
        answer = await client.get(place, headers=li)
        assert answer.status_code == 200
        for value in CANARY.values():
            assert value not in answer.text
            assert value[2:] not in answer.text
    assert "尉**" in answer.text or "尉迟**" in answer.text


@pytest.mark.parametrize(("lang", "code"), [("", "zh-CN"), ("?lang=en", "en"), ("?lang=<script>", "zh-CN")])
async def test_chinese_first_and_english_one_click_away(
    client: httpx.AsyncClient, store: Ground, li: dict[str, str], lang: str, code: str
) -> None:
    for place in ("/review", f"/review/{path(canaries(store))}"):
        page = Page((await client.get(place + lang, headers=li)).text)
        assert page.all("html")[0]["lang"] == code
        (turn,) = [link for link in page.all("a") if link.get("class") == "language"]
        assert turn["href"] == f"{place}?lang={'zh' if code == 'en' else 'en'}"
        assert all(("lang=en" in (form.get("action") or "")) == (code == "en") for form in page.all("form") if form["method"] == "post")


async def test_pages_are_accessible_and_nothing_in_them_runs(client: httpx.AsyncClient, store: Ground, li: dict[str, str]) -> None:
    pair = canaries(store)
    await client.post(f"/v1/review/pairs/{path(pair)}/decisions", json={"verdict": "unsure", "reason": "x"}, headers=li)
    for place, headers in (("/review", li), (f"/review/{path(pair)}", li), ("/review", {})):
        answer = await client.get(place, headers=headers)
        page = Page(answer.text)
        ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
        assert len(ids) == len(set(ids))
        labelled = {label["for"] for label in page.all("label")}
        for field in page.all("input") + page.all("select") + page.all("textarea"):
            assert field.get("type") == "hidden" or field["id"] in labelled
            assert set((field.get("aria-describedby") or "").split()) <= set(ids)
        assert len(page.all("h1")) >= 1
        assert all(cell.get("scope") for cell in page.all("th"))
        assert not page.all("script")
        assert not page.all("style")
        for _, attributes in page.elements:
            assert not [name for name in attributes if name == "style" or name.startswith("on")]
            assert not (attributes.get("href") or attributes.get("src") or attributes.get("action") or "/").startswith(("http", "//"))
        policy = answer.headers["content-security-policy"]
        assert "script-src 'none'" in policy
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
    assert COOKIE not in answer.headers.get("set-cookie", "")


def test_every_text_is_in_both_languages_and_every_field_has_a_name() -> None:
    texts = [*review_words.PAGE.values(), *review_words.VERDICTS.values(), *review_words.STATES.values(), *review_words.FIELDS.values()]
    for text in texts:
        assert re.search("[\u4e00-\u9fff]", text.zh)
        assert re.search("[A-Za-z]", text.en)
    for kind in set(Kind) - {Kind.MATTER}:
        assert set(FIELDS[kind]) <= set(review_words.FIELDS)
