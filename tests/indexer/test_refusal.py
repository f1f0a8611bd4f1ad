"""A refusal names the error and the field, and never repeats a value."""

from indexer.bulk import Item
from indexer.refusal import reason_of

SECRET = "zhangsan"  # stands for a personal value


def test_a_wrong_value_is_told_by_field() -> None:
    text = f"failed to parse field [committed_ms] of type [date] in document with id 'P-1'. Preview of field's value: '{SECRET}'"
    reason = reason_of(Item(400, "document_parsing_exception", text))
    assert reason == "Elasticsearch refuses the document: document_parsing_exception at committed_ms"


def test_an_unknown_field_is_named_only_if_the_domain_knows_it() -> None:
    text = "[1:20] mapping set to strict, dynamic introduction of [{}] within [open] is not allowed"
    assert reason_of(Item(400, "strict_dynamic_mapping_exception", text.format("employer"))).endswith(" at employer in open")
    assert SECRET not in reason_of(Item(400, "strict_dynamic_mapping_exception", text.format(SECRET)))


def test_an_immense_term_is_told_by_field() -> None:
    text = f"Document contains at least one immense term in field=\"open.uscc\" … prefix: '[{SECRET}]', original message: [{SECRET}]"
    assert reason_of(Item(400, "document_parsing_exception", text)).endswith(" at open.uscc")


def test_a_type_that_is_no_type_is_not_repeated() -> None:
    assert reason_of(Item(400, f"oops {SECRET} 张三", "")) == "Elasticsearch refuses the document: status 400"
