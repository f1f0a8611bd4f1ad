"""Sees when a committed change is found by a search: asks the index for what was written since the last look.

It believes no stop's own figures: what counts is that a real search answers with the entity. Resolution is the
caller's polling interval. The indexer has one bulk request under way at a time on one shard, so what becomes
searchable is always a prefix of the shard's sequence numbers.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from elasticsearch import Elasticsearch

from schemas.topics import ENTITIES

_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Sighting:
    """One entity version found by a search. Times in Unix ms; ``committed_ms`` is the department's commit."""

    entity_id: str
    version: int
    committed_ms: int
    seen_ms: int

    @property
    def latency_ms(self) -> int:
        """Committed → searchable."""
        return self.seen_ms - self.committed_ms


class SearchObserver:
    """Polls the read alias; reports each entity version that a look finds new."""

    def __init__(self, client: Elasticsearch, clock: Callable[[], float] = time.time) -> None:
        """Take everything searchable now as known; ``clock`` gives Unix seconds."""
        self._client = client
        self._clock = clock
        newest = self._search({"match_all": {}}, "desc", 1)
        self._newest = newest[0]["_seq_no"] if newest else -1

    def poll(self) -> list[Sighting]:
        """Return what became searchable since the last look."""
        found: list[Sighting] = []
        while hits := self._search({"range": {"_seq_no": {"gt": self._newest}}}, "asc", _PAGE):
            now = int(self._clock() * 1000)
            for hit in hits:
                fields = hit["fields"]
                found.append(Sighting(hit["_id"], fields["version"][0], int(fields["committed_ms"][0]), now))
            self._newest = hits[-1]["_seq_no"]
            if len(hits) < _PAGE:
                break
        return found

    def _search(self, query: dict[str, Any], order: str, size: int) -> list[dict[str, Any]]:
        answer = self._client.search(
            index=ENTITIES,
            query=query,
            sort=[{"_seq_no": order}],
            size=size,
            source=False,
            docvalue_fields=[{"field": "version"}, {"field": "committed_ms"}],
            seq_no_primary_term=True,
            track_total_hits=False,
        )
        hits: list[dict[str, Any]] = answer["hits"]["hits"]
        return hits
