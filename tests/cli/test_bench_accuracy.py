"""The measurements' own arithmetic: pairs, clusters, review, thresholds, kinds of dirt, curves; and the contracts of FEBRL."""

import random
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.bench import accuracy_card, accuracy_city, accuracy_febrl
from cli.bench.accuracy import brief
from cli.bench.accuracy_measures import Score, joined, pairwise, pairwise_with, reviewed, rounded, whole_clusters
from cli.bench.resolve import Watch, curve, rate
from cli.bench.resolve_feed import CLEAN, Said, dirt_of, handle_of
from domain.contract import read_contract
from domain.entities import Kind
from domain.matching.scorecard_file import shipped
from domain.normalise import RowNormaliser
from domain.tokens import Tokeniser
from stack.errors import StackError

TRUTH = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 3}
FOUND = {"a": "x", "b": "x", "c": "y", "d": "y", "e": "z"}
labels = st.dictionaries(st.integers(0, 12), st.integers(0, 4), min_size=1)


def pairs_of(clusters: dict[int, int]) -> set[tuple[int, int]]:
    return {pair for pair in combinations(sorted(clusters), 2) if clusters[pair[0]] == clusters[pair[1]]}


def test_pairs() -> None:
    score = pairwise(FOUND, TRUTH)
    assert score == Score(found=2, right=1, true=3)
    assert (score.wrong, score.precision, score.recall, score.f1) == (1, 0.5, pytest.approx(1 / 3), pytest.approx(0.4))


@given(labels, st.randoms(use_true_random=False))
def test_pairs_are_counted_as_if_listed(truth: dict[int, int], rng: Any) -> None:
    found = {each: rng.randint(0, 4) for each in truth}
    said, true = pairs_of(found), pairs_of(truth)
    assert pairwise(found, truth) == Score(len(said), len(said & true), len(true))
    chosen = {each for each in truth if rng.random() < 0.4}
    touched = {pair for pair in said if chosen & set(pair)}, {pair for pair in true if chosen & set(pair)}
    assert pairwise_with(found, truth, chosen) == Score(len(touched[0]), len(touched[0] & touched[1]), len(touched[1]))


def test_a_record_that_is_nowhere_stands_alone() -> None:
    assert pairwise({"a": "x"}, {"a": 1, "b": 1}) == Score(0, 0, 1)
    assert whole_clusters({"a": "x"}, {"a": 1, "b": 1}) == Score(2, 0, 1)


def test_whole_clusters() -> None:
    assert whole_clusters(FOUND, TRUTH) == Score(found=3, right=1, true=3)


def test_nothing_said_is_not_wrong() -> None:
    assert Score(0, 0, 0).figures() == {"precision": 1.0, "recall": 1.0, "f1": 1.0}


def test_a_share_is_never_rounded_up_to_one() -> None:
    assert rounded(0.999999) == 0.99999
    assert rounded(1.0) == 1.0
    assert rounded(0.29) == 0.29


def test_review_counts_pairs_records_and_what_a_person_would_join() -> None:
    load, after = reviewed(FOUND, TRUTH, [("b", "c"), ("c", "e")])
    assert (load.pairs, load.same, load.records, load.of) == (2, 1, 3, 5)
    assert load.figures()["record_share"] == 0.6
    assert after == Score(found=6, right=3, true=3)  # a, b, c and with c its false companion d


def test_joined_follows_chains() -> None:
    found = joined("abcde", [("a", "b"), ("c", "b"), ("d", "e")])
    assert found["a"] == found["b"] == found["c"] != found["d"] == found["e"]


PEOPLE = {name: {"surname": "white"} for name in ("rec-1-org", "rec-1-dup-0", "rec-2-org", "rec-2-dup-0", "rec-3-org")}
DATA = {f"febrl{number}": PEOPLE for number in (1, 2, 3, 4)}


def test_the_truth_of_febrl_is_in_its_ids() -> None:
    assert accuracy_febrl.truth_of(PEOPLE) == {"rec-1-org": "1", "rec-1-dup-0": "1", "rec-2-org": "2", "rec-2-dup-0": "2", "rec-3-org": "3"}


def weighed(true: float, false: float) -> list[tuple[str, str, float]]:
    return [("rec-1-org", "rec-1-dup-0", true), ("rec-2-org", "rec-2-dup-0", true + 2), ("rec-2-org", "rec-3-org", false)]


