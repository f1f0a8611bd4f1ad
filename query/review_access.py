"""Lets a steward in: by their key as a bearer token, or by the cookie of pages that were opened with it.

Keys are random and long, so that guessing needs no limit; a wrong key and an unknown steward look the same.
"""

from urllib.parse import urlsplit

from starlette.requests import Request

from query.problems import Problem, ProblemError
from query.review_keys import COOKIE, Sessions, StewardKeys

_SAFE = frozenset({"GET", "HEAD"})
_REALM = {"WWW-Authenticate": 'Bearer realm="huiliu review"'}


class Access:
    """Who a request comes from."""

    def __init__(self, keys: StewardKeys, sessions: Sessions) -> None:
        """Keep where keys and cookies are checked."""
        self._keys = keys
        self._sessions = sessions

    def steward(self, request: Request) -> str:
        """Return the steward's name.

        Raises:
            ProblemError: 401 no key or a wrong one, 403 it would change something and comes from another site's page.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            name = self._keys.steward(token.strip())
        else:
            name = self._sessions.steward(request.cookies.get(COOKIE, ""))
            if name is not None and request.method not in _SAFE:
                same_site(request)
        if name is None:
            raise ProblemError([Problem("", "no_steward_key")], 401, _REALM)
        return name


def same_site(request: Request) -> None:
    """Refuse what another site's page sends in a visitor's name: browsers say where a request comes from, and pages cannot forge it.

    Raises:
        ProblemError: 403.
    """
    fetched = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    strange = urlsplit(origin).netloc != request.headers.get("host", "") if origin else fetched is None
    if strange or fetched not in {None, "same-origin"}:
        raise ProblemError([Problem("", "foreign_origin")], 403)
