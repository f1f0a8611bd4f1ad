"""Percentiles of measured times, by the nearest-rank rule: a figure that was really measured, never an interpolation."""

from collections.abc import Sequence
from math import ceil

SHOWN = (50, 95, 99)


def percentiles(values: Sequence[float]) -> dict[str, float | None]:
    """Return ``{"p50", "p95", "p99"}`` of ``values`` in their unit; None where there are no values."""
    ordered = sorted(values)
    return {f"p{rank}": ordered[ceil(len(ordered) * rank / 100) - 1] if ordered else None for rank in SHOWN}