def test_splinks_threshold_comes_from_febrl_1_and_2_alone_and_from_the_middle() -> None:
    pairs = {f"febrl{number}/{way}": weighed(10, 2) for number in (1, 2) for way in ("plain", "rich")}
    pairs |= {f"febrl{number}/{way}": weighed(-5, 30) for number in (3, 4) for way in ("plain", "rich")}
    assert accuracy_febrl.chosen(pairs, DATA, "") == ("rich", 7)  # 3 to 10 are equally good


def test_splinks_set_up_is_the_better_one() -> None:
    pairs = {f"febrl{number}/plain": weighed(10, 2) for number in (1, 2)} | {f"febrl{number}/rich": weighed(1, 2) for number in (1, 2)}
    assert accuracy_febrl.chosen(pairs, DATA, "")[0] == "plain"


def test_splink_is_reported_at_that_threshold() -> None:
    data = {**DATA, **{f"{name}_no_id": people for name, people in DATA.items()}}
    pairs = {f"{name}/rich": weighed(10, 2) if name[5] in "12" else weighed(10, 8) for name in data}
    found = accuracy_febrl.judge_splink(pairs, data, lambda *_: None)
    assert found["febrl1"]["f1"] == 1.0
    assert (found["febrl3"]["false_merges"], found["febrl3"]["threshold_bits"]) == (2, 7)


def test_sets_come_with_the_number_and_without() -> None:
    found = accuracy_febrl.sets({"febrl1": {"rec-1-org": {"surname": "white", "soc_sec_id": "1"}}})
    assert found == {
        "febrl1": {"rec-1-org": {"surname": "white", "soc_sec_id": "1"}},
        "febrl1_no_id": {"rec-1-org": {"surname": "white"}},
    }


def test_the_contracts_map_every_column_and_keep_the_record_id_out() -> None:
    row = dict.fromkeys(("given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state"), "7")
    row |= {"rec_id": "rec-1-org", "date_of_birth": "19560409", "soc_sec_id": "1804974"}
    for provider, number in (("febrl3", "1804974"), ("febrl3_no_id", None)):
        contract = read_contract(accuracy_febrl.contract_text(provider), provider).contract
        table = contract.table("people")
        message = RowNormaliser(provider, table)({"rec_id": "rec-1-org"}, {"op": "c", "after": row, "source": {"lsn": 1, "ts_ms": 0}})
        (record,) = message["records"]
        assert record["values"].get("foreign_number") == number
        assert record["values"]["birth_date"] == "1956-04-09"
        assert record["keys"] == []
        assert "rec-1-org" not in record["values"].values()
        handle = handle_of(Tokeniser(bytes(32)), provider, table, row, "person")
        assert handle == Tokeniser(bytes(32)).raw("record", f"{message['row_id']}/person")


def test_the_scorecard_is_made_of_febrl_1_and_2_alone() -> None:
    rng = random.Random(4)  # noqa: S311  # repeatable
    data = {f"febrl{number}": {f"rec-{each}-org": {"surname": f"name{rng.randrange(60)}"} for each in range(150)} for number in (1, 2)}
    card, told = accuracy_card.estimated(data, {"surname": "surname"}, random_pairs=12_000)  # there is no FEBRL 3 to look at
    shipped_text = shipped(Kind.PERSON).text
    assert (card.version, told["from"]) == (shipped_text.version + 1, ["febrl1", "febrl2"])
    assert told["match_bits"] == {name: profile.match_bits for name, profile in shipped_text.profiles.items()}
    assert [each["kept"] for each in told["doubts"]] == [True]  # no pair says enough to drop it
    assert card.profiles["foreign"].doubts == shipped_text.profiles["foreign"].doubts


def record(
    values: dict[str, str], raw: dict[str, str] | None = None, flags: tuple[str, ...] = (), keys: tuple[str, ...] = ()
) -> dict[str, Any]:
    return {"kind": "person", "values": values, "raw": raw or {}, "flags": list(flags), "keys": list(keys)}


