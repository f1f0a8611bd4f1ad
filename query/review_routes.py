"""Puts the review together: its API, its pages, and the task that tells the resolver what it has not heard yet."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from fastapi import APIRouter, FastAPI

from query.catalogue import Catalogue
from query.evidence import Evidence
from query.review import Review
from query.review_access import Access
from query.review_api import review_api
from query.review_desk import ReviewDesk
from query.review_keys import Sessions, StewardKeys
from query.review_pages import ReviewPages
from query.review_queue import Queue
from query.review_sending import KafkaSending
from settings import Settings


def review_desk(settings: Settings, evidence: Evidence) -> ReviewDesk:
    """Return the desk that works on the settings' store and Kafka; it connects when it is first asked."""
    master = settings.master_key_bytes()
    review = Review(settings.store_dsn.get_secret_value(), master, KafkaSending(settings))
    return ReviewDesk(review, Queue(review, master), evidence)


def review_router(settings: Settings, catalogue: Catalogue, evidence: Evidence) -> APIRouter:
    """Return every route of the review; while the app runs, decisions that could not be sent are sent again."""
    desk = review_desk(settings, evidence)
    keys = StewardKeys(settings.home)
    sessions = Sessions(keys, settings.master_key_bytes())
    access = Access(keys, sessions, settings.query_origin)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(desk.review.keep_sending())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    router = APIRouter(lifespan=lifespan)
    router.include_router(review_api(desk, access))
    router.include_router(ReviewPages(desk, access, keys, sessions, catalogue.departments).router())
    return router
