"""The bulk writer on the fake index: every document ends acknowledged, known to be older, or rejected; none is dropped."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer import bulk
from indexer.bulk import AwayError, BulkWriter, Item
from indexer.documents import Write, write_of
from indexer.errors import StoppedError
from schemas.rejects import Origin

Make = Callable[..., dict[str, Any]]
_STATUSES = {
    429: "es_rejected_execution_exception",
    503: "unavailable_shards_exception",
    403: "cluster_block_exception",
    404: "index_not_found_exception",
    500: "no_shard_available_action_exception",
}


@pytest.fixture(autouse=True)
def _no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_FIRST_WAIT", 0.0)


def writer(index: Any, rejected: list[tuple[Write, Item]]) -> BulkWriter:
    return BulkWriter(index, lambda write, item: rejected.append((write, item)), threading.Event())


def writes(entities: list[dict[str, Any]]) -> list[Write]:
    return [write_of(Origin("entities", 0, offset, None, None), entity) for offset, entity in enumerate(entities)]


def test_a_refused_item_is_repeated_alone(fake_index: Any, entity_of: Make) -> None:
    entities = [entity_of(number) for number in range(3)]
    fake_index.faults = [{entities[1]["entity_id"]: Item(429, _STATUSES[429])}] * 2
    writer(fake_index, []).write(writes(entities))
    assert len(fake_index.documents) == 3
    assert fake_index.requests == 3
    assert fake_index.mended == [_STATUSES[429]] * 2


def test_an_index_that_is_away_is_waited_for(fake_index: Any, entity_of: Make) -> None:
    fake_index.faults = [AwayError("ConnectionError"), AwayError("429")]
    writer(fake_index, []).write(writes([entity_of(1)]))
    assert len(fake_index.documents) == 1


def test_a_document_that_does_not_fit_is_rejected_and_the_rest_written(fake_index: Any, entity_of: Make) -> None:
    rejected: list[tuple[Write, Item]] = []
    writer(fake_index, rejected).write(writes([entity_of(1), entity_of(2, open={"shoe_size": ["43"]}), entity_of(3)]))
    assert [write.origin.offset for write, _ in rejected] == [1]
    assert len(fake_index.documents) == 2


def test_an_impossible_request_is_halved_until_its_document_stands_alone(fake_index: Any, entity_of: Make) -> None:
    rejected: list[tuple[Write, Item]] = []
    writer(fake_index, rejected).write(writes([entity_of(number, version=-1 if number == 5 else 1) for number in range(8)]))
    assert [write.origin.offset for write, _ in rejected] == [5]
    assert len(fake_index.documents) == 7


def test_a_stop_ends_the_waiting_without_an_acknowledgement(fake_index: Any, entity_of: Make) -> None:
    fake_index.faults = [AwayError("ConnectionError")] * 9
    stop = threading.Event()
    stop.set()
    with pytest.raises(StoppedError):
        BulkWriter(fake_index, lambda *_: None, stop).write(writes([entity_of(1)]))


def test_a_large_batch_is_sent_in_several_requests(fake_index: Any, entity_of: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_MOST_BYTES", 2000)
    writer(fake_index, []).write(writes([entity_of(number) for number in range(40)]))
    assert len(fake_index.documents) == 40
    assert fake_index.requests > 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(1, 20)), min_size=1, max_size=30),
    st.lists(st.dictionaries(st.integers(0, 6), st.sampled_from(sorted(_STATUSES))), max_size=6),
)
def test_whatever_fails_meanwhile_the_newest_version_stands(
    fake_index: Any, entity_of: Make, history: list[tuple[int, int]], faults: list[dict[int, int]]
) -> None:
    fake_index.__init__()
    fake_index.faults = [
        {entity_of(number)["entity_id"]: Item(status, _STATUSES[status]) for number, status in fault.items()} for fault in faults
    ]
    rejected: list[tuple[Write, Item]] = []
    writer(fake_index, rejected).write(writes([entity_of(number, version) for number, version in history]))
    assert rejected == []
    newest = {entity_of(number)["entity_id"]: max(version for other, version in history if other == number) for number, _ in history}
    assert fake_index.versions == newest
