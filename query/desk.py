"""Answers a search: checks purpose and department, asks the index, opens what may be opened, and tells what fits.

Redirects: an id that only points to another entity is never a candidate; what it held is found through the entity that
holds it now.
"""

from elasticsearch import ApiError, TransportError
from psycopg import Error as StoreError
from psycopg_pool import PoolTimeout

from domain.contract import Contract
from domain.sealing import Sealer
from domain.tokens import Tokeniser
from query.answer import Answer, Telling
from query.catalogue import Catalogue
from query.fit import Fitting, fitting, record_handle, visible
from query.handles import Handles, Position
from query.index import EntityIndex
from query.problems import Problem, ProblemError
from query.question import Asking, Question
from query.request import SearchRequest
from query.sealing_keys import SealingKeys
from schemas.metrics import SEARCH_SECONDS, SEARCHES

MOST_CANDIDATES = 200
"""A search that more entities fit is answered with the best of these: who looks for everyone has no case."""


class SearchDesk:
    """Where searches are answered; holds no state of them."""

    def __init__(self, contracts: list[Contract], index: EntityIndex, keys: SealingKeys, master: bytes) -> None:
        """Read the contracts' permissions and derive the keys."""
        self.catalogue = Catalogue(contracts)
        self._index = index
        self._keys = keys
        self._asking = Asking(Tokeniser(master), self.catalogue.clear)
        self._sealer = Sealer(master)
        self._handles = Handles(master)
        self._tell = Telling(self.catalogue.public)

    async def search(self, request: SearchRequest) -> Answer:
        """Return the masked answer.

        Raises:
            ProblemError: the request cannot be answered as it stands (422), or a server is away (503).
        """
        question = self._asking(request, self.catalogue.providers(request))
        after = self._handles.position(request)
        with SEARCH_SECONDS.time():
            try:
                found, more = await self._fitting(question)
            except (ApiError, TransportError) as error:
                raise ProblemError([Problem("", "index_away")], 503) from error
            except (StoreError, PoolTimeout) as error:
                raise ProblemError([Problem("", "store_away")], 503) from error
        SEARCHES.labels(by=question.by).inc()
        return self._answer(request, found, after, more=more)

    async def answers(self) -> bool:
        """Return whether searches can be answered now."""
        try:
            return await self._index.answers() and await self._keys.answers()
        except (ApiError, TransportError, StoreError, PoolTimeout):
            return False

    async def _fitting(self, question: Question) -> tuple[list[Fitting], bool]:
        if not question.clauses:  # none of the providers has anything in clear that could be searched by words
            return [], False
        candidates = await self._index.candidates(question, MOST_CANDIDATES)
        sealed = {
            record_handle(member) for candidate in candidates.found for member in visible(candidate, question) if member.sealed is not None
        }
        wrapped = await self._keys.wrapped(sealed)
        judged = (fitting(candidate, question, self._sealer, wrapped) for candidate in candidates.found)
        return sorted((found for found in judged if found is not None), key=_position), candidates.more

    def _answer(self, request: SearchRequest, found: list[Fitting], after: Position | None, *, more: bool) -> Answer:
        rest = [each for each in found if after is None or _position(each) > after]
        page = rest[: request.limit]
        return Answer(
            total=len(found),
            total_is="at_least" if more else "exact",
            hits=[self._tell(self._handles.handle(request, each.candidate.entity_id), each) for each in page],
            next=self._handles.cursor(request, _position(page[-1])) if len(rest) > len(page) else None,
        )


def _position(fitting: Fitting) -> Position:
    return -fitting.tier, fitting.candidate.entity_id
