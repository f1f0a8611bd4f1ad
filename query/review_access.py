"""Lets a steward in: by their key as a bearer token, or by the cookie of pages that were opened with it.

Keys are random and long, so that guessing needs no limit; a wrong key and an unknown steward look the same.
"""

from starlette.requests import Request

from query.problems import Problem, ProblemError
from query.review_keys import COOKIE, Sessions, StewardKeys

_SAFE = frozenset({"GET", "HEAD"})
_REALM = {"WWW-Authenticate": 'Bearer realm="huiliu review"'}


class Access:
    """Who a request comes from."""

    def __init__(self, keys: StewardKeys, sessions: Sessions, origin: str = "") -> None:
        """Keep where keys and cookies are checked; ``origin``: what browsers see of a proxy before the process, if there is one."""
        self._keys = keys
        self._sessions = sessions
        self._origin = origin

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
                self.same_site(request)
        if name is None:
            raise ProblemError([Problem("", "no_steward_key")], 401, _REALM)
        return name

    def same_site(self, request: Request) -> None:
        """Refuse what another site's page sends in a visitor's name: browsers say where a request comes from, and pages cannot forge it.

        Raises:
            ProblemError: 403.
        """
        fetched = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        own = {self._origin or None, *(f"{scheme}://{request.headers.get('host', '')}" for scheme in ("http", "https"))}
        if (origin not in own if origin else fetched is None) or fetched not in {None, "same-origin"}:
            raise ProblemError([Problem("", "foreign_origin")], 403)

    def secure(self, request: Request) -> bool:
        """Return whether the browser came by TLS, here or to the proxy."""
        return request.url.scheme == "https" or self._origin.startswith("https:")
