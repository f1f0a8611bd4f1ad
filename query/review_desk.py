"""Where stewards work: the queue, a pair side by side, decisions; the API, the pages and the command line all come here."""

from base64 import urlsafe_b64decode

from psycopg import Error as StoreError
from psycopg.errors import UndefinedTable
from psycopg_pool import PoolTimeout

from domain.entities import Kind
from domain.review import Pair, Verdict
from domain.tokens import TOKEN_BYTES, text_of
from query import review_answer as answer
from query.evidence import Evidence, PairEvidence
from query.problems import Problem, ProblemError
from query.review import Review
from query.review_queue import Order, Queue


class ReviewDesk:
    """Answers in the words of ``query.review_answer``. Whoever passes the evidence in also closes it."""

    def __init__(self, review: Review, queue: Queue, evidence: Evidence) -> None:
        """Keep the log, the queue and what explains a pair."""
        self.review = review
        self._queue = queue
        self._evidence = evidence

    async def queue(self, kind: Kind | None = None, order: Order = "doubt", limit: int = 20, after: str | None = None) -> answer.QueueTold:
        """Return a page of the queue.

        Raises:
            ProblemError: 422 ``after`` is not the ``next`` of such a page, 503 the store is away.
        """
        return answer.page(await self._queue.page(kind, order, limit, after))

    async def waiting(self, after: int = 0, most: int = 1_000) -> list[answer.LineTold]:
        """Return the decisions above a number that wait for a second steward, oldest first.

        Raises:
            ProblemError: 503 the store is away.
        """
        return [answer.line(line, self.review.reason) for line in await self.review.waiting(after, most)]

    async def log(self, after: int = 0, most: int = 1_000) -> list[answer.LineTold]:
        """Return lines of the log above a number, ascending.

        Raises:
            ProblemError: 503 the store is away.
        """
        return [answer.line(line, self.review.reason) for line in await self.review.log(after, most)]

    async def newest(self, most: int) -> list[answer.LineTold]:
        """Return the log's last lines, ascending.

        Raises:
            ProblemError: 503 the store is away.
        """
        return [answer.line(line, self.review.reason) for line in await self.review.newest(most)]

    async def pair(self, one: str, other: str) -> answer.PairTold:
        """Return two records side by side.

        Raises:
            ProblemError: 404 there are no two such records, 503 the store is away.
        """
        log = await self.log_of(one, other)
        return answer.pair(await self._explained(pair_of(one, other)), log)

    async def log_of(self, one: str, other: str) -> list[answer.LineTold]:
        """Return what was decided on two records, newest first; they may be gone.

        Raises:
            ProblemError: 404 these are not two handles, 503 the store is away.
        """
        return [answer.line(line, self.review.reason) for line in await self.review.of_pair(pair_of(one, other))]

    async def decide(self, one: str, other: str, verdict: Verdict, reason: str, steward: str, seen: str | None = None) -> answer.LineTold:
        """Add a decision; ``seen`` as ``pair`` told it.

        Raises:
            ProblemError: 404 no such records, 409 they changed since, 422 no reason or nothing to decide, 503 the store is away.
        """
        return answer.line(await self.review.decide(pair_of(one, other), verdict, reason, steward, seen), self.review.reason)

    async def consent(self, decision: int, steward: str) -> answer.LineTold:
        """Add a second steward's word.

        Raises:
            ProblemError: 404 no such decision, 403 it is their own, 409 it does not wait, 503 the store is away.
        """
        return answer.line(await self.review.consent(decision, steward), self.review.reason)

    async def undo(self, decision: int, reason: str, steward: str) -> answer.LineTold:
        """Take a decision back.

        Raises:
            ProblemError: 404 no such decision, 409 it is an undo or taken back, 422 no reason, 503 the store is away.
        """
        return answer.line(await self.review.undo(decision, reason, steward), self.review.reason)

    async def _explained(self, pair: Pair) -> PairEvidence:
        try:
            found = await self._evidence.pair(*pair)
        except UndefinedTable as error:
            raise ProblemError([Problem("", "nothing_resolved")], 503) from error
        except (StoreError, PoolTimeout) as error:
            raise ProblemError([Problem("", "store_away")], 503) from error
        if found is None:
            raise ProblemError([Problem("", "unknown_record")], 404)
        return found


def pair_of(one: str, other: str) -> Pair:
    """Return two handles' bytes, the lesser first, from their 22-character texts.

    Raises:
        ProblemError: 404 they are not two handles.
    """
    first, second = sorted((_handle(one), _handle(other)))
    if first == second:
        raise ProblemError([Problem("", "unknown_record")], 404)
    return first, second


def _handle(text: str) -> bytes:
    try:
        handle = urlsafe_b64decode(text + "==")
    except ValueError:  # Base64 errors are ValueErrors
        handle = b""
    if len(handle) != TOKEN_BYTES or text_of(handle) != text:
        raise ProblemError([Problem("", "unknown_record")], 404)
    return handle
