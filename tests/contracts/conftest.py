"""A fake index that takes bulk requests like Elasticsearch, and can be told to fail."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
import pytest

from indexer.bulk import AwayError, Item, RefusedError
from schemas.indices import definition

Fault = Callable[[list[dict[str, Any]]], Sequence[Item] | None]


class FakeIndex:
    """External versions and the strict mapping, in memory. ``faults`` are used up one a request, before anything is written."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, int] = {}
        self.faults: list[Any] = []
        self.mended: list[str] = []
        self.requests = 0

    def send(self, body: bytes) -> Sequence[Item]:
        self.requests += 1
        lines = [orjson.loads(line) for line in body.splitlines()]
        pairs = list(zip([line["index"] for line in lines[::2]], lines[1::2], strict=True))
        if any(action["version"] < 0 for action, _ in pairs):
            raise RefusedError(Item(400, "action_request_validation_exception"))
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, AwayError):
            raise fault
        return [fault[action["_id"]] if fault and action["_id"] in fault else self._one(action, source) for action, source in pairs]

    def mend(self, error: str) -> None:
        self.mended.append(error)

    def _one(self, action: dict[str, Any], source: dict[str, Any]) -> Item:
        identifier, version = action["_id"], action["version"]
        known = definition()["mappings"]["properties"]
        if not set(source) <= set(known) or not set(source.get("open", {})) <= set(known["open"]["properties"]):
            return Item(400, "strict_dynamic_mapping_exception", "dynamic introduction is not allowed")
        if self.versions.get(identifier, -1) >= version:
            return Item(409, "version_conflict_engine_exception")
        status = 200 if identifier in self.versions else 201
        self.versions[identifier], self.documents[identifier] = version, source
        return Item(status)


@pytest.fixture
def fake_index() -> FakeIndex:
    return FakeIndex()


@pytest.fixture(scope="session")
def entity_of() -> Callable[..., dict[str, Any]]:
    def make(number: int, version: int = 1, **changed: Any) -> dict[str, Any]:
        entity = {
            "entity_id": f"O-{number:022d}",
            "kind": "organisation",
            "version": version,
            "deleted": False,
            "redirect": None,
            "committed_ms": 1_700_000_000_000,
            "open": {"name": [f"合成贸易{number}有限公司"]},
            "tokens": {},
            "members": [],
        }
        return {**entity, **changed}

    return make
