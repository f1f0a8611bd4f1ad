"""Lets a provider in: by its desk key as a bearer token, or by the cookie of a desk that was opened with it."""

from urllib.parse import urlsplit

from starlette.requests import Request

from connectors.door.keys import is_key_of
from connectors.door.problems import ProblemError
from connectors.door.providers import Providers
from connectors.door.rate import Rate
from connectors.door.session import COOKIE, Sessions
from domain.contract import Contract
from settings import Settings

_SAFE = frozenset({"GET", "HEAD"})
_REALM = 'Bearer realm="huiliu desk"'


class Access:
    """Who may act for which provider. A provider that is not there and a wrong key get the same answer after the same work."""

    def __init__(self, settings: Settings, providers: Providers, sessions: Sessions) -> None:
        """Wrong keys are bounded by the client's address, good requests by provider."""
        self._home = settings.home
        self._providers = providers
        self._sessions = sessions
        self._wrong = Rate(0.5, 20)
        self._good = Rate(50, 300)

    def provider(self, request: Request, slug: str) -> Contract:
        """Return the contract of the provider for which the request may act.

        Raises:
            ProblemError: 401 not let in, 403 from another site, 429 too often.
        """
        contract = self._providers.get(slug)
        if not self.may(request, slug) or contract is None:
            self._slow_down(self._wrong, _client(request))
            raise ProblemError(401, "not_let_in", headers={"WWW-Authenticate": _REALM})
        self._slow_down(self._good, slug)
        return contract

    def may(self, request: Request, slug: str) -> bool:
        """Tell whether the request may act for the provider.

        Raises:
            ProblemError: it would change something, and comes from another site's page.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return is_key_of(self._home, slug, token.strip())
        if self._sessions.slug(request.cookies.get(COOKIE, "")) != slug:
            return False
        if request.method not in _SAFE:
            same_site(request)
        return True

    def opens(self, request: Request, slug: str, key: str) -> bool:
        """Tell whether a typed key opens the desk.

        Raises:
            ProblemError: too many were tried from this address.
        """
        if is_key_of(self._home, slug, key) and self._providers.get(slug) is not None:
            return True
        self._slow_down(self._wrong, _client(request))
        return False

    @staticmethod
    def _slow_down(rate: Rate, name: str) -> None:
        seconds = rate.take(name)
        if seconds:
            raise ProblemError(429, "too_often", headers={"Retry-After": str(seconds)})


def same_site(request: Request) -> None:
    """Refuse what another site's page sends in a visitor's name: browsers say where a request comes from, and pages cannot forge it.

    Raises:
        ProblemError: 403.
    """
    fetched = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    strange = urlsplit(origin).netloc != request.headers.get("host", "") if origin else fetched is None
    if strange or fetched not in {None, "same-origin"}:
        raise ProblemError(403, "foreign_origin")


def _client(request: Request) -> str:
    return request.client.host if request.client else ""
