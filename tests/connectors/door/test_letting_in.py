"""Who is let in: the desk key as a token, the desk opened in a browser; unknown and wrong look alike, other sites are kept out."""

import stat
import threading
from pathlib import Path

import httpx
import pytest

from connectors.door.keys import desk_folder, desk_key, is_key_of, known_key
from connectors.door.rate import Rate
from connectors.door.session import COOKIE, LASTS_SECONDS
from tests.connectors.door.conftest import CAPTURED, SLUG, Door

pytestmark = pytest.mark.anyio
RECORD = {"table": "ferryman", "values": {"编号": "1", "姓名": "王伟"}}


def test_a_key_is_made_once_and_only_huiliu_may_read_it(tmp_path: Path) -> None:
    key = desk_key(tmp_path, SLUG)
    assert len(key) >= 43
    assert desk_key(tmp_path, SLUG) == key == known_key(tmp_path, SLUG)
    path = desk_folder(tmp_path) / SLUG
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == [SLUG]


def test_processes_that_make_a_key_at_once_agree(tmp_path: Path) -> None:
    made: list[str] = []
    threads = [threading.Thread(target=lambda: made.append(desk_key(tmp_path, SLUG))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1


@pytest.mark.parametrize("slug", ["", "..", "../x", "a/b", "A", "渡口", "x" * 60, "ferry_office\n"])
def test_a_slug_is_never_a_path(tmp_path: Path, slug: str) -> None:
    with pytest.raises(ValueError, match="slug"):
        desk_key(tmp_path, slug)
    assert known_key(tmp_path, slug) is None
    assert not is_key_of(tmp_path, slug, "")


async def test_wrong_key_and_unknown_provider_look_alike(door: Door, client: httpx.AsyncClient) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    answers = [
        await client.get(f"/v1/providers/{SLUG}", headers=wrong),
        await client.get("/v1/providers/nobody", headers=wrong),
        await client.get("/v1/providers/nobody"),
        await client.get(f"/v1/providers/{CAPTURED}"),  # a good key, for another desk
        await client.get(f"/v1/providers/{SLUG}", headers={"Authorization": "Basic x"}),
    ]
    assert {(answer.status_code, answer.text, answer.headers["www-authenticate"]) for answer in answers} == {
        (401, answers[0].text, 'Bearer realm="huiliu desk"')
    }
    assert door.key not in answers[0].text


async def test_a_body_is_not_read_for_a_stranger(client: httpx.AsyncClient) -> None:
    async def body() -> object:
        raise AssertionError
        yield b""

    answer = await client.post(
        f"/v1/providers/{SLUG}/records", content=body(), headers={"Authorization": "Bearer x", "Content-Type": "application/json"}
    )
    assert answer.status_code == 401


async def test_wrong_keys_are_slowed_down(client: httpx.AsyncClient) -> None:
    statuses = [(await client.get("/v1/providers/x1", headers={"Authorization": "Bearer no"})).status_code for _ in range(25)]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    answer = await client.get("/v1/providers/x1", headers={"Authorization": "Bearer no"})
    assert int(answer.headers["retry-after"]) >= 1
    assert (await client.get(f"/v1/providers/{SLUG}")).status_code == 200


def test_a_bucket_fills_again_and_forgets_the_longest_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.door.rate._MOST_NAMES", 2)
    now = [0.0]
    rate = Rate(0.5, 2, lambda: now[0])
    assert [rate.take("a") for _ in range(3)] == [0, 0, 2]
    now[0] = 2
    assert [rate.take("a"), rate.take("a")] == [0, 2]
    rate.take("b")
    rate.take("c")
    assert len(rate._buckets) == 2


async def open_desk(browser: httpx.AsyncClient, key: str, slug: str = SLUG) -> httpx.Response:
    return await browser.post(f"/providers/{slug}/session", data={"key": key})


async def test_a_desk_opens_with_its_key_and_closes_again(door: Door, browser: httpx.AsyncClient) -> None:
    assert (await browser.get(f"/v1/providers/{SLUG}/calls")).status_code == 401
    answer = await open_desk(browser, f" {door.key}\n")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/providers/{SLUG}")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert f"Max-Age={LASTS_SECONDS}" in cookie
    assert door.key not in cookie
    assert (await browser.get(f"/v1/providers/{SLUG}/calls")).status_code == 200
    assert (await browser.post(f"/v1/providers/{SLUG}/records", json=RECORD)).status_code == 202
    assert (await browser.get(f"/v1/providers/{CAPTURED}/calls")).status_code == 401
    assert (await browser.post(f"/providers/{SLUG}/leave")).status_code == 303
    assert (await browser.get(f"/v1/providers/{SLUG}/calls")).status_code == 401


async def test_behind_tls_the_cookie_stays_on_tls(door: Door, browser: httpx.AsyncClient) -> None:
    answer = await browser.post(
        f"https://127.0.0.1/providers/{SLUG}/session", data={"key": door.key}, headers={"Origin": "https://127.0.0.1"}
    )
    assert "Secure" in answer.headers["set-cookie"]


async def test_a_wrong_key_and_an_unknown_desk_look_alike_on_the_page(browser: httpx.AsyncClient) -> None:
    wrong, unknown = await open_desk(browser, "x"), await open_desk(browser, "x", "nobody_here")
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text == unknown.text.replace("nobody_here", SLUG)
    known, nobody = await browser.get(f"/providers/{SLUG}"), await browser.get("/providers/nobody_here")
    assert known.status_code == nobody.status_code == 200
    assert known.text == nobody.text.replace("nobody_here", SLUG)


async def test_a_session_ends_with_its_hour_with_its_key_and_when_it_is_forged(door: Door, browser: httpx.AsyncClient) -> None:
    await open_desk(browser, door.key)
    good = browser.cookies[COOKIE]
    assert door.sessions.slug(good) == SLUG
    slug, until, nonce, signature = good.split(".")
    for forged in (
        f"{slug}.{int(until) + 9}.{nonce}.{signature}",
        f"{CAPTURED}.{until}.{nonce}.{signature}",
        f"{slug}.{until}.{nonce}.",
        f"{slug}.{until}.{nonce}.签名",
        "",
        "a.b.c.d",
        "....",
    ):
        assert door.sessions.slug(forged) is None, forged
    door.now[0] += LASTS_SECONDS
    assert door.sessions.slug(good) is None
    door.now[0] -= LASTS_SECONDS
    (desk_folder(door.settings.home) / SLUG).write_text("another key")
    assert door.sessions.slug(good) is None
    (desk_folder(door.settings.home) / SLUG).unlink()
    assert door.sessions.slug(good) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:81", "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_sites_page_cannot_act_in_a_visitors_name(door: Door, browser: httpx.AsyncClient, headers: dict[str, str]) -> None:
    await open_desk(browser, door.key)
    answer = await browser.post(f"/v1/providers/{SLUG}/records", json=RECORD, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin")
    assert not door.intake.receipts
    assert (await browser.post(f"/providers/{SLUG}/leave", headers=headers)).status_code == 403


async def test_without_any_word_of_where_it_comes_from_a_cookie_changes_nothing(door: Door, browser: httpx.AsyncClient) -> None:
    await open_desk(browser, door.key)
    del browser.headers["origin"], browser.headers["sec-fetch-site"]
    assert (await browser.get(f"/v1/providers/{SLUG}/receipts")).status_code == 200
    assert (await browser.post(f"/v1/providers/{SLUG}/records", json=RECORD)).status_code == 403


async def test_a_foreign_name_bound_to_loopback_finds_nothing(client: httpx.AsyncClient) -> None:
    assert (await client.get("/", headers={"Host": "evil.example"})).status_code == 400


async def test_every_answer_is_guarded(client: httpx.AsyncClient) -> None:
    for path in ("/", "/static/desk.js", "/v1/nowhere", f"/v1/providers/{SLUG}"):
        answer = await client.get(path)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cache-control"] == "no-store"
