"""A door with one desk that enters, one that is captured and one that only has a role; intake, calls, store and index are in memory."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from connectors.door.app import create_app
from connectors.door.calls import Call
from connectors.door.desk import Desk, Files
from connectors.door.following import Follower, Resolved
from connectors.door.keys import desk_key
from connectors.door.providers import Providers
from connectors.door.session import Sessions
from schemas.topics import source_topics
from settings import Settings
from settings.contracts import load_contracts
from tests.connectors.door.fake_intake import CLOCK_MS, MASTER, FakeIntake

HERE = Path(__file__).parent
SLUG, CAPTURED = "ferry_office", "harbour_office"


class MemoryCalls:
    """The calls in memory."""

    def __init__(self) -> None:
        self.all: dict[int, Call] = {}

    def make(self, call: Call) -> Call:
        made = replace(call, id=len(self.all) + 1)
        self.all[made.id] = made
        return made

    def of(self, provider: str, now_ms: int) -> list[Call]:
        for call in list(self.all.values()):
            if call.provider == provider and call.seen_ms is None:
                self.all[call.id] = replace(call, seen_ms=now_ms)
        return [call for call in self.all.values() if call.provider == provider]

    def find(self, call_id: int) -> Call | None:
        return self.all.get(call_id)

    def answer(self, call_id: int, submission_id: int, now_ms: int) -> None:
        call = self.all[call_id]
        self.all[call_id] = replace(call, answered_ms=call.answered_ms or now_ms, receipts=(*call.receipts, submission_id))


@dataclass
class MemoryWay:
    """The rest of a record's way in memory: the resolver's store, the index, and the indexer's offsets."""

    resolved: dict[bytes, Resolved] = field(default_factory=dict)
    searchable: dict[str, int] = field(default_factory=dict)
    written: bool = True
    refreshed: int = 0
    asked: int = 0

    def rows(self, handles: Sequence[bytes]) -> dict[bytes, Resolved]:
        self.asked += len(handles)
        return {handle: self.resolved[handle] for handle in handles if handle in self.resolved}

    def versions(self, entity_ids: Collection[str]) -> dict[str, int]:
        return {entity_id: self.searchable[entity_id] for entity_id in entity_ids if entity_id in self.searchable}

    def refresh(self) -> None:
        self.refreshed += 1

    def ends(self) -> dict[int, int]:
        return {0: 1}

    def passed(self, ends: Mapping[int, int]) -> bool:
        assert ends == {0: 1}
        return self.written


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def door_settings(tmp_path: Path) -> Settings:
    providers = tmp_path / "contracts"
    providers.mkdir()
    for source in (HERE / "ferry_office.yaml", HERE.parent / "harbour_office.yaml"):
        (providers / source.name).write_bytes(source.read_bytes())
    return Settings(
        home=tmp_path,
        providers_dir=providers,
        kafka_bootstrap="127.0.0.1:1",
        connect_url="http://127.0.0.1:1",
        registry_url="http://127.0.0.1:1",
        registry_native_url="http://127.0.0.1:1",
        elasticsearch_url="http://127.0.0.1:1",
        store_dsn="postgresql://127.0.0.1:1/store",
        master_key=MASTER.hex(),
    )


@dataclass
class Door:
    """The app under test and what stands behind it."""

    app: FastAPI
    settings: Settings
    intake: FakeIntake
    calls: MemoryCalls
    way: MemoryWay
    sessions: Sessions
    topics: set[str]
    key: str
    now: list[float]


@pytest.fixture
def door(door_settings: Settings) -> Door:
    intake, calls, way, now = FakeIntake(), MemoryCalls(), MemoryWay(), [CLOCK_MS / 1000]
    topics = {topic.name for contract in load_contracts(*door_settings.contract_folders) for topic in source_topics(contract)}
    providers = Providers(door_settings, lambda _bootstrap: frozenset(topics))
    sessions = Sessions(door_settings.home, MASTER, lambda: now[0])
    desk = Desk(providers, intake, Files(intake.submit, intake.write_rejects), calls, Follower(way, way, way), lambda: now[0])

    @asynccontextmanager
    async def beside() -> AsyncIterator[None]:
        yield

    app = create_app(door_settings, desk, sessions, beside)
    key = desk_key(door_settings.home, SLUG)
    desk_key(door_settings.home, CAPTURED)
    return Door(app, door_settings, intake, calls, way, sessions, topics, key, now)


@pytest.fixture
async def client(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    """A program that has the desk key."""
    transport = httpx.ASGITransport(app=door.app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {door.key}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        yield client


@pytest.fixture
async def browser(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that has opened nothing yet."""
    transport = httpx.ASGITransport(app=door.app, raise_app_exceptions=False)
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        yield client
