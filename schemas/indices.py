"""The index of entities: its names, and its mapping, whose fields follow ``domain.entities.FIELDS``.

``python -m schemas.indices`` writes the fields into ``schemas/index/entities.json`` after FIELDS changed.
"""

import json
import re
from pathlib import Path
from typing import Any

from domain.entities import FIELDS

ALIAS = "entities"  # searches go here
WRITE_ALIAS = "entities-write"  # the indexer writes here
_FILE = Path(__file__).parent / "index" / "entities.json"
_NAME = re.compile(rf"{ALIAS}-(\d{{6}})")

# Words people look for by a part: one token a Chinese character (the standard analyser), asked with match_phrase.
_FULL_TEXT = frozenset({"organisation_name", "person_name", "place_name", "address"})
# Tokens that no single field has: bigrams and pinyin of names (domain.disclosure).
_NAME_TOKENS = ("name_gram", "name_pinyin")

# Doc values (sorting, counting) cost CPU at each write and nobody sorts by an exact value.
_EXACT = {"type": "keyword", "doc_values": False, "ignore_above": 8000}
_TEXT = {"type": "text"}
_SHOWN = {"type": "keyword", "index": False, "doc_values": False}


def definition() -> dict[str, Any]:
    """Return ``{"settings": …, "mappings": …}`` for creating the index."""
    found: dict[str, Any] = json.loads(_FILE.read_text())
    return found


def index_name(number: int) -> str:
    """Return the name of the ``number``-th index, e.g. ``entities-000001``."""
    return f"{ALIAS}-{number:06d}"


def index_number(name: str) -> int | None:
    """Return the number in an index name, None for a name of another kind."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


def token_fields() -> dict[str, Any]:
    """Return the mapping of ``tokens.<field>``: what a personal value can be found by exactly."""
    searchable = {name for fields in FIELDS.values() for name, field in fields.items() if field.searchable}
    return dict.fromkeys(sorted(searchable.union(_NAME_TOKENS)), _EXACT)


def open_fields() -> dict[str, Any]:
    """Return the mapping of ``open.<field>``: full text, exact, or only shown."""
    return {name: _open_field(name) for name in sorted({name for fields in FIELDS.values() for name in fields})}


def _open_field(name: str) -> dict[str, Any]:
    uses = [fields[name] for fields in FIELDS.values() if name in fields]
    searchable = [field for field in uses if field.searchable]
    if any(field.kind in _FULL_TEXT for field in searchable):
        return _TEXT
    return _EXACT if searchable else _SHOWN


def main() -> None:
    """Write the fields into the mapping file."""
    document = definition()
    properties = document["mappings"]["properties"]
    properties["tokens"]["properties"] = token_fields()
    properties["open"]["properties"] = open_fields()
    _FILE.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
