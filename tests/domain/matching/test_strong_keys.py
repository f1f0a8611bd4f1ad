"""Clusters are a function of the set of records: order, slices and history do not matter; cannot-links hold."""

import random
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from domain.matching.clusters import clusters
from domain.matching.keys import EXCLUSIVE

_CODES = [*sorted(EXCLUSIVE)[:1], 0x38]  # an exclusive key (citizen ID) and one that is not (plate)


def key(code: int, number: int) -> bytes:
    return bytes((code,)) + number.to_bytes(16, "big")


def handle(number: int) -> bytes:
    return number.to_bytes(16, "big")


keys = st.builds(key, st.sampled_from(_CODES), st.integers(0, 5))
evidence = st.dictionaries(st.integers(0, 30).map(handle), st.lists(keys, max_size=2, unique_by=lambda k: k[0]), max_size=14)


def as_sets(found: Iterable[object]) -> set[frozenset[bytes]]:
    return {frozenset(cluster.handles) for cluster in found}  # type: ignore[attr-defined]  # Cluster


@given(evidence, st.randoms())
def test_order_does_not_matter(records: dict[bytes, list[bytes]], rng: random.Random) -> None:
    items = list(records.items())
    rng.shuffle(items)
    shuffled = {name: rng.sample(values, len(values)) for name, values in items}
    assert clusters(shuffled) == clusters(records)


@given(evidence)
def test_every_record_is_in_exactly_one_cluster(records: dict[bytes, list[bytes]]) -> None:
    members = [name for cluster in clusters(records) for name in cluster.handles]
    assert sorted(members) == sorted(records)


@given(evidence)
def test_cannot_link_holds(records: dict[bytes, list[bytes]]) -> None:
    """No cluster holds two values of an exclusive key."""
    for cluster in clusters(records):
        for code in EXCLUSIVE:
            assert len({k for name in cluster.handles for k in records[name] if k[0] == code}) <= 1


@given(evidence, evidence)
def test_a_neighbourhood_decides_alone(left: dict[bytes, list[bytes]], right: dict[bytes, list[bytes]]) -> None:
    """Records that share no key with others come out the same, whatever else there is."""
    far = {handle(1000 + int.from_bytes(name, "big")): [k[:1] + b"\xff" + k[2:] for k in values] for name, values in right.items()}
    assert as_sets(clusters(left | far)) == as_sets(clusters(left)) | as_sets(clusters(far))


def test_a_shared_strong_key_joins() -> None:
    one = key(_CODES[0], 1)
    assert as_sets(clusters({handle(1): [one], handle(2): [one], handle(3): []})) == {
        frozenset({handle(1), handle(2)}),
        frozenset({handle(3)}),
    }


def test_a_weak_key_does_not_join_two_exclusive_values() -> None:
    first, second, plate = key(_CODES[0], 1), key(_CODES[0], 2), key(0x38, 9)
    found = as_sets(clusters({handle(1): [first, plate], handle(2): [second, plate]}))
    assert found == {frozenset({handle(1)}), frozenset({handle(2)})}
