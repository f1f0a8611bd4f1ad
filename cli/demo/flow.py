"""One look at the whole flow: per department what it holds, what was captured, what waits, and what a search finds."""

from collections.abc import Mapping
from dataclasses import dataclass

import psycopg
from elasticsearch import ApiError, Elasticsearch, TransportError
from psycopg.sql import SQL, Identifier

from domain.contract import Contract
from domain.contract_parts import Bilingual
from ops.lag import LagError, LagWatch, PartitionLag, reads
from schemas.topics import ENTITIES, INDEX_GROUP, RECORDS, STREAM_GROUP, source_topic
from settings import Settings


@dataclass(slots=True)
class DepartmentFlow:
    """One department: rows at the source, changes captured, changes not yet normalised, entities a search finds."""

    title: Bilingual
    rows: int = 0
    captured: int = 0
    waiting: int = 0
    entities: int = 0


@dataclass(slots=True)
class Flow:
    """All departments, and what waits between the stops. ``trouble`` is one sentence, or empty."""

    departments: dict[str, DepartmentFlow]
    to_resolve: int = 0
    to_index: int = 0
    searchable: int = 0
    lag_seconds: float | None = None
    trouble: str = ""

    @property
    def captured(self) -> int:
        """Changes on the source topics so far, of all departments."""
        return sum(each.captured for each in self.departments.values())

    @property
    def waiting(self) -> int:
        """Messages that wait at any stop."""
        return self.to_resolve + self.to_index + sum(each.waiting for each in self.departments.values())

    def drained(self, least: int) -> bool:
        """Whether at least ``least`` changes were captured and every captured one has passed every stop."""
        return not self.trouble and self.captured >= least and self.waiting == 0


class FlowGauge:
    """Looks at the flow; keeps connections and timelines between looks."""

    def __init__(
        self, settings: Settings, contracts: list[Contract], client: Elasticsearch, delivered: Mapping[str, int] | None = None
    ) -> None:
        """``client`` asks the read alias; ``delivered``: rows taken over from each provider that sends files or entries."""
        self._settings = settings
        self._contracts = contracts
        self._client = client
        self._lag = LagWatch(settings.kafka_bootstrap, reads(contracts))
        self._rows: dict[str, int] = dict(delivered or {})

    def count_rows(self) -> dict[str, int]:
        """Return the rows of each department: counted at the source, or taken over from what it sent."""
        for contract in self._contracts:
            if contract.mode != "cdc":
                continue
            with psycopg.connect(self._settings.source_url(contract.source.url_env)) as connection:
                self._rows[contract.provider] = sum(
                    _count(connection, table.db_schema, table.name, table.key[0]) for table in contract.tables
                )
        return dict(self._rows)

    def look(self) -> Flow:
        """Return the flow now; a server that is away is told in ``trouble``."""
        flow = Flow({c.provider: DepartmentFlow(c.title, rows=self._rows.get(c.provider, 0)) for c in self._contracts})
        try:
            self._add_lag(flow, self._lag.measure())
            self._add_index(flow)
        except LagError as error:
            flow.trouble = str(error)
        except (ApiError, TransportError) as error:
            flow.trouble = f"Elasticsearch 没有回答 does not answer ({type(error).__name__}): huiliu status"
        return flow

    def _add_lag(self, flow: Flow, rows: list[PartitionLag]) -> None:
        by_topic: dict[tuple[str, str], list[PartitionLag]] = {}
        for row in rows:
            by_topic.setdefault((row.group, row.topic), []).append(row)
        flow.lag_seconds = max((row.seconds for row in rows if row.seconds is not None), default=None)
        flow.to_resolve = _waiting(by_topic.get((STREAM_GROUP, RECORDS), []))
        flow.to_index = _waiting(by_topic.get((INDEX_GROUP, ENTITIES), []))
        for contract in self._contracts:
            department = flow.departments[contract.provider]
            for table in contract.tables:
                found = by_topic.get((STREAM_GROUP, source_topic(contract.provider, table.name)), [])
                department.captured += sum(row.end for row in found)
                department.waiting += _waiting(found)

    def _add_index(self, flow: Flow) -> None:
        answer = self._client.search(
            index=ENTITIES,
            size=0,
            query={"term": {"deleted": False}},
            aggs={"providers": {"terms": {"field": "members.provider", "size": len(self._contracts)}}},
            track_total_hits=True,
        )
        flow.searchable = answer["hits"]["total"]["value"]
        for bucket in answer["aggregations"]["providers"]["buckets"]:
            if bucket["key"] in flow.departments:
                flow.departments[bucket["key"]].entities = bucket["doc_count"]


def _waiting(rows: list[PartitionLag]) -> int:
    return sum(row.messages for row in rows)


def _count(connection: psycopg.Connection[tuple[object, ...]], schema: str, table: str, column: str) -> int:
    row = connection.execute(SQL("select count({}) from {}").format(Identifier(column), Identifier(schema, table))).fetchone()
    return int(str(row[0])) if row else 0
