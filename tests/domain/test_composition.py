"""The entity message: best value first, who gives which, and whether its life has ended; the same whatever the order of records."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.composition import KnownRecord, compose, content_digest, gone
from domain.entities import Kind
from domain.survivorship import doubts, standing

FIELDS = ("name", "address", "status")


def record(number: int, committed_ms: int, open_: dict[str, str], **public: Any) -> KnownRecord:
    handle = bytes([number]) * 16
    tokens = {field: [f"token of {value}"] for field, value in open_.items()}
    return KnownRecord(
        handle=handle,
        row_handle=handle,
        kind=Kind.ORGANISATION,
        provider=f"p{number}",
        table="t",
        role="r",
        lsn=1,
        committed_ms=committed_ms,
        digest=handle,
        keys=[],
        blocks=[],
        compared=b"",
        muted=b"",
        public={"open": open_, "tokens": tokens, "fields": sorted(open_), **public},
        sealed=None,
        entity_id="O-1",
        wrapped=b"",
    )


@st.composite
def clusters(draw: st.DrawFn) -> list[KnownRecord]:
    """Return the records of one entity."""
    records = []
    for number in draw(st.lists(st.integers(0, 9), min_size=1, max_size=6, unique=True)):
        said = draw(st.dictionaries(st.sampled_from(FIELDS), st.sampled_from("甲乙丙"), min_size=1))
        public: dict[str, Any] = {"flags": [f"{field}:{draw(st.sampled_from(['no_town', 'unit']))}" for field in said]}
        if draw(st.booleans()):
            public["authority"] = sorted(said)[:1]
        if draw(st.booleans()):
            public["ends"] = True
        records.append(record(number, draw(st.integers(0, 3)), said, **public))
    return records


@given(clusters(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(records: list[KnownRecord], rng: Any) -> None:
    message = compose("O-1", 1, 1, records)
    digest = content_digest(records)
    rng.shuffle(records)
    assert compose("O-1", 1, 1, records) == message
    assert content_digest(records) == digest


@given(clusters())
def test_values_stand_best_first_and_each_with_who_gives_it(records: list[KnownRecord]) -> None:
    message = compose("O-1", 1, 1, records)
    by_provider = {member["provider"]: member for member in message["members"]}
    for field in FIELDS:
        saying = [each for each in records if field in each.public["open"]]
        saying.sort(
            key=lambda each: standing(field, each.public.get("authority", ()), doubts(each.public["flags"]), each.committed_ms, each.handle)
        )
        values = list(dict.fromkeys(each.public["open"][field] for each in saying))
        assert message["open"].get(field, []) == values
        assert message["tokens"].get(field, []) == [f"token of {value}" for value in values]
        for each in saying:
            assert values[by_provider[each.provider]["open_at"][field]] == each.public["open"][field]
    assert all(set(by_provider[each.provider]["open_at"]) == set(each.public["open"]) for each in records)


@given(clusters())
def test_what_a_member_says_of_itself_is_enough_to_choose_again(records: list[KnownRecord]) -> None:
    """A reader who may see some of the members chooses among those, without the store and without the contracts."""
    message = compose("O-1", 1, 1, records)
    handles = {each.provider: each.handle for each in records}
    for field, values in message["open"].items():
        saying = [member for member in message["members"] if field in member["open_at"]]
        best = min(saying, key=lambda m: standing(field, m["authority"], m["doubts"], m["committed_ms"], handles[m["provider"]]))
        assert best["open_at"][field] == 0
        assert values[0] == values[best["open_at"][field]]


def test_the_register_goes_before_a_fresher_record() -> None:
    register = record(1, 10, {"name": "登记名"}, authority=["name"])
    message = compose("O-1", 1, 1, [record(2, 20, {"name": "俗名"}), register])
    assert message["open"]["name"] == ["登记名", "俗名"]
    assert [member["provider"] for member in message["members"]] == ["p2", "p1"]  # all values kept, freshest record first


@given(clusters())
def test_an_entity_is_closed_while_one_of_its_records_ends_it(records: list[KnownRecord]) -> None:
    assert compose("O-1", 1, 1, records)["closed"] is any("ends" in each.public for each in records)


def test_a_record_after_the_end_stays_and_an_end_taken_back_reopens() -> None:
    ending = record(1, 10, {"status": "closed"}, ends=True)
    later = record(2, 20, {"name": "甲"})
    closed = compose("O-1", 1, 1, [ending, later])
    assert closed["closed"]
    assert [(member["provider"], member["ends"]) for member in closed["members"]] == [("p2", False), ("p1", True)]
    corrected = record(1, 30, {"status": "operating"})
    assert not compose("O-1", 2, 1, [corrected, later])["closed"]
    assert not compose("O-1", 3, 1, [later])["closed"]


def test_an_id_without_records_is_not_closed_but_gone() -> None:
    message = gone("O-1", Kind.ORGANISATION, 2, 5, "O-2")
    assert (message["deleted"], message["closed"], message["redirect"]) == (True, False, "O-2")
