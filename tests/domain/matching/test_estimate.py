"""Estimation finds the shares that data were drawn from, without labels, though every blocking rule sees its own fields agree."""

import random

import pytest

from domain.matching.estimate import MISSING, Estimate, bits, estimate

PLACES = [("name", 3), ("birth", 2), ("phone", 2)]
M = {"name": [0.9, 0.08, 0.02], "birth": [0.95, 0.05], "phone": [0.7, 0.3]}
U = {"name": [0.01, 0.04, 0.95], "birth": [0.02, 0.98], "phone": [0.001, 0.999]}


def draw(rng: random.Random, shares: dict[str, list[float]], **fixed: int) -> tuple[int, ...]:
    found = [fixed.get(name, rng.choices(range(levels), shares[name])[0]) for name, levels in PLACES]
    return tuple(MISSING if rng.random() < 0.1 and name not in fixed else level for (name, _), level in zip(PLACES, found, strict=True))


@pytest.fixture(scope="module")
def found() -> Estimate:
    rng = random.Random(7)  # noqa: S311  # repeatable draws
    apart = [draw(rng, U) for _ in range(60_000)]
    blocked = {
        rule: ([draw(rng, M, **{rule: 0}) for _ in range(matches)] + [draw(rng, U, **{rule: 0}) for _ in range(others)], [rule])
        for rule, matches, others in (("name", 6_000, 9_000), ("birth", 6_000, 12_000), ("phone", 4_000, 1_000))
    }
    return estimate(PLACES, apart, blocked)


@pytest.mark.parametrize("field", ["name", "birth", "phone"])
def test_shares_are_found(found: Estimate, field: str) -> None:
    assert found.u[field] == pytest.approx(U[field], abs=0.004)
    assert found.m[field] == pytest.approx(M[field], abs=0.02)


def test_matches_are_counted_by_rule(found: Estimate) -> None:
    assert found.matches == {rule: pytest.approx(count, rel=0.05) for rule, count in (("name", 6_000), ("birth", 6_000), ("phone", 4_000))}


def test_nothing_is_impossible() -> None:
    none_seen = estimate([("sex", 2)], [(0,), (1,)] * 50, {"other": ([(0,)] * 90, [])})
    assert 0 < none_seen.m["sex"][1] < 0.01


def test_bits() -> None:
    assert bits(0.8, 0.1) == 3
    assert bits(0.1, 0.8) == -3
