"""Stewards' keys: seen once, kept as a digest, replaced at once; cookies that nobody can forge."""

import stat
from pathlib import Path

import pytest

from query.review_keys import LASTS_SECONDS, Sessions, StewardError, StewardKeys
from tests.query.town import MASTER


@pytest.fixture
def keys(tmp_path: Path) -> StewardKeys:
    return StewardKeys(tmp_path)


def test_a_key_says_who_one_is(keys: StewardKeys) -> None:
    li, chen = keys.make("li"), keys.make("chen")
    assert (keys.steward(li), keys.steward(chen)) == ("li", "chen")
    swapped = "li." + chen.partition(".")[2]
    for wrong in (li + "x", li[:-1], "li.", "li", "", ".", "nobody.secret", swapped, "../master.key", "li\0.x", "\ud800"):
        assert keys.steward(wrong) is None


def test_only_a_digest_is_kept_where_only_huiliu_reads(keys: StewardKeys, tmp_path: Path) -> None:
    key = keys.make("li")
    (file,) = (tmp_path / "keys" / "steward").iterdir()
    assert file.name == "li"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key.partition(".")[2] not in file.read_text()
    assert keys.steward(f"li.{file.read_text()}") is None, "who reads the folder is not a steward"


def test_a_key_is_replaced_only_on_demand_and_then_ends(keys: StewardKeys) -> None:
    old = keys.make("li")
    with pytest.raises(StewardError, match="--renew"):
        keys.make("li")
    assert keys.steward(old) == "li"
    new = keys.make("li", renew=True)
    assert (keys.steward(old), keys.steward(new)) == (None, "li")


@pytest.mark.parametrize("name", ["", "a", "Li", "li.x", "../x", "李", "1a", "a" * 42])
def test_names_are_plain(keys: StewardKeys, name: str) -> None:
    with pytest.raises(StewardError):
        keys.make(name)


def test_a_cookie_lasts_its_time_and_ends_with_the_key(keys: StewardKeys) -> None:
    now = [1000.0]
    sessions = Sessions(keys, MASTER, lambda: now[0])
    keys.make("li")
    keys.make("chen")
    cookie = sessions.open("li")
    assert sessions.steward(cookie) == "li"
    name, until, nonce, signature = cookie.split(".")
    for forged in (f"chen.{until}.{nonce}.{signature}", f"{name}.{int(until) + 9}.{nonce}.{signature}", cookie[:-1], "", "a.b.c.d", "…"):
        assert sessions.steward(forged) is None
    assert Sessions(keys, bytes(32), lambda: now[0]).steward(cookie) is None, "another installation's cookie"
    now[0] += LASTS_SECONDS
    assert sessions.steward(cookie) is None
    now[0] = 1000.0
    keys.make("li", renew=True)
    assert sessions.steward(cookie) is None
