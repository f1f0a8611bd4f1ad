"""One suite for what the bulk writer relies on: the fake index and the real Elasticsearch pass it alike."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest

from indexer.bulk import Item, RefusedError, Target
from indexer.documents import write_of
from indexer.elastic import ElasticsearchTarget, connect
from indexer.index import EntityIndex
from schemas.rejects import Origin
from settings import Settings

Make = Callable[..., dict[str, Any]]


class Seam(Protocol):
    target: Target

    def stored(self, identifier: str) -> tuple[int, dict[str, Any]]: ...


class _Fake:
    def __init__(self, index: Any) -> None:
        self.target = index

    def stored(self, identifier: str) -> tuple[int, dict[str, Any]]:
        return self.target.versions[identifier], self.target.documents[identifier]


class _Real:
    def __init__(self, settings: Settings, name: str) -> None:
        self.client, self.name = connect(settings.elasticsearch_url), name
        EntityIndex(self.client).create(name, "family", {}, {})
        self.target = ElasticsearchTarget(self.client, name, lambda _: None, alias=False)

    def stored(self, identifier: str) -> tuple[int, dict[str, Any]]:
        found = self.client.get(index=self.name, id=identifier)
        return found["_version"], found["_source"]


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.servers)])
def seam(request: pytest.FixtureRequest) -> Iterator[Seam]:
    if request.param == "fake":
        yield _Fake(request.getfixturevalue("fake_index"))
        return
    real = _Real(request.getfixturevalue("settings"), f"contract-{uuid.uuid4().hex[:8]}")
    yield real
    real.client.indices.delete(index=real.name)


def send(seam: Seam, *entities: dict[str, Any]) -> list[Item]:
    return list(seam.target.send(b"".join(write_of(Origin("entities", 0, 0, None, None), entity).body for entity in entities)))


def statuses(items: list[Item]) -> list[int]:
    return [item.status for item in items]


def test_a_new_document_is_created_and_a_newer_one_replaces_it(seam: Seam, entity_of: Make) -> None:
    assert statuses(send(seam, entity_of(1, 5))) == [201]
    assert statuses(send(seam, entity_of(1, 9, open={"name": ["改名公司"]}))) == [200]
    version, document = seam.stored(entity_of(1)["entity_id"])
    assert (version, document["open"]["name"]) == (9, ["改名公司"])


def test_the_same_version_and_an_older_one_are_conflicts(seam: Seam, entity_of: Make) -> None:
    send(seam, entity_of(1, 5))
    items = send(seam, entity_of(1, 5), entity_of(1, 4))
    assert [(item.status, item.error) for item in items] == [(409, "version_conflict_engine_exception")] * 2
    assert seam.stored(entity_of(1)["entity_id"])[0] == 5


def test_a_marker_refuses_what_is_older_for_ever(seam: Seam, entity_of: Make) -> None:
    marker = entity_of(1, 8, deleted=True)
    assert statuses(send(seam, entity_of(1, 5), marker, entity_of(1, 7))) == [201, 200, 409]
    assert seam.stored(marker["entity_id"])[1]["deleted"] is True


def test_an_unknown_field_fails_alone(seam: Seam, entity_of: Make) -> None:
    items = send(seam, entity_of(1), entity_of(2, open={"shoe_size": ["43"]}), entity_of(3))
    assert statuses(items) == [201, 400, 201]
    assert items[1].error == "strict_dynamic_mapping_exception"


def test_an_impossible_version_refuses_the_whole_request(seam: Seam, entity_of: Make) -> None:
    with pytest.raises(RefusedError) as refused:
        send(seam, entity_of(1), entity_of(2, version=-1))
    assert refused.value.item.status == 400
