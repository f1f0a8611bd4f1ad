"""Whom a record meets in a block that others join and leave: the same as if all were filed afresh."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.matching import blocking
from domain.matching.blocking import pairs
from streams import filing
from streams.filing import Filing

TOKENS = [bytes([rule]) + bytes(15) for rule in (0, 1)]  # the first mutes a telephone number
WITHIN = [b"w" * 8, b"w" * 8, b"x" * 8, bytes(8)]  # groups that grow beyond the bound, too
block = st.builds(lambda token, within: token + within, st.sampled_from([*TOKENS, TOKENS[1]]), st.sampled_from(WITHIN))
one_each = st.lists(block, max_size=2, unique_by=lambda each: each[:16]).map(tuple)
handles = st.integers(0, 11).map(lambda number: bytes([number]))


@pytest.fixture(autouse=True, scope="module")
def _small_blocks() -> Iterator[None]:
    with patch.object(blocking, "CAP", 3), patch.object(filing, "CAP", 3):
        yield


def meets(filed: dict[bytes, tuple[bytes, ...]]) -> dict[bytes, set[bytes]]:
    """Return whom each record meets when all are filed at once."""
    found: dict[bytes, set[bytes]] = {handle: set() for handle in filed}
    for token in TOKENS:
        holders = [(each[16:], handle) for handle, blocks in filed.items() for each in blocks if each[:16] == token]
        for one, other in pairs([(within.hex().strip("0"), handle) for within, handle in holders]):
            found[one].add(other)
            found[other].add(one)
    return found


@settings(max_examples=400)
@given(st.dictionaries(handles, one_each, min_size=5), st.dictionaries(handles, st.one_of(st.none(), one_each), min_size=1))
def test_it_is_as_if_all_were_filed_afresh(before: dict[bytes, tuple[bytes, ...]], change: dict[bytes, tuple[bytes, ...] | None]) -> None:
    after = {**before, **{handle: blocks for handle, blocks in change.items() if blocks is not None}}
    for handle in [handle for handle, blocks in change.items() if blocks is None]:
        after.pop(handle, None)
    with_small_blocks = Filing()
    for handle, blocks in change.items():
        with_small_blocks.move(handle, before.get(handle, ()), blocks or ())
    _read(with_small_blocks, before, [each for blocks in change.values() for each in blocks or ()])
    judged = with_small_blocks.rejudged()
    with_small_blocks.want(each for handle in judged for each in after[handle])
    _read(with_small_blocks, before, [each for handle in judged for each in after[handle]])
    wanted, was = meets(after), meets(before)
    for handle, blocks_after in after.items():
        if handle in change or handle in judged:
            assert with_small_blocks.met(handle, blocks_after) == wanted[handle]
        else:
            same = {other for other in wanted[handle] if other not in change}
            assert same == {other for other in was[handle] if other not in change}, "who meets others now must be judged again"


def _read(filed: Filing, stored: dict[bytes, tuple[bytes, ...]], blocks: list[bytes]) -> None:
    """Answer as the store does, with no more holders than are asked for."""
    asked = filed.unread()
    rows = [(each[:16], each[16:], handle) for handle, each_blocks in stored.items() for each in each_blocks]
    filed.took(asked, [row for token, most in asked.items() for row in [row for row in rows if row[0] == token][:most]])
    groups = filed.unread_groups(blocks)
    filed.took_groups(groups, [row for group, most in groups.items() for row in [row for row in rows if row[:2] == group][:most]])
