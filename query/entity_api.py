"""The routes that say why, how and what was: three of the API, and three pages that work without JavaScript."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, Field, ValidationError

from domain.matching.scorecard_file import Cards
from query import words
from query.entity_answer import HowAnswer, Reason, WhyAnswer
from query.entity_desk import MOST_HANDLE, AsOf, EntityDesk, Why
from query.entity_history_answer import HistoryAnswer
from query.entity_words import HOWS, PAGE
from query.pages import FOLDER, LANGUAGES
from query.problems import ProblemError, problems_of
from query.request import Case

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    404: {"description": "the handle names nothing in this case"},
    422: {"description": "problems: place, code, zh, en"},
}
_FORGOTTEN: dict[int | str, dict[str, Any]] = {410: {"description": "the past of that time is not kept any more"}}
_LEAST_SCALE = 10  # bits that half a bar stands for, at least
_Asked = TypeVar("_Asked", bound=Case)


class How(Case):
    """A handle of the case."""

    handle: str = Field(min_length=1, max_length=MOST_HANDLE)


class Was(AsOf):
    """A handle of the case, and a time."""

    handle: str = Field(min_length=1, max_length=MOST_HANDLE)


def entity_router(desk: EntityDesk, cards: Cards) -> APIRouter:
    """Return ``GET /v1/entities/{handle}/how`` and ``…/history``, ``GET /v1/why``, and the pages ``/how``, ``/why`` and ``/history``.

    ``cards``: the scorecards in use, which name the fields.
    """
    router = APIRouter()
    pages = _Pages(desk, cards)

    @router.get("/v1/entities/{handle}/how", response_model_exclude_none=True, responses=_PROBLEMS)
    async def how(handle: Annotated[str, Path(max_length=MOST_HANDLE)], case: Annotated[Case, Query()]) -> HowAnswer:
        """Say how the records of an entity hang together, by its handle in the case: identifiers, likeness, decisions."""
        return await desk.how(case, handle)

    @router.get("/v1/entities/{handle}/history", response_model_exclude_none=True, responses=_PROBLEMS | _FORGOTTEN)
    async def history(handle: Annotated[str, Path(max_length=MOST_HANDLE)], asked: Annotated[AsOf, Query()]) -> HistoryAnswer:
        """Say how an entity was at a time, by what departments had committed then, and when that changed."""
        return await desk.history(asked, handle)

    @router.get("/v1/why", response_model_exclude_none=True, responses=_PROBLEMS)
    async def why(asked: Annotated[Why, Query()]) -> WhyAnswer:
        """Say why two entities or records, by their handles in the case, are one or not."""
        return await desk.why(asked)

    @router.get("/how", include_in_schema=False)
    async def how_page(request: Request) -> HTMLResponse:
        return await pages(request, "entity_how.html", How, lambda asked: desk.how(asked, asked.handle))

    @router.get("/why", include_in_schema=False)
    async def why_page(request: Request) -> HTMLResponse:
        return await pages(request, "entity_why.html", Why, desk.why)

    @router.get("/history", include_in_schema=False)
    async def history_page(request: Request) -> HTMLResponse:
        return await pages(request, "entity_history.html", Was, lambda asked: desk.history(asked, asked.handle))

    return router


class _Pages:
    """Renders an answer, or what is wrong with the question; holds no state of either."""

    def __init__(self, desk: EntityDesk, cards: Cards) -> None:
        environment = Environment(
            loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        environment.globals |= {"t": PAGE, "hows": HOWS, "kinds": words.KINDS, "names": _names(cards), "bars": _bars}
        environment.globals["departments"] = desk.catalogue.departments
        self._templates = environment

    async def __call__(
        self, request: Request, template: str, model: type[_Asked], answer: Callable[[_Asked], Awaitable[BaseModel]]
    ) -> HTMLResponse:
        """Check the question, answer it and render; a problem becomes a page with its sentence and status."""
        given = dict(request.query_params)
        language = given.pop("lang", "zh")
        try:
            asked = model.model_validate(given)
            return self._page(template, language, {"answer": await answer(asked)}, asked.model_dump(exclude_none=True))
        except ValidationError as error:
            return self._page(template, language, {"problems": problems_of(error.errors())}, {}, 422)
        except ProblemError as error:
            return self._page(template, language, {"problems": error.problems}, {}, error.status)

    def _page(self, template: str, language: str, told: dict[str, Any], asked: Mapping[str, str], status: int = 200) -> HTMLResponse:
        lang = LANGUAGES.get(language, LANGUAGES["zh"])
        other = "zh" if lang == LANGUAGES["en"] else "en"
        case = {name: asked[name] for name in Case.model_fields if name in asked}

        def link(page: str, **parts: str) -> str:
            said = {"lang": "en"} if lang == LANGUAGES["en"] else {}
            return f"/{page}?{urlencode({**case, **parts, **said})}"

        switch = "?" + urlencode({**asked, "lang": other})
        context = {"lang": lang, "link": link, "switch": switch, "problems": [], "answer": None, **told}
        return HTMLResponse(self._templates.get_template(template).render(context), status)


def _names(cards: Cards) -> dict[str, words.Text]:
    return {
        name: words.Text(comparison.zh, comparison.en)
        for card in cards.values()
        for profile in card.profiles.values()
        for name, comparison in profile.fields.items()
    }


def _bars(reasons: list[Reason]) -> list[tuple[Reason, float, float]]:
    """Return each reason with its bar's start and width, in hundredths of the whole width: to the right of the middle for one entity."""
    scale = max(_LEAST_SCALE, *(abs(reason.bits) for reason in reasons), 0)
    widths = [50 * abs(reason.bits) / scale for reason in reasons]
    return [(reason, 50.0 if reason.bits > 0 else 50 - width, width) for reason, width in zip(reasons, widths, strict=True)]
