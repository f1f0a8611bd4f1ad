"""The desk's pages: choose a desk, open it with its key, work at it. No page ever shows what was handed in."""

from pathlib import Path
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from connectors.door.access import Access, same_site
from connectors.door.bodies import small
from connectors.door.desk import HANDED_IN, Desk
from connectors.door.form import form_of
from connectors.door.page_words import PAGE
from connectors.door.problems import ProblemError
from connectors.door.session import COOKIE, LASTS_SECONDS, Sessions
from domain.contract import Contract

FOLDER = Path(__file__).parent
LANGUAGES = {"zh": "zh-CN", "en": "en"}
_MOST_BYTES = 4096
_SEE_OTHER, _FORBIDDEN, _TOO_OFTEN = 303, 403, 429


def page_router(desk: Desk, access: Access, sessions: Sessions) -> APIRouter:
    """Return the pages' routes; ``?lang=en`` begins in English, anything else in Chinese."""
    pages = _Pages(desk, access, sessions)
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/", pages.choose, methods=["GET"])
    router.add_api_route("/providers/{slug}", pages.show, methods=["GET"])
    router.add_api_route("/providers/{slug}/session", pages.open, methods=["POST"])
    router.add_api_route("/providers/{slug}/leave", pages.leave, methods=["POST"])
    return router


class _Pages:
    """The handlers."""

    def __init__(self, desk: Desk, access: Access, sessions: Sessions) -> None:
        self._desk = desk
        self._access = access
        self._sessions = sessions
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )

    async def choose(self, slug: str = "", lang: str = "zh") -> Response:
        """Ask which desk."""
        if slug.isidentifier() and slug.isascii():
            return RedirectResponse(f"/providers/{slug}{_asked(lang)}", _SEE_OTHER)
        return self._page("choose.html", lang)

    async def show(self, request: Request, slug: str, lang: str = "zh") -> HTMLResponse:
        """Show the desk to who opened it, and its door to anyone else."""
        contract = self._desk.providers.get(slug)
        if contract is None or self._sessions.slug(request.cookies.get(COOKIE, "")) != slug:
            return self._page("door.html", lang, slug=slug, wrong=False)
        answer = self._page("desk.html", lang, form=form_of(contract), way=_way(contract))
        self._remember(request, answer, slug)
        return answer

    async def open(self, request: Request, slug: str, lang: str = "zh") -> Response:
        """Open the desk with its key."""
        same_site(request)
        key = parse_qs((await small(request, _MOST_BYTES)).decode("utf-8", "replace")).get("key", [""])[0].strip()
        try:
            opens = await run_in_threadpool(self._access.opens, request, slug, key)
        except ProblemError as error:
            return self._page("door.html", lang, _TOO_OFTEN, slug=slug, wrong=True, headers=error.headers)
        if not opens:
            return self._page("door.html", lang, _FORBIDDEN, slug=slug, wrong=True)
        answer = RedirectResponse(f"/providers/{slug}{_asked(lang)}", _SEE_OTHER)
        self._remember(request, answer, slug)
        return answer

    async def leave(self, request: Request, slug: str, lang: str = "zh") -> RedirectResponse:
        """Close the desk in this browser."""
        same_site(request)
        answer = RedirectResponse(f"/{_asked(lang)}", _SEE_OTHER)
        if self._sessions.slug(request.cookies.get(COOKIE, "")) == slug:
            answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    def _remember(self, request: Request, answer: Response, slug: str) -> None:
        answer.set_cookie(
            COOKIE,
            self._sessions.open(slug),
            max_age=LASTS_SECONDS,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )

    def _page(self, template: str, lang: str, status: int = 200, **said: object) -> HTMLResponse:
        headers = said.pop("headers", None)
        known = lang if lang in LANGUAGES else "zh"
        text = self._templates.get_template(template).render(lang=LANGUAGES[known], asked=_asked(known), t=PAGE, **said)
        return HTMLResponse(text, status, dict(headers) if isinstance(headers, dict) else None)


def _way(contract: Contract) -> str:
    """Return what the desk offers: entry and upload, or why not."""
    if contract.mode in HANDED_IN:
        return "open"
    return "role_only" if contract.mode == "role" else "captured"


def _asked(lang: str) -> str:
    return "?lang=en" if lang == "en" else ""
