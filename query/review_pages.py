"""The review's pages: a list, two records side by side, and buttons; plain HTML forms that work without JavaScript."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.contract_parts import Bilingual
from domain.entities import Kind
from domain.matching.explain import REFUSALS
from domain.review import MOST_FOR_ONE_STEWARD, MOST_REASON, Verdict
from query import review_words as words
from query.guard import HEADERS
from query.pages import FOLDER, LANGUAGES
from query.problems import Problem, ProblemError
from query.review_access import Access
from query.review_answer import LineTold, PairTold
from query.review_desk import ReviewDesk
from query.review_keys import COOKIE, LASTS_SECONDS, Sessions, StewardKeys
from query.review_queue import Order
from query.words import KINDS

_SEE_OTHER, _UNAUTHORIZED, _NOT_FOUND = 303, 401, 404
_LONGEST_BAR = 20
"""Bits that fill a bar."""
_OWN_HEADERS = {
    "Content-Security-Policy": HEADERS["Content-Security-Policy"]
    .replace("form-action 'none'", "form-action 'self'")
    .replace("script-src 'self'", "script-src 'none'"),
    "Referrer-Policy": "same-origin",  # without a referrer browsers would hide a form's origin, which ``Access.same_site`` asks for
}
_ORDERS: dict[str, Order] = {"doubt": "doubt", "age": "age"}


class ReviewPages:
    """The handlers."""

    def __init__(
        self, desk: ReviewDesk, access: Access, keys: StewardKeys, sessions: Sessions, departments: Mapping[str, Bilingual]
    ) -> None:
        """Read the templates."""
        self._desk, self._access, self._keys, self._sessions = desk, access, keys, sessions
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self._templates.globals.update(t=words.PAGE, verdicts=words.VERDICTS, states=words.STATES, fields=words.FIELDS, kinds=KINDS)
        self._templates.globals.update(departments=departments, refusals=REFUSALS, review_band=words.REVIEW_BAND, undid=words.UNDID)
        self._templates.globals.update(most=MOST_FOR_ONE_STEWARD, most_reason=MOST_REASON, bar=_bar)

    def router(self) -> APIRouter:
        """Return the pages' routes; ``?lang=en`` is English, anything else Chinese."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/review", self._told(self.queue), methods=["GET"])
        router.add_api_route("/review/session", self._told(self.enter), methods=["POST"])
        router.add_api_route("/review/leave", self._told(self.leave), methods=["POST"])
        router.add_api_route("/review/decisions/{decision}/{act}", self._told(self.act), methods=["POST"])
        router.add_api_route("/review/{one}/{other}", self._told(self.pair), methods=["GET"])
        router.add_api_route("/review/{one}/{other}", self._told(self.decide), methods=["POST"])
        return router

    async def queue(self, request: Request) -> Response:
        """Show what is to review, and what waits for a second steward."""
        steward = self._access.steward(request)
        asked = request.query_params
        kind = Kind(asked["kind"]) if asked.get("kind") in set(Kind) else None
        order = _ORDERS.get(asked.get("order", ""), "doubt")
        page = await self._desk.queue(kind, order, after=asked.get("after") or None)
        waiting = await self._desk.waiting()
        following = {"kind": kind or "", "order": order, "after": page.next} if page.next else None
        return self._page(request, "review.html", steward=steward, page=page, waiting=waiting, kind=kind, order=order, following=following)

    async def pair(self, request: Request) -> Response:
        """Show two records side by side."""
        return await self._shown(request, self._access.steward(request))

    async def decide(self, request: Request) -> Response:
        """Add a decision, and show what became of it."""
        steward = self._access.steward(request)
        form = await _form(request)
        one, other = request.path_params["one"], request.path_params["other"]
        try:
            verdict = Verdict(form.get("verdict", ""))
        except ValueError:
            raise ProblemError([Problem("verdict", "unknown_choice")]) from None
        try:
            line = await self._desk.decide(one, other, verdict, form.get("reason", ""), steward, form.get("seen", ""))
        except ProblemError as error:
            if any(problem.place == "reason" or problem.code == "changed_since" for problem in error.problems):
                return await self._shown(request, steward, error)
            raise
        return _see(request, f"/review/{line.one}/{line.other}")

    async def act(self, request: Request) -> Response:
        """Consent to a decision, or take it back."""
        steward = self._access.steward(request)
        number, what = request.path_params["decision"], request.path_params["act"]
        if not (number.isascii() and number.isdecimal() and len(number) < len(str(1 << 63)) and what in {"consent", "undo"}):
            raise ProblemError([Problem("", "unknown_decision")], 404)
        if what == "consent":
            line = await self._desk.consent(int(number), steward)
        else:
            line = await self._desk.undo(int(number), (await _form(request)).get("reason", ""), steward)
        return _see(request, f"/review/{line.one}/{line.other}")

    async def enter(self, request: Request) -> Response:
        """Take a steward's key, and remember it in a cookie."""
        self._access.same_site(request)
        name = self._keys.steward((await _form(request)).get("key", "").strip())
        if name is None:
            raise ProblemError([Problem("key", "no_steward_key")], _UNAUTHORIZED)
        answer = _see(request, "/review")
        secure = self._access.secure(request)
        answer.set_cookie(COOKIE, self._sessions.open(name), LASTS_SECONDS, httponly=True, samesite="strict", secure=secure)
        return answer

    async def leave(self, request: Request) -> Response:
        """Forget the steward in this browser."""
        self._access.same_site(request)
        answer = _see(request, "/review")
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    async def _shown(self, request: Request, steward: str, problem: ProblemError | None = None) -> Response:
        names = request.path_params["one"], request.path_params["other"]
        try:
            pair = await self._desk.pair(*names)
        except ProblemError as error:
            if error.status != _NOT_FOUND or not (log := await self._desk.log_of(*names)):
                raise
            gone = {"said": error.problems[0].text, "log": log, "undoable": _undoable(log)}  # what was decided can still be taken back
            return self._page(request, "review_gone.html", _NOT_FOUND, steward=steward, **gone)
        told = {"pair": pair, "rows": _rows(pair), "log": pair.log, "undoable": _undoable(pair.log)}
        said = problem.problems[0].text if problem else None
        return self._page(request, "review_pair.html", problem.status if problem else 200, steward=steward, said=said, **told)

    def _told(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Return the handler with its problems told as a page: the door to who is not let in."""

        async def told(request: Request) -> Response:
            try:
                return await handler(request)
            except ProblemError as error:
                said = error.problems[0].text
                if error.status == _UNAUTHORIZED:
                    return self._page(request, "review_door.html", _UNAUTHORIZED, said=said if request.method == "POST" else None)
                return self._page(request, "review_problem.html", error.status, said=said)

        return told

    def _page(self, request: Request, template: str, status: int = 200, **said: Any) -> HTMLResponse:  # noqa: ANN401  # what the template shows
        lang = _lang(request)
        kept = (
            {name: value for name, value in request.query_params.items() if name in {"kind", "order", "after"}}
            if request.method == "GET"
            else {}
        )
        turned = urlencode({**kept, "lang": "zh" if lang == "en" else "en"})
        here = request.url.path if request.method == "GET" or template == "review_pair.html" else "/review"
        steward = said.pop("steward", None)
        text = self._templates.get_template(template).render(
            lang=LANGUAGES[lang], asked=_asked(lang), turned=f"{here}?{turned}", steward=steward, **said
        )
        return HTMLResponse(text, status, _OWN_HEADERS)


def _rows(pair: PairTold) -> list[tuple[str, list[str | None]]]:
    """Return the fields that either record gives, with both masked values, those that both give first."""
    one, other = (side.masked for side in pair.sides)
    names = (
        [name for name in one if name in other] + [name for name in one if name not in other] + [name for name in other if name not in one]
    )
    return [(name, [one.get(name), other.get(name)]) for name in names]


def _undoable(log: list[LineTold]) -> set[int]:
    """Return the lines that can be taken back: verdicts that hold or wait."""
    return {line.id for line in log if line.undoes is None and line.state in {"holds", "rests", "waits"}}


def _bar(bits: int) -> int:
    """Return a bar's length in hundredths of its half of the scale."""
    return min(100, round(abs(bits) / _LONGEST_BAR * 100))


async def _form(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    return {name: values[0] for name, values in parse_qs(body).items()}


def _see(request: Request, place: str) -> RedirectResponse:
    return RedirectResponse(place + _asked(_lang(request)), _SEE_OTHER)


def _lang(request: Request) -> str:
    return "en" if request.query_params.get("lang") == "en" else "zh"


def _asked(lang: str) -> str:
    return "?lang=en" if lang == "en" else ""
