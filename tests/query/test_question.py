"""A question is made of whatever is typed, or a problem is told: nothing typed raises, and nothing fits everything."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from query.catalogue import Catalogue
from query.index import search_body
from query.problems import ProblemError
from query.question import Asking, How, Question, least_grams
from query.request import IDENTIFIERS, SearchRequest
from query.words import IDENTIFIER_NAMES, PROBLEMS
from tests.query.town import MASTER, Town, contracts

WHY = {"purpose": "fraud", "case_number": "2026-0123", "on_behalf_of": "transport"}
ALL = frozenset(contract.provider for contract in contracts())
ASKING = Asking(Town().tokeniser, Catalogue(contracts()).clear)
DIRT = st.text(max_size=40) | st.text("12X省市路号幢-#·?*. 王溧阳\u200b\u202e\u3000\U00020bb7\ue000", max_size=30)
ASKED = st.one_of(
    st.builds(lambda field, text: {field: text}, st.sampled_from(["name", "organisation", "address"]), DIRT),
    st.builds(lambda kind, text: {"identifier": {"kind": kind, "value": text}}, st.sampled_from(IDENTIFIERS), DIRT),
)


@given(ASKED)
def test_anything_typed_is_a_question_or_a_problem(asked: dict[str, Any]) -> None:
    try:
        question = ASKING(SearchRequest.model_validate(WHY | asked), ALL)
    except ValidationError:
        return
    except ProblemError as error:
        codes = {problem.code for problem in error.problems}
    else:
        codes = set()
        _check(question)
    assert codes <= set(PROBLEMS)


def _check(question: Question) -> None:
    for clause in question.clauses:
        assert clause.values
        assert all(clause.values)
        assert (clause.how is How.PHRASE) != bool(clause.tokens)
        assert 1 <= clause.least <= max(1, len(clause.values))
    assert len({clause.name for clause in question.clauses}) == len(question.clauses)
    search_body(question, 10)


@pytest.mark.parametrize(("count", "least"), [(2, 2), (3, 3), (4, 4), (5, 5), (6, 4), (8, 6), (9, 6), (12, 8)])
def test_short_names_must_agree_and_long_ones_forgive_a_third(count: int, least: int) -> None:
    assert least_grams(count) == least


def test_values_are_sent_in_clear_only_where_a_provider_holds_them_in_clear() -> None:
    request = SearchRequest.model_validate(WHY | {"organisation": "溧阳汇流"})
    assert "溧阳汇流" in str(search_body(ASKING(request, ALL), 10))
    assert "溧阳汇流" not in str(search_body(ASKING(request, frozenset({"telecom_ct"})), 10))


def test_tokens_need_the_master_key() -> None:
    request = SearchRequest.model_validate(WHY | {"name": "王伟"})
    assert len(MASTER) == 32
    tokens = ASKING(request, ALL).clauses[0].tokens
    assert tokens == (Town().tokeniser.text("name", "王伟"),)


def test_every_identifier_has_a_name_on_the_page() -> None:
    assert set(IDENTIFIERS) == set(IDENTIFIER_NAMES)
