"""Writes a contract as the YAML text that people read and edit: short parts on one line, the long ones spread out."""

import re
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from domain.contract import Contract

_SPREAD = frozenset({"connection", "tables", "columns", "withheld_tables", "legal_basis", "sample", "row", "records", "values"})
_LINE = 110  # characters that a part may have and still stand on one line
# What stands without quotes; ruamel itself leaves some bare that do not come back, such as ?0 inside a mapping on one line.
_BARE = re.compile(r"[^\W\d_][\w .，。、；：（）〔〕“”·…/@=+()'-]*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off"})  # truth values to readers of YAML 1.1
_ENDLESS = 1 << 20  # no scalar is folded: a reason stands beside its column


def contract_text(contract: Contract) -> str:
    """Return the contract's YAML; reading it gives an equal contract."""
    said = contract.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    head = {name: said.pop(name) for name in ("provider", "row")}
    return yaml_text(laid_out({**head, "version": contract.version, **said}))


def yaml_text(document: Any) -> str:  # noqa: ANN401  # any YAML node
    """Return the text of a document, in the contracts' indentation."""
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = _ENDLESS
    text = StringIO()
    yaml.dump(document, text)
    return text.getvalue()


def laid_out(part: Any, name: str = "tables") -> Any:  # noqa: ANN401  # any JSON
    """Return the part as YAML nodes: on one line where it is short, has no long parts, and its name is not one of the spread ones."""
    if isinstance(part, Mapping):
        mapping = CommentedMap((_quoted(str(key)), laid_out(value, str(key))) for key, value in part.items())
        if _fits(part, name):
            mapping.fa.set_flow_style()
        return mapping
    if isinstance(part, Sequence) and not isinstance(part, str):
        sequence = CommentedSeq(laid_out(value, "") for value in part)
        if _fits(part, name):
            sequence.fa.set_flow_style()
        return sequence
    return _quoted(part) if isinstance(part, str) else part


def _quoted(text: str) -> str:
    return text if _BARE.fullmatch(text) and text.lower() not in _WORDS else DoubleQuotedScalarString(text)


def _fits(part: Mapping[str, Any] | Sequence[Any], name: str) -> bool:
    if not part:
        return True
    inner = part.keys() if isinstance(part, Mapping) else ()
    return name not in _SPREAD and not _SPREAD.intersection(inner) and len(str(part)) <= _LINE
