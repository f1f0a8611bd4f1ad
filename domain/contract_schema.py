"""The contract's JSON Schema, with which editors complete and check a contract while it is written."""

import json
from typing import Any

from domain.contract import Contract


def contract_schema() -> str:
    """Return the schema as text (``schemas/contract.schema.json``)."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Contract.model_json_schema()}
    return json.dumps(_closed(schema), ensure_ascii=False, indent=2) + "\n"


def _closed(part: Any) -> Any:  # noqa: ANN401  # a schema may be any JSON
    """Return the schema with every mapping closed: a name that fits no pattern is an error, as it is to the model."""
    if isinstance(part, dict):
        closed = {name: _closed(value) for name, value in part.items()}
        return closed | {"additionalProperties": False} if "patternProperties" in part else closed
    return [_closed(value) for value in part] if isinstance(part, list) else part
