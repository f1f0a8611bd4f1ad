"""Problem details (RFC 9457): what is wrong with a request, where, and what to do; never a value of what was sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.responses import Response

from connectors.door.words import PROBLEMS, Trouble

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 100


@dataclass(frozen=True, slots=True)
class Spot:
    """One mistake: a JSON pointer into the record (RFC 6901), the code, and in a bulk the record's line, 1-based."""

    pointer: str
    code: str
    line: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the member of ``errors``."""
        place = {"pointer": self.pointer} if self.line is None else {"pointer": self.pointer, "line": self.line}
        return {**place, "code": self.code, **_said(PROBLEMS[self.code])}


class ProblemError(Exception):
    """A request that cannot be done as it stands; the exception's text names codes and places only."""

    def __init__(
        self, status: int, code: str, errors: tuple[Spot, ...] = (), headers: Mapping[str, str] | None = None, said: str = ""
    ) -> None:
        """``said`` is a sentence of intake, which names place and remedy in both languages already."""
        super().__init__(f"{status} {code} {', '.join(f'{spot.pointer}: {spot.code}' for spot in errors)}".strip())
        self.status = status
        self.code = code
        self.errors = errors
        self.headers = headers
        self.said = said

    def response(self) -> Response:
        """Return the answer."""
        return problem(self.status, self.code, self.errors, self.headers, self.said)


def problem(status: int, code: str, errors: tuple[Spot, ...] = (), headers: Mapping[str, str] | None = None, said: str = "") -> Response:
    """Return a problem document; at most ``MOST_ERRORS`` mistakes are listed, ``more`` says how many others there are."""
    trouble = PROBLEMS[code]
    body: dict[str, Any] = {
        "type": f"urn:huiliu:problem:{code}",
        "title": f"{trouble.what.zh} {trouble.what.en}",
        "status": status,
        "detail": said or f"{trouble.remedy.zh} {trouble.remedy.en}",
        "code": code,
        **_said(trouble),
    }
    if errors:
        body["errors"] = [spot.as_json() for spot in errors[:MOST_ERRORS]]
    if len(errors) > MOST_ERRORS:
        body["more"] = len(errors) - MOST_ERRORS
    return Response(orjson.dumps(body), status, headers, MEDIA_TYPE)


def pointer(*parts: str) -> str:
    """Return a JSON pointer, e.g. ``/values/hphm``; parts must be the contract's own words."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def _said(trouble: Trouble) -> dict[str, Any]:
    return {"zh": trouble.what.zh, "en": trouble.what.en, "remedy": {"zh": trouble.remedy.zh, "en": trouble.remedy.en}}
