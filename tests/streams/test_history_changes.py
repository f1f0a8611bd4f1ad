"""The times told as changes of an entity are those, and only those, at which its past tells something else."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from query.history import History, Was
from streams import history
from tests.streams.test_history import HANDLES, IDS, Said, Town, batches, ground

__all__ = ["ground"]
pytestmark = pytest.mark.servers


def share(was: Was | None) -> dict[bytes, int]:
    return {member.handle: member.from_ms for member in was.members} if was else {}


@given(batches, st.integers(0, 8))
@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_changes_are_where_the_past_differs(
    ground: Callable[..., None], steps: list[tuple[int, dict[bytes, Said | None]]], horizon: int
) -> None:
    async def story(town: Town, past: History) -> None:
        at_ms = 1
        for step, batch in steps:
            at_ms += step
            await town.apply(at_ms, batch)
        differs: dict[str, list[int]] = {}
        for identifier in IDS:
            shares = [share(await past.as_of(identifier, moment)) for moment in range(at_ms + 2)]
            differs[identifier] = [moment for moment in range(at_ms + 1, 0, -1) if shares[moment] != shares[moment - 1]]
            assert await past.changes(identifier) == differs[identifier]
        history.purge(town.dsn, horizon)
        for identifier in IDS:
            assert await past.changes(identifier) == [moment for moment in differs[identifier] if moment > horizon]

    ground(story)


def test_what_others_hold_is_not_told_and_times_are_few(ground: Callable[..., None]) -> None:
    async def story(town: Town, past: History) -> None:
        handle, *_ = HANDLES
        for at_ms, said in ((1, "甲"), (5, "乙"), (9, None)):
            await town.apply(at_ms, {handle: ("P-1", said) if said else None})
        assert await past.changes("P-1", frozenset({"p"})) == [9, 5, 1]
        assert await past.changes("P-1", frozenset({"q"})) == []
        assert await past.changes("P-9") == []

    ground(story)


def test_a_record_that_moves_changes_both_entities(ground: Callable[..., None]) -> None:
    async def story(town: Town, past: History) -> None:
        first, second, *_ = HANDLES
        story: list[tuple[int, dict[bytes, Any]]] = [(1, {first: ("P-1", "甲"), second: ("P-2", "甲")}), (7, {first: ("P-2", "甲")})]
        for at_ms, batch in story:
            await town.apply(at_ms, batch)
        assert [await past.changes(identifier) for identifier in IDS] == [[7, 1], [7, 1], []]

    ground(story)
