"""The search page: both languages, labelled fields, no inline code, and everything that contracts name."""

import re
from html.parser import HTMLParser

import httpx
import pytest

from query.words import BY, IDENTIFIER_NAMES, KINDS, PAGE, PROBLEMS, PURPOSES
from tests.query.town import Town

pytestmark = pytest.mark.anyio


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


@pytest.mark.parametrize(("path", "lang"), [("/", "zh-CN"), ("/?lang=en", "en"), ("/?lang=<script>", "zh-CN")])
async def test_chinese_first_and_english_one_click_away(client: httpx.AsyncClient, path: str, lang: str) -> None:
    answer = await client.get(path)
    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.all("html")[0]["lang"] == lang
    assert page.all("a")[1]["href"] == ("/" if lang == "en" else "/?lang=en")


@pytest.mark.parametrize(("path", "leads"), [("/", "/review"), ("/?lang=en", "/review?lang=en")])
async def test_it_leads_to_the_review_in_its_language(client: httpx.AsyncClient, path: str, leads: str) -> None:
    links = {link.get("id"): link.get("href") for link in Page((await client.get(path)).text).all("a")}
    assert links["review"] == leads
    assert (await client.get(leads)).status_code == 401  # it asks for a steward's key


async def test_every_field_has_a_label_and_a_place_for_its_problem(client: httpx.AsyncClient) -> None:
    page = Page((await client.get("/")).text)
    ids = {attributes.get("id") for _, attributes in page.elements}
    labelled = {label["for"] for label in page.all("label")}
    for field in page.all("input") + page.all("select"):
        assert field["id"] in labelled
        assert set((field.get("aria-describedby") or "").split()) <= ids
    assert {f"{name}-problem" for name in ("purpose", "case_number", "on_behalf_of", "value")} <= ids
    assert any(attributes.get("aria-live") == "polite" for _, attributes in page.elements)
    identifiers = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert len(identifiers) == len(set(identifiers))


async def test_nothing_runs_or_styles_inline(client: httpx.AsyncClient) -> None:
    page = Page((await client.get("/")).text)
    assert all(script.get("src", "").startswith("/static/") for script in page.all("script"))  # type: ignore[union-attr]  # src has a value
    assert not page.all("style")
    for _, attributes in page.elements:
        assert not [name for name in attributes if name == "style" or name.startswith("on")]
        assert not (attributes.get("href") or attributes.get("src") or "/").startswith(("http", "//"))


async def test_departments_and_purposes_come_from_the_contracts(client: httpx.AsyncClient, town: Town) -> None:
    text = (await client.get("/")).text
    for contract in town.contracts:
        assert contract.title.zh in text
        assert contract.title.en in text
    for slug in ("fraud", "missing_person", "licensing"):
        assert f'data-purpose="{slug}"' in text


async def test_static_files_are_served_and_hold_no_foreign_address(client: httpx.AsyncClient) -> None:
    for name in ("search.js", "search.css", "huiliu.svg"):
        answer = await client.get(f"/static/{name}")
        assert answer.status_code == 200
        assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", answer.text)


def test_the_script_never_writes_markup() -> None:
    from query.pages import FOLDER  # noqa: PLC0415  # only here

    script = (FOLDER / "static" / "search.js").read_text()
    for dangerous in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "localStorage",
        "sessionStorage",
        "console.",
    ):
        assert dangerous not in script


def test_every_text_is_in_both_languages() -> None:
    texts = [*PROBLEMS.values(), *PAGE.values(), *BY.values(), *IDENTIFIER_NAMES.values(), *KINDS.values()]
    texts += [text for pair in PURPOSES.values() for text in pair]
    for text in texts:
        assert re.search("[\u4e00-\u9fff]", text.zh)
        assert re.search("[A-Za-z]", text.en)
