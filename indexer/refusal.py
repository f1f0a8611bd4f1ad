"""Words for a document that Elasticsearch refuses: its own text quotes values, so only names known beforehand are taken from it."""

import re

from domain.entities import FIELDS
from indexer.bulk import Item
from schemas.indices import definition

REMEDY = "run `huiliu index rebuild` if the field is new, else correct the value at its source; then replay the position"
_WORD = re.compile(r'[\["]([a-z_.]+)[\]"]')
_TYPE = re.compile(r"[a-z_]{1,60}")


def _paths(properties: dict[str, dict[str, dict[str, dict[str, str]]]], prefix: str = "") -> set[str]:
    found: set[str] = set()
    for name, mapping in properties.items():
        found.add(prefix + name)
        found |= _paths(mapping.get("properties", {}), f"{prefix}{name}.")  # type: ignore[arg-type]  # JSON is recursive
    return found


_KNOWN = _paths(definition()["mappings"]["properties"]) | {name for fields in FIELDS.values() for name in fields}


def reason_of(item: Item) -> str:
    """Return a sentence with the error's type and the fields it names, and nothing else of what the server said."""
    kind = item.error if _TYPE.fullmatch(item.error) else f"status {item.status}"
    fields = [word for word in dict.fromkeys(_WORD.findall(item.reason)) if word in _KNOWN]
    place = f" at {' in '.join(fields)}" if fields else ""
    return f"Elasticsearch refuses the document: {kind}{place}"
