"""Waits for servers that are away: says so, and tries again."""

import logging
import threading
from collections.abc import Callable
from typing import TypeVar

from confluent_kafka import KafkaException
from elasticsearch import ApiError, TransportError

from indexer.errors import StoppedError
from schemas import registry

_AWAY: tuple[type[Exception], ...] = (ApiError, TransportError, KafkaException, *registry.AWAY)
_SECONDS = 1.0
_LOG_EVERY = 10  # tries
_log = logging.getLogger(__name__)

T = TypeVar("T")


def when_reachable(action: Callable[[], T], stop: threading.Event) -> T:
    """Return the action's result, however often it takes.

    Raises:
        StoppedError: ``stop`` was set meanwhile.
    """
    tries = 0
    while True:
        try:
            return action()
        except _AWAY as error:
            if tries % _LOG_EVERY == 0:
                _log.warning("等待服务器 waiting for a server that is away: %s", type(error).__name__)
            tries += 1
        if stop.wait(_SECONDS):
            raise StoppedError
