"""The real index behind a bulk writer: elasticsearch-py, raw newline-delimited JSON out, orjson in."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from elasticsearch import ApiError, Elasticsearch, TransportError
from elasticsearch.serializer import OrjsonSerializer

from indexer.bulk import AwayError, Item, RefusedError

_log = logging.getLogger(__name__)

_BULK_SECONDS = 60.0
_REFUSAL = "action_request_validation_exception"  # an impossible id or version, found before any document is looked at
_TOO_LARGE = 413
# Only what is looked at comes back: a third of the answer's bytes.
_ANSWER = ["items.*.status", "items.*.error.type", "items.*.error.reason"]


def connect(url: str) -> Elasticsearch:
    """Return a client that never retries by itself: retrying is the bulk writer's decision."""
    return Elasticsearch(
        url,
        request_timeout=_BULK_SECONDS,
        max_retries=0,
        retry_on_timeout=False,
        serializers={"application/vnd.elasticsearch+json": OrjsonSerializer()},
    )


class ElasticsearchTarget:
    """One index or alias."""

    def __init__(self, client: Elasticsearch, index: str, mend: Callable[[str], None], *, alias: bool) -> None:
        """``alias``: ``index`` must be an alias, so that a missing one is an error and not made up."""
        self._client = client
        self._index = index
        self._mend = mend
        self._alias = alias

    def send(self, body: bytes) -> Sequence[Item]:
        """See ``indexer.bulk.Target``."""
        try:
            # The stubs know only lists of operations; the client passes encoded bytes through.
            answer = self._client.bulk(index=self._index, operations=body, require_alias=self._alias, filter_path=_ANSWER)  # type: ignore[arg-type]
        except ApiError as error:
            raise _failure(error) from None  # the error's text quotes values
        except TransportError as error:
            raise AwayError(type(error).__name__) from None
        return [_item(each["index"]) for each in answer["items"]]

    def mend(self, error: str) -> None:
        """See ``indexer.bulk.Target``."""
        try:
            self._mend(error)
        except (ApiError, TransportError) as failure:
            _log.debug("cannot mend %s: %s", error, type(failure).__name__)


def _item(result: dict[str, Any]) -> Item:
    error = result.get("error")
    return Item(result["status"]) if error is None else Item(result["status"], error["type"], error.get("reason", ""))


def _failure(error: ApiError) -> AwayError | RefusedError:
    status = error.meta.status
    kind = error.error if isinstance(error.error, str) else ""
    if status == _TOO_LARGE or kind == _REFUSAL:
        return RefusedError(Item(status, kind))
    return AwayError(kind or str(status))
