"""A rebuild beside a living index: no answer goes backwards, nothing is lost, and a fault leaves the old index serving."""

import json
import threading
import time
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.index import app
from indexer.errors import RebuildError
from indexer.index import EntityIndex
from indexer.reading import Reading
from indexer.rebuild import Rebuild
from indexer.replay import Replay
from schemas.indices import WRITE_ALIAS, definition, index_name

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

ENTITIES = 40


@pytest.fixture(autouse=True)
def _short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.rebuild._GRACE_SECONDS", 1.0)


def rebuild(town: Any) -> Any:
    replay = Replay(town.settings.kafka_bootstrap)
    try:
        return Rebuild(EntityIndex(town.client), replay, Reading.of(town.settings), 500, lambda *_: None).run()
    finally:
        replay.close()


class Writer(threading.Thread):
    """Publishes ever higher versions of the same entities."""

    def __init__(self, town: Any) -> None:
        super().__init__()
        self.town, self.version, self.stop = town, 0, threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            self.version += 1
            self.town.publish([self.town.entity(number, self.version) for number in range(ENTITIES)])
            time.sleep(0.02)


class Searcher(threading.Thread):
    """Looks again and again, and notes each answer that is older than an earlier one, or misses an entity."""

    def __init__(self, town: Any) -> None:
        super().__init__()
        self.town, self.backwards, self.looks, self.stop = town, [], 0, threading.Event()

    def run(self) -> None:
        last = self.town.versions()
        while not self.stop.is_set():
            seen = self.town.versions()
            self.backwards += [(one, version, seen.get(one)) for one, version in last.items() if seen.get(one, -1) < version]
            last, self.looks = seen, self.looks + 1


def test_no_answer_goes_backwards_while_it_is_rebuilt_under_writes(town: Any) -> None:
    town.start()
    town.publish([town.entity(number, 0) for number in range(ENTITIES)])
    town.wait_for({town.entity(number, 0)["entity_id"]: 0 for number in range(ENTITIES)})
    before = EntityIndex(town.client).serving()
    writer, searcher = Writer(town), Searcher(town)
    writer.start()
    searcher.start()
    done = [rebuild(town) for _ in range(2)]
    writer.stop.set()
    writer.join()
    town.wait_for({town.entity(number, 0)["entity_id"]: writer.version for number in range(ENTITIES)})
    searcher.stop.set()
    searcher.join()
    assert searcher.backwards == []
    assert searcher.looks > 20
    assert [done[0].replaced, done[1].replaced] == [before, done[0].index]
    assert list(town.client.indices.get(index="entities-*")) == [done[1].index]


def test_the_new_index_has_working_settings(town: Any) -> None:
    town.start()
    town.publish([town.entity(1, 1)])
    town.wait_for({town.entity(1, 0)["entity_id"]: 1})
    name = rebuild(town).index
    settings = town.client.indices.get_settings(index=name)[name]["settings"]["index"]
    wanted = definition()["settings"]["index"]
    assert {key: settings[key] for key in ("refresh_interval", "auto_expand_replicas")} == {
        key: wanted[key] for key in ("refresh_interval", "auto_expand_replicas")
    }
    assert EntityIndex(town.client).serving() == name


def test_an_index_that_would_hold_less_is_not_swapped_in(town: Any) -> None:
    town.start()
    town.publish([town.entity(1, 1)])
    town.wait_for({town.entity(1, 0)["entity_id"]: 1})
    index = EntityIndex(town.client)
    old = index.serving()
    stray = town.entity(2, 1)
    town.client.index(index=WRITE_ALIAS, id=stray["entity_id"], document={**stray, "members": []}, refresh=True)
    try:
        with pytest.raises(RebuildError, match="1 个主体"):
            rebuild(town)
    finally:
        town.client.delete(index=WRITE_ALIAS, id=stray["entity_id"], refresh=True)
    assert index.serving() == old
    assert not index.blocked(old)
    town.publish([town.entity(1, 2)])
    town.wait_for({town.entity(1, 0)["entity_id"]: 2})


def test_what_a_dead_rebuild_left_is_cleaned_by_the_next(town: Any) -> None:
    town.start()
    town.publish([town.entity(1, 1)])
    town.wait_for({town.entity(1, 0)["entity_id"]: 1})
    index = EntityIndex(town.client)
    old = index.serving()
    left = index_name(max(index.numbers()) + 1)
    index.create(left, "family", {}, {})
    index.block(old, 3600)
    done = rebuild(town)
    assert list(town.client.indices.get(index="entities-*")) == [done.index]
    town.publish([town.entity(1, 2)])
    town.wait_for({town.entity(1, 0)["entity_id"]: 2})


def test_the_command_tells_what_it_did(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUILIU_HOME", str(town.settings.home))
    town.start()
    town.publish([town.entity(1, 1), town.entity(2, 2, deleted=True)])
    town.wait_for({town.entity(1, 0)["entity_id"]: 1, town.entity(2, 0)["entity_id"]: 2})
    result = CliRunner().invoke(app, ["rebuild", "--json"])
    assert result.exit_code == 0, result.output
    done = json.loads(result.stdout.splitlines()[-1])
    assert done["ok"]
    status = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout.splitlines()[-1])
    assert status["index"] == done["index"]
    assert status["documents"] >= 1
    assert status["markers"] >= 1
    assert done["documents"] == status["documents"] + status["markers"]
