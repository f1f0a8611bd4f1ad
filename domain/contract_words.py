"""Words for what the contract's model refuses: pydantic's error types, in one sentence with the remedy."""

from typing import Any

_SENTENCES = {
    "extra_forbidden": "没有这个设置 no such setting: check the spelling, or remove it",
    "missing": "缺少 is missing: add it",
    "string_type": "应为文本 must be text: put it in quotes",
    "int_parsing": "应为整数 must be a whole number: correct it",
    "int_type": "应为整数 must be a whole number: correct it",
    "int_from_float": "应为整数 must be a whole number: correct it",
    "dict_type": "应为映射 must be a mapping (name: value): indent its parts under it",
    "model_type": "应为映射 must be a mapping (name: value): indent its parts under it",
    "list_type": "应为列表 must be a list: write [a, b], or one `- item` a line",
    "enum": "取值不对 must be one of {expected}: use one of them",
    "literal_error": "取值不对 must be one of {expected}: use one of them",
    "string_pattern_mismatch": "写法不对 must match {pattern}: correct the spelling",
    "string_too_short": "太短 must say at least {min_length} characters: write the reason out",
    "too_short": "太少 must have at least {min_length} item: add it",
    "greater_than_equal": "太小 must be at least {ge}: correct it",
    "less_than_equal": "太大 must be at most {le}: correct it",
}
UNION_MEMBERS = frozenset({"[key]", "str", "int", "float", "bool"})  # what pydantic puts into a place beyond the document's own words
_EMPTY = "还没有填写 is still empty: fill it in"
_CELL = "样例的值应为文本、数字或空 a sample's cell is text, a number, true/false or null: put dates in quotes"


def explain(error: Any) -> str:  # noqa: ANN401  # pydantic's ErrorDetails
    """Return the sentence for one of pydantic's errors; what a validator of ours said stands as it is."""
    if error["type"] == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    if error["loc"] and error["loc"][-1] in UNION_MEMBERS - {"[key]"}:
        return _CELL
    if error["input"] is None and error["type"].endswith(("_type", "enum", "literal_error")):
        return _EMPTY
    sentence = _SENTENCES.get(error["type"])
    if sentence is None:
        return f"不合契约模型 does not fit the contract's model ({error['msg']}): correct it"
    return sentence.format(**error.get("ctx", {}))
