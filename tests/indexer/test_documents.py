"""What a message becomes in the index."""

from base64 import b64decode
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from indexer.documents import document, newest, write_of
from schemas.rejects import Origin

ORIGIN = Origin("entities", 0, 5, b"key", b"value")


def test_a_document_is_its_entity_with_sealed_values_as_text(make_entity: Any) -> None:
    entity = make_entity()
    found = orjson.loads(write_of(ORIGIN, entity).body.splitlines()[1])
    assert b64decode(found["members"][0].pop("sealed")) == entity["members"][0].pop("sealed")
    assert found == entity


def test_a_record_without_sealed_values_stays_without(make_entity: Any) -> None:
    entity = make_entity()
    entity["members"][0]["sealed"] = None
    assert document(entity)["members"][0]["sealed"] is None


def test_the_action_carries_the_entity_s_version(make_entity: Any) -> None:
    action = orjson.loads(write_of(ORIGIN, make_entity(3, version=77)).body.splitlines()[0])
    assert action == {"index": {"_id": f"O-{3:022d}", "version": 77, "version_type": "external"}}


def test_a_deleted_entity_leaves_a_marker_and_nothing_else(make_entity: Any) -> None:
    entity = make_entity(deleted=True, redirect="O-other")
    marker = document(entity)
    assert set(marker) == {"entity_id", "kind", "version", "deleted", "redirect", "committed_ms"}
    assert (marker["deleted"], marker["redirect"]) == (True, "O-other")


def test_a_body_is_two_lines_whatever_the_values(make_entity: Any) -> None:
    body = write_of(ORIGIN, make_entity(open={"name": ["甲\n乙\r\u2028丙"]})).body
    assert body.count(b"\n") == 2
    assert body.endswith(b"\n")


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), max_size=30))
def test_only_the_newest_version_of_each_entity_is_kept(pairs: list[tuple[int, int]]) -> None:
    reads = [
        (Origin("entities", 0, offset, None, b""), {"entity_id": str(one), "version": version})
        for offset, (one, version) in enumerate(pairs)
    ]
    kept = {entity["entity_id"]: entity["version"] for _, entity in newest(reads)}
    assert kept == {str(one): max(version for other, version in pairs if other == one) for one, _ in pairs}
    assert len(newest(reads)) == len(kept)