def test_kinds_of_dirt() -> None:
    identity = {"citizen_id": "1", "name": "甲"}
    key = ("citizen_id:1",)
    assert dirt_of(record(identity, keys=key)) == (CLEAN,)
    assert dirt_of(record(identity, {"birth_date": "19560409"}, ("citizen_id:unknown_county", "note:unreadable"), key)) == (CLEAN,)
    assert dirt_of(record(identity, {"name": " 甲"}, keys=key)) == ("name: written otherwise",)
    assert dirt_of(record(identity, {"citizen_id": "1x"}, ("citizen_id:bad_checksum",))) == ("citizen_id: bad_checksum", "no strong key")
    assert dirt_of(record({"name": "甲"})) == ("citizen_id: missing", "no strong key")


def test_the_city_is_counted_by_kind_and_by_dirt() -> None:
    said = [
        Said(b"a", "person", "P1", (CLEAN,)),
        Said(b"b", "person", "P1", (CLEAN,)),
        Said(b"c", "person", "P1", ("no strong key",)),
        Said(b"d", "person", "P2", ("no strong key",)),
        Said(b"e", "thing", "T1", (CLEAN,)),
    ]
    found = accuracy_city.measured({b"a": "x", b"b": "x", b"c": "y", b"d": "y", b"e": "z"}, said, [(b"b", b"c")])
    assert (found["pairs"], found["false_merges"], found["missed"]) == (2, 1, 2)
    people = found["kinds"]["person"]
    assert people["dirt"][CLEAN]["missed"] == 0  # of two clean records only
    assert (people["dirt"]["no strong key"]["missed"], people["dirt"]["no strong key"]["false_merges"]) == (2, 1)
    assert people["review"] == {"pairs": 1, "same": 1, "records": 2, "record_share": 0.5}
    assert any("no strong key" in line for line in accuracy_city.lines(found))


def test_a_record_that_the_store_lacks_is_an_error() -> None:
    with pytest.raises(StackError, match="缺 1 条"):
        accuracy_city.measured({}, [Said(b"a", "person", "P1", (CLEAN,))], [])


def test_the_last_line_holds_what_it_should() -> None:
    score = {"precision": 1.0, "recall": 0.9, "f1": 0.94}
    sets = {name: {**score, "missed": 3} for name in ("febrl3", "febrl4", "febrl3_no_id", "febrl4_no_id")}
    city = {**score, "pairs": 9, "false_merges": 0, "kinds": {}}
    beside = {"splink": {**sets, "febrl1": score}, "shipped": {**sets, "febrl2": score}, "scorecard": {"from": ["febrl1"]}}
    line = brief({**sets, "febrl1": score, **beside, "city": city})
    alone = dict.fromkeys(sets, score)
    wanted = {**alone, "splink": alone, "shipped": alone, "scorecard": {"from": ["febrl1"]}}
    assert line == {**wanted, "city": {**score, "pairs": 9, "false_merges": 0}}
    assert brief({"city": city}).keys() == {"city"}


def test_the_curve_has_a_rate_for_each_step() -> None:
    points = [(0.0, 0), (1.0, 1_500), (2.0, 3_500), (4.0, 5_500), (5.0, 6_000)]
    assert rate(points) == 1_200
    assert curve(points) == [
        {"rows": 1_500, "rows_per_second": 1_500},
        {"rows": 3_500, "rows_per_second": 2_000},
        {"rows": 5_500, "rows_per_second": 1_000},
        {"rows": 6_000, "rows_per_second": 500},
    ]


def test_the_clock_runs_from_the_last_look_before_any_work_to_the_first_with_all_done() -> None:
    watch = Watch(rows=100)
    for normalised, applied in ((0, 0), (0, 0), (60, 0), (100, 40), (100, 100), (100, 100)):
        watch.look(normalised, applied)
    assert [applied for _, applied in watch.points] == [0, 0, 40, 100]


def test_what_many_rows_mention_counts_once_and_against_us_if_they_mean_several() -> None:
    said = [Said(b"a", "organisation", entity, (CLEAN,)) for entity in ("one", "one", "two")] + [
        Said(b"b", "organisation", "two", (CLEAN,))
    ]
    counted, clusters = accuracy_city.once(said, {b"a": "O-1", b"b": "O-2"})
    assert [(each.handle[:1], each.entity) for each in counted] == [(b"a", "one"), (b"a", "two"), (b"b", "two")]
    assert [clusters[each.handle] for each in counted] == ["O-1", "O-1", "O-2"]
    figures = accuracy_city.measured({b"a": "O-1", b"b": "O-2"}, said, [])
    assert (figures["false_merges"], figures["missed"]) == (1, 1)
