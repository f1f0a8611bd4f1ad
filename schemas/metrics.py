"""Every metric huiliu shows, declared once with a sentence; lag names follow kafka-lag-exporter.

Each process serves its own on ``/metrics``; Prometheus tells them apart by instance.
"""

import os
from wsgiref.simple_server import WSGIServer

from prometheus_client import Counter, Gauge, Histogram, start_http_server

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)

READY = Gauge("huiliu_ready", "1 once the process does its work; the label proves which process answers", ["pid"])

NORMALISED = Counter("huiliu_normalised_total", "source messages normalised or rejected", ["provider"])
REJECTED = Counter("huiliu_rejected_total", "messages written to topic rejected", ["stop"])
RESOLVED = Counter("huiliu_resolved_total", "records applied to the resolver's store")
ENTITIES = Counter("huiliu_entities_total", "entity versions written to topic entities")
BATCH_SECONDS = Histogram("huiliu_batch_seconds", "time from taking a micro-batch to its effect being durable", ["stop"], buckets=_SECONDS)
RETRIES = Counter("huiliu_retries_total", "batches tried again because a server was away or another worker held a key", ["stop", "why"])
MATCHES = Counter("huiliu_matches_total", "pairs that a scorecard took for one entity, or left to a person", ["kind", "band"])
CROWDED_BLOCKS = Counter("huiliu_crowded_blocks_total", "blocks that grew beyond what is compared pair by pair")
LARGE_COMPONENTS = Counter("huiliu_large_components_total", "times a component was too large for matches to join in it", ["kind"])
AMBIGUOUS_KEYS = Counter("huiliu_ambiguous_keys_total", "times a strong key joined nothing because its records are not one", ["kind"])
PURGED = Counter("huiliu_past_purged_total", "former versions, memberships and lives deleted when their retention ended")

INDEXED = Counter("huiliu_indexed_total", "documents that Elasticsearch acknowledged")
INDEX_CONFLICTS = Counter("huiliu_index_conflicts_total", "writes refused because the index already has that version or a newer one")
BULK_SECONDS = Histogram("huiliu_bulk_seconds", "time of one bulk request", buckets=_SECONDS)
REFRESHES = Counter("huiliu_index_refreshes_total", "refreshes the indexer asked for")

SEARCHES = Counter("huiliu_searches_total", "searches answered, by what was asked for", ["by"])
SEARCH_SECONDS = Histogram("huiliu_search_seconds", "time to answer a search", buckets=_SECONDS)

GROUP_LAG = Gauge("kafka_consumergroup_group_lag", "messages not yet read", ["group", "topic", "partition"])
GROUP_LAG_SECONDS = Gauge(
    "kafka_consumergroup_group_lag_seconds", "age of the oldest message not yet read", ["group", "topic", "partition"]
)
LATEST_OFFSET = Gauge("kafka_partition_latest_offset", "end of the partition", ["topic", "partition"])
SLOT_BYTES = Gauge("huiliu_slot_bytes", "write-ahead log that a department's slot keeps from being freed", ["provider"])
TASK_UP = Gauge("huiliu_connector_task_up", "1 when the provider's connector and all its tasks run, else 0", ["provider"])

PROMISE_KEPT = Gauge(
    "huiliu_promise_kept", "1 when a feed keeps what its contract promises, else 0", ["provider", "table", "measure", "subject"]
)
OPEN_REVIEWS = Gauge("huiliu_open_reviews", "pairs of entities that a person must judge", ["kind"])
OPEN_REVIEW_SECONDS = Gauge("huiliu_open_review_oldest_seconds", "how long the oldest of them has waited; 0 without one", ["kind"])
REFUSED_PAIRS = Gauge(
    "huiliu_refused_pairs", "pairs of records that match and are in two entities all the same, by why", ["kind", "reason"]
)
WAITING_DECISIONS = Gauge("huiliu_waiting_decisions", "stewards' decisions that wait: for a second steward, or for the resolver", ["on"])
WAITING_DECISION_SECONDS = Gauge("huiliu_waiting_decision_oldest_seconds", "how long the oldest of them has waited; 0 without one", ["on"])
RESTING_DECISIONS = Gauge("huiliu_resting_decisions", "decisions that two records are one which join nothing, by why", ["why"])
CROWDED_VALUES = Gauge("huiliu_crowded_values", "values that more records share than are compared, or joined, by them", ["what", "of"])
CROWDED_LARGEST = Gauge("huiliu_crowded_values_largest", "records that share the most shared of them", ["what", "of"])
CROWDED_UNMET = Gauge("huiliu_crowded_values_unmet", "records that meet no other by such a value, once a value", ["what", "of"])
IDENTITY_SECONDS = Gauge("huiliu_identity_measuring_seconds", "how long the last measuring of reviews and crowded values took")
QUALITY_SECONDS = Gauge("huiliu_quality_measuring_seconds", "how long the last measuring of all feeds' quality took")


def serve(port: int) -> WSGIServer:
    """Serve ``/metrics`` on 127.0.0.1 and return the server."""
    server, _ = start_http_server(port, addr="127.0.0.1")
    return server


def ready() -> None:
    """Say that this process does its work now."""
    READY.labels(pid=str(os.getpid())).set(1)
