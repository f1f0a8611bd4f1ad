"""A worker's static membership: kept over a crash, given up when the topics to read are others."""

from pathlib import Path

from settings.contracts import load_contracts
from streams.app import _instance_id

CONTRACTS = load_contracts(Path(__file__).parents[2] / "connectors" / "providers")


def test_the_same_contracts_in_any_order_are_the_same_member() -> None:
    assert _instance_id(0, CONTRACTS) == _instance_id(0, CONTRACTS[::-1])


def test_a_new_provider_makes_a_new_member() -> None:
    assert _instance_id(0, CONTRACTS) != _instance_id(0, CONTRACTS[1:])


def test_workers_are_told_apart() -> None:
    assert _instance_id(0, CONTRACTS) != _instance_id(1, CONTRACTS)
