"""Answers why and how within a case: of the records that the case's purpose may see, by names that mean something in the case only."""

import time

from psycopg import Error as StoreError
from psycopg_pool import PoolTimeout
from pydantic import Field

from query.catalogue import Catalogue
from query.entity_answer import EntityTelling, HowAnswer, WhyAnswer
from query.entity_history import as_of, moment
from query.entity_history_answer import HistoryAnswer, told
from query.entity_how import how
from query.entity_why import UnknownNamesError, entity_or_record, why
from query.evidence import Evidence
from query.handles import Handles
from query.history import ForgottenError
from query.problems import Problem, ProblemError
from query.request import Case

MOST_HANDLE = 200
_NOT_FOUND = 404
_GONE = 410


class Why(Case):
    """Two handles of the case: of entities, of records, or of one of each."""

    a: str = Field(min_length=1, max_length=MOST_HANDLE, description="handle of an entity or a record")
    b: str = Field(min_length=1, max_length=MOST_HANDLE, description="handle of another entity or record")


class AsOf(Case):
    """A time at which an entity is asked for."""

    as_of: str | None = Field(
        default=None, max_length=40, description="2026-11-01 or 2026-11-01T10:00; China time if it names no offset; now if absent"
    )


class EntityDesk:
    """Where why and how are answered. A handle of another case, of nothing, or of what may not be told of gets the same answer."""

    def __init__(self, catalogue: Catalogue, evidence: Evidence, master: bytes) -> None:
        """Derive the handles' key."""
        self.catalogue = catalogue
        self._evidence = evidence
        self._handles = Handles(master)

    async def how(self, case: Case, handle: str) -> HowAnswer:
        """Return how the records of an entity hang together.

        Raises:
            ProblemError: the case cannot be taken (422), the handle names no entity in it (404), or the store is away (503).
        """
        providers = self.catalogue.providers(case)
        name = self._named(case, handle, "handle")
        if isinstance(name, bytes):
            raise ProblemError([Problem("handle", "unknown_handle")], _NOT_FOUND)
        try:
            found = await how(self._evidence, name, providers)
        except (StoreError, PoolTimeout) as error:
            raise ProblemError([Problem("", "store_away")], 503) from error
        if found is None:
            raise ProblemError([Problem("handle", "unknown_handle")], _NOT_FOUND)
        return self._telling(case).how(found)

    async def history(self, asked: AsOf, handle: str) -> HistoryAnswer:
        """Return how an entity was at a time, by what departments had committed then.

        Raises:
            ProblemError: as ``how``; or the time cannot be read or has not come (422), or its past is not kept any more (410).
        """
        providers = self.catalogue.providers(asked)
        name = self._named(asked, handle, "handle")
        try:
            at_ms = time.time_ns() // 1_000_000 if asked.as_of is None else moment(asked.as_of)
        except ValueError as error:
            raise ProblemError([Problem("as_of", "bad_time")]) from error
        try:
            found = await as_of(self._evidence, name, at_ms, providers) if isinstance(name, str) else None
        except ForgottenError as error:
            raise ProblemError([Problem("as_of", "forgotten")], _GONE) from error
        except (StoreError, PoolTimeout) as error:
            raise ProblemError([Problem("", "store_away")], 503) from error
        if found is None:
            raise ProblemError([Problem("handle", "unknown_handle")], _NOT_FOUND)
        return told(self._telling(asked), found)

    async def why(self, asked: Why) -> WhyAnswer:
        """Return why two entities or records are one or not.

        Raises:
            ProblemError: as ``how``.
        """
        providers = self.catalogue.providers(asked)
        one, other = self._named(asked, asked.a, "a"), self._named(asked, asked.b, "b")
        try:
            found = await why(self._evidence, one, other, providers)
        except UnknownNamesError as error:
            raise ProblemError([Problem("ab"[place], "unknown_handle") for place in error.places], _NOT_FOUND) from error
        except (StoreError, PoolTimeout) as error:
            raise ProblemError([Problem("", "store_away")], 503) from error
        return self._telling(asked).why(found)

    def _named(self, case: Case, handle: str, place: str) -> str | bytes:
        try:
            return entity_or_record(self._handles.named(case, handle) or "")
        except ValueError as error:
            raise ProblemError([Problem(place, "unknown_handle")], _NOT_FOUND) from error

    def _telling(self, case: Case) -> EntityTelling:
        return EntityTelling(lambda name: self._handles.handle(case, name), masked=True)
