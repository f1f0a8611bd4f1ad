"""The search page, rendered once a language at start: it holds no state, and no value ever passes through it."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from query import words
from query.catalogue import Catalogue
from query.request import IDENTIFIERS

FOLDER = Path(__file__).parent
LANGUAGES = {"zh": "zh-CN", "en": "en"}


def page_router(catalogue: Catalogue) -> APIRouter:
    """Return the route ``GET /``; ``?lang=en`` begins in English, anything else in Chinese."""
    pages = {lang: _page(catalogue, lang) for lang in LANGUAGES}
    router = APIRouter()

    @router.get("/", include_in_schema=False)
    async def search_page(lang: str = "zh") -> HTMLResponse:
        return HTMLResponse(pages.get(lang, pages["zh"]))

    return router


def _page(catalogue: Catalogue, lang: str) -> str:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("search.html").render(
        lang=LANGUAGES[lang],
        t={**words.PAGE, "missing": words.PROBLEMS["missing"]},
        by=words.BY,
        identifiers={name: words.IDENTIFIER_NAMES[name] for name in IDENTIFIERS},
        kinds=words.KINDS,
        departments=catalogue.departments,
        purposes={slug: _purpose(catalogue, slug) for slug in catalogue.purposes},
    )


def _purpose(catalogue: Catalogue, slug: str) -> dict[str, object]:
    title, meaning = words.PURPOSES.get(slug, (words.Text(slug, slug), None))
    providers = [name for provider, name in catalogue.departments.items() if provider in catalogue.purposes[slug].providers]
    return {"title": title, "meaning": meaning, "providers": providers}
