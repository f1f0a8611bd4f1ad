"""The desk's pages: both languages, labelled fields made from the contract, nothing inline, nothing of what was handed in."""

import re
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from connectors.door.keys import desk_key
from connectors.door.pages import FOLDER
from tests.connectors.door.conftest import CAPTURED, SLUG, Door

pytestmark = pytest.mark.anyio


class Page(HTMLParser):
    """Collects the page's elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name in tags]


async def opened(door: Door, browser: httpx.AsyncClient, slug: str = SLUG, lang: str = "") -> str:
    await browser.post(f"/providers/{slug}/session", data={"key": desk_key(door.settings.home, slug)})
    answer = await browser.get(f"/providers/{slug}{lang}")
    assert answer.status_code == 200
    return answer.text


async def test_a_desk_is_chosen_by_its_slug(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/")).status_code == 200
    answer = await browser.get("/?slug=ferry_office&lang=en")
    assert (answer.status_code, answer.headers["location"]) == (303, "/providers/ferry_office?lang=en")
    for wrong in ("//evil.example", "a/b", "渡口", "a b"):
        assert (await browser.get("/", params={"slug": wrong})).status_code == 200


@pytest.mark.parametrize(("query", "lang"), [("", "zh-CN"), ("?lang=en", "en"), ("?lang=<script>", "zh-CN")])
async def test_chinese_first_and_english_one_click_away(door: Door, browser: httpx.AsyncClient, query: str, lang: str) -> None:
    for text in (
        (await browser.get(f"/{query}")).text,
        (await browser.get(f"/providers/{SLUG}{query}")).text,
        await opened(door, browser, lang=query),
    ):
        page = Page(text)
        assert page.all("html")[0]["lang"] == lang
        (link,) = [each for each in page.all("a") if each.get("id") == "language"]
        assert link["href"] == ("?lang=zh" if lang == "en" else "?lang=en")


async def test_the_form_is_the_contract(door: Door, browser: httpx.AsyncClient) -> None:
    text = await opened(door, browser)
    page = Page(text)
    columns = [each["data-column"] for each in page.all("div") if "data-column" in each]
    assert columns[:2] == ["编号", "身份证号"]  # the key first
    assert not {"病史", "录入时间"} & set(columns)
    assert "渡工编号" in text
    assert "ferryman&#39;s number" in text
    assert re.search(r'<option value="1">1 男</option>', text)
    assert "GB/T 2261.1" in text
    required = [each for each in page.all("input", "select", "textarea") if each.get("aria-required")]
    assert len(required) == 4  # 编号, 姓名 and the two keys of crossing
    assert any(each.get("type") == "file" for each in page.all("input"))


async def test_every_field_has_a_label_and_a_place_for_what_is_said_of_it(door: Door, browser: httpx.AsyncClient) -> None:
    page = Page(await opened(door, browser))
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {label["for"] for label in page.all("label") if "for" in label}
    for field in page.all("input", "select", "textarea"):
        assert field.get("id") in labelled or field.get("type") == "radio" or field.get("name") == "by", field
        assert set((field.get("aria-describedby") or "").split()) <= set(ids)
    for section in page.all("section"):
        assert section["aria-labelledby"] in ids
    assert any(each.get("aria-live") == "polite" for _, each in page.elements)
    assert any(each.get("class") == "skip" and each["href"] == "#content" for each in page.all("a"))


async def test_who_does_not_enter_here_is_told_why(door: Door, browser: httpx.AsyncClient) -> None:
    text = await opened(door, browser, CAPTURED)
    assert "从数据库直接采集" in text
    assert 'class="entry"' not in text
    assert "即报" in text


async def test_nothing_runs_or_styles_inline(door: Door, browser: httpx.AsyncClient) -> None:
    texts = [(await browser.get("/")).text, (await browser.get("/providers/nobody")).text, await opened(door, browser)]
    for page in map(Page, texts):
        scripts: list[dict[str, Any]] = page.all("script")
        assert all(script["src"].startswith("/static/") for script in scripts)
        assert not page.all("style")
        for _, attributes in page.elements:
            assert not [name for name in attributes if name == "style" or name.startswith("on")]
            assert not (attributes.get("href") or attributes.get("src") or attributes.get("action") or "/").startswith(("http", "//"))


async def test_static_files_are_served_and_hold_no_foreign_address(browser: httpx.AsyncClient) -> None:
    for path in (FOLDER / "static").iterdir():
        answer = await browser.get(f"/static/{path.name}")
        assert answer.status_code == 200
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", answer.text)


def test_the_scripts_never_write_markup_or_keep_anything() -> None:
    for path in (FOLDER / "static").glob("*.js"):
        for dangerous in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Storage",
            "console.",
            "document.cookie",
        ):
            assert dangerous not in path.read_text(), path.name


def test_every_word_a_script_says_is_on_the_page() -> None:
    said: set[str] = set()
    for path in (FOLDER / "static").glob("*.js"):
        said |= set(re.findall(r'say\("(\w+)"\)', path.read_text()))
    template = (FOLDER / "templates" / "desk.html").read_text()
    names = re.findall(r'"(\w+)"', template[template.index("{% for name in [") :].split("]")[0])
    assert said <= set(names)
    assert {f"state_{each}" for each in ("received", "sent", "searchable", "waiting", "refused", "cancelled", "repeated")} <= set(names)
