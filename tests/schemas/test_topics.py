"""A provider is attached when all of its topics are there."""

from pathlib import Path

from schemas.topics import attached, source_topics
from settings.contracts import load_contracts

CONTRACTS = load_contracts(Path(__file__).parents[2] / "connectors" / "providers")


def test_a_provider_is_attached_once_all_its_topics_are_there() -> None:
    chosen = next(contract for contract in CONTRACTS if len(contract.tables) > 1)
    topics = {topic.name for topic in source_topics(chosen)}
    assert attached(CONTRACTS, topics) == [chosen]
    assert attached(CONTRACTS, topics - {max(topics)}) == []


def test_a_unit_without_a_feed_is_never_attached() -> None:
    topics = {topic.name for contract in CONTRACTS for topic in source_topics(contract)}
    assert {contract.mode for contract in attached(CONTRACTS, topics)} <= {"cdc", "file", "entry"}
