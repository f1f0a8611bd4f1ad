"""The review as an API, for stewards with their key: ``Authorization: Bearer NAME.SECRET``."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field, StringConstraints

from domain.entities import Kind
from domain.review import MOST_REASON, Verdict
from query.request import Strict
from query.review_access import Access
from query.review_answer import LineTold, PairTold, QueueTold
from query.review_desk import ReviewDesk
from query.review_queue import MOST_CARDS, Order

_MOST_LINES = 1_000
_LARGEST = 2**63 - 1
Reason = Annotated[str, StringConstraints(min_length=1, max_length=MOST_REASON, strip_whitespace=True), Field(repr=False)]
Number = Annotated[int, Path(ge=1, le=_LARGEST)]


class Deciding(Strict):
    """A decision on a pair."""

    verdict: Verdict
    reason: Reason = Field(description="why, for whoever looks at it later; no personal values")
    seen: Annotated[str, StringConstraints(max_length=32)] | None = Field(default=None, description="as the pair told it")


class Undoing(Strict):
    """Taking a decision back."""

    reason: Reason


def review_api(desk: ReviewDesk, access: Access) -> APIRouter:
    """Return the routes under ``/v1/review``."""

    def steward(request: Request) -> str:
        return access.steward(request)

    router = APIRouter(prefix="/v1/review", dependencies=[Depends(steward)], tags=["review"])
    steward_name = Annotated[str, Depends(steward)]

    @router.get("/queue")
    async def queue(
        kind: Kind | None = None,
        order: Order = "doubt",
        limit: Annotated[int, Query(ge=1, le=MOST_CARDS)] = 20,
        after: Annotated[str | None, Query(max_length=400)] = None,
    ) -> QueueTold:
        """List pairs of entities that a person must judge."""
        return await desk.queue(kind, order, limit, after)

    @router.get("/waiting")
    async def waiting(
        after: Annotated[int, Query(ge=0, le=_LARGEST)] = 0, limit: Annotated[int, Query(ge=1, le=_MOST_LINES)] = 100
    ) -> list[LineTold]:
        """List decisions that wait for a second steward, oldest first."""
        return await desk.waiting(after, limit)

    @router.get("/log")
    async def log(
        after: Annotated[int, Query(ge=0, le=_LARGEST)] = 0, limit: Annotated[int, Query(ge=1, le=_MOST_LINES)] = 100
    ) -> list[LineTold]:
        """List lines of the log, ascending."""
        return await desk.log(after, limit)

    @router.get("/pairs/{one}/{other}")
    async def pair(one: str, other: str) -> PairTold:
        """Show two records side by side, masked, and why they may be one entity."""
        return await desk.pair(one, other)

    @router.post("/pairs/{one}/{other}/decisions", status_code=201)
    async def decide(one: str, other: str, deciding: Deciding, name: steward_name) -> LineTold:
        """Decide on a pair; large merges and splits wait for a second steward."""
        return await desk.decide(one, other, deciding.verdict, deciding.reason, name, deciding.seen)

    @router.post("/decisions/{decision}/consent", status_code=201)
    async def consent(decision: Number, name: steward_name) -> LineTold:
        """Consent to another steward's decision."""
        return await desk.consent(decision, name)

    @router.post("/decisions/{decision}/undo", status_code=201)
    async def undo(decision: Number, undoing: Undoing, name: steward_name) -> LineTold:
        """Take a decision back."""
        return await desk.undo(decision, undoing.reason, name)

    return router
