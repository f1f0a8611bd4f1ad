"""Handles and cursors: names for entities that mean something only to one department, for one purpose, in one case.

The answer never shows the entity id: whoever collected ids from several cases, or from Kibana, could put a person's cases
side by side. A handle is the id under AES-SIV (RFC 5297) with department, purpose and case number as associated data:
the same entity has the same handle throughout a case, another case's handle cannot be compared with it, and only the
master key's holder can turn it back, and then only together with the right case. A merge gives an entity a new id, so
hits after it have a new handle: handles are never answered for ids that only redirect.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from domain.tokens import derive
from query.problems import Problem, ProblemError
from query.request import Case, SearchRequest

Position = tuple[int, str]
"""Where a page ended: minus the hit's tier, and its entity id."""


class Handles:
    """Makes handles, and makes and reads cursors, under one master key."""

    def __init__(self, master: bytes) -> None:
        """Derive one key for handles and one for cursors."""
        self._handles = AESSIV(derive(master, "handle"))
        self._cursors = AESSIV(derive(master, "cursor"))

    def handle(self, case: Case, entity_id: str) -> str:
        """Return the handle of an entity, or of a record, in the case: URL-safe text."""
        return _text(self._handles.encrypt(entity_id.encode(), _case(case)))

    def named(self, case: Case, handle: str) -> str | None:
        """Return what a handle names; None if it is no handle of this case."""
        try:
            return self._handles.decrypt(urlsafe_b64decode(handle + "=" * (-len(handle) % 4)), _case(case)).decode()
        except (InvalidTag, Base64Error, ValueError):
            return None

    def cursor(self, request: SearchRequest, position: Position) -> str:
        """Return where a page ended, readable only together with the same request."""
        return _text(self._cursors.encrypt(orjson.dumps(position), [*_case(request), _question(request)]))

    def position(self, request: SearchRequest) -> Position | None:
        """Return where the page before ended; None for the first page.

        Raises:
            ProblemError: the cursor was altered, or belongs to another request.
        """
        if request.after is None:
            return None
        try:
            sealed = urlsafe_b64decode(request.after + "=" * (-len(request.after) % 4))
            tier, entity_id = orjson.loads(self._cursors.decrypt(sealed, [*_case(request), _question(request)]))
        except (InvalidTag, Base64Error, ValueError) as error:
            raise ProblemError([Problem("after", "bad_cursor")]) from error
        return tier, entity_id


def _case(case: Case) -> list[bytes]:
    return [part.encode() for part in (case.on_behalf_of, case.purpose, case.case_number)]


def _question(request: SearchRequest) -> bytes:
    return request.model_dump_json(exclude={"after", "limit"}).encode()


def _text(sealed: bytes) -> str:
    return urlsafe_b64encode(sealed).rstrip(b"=").decode()
