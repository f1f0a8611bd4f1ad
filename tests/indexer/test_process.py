"""The indexer process on real servers: nothing is lost, whatever dies; what cannot be indexed is rejected by position."""

import signal
import time
from typing import Any

import psutil
import pytest
from rich.console import Console

from domain.sealing import Sealer
from indexer.index import EntityIndex
from schemas.indices import WRITE_ALIAS
from schemas.rejects import payload_of
from stack.supervisor import Stack

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]

BLOCK = "index.blocks.read_only_allow_delete"  # what Elasticsearch itself sets when a disk is full; answers 429


def wait_until(what: str, condition: Any, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"still waiting after {seconds} s: {what}"
        time.sleep(0.05)


def test_killed_again_and_again_it_loses_nothing(town: Any) -> None:
    wanted: dict[str, int] = {}
    version = 0
    town.start()
    for round_ in range(4):
        batch = []
        for number in range(3000):
            version += 1
            batch.append(town.entity(number if round_ % 2 else number * 2, version))
            wanted[batch[-1]["entity_id"]] = version
        town.publish(batch)
        time.sleep(0.3 * round_)
        town.kill(signal.SIGKILL)
        town.start()
    town.wait_for(wanted)


def test_elasticsearch_killed_loses_nothing(town: Any) -> None:
    stack = Stack(town.settings.home, Console(quiet=True))
    town.start()
    town.publish([town.entity(number, 1) for number in range(2000)])
    server = psutil.Process(next(each.pid for each in stack.status() if each.name == "elasticsearch"))
    server.kill()
    wait_until("Elasticsearch to be dead", lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)
    town.publish([town.entity(number, 2) for number in range(1000, 3000)])
    stack.up(["elasticsearch"])
    town.wait_for({town.entity(number, 0)["entity_id"]: 1 if number < 1000 else 2 for number in range(3000)})


def test_a_replay_changes_nothing(town: Any) -> None:
    history = [town.entity(1, 10), town.entity(2, 11), town.entity(1, 12, deleted=True), town.entity(2, 13)]
    town.start()
    town.publish(history)
    wanted = {town.entity(1, 0)["entity_id"]: 12, town.entity(2, 0)["entity_id"]: 13}
    town.wait_for(wanted)
    town.publish([*history, town.entity(3, 1)])
    town.wait_for({**wanted, town.entity(3, 0)["entity_id"]: 1})
    assert set(town.stored(1)) == {"entity_id", "kind", "version", "deleted", "redirect", "committed_ms"}
    assert town.stored(2)["open"] == town.entity(2, 13)["open"]


def test_while_elasticsearch_answers_429_everything_waits_and_nothing_is_dropped(town: Any) -> None:
    town.start()
    town.publish([town.entity(0, 1)])
    town.wait_for({town.entity(0, 1)["entity_id"]: 1})
    town.client.indices.put_settings(index=WRITE_ALIAS, settings={BLOCK: True})
    try:
        town.publish([town.entity(number, 2) for number in range(3000)])
        wait_until("the indexer to say that it waits", lambda: "does not take writes now" in town.log.read_text())
        time.sleep(2)
        assert town.lag() >= 2000
        assert town.versions() == {town.entity(0, 1)["entity_id"]: 1}
    finally:
        town.client.indices.put_settings(index=WRITE_ALIAS, settings={BLOCK: None})
    town.wait_for({town.entity(number, 0)["entity_id"]: 2 for number in range(3000)})


def test_what_cannot_be_indexed_is_rejected_by_position_without_its_values(town: Any) -> None:
    secret = f"秘密{town.name}"
    poison = town.entity(1, 1, open={"shoe_size": [secret]})
    town.start()
    town.publish([poison])
    town.publish_raw(b"key", b"\x07 no avro " + secret.encode())
    town.publish([town.entity(2, 1)])
    town.wait_for({town.entity(2, 0)["entity_id"]: 1})
    sealer = Sealer(town.settings.master_key_bytes())
    found = [(each, payload_of(sealer, each["payload"])) for each in town.rejected()]
    mine = {each["reason"]: each for each, payload in found if secret.encode() in payload.value}
    assert any(reason.startswith("Elasticsearch refuses the document: strict_dynamic_mapping_exception") for reason in mine)
    assert any(reason.startswith("not Avro in the Confluent wire format") for reason in mine)
    assert {each["stop"] for each in mine.values()} == {"indexer"}
    assert secret not in town.log.read_text()
    assert secret not in str([(each["reason"], each["remedy"]) for each in mine.values()])


def test_an_index_that_vanished_is_filled_again_from_the_beginning(town: Any) -> None:
    wanted = {town.entity(number, 0)["entity_id"]: 1 for number in range(500)}
    town.start()
    town.publish([town.entity(number, 1) for number in range(500)])
    town.wait_for(wanted)
    town.client.indices.delete(index=EntityIndex(town.client).serving())
    town.publish([town.entity(500, 1)])
    town.wait_for({**wanted, town.entity(500, 0)["entity_id"]: 1})


def test_an_index_that_vanished_while_it_was_down_is_filled_from_the_beginning(town: Any) -> None:
    wanted = {town.entity(number, 0)["entity_id"]: 1 for number in range(500)}
    town.start()
    town.publish([town.entity(number, 1) for number in range(500)])
    town.wait_for(wanted)
    assert town.kill(signal.SIGTERM) == 0
    town.client.indices.delete(index=EntityIndex(town.client).serving())
    town.start()
    wait_until("the index to be there again", lambda: EntityIndex(town.client).current() is not None)
    town.wait_for(wanted)


def test_a_block_that_a_dead_rebuild_left_is_lifted_when_its_lease_ends(town: Any) -> None:
    town.start()
    town.publish([town.entity(1, 1)])
    town.wait_for({town.entity(1, 0)["entity_id"]: 1})
    index = EntityIndex(town.client)
    index.block(index.serving(), seconds=3)
    town.publish([town.entity(1, 2)])
    town.wait_for({town.entity(1, 0)["entity_id"]: 2})
    assert not index.blocked(index.serving())
    assert not index.leased(index.serving())
