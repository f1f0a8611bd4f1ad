"""A scorecard that is written reads back the same, and the shipped ones are written as they stand."""

from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.entities import Kind
from domain.matching.scorecard_file import VERSIONS, ScorecardText, read_scorecard, shipped
from domain.matching.scorecard_text import scorecard_text


@pytest.mark.parametrize("kind", VERSIONS)
def test_what_is_written_reads_back(kind: Kind) -> None:
    card = shipped(kind).text
    assert read_scorecard(scorecard_text(card)).text == card


def test_the_shipped_file_is_what_would_be_written() -> None:
    text = (files("domain.matching") / "scorecards" / f"person-{VERSIONS[Kind.PERSON]}.yaml").read_text(encoding="utf-8")
    assert scorecard_text(shipped(Kind.PERSON).text) == text


awkward = st.sampled_from(
    [
        "a: b",
        "a #b",
        "- a",
        '"a"',
        "it's",
        "yes",
        "null",
        "12",
        "[a]",
        "{a}",
        "a:",
        "*a",
        "&a",
        "!a",
        "% a",
        "@a",
        "多 字",
        "~",
        "a\nb",
        " a",
        "a ",
    ]
)


@given(st.one_of(awkward, st.text(min_size=1, max_size=20)), st.one_of(awkward, st.text(min_size=1, max_size=20)))
def test_any_sentence_reads_back(zh: str, en: str) -> None:
    card = shipped(Kind.ADDRESS).text
    changed: dict[str, Any] = card.model_dump(mode="json")
    profile = changed["profiles"]["register"]
    profile |= {"zh": zh, "en": en, "doubts": [{"zh": en, "en": zh, "when": {"address": "street"}}]}
    profile["fields"]["address"]["levels"]["exact"] |= {"zh": zh, "en": en}
    made = ScorecardText.model_validate({**changed, "estimated": en})
    assert read_scorecard(scorecard_text(made)).text == made
