"""The index's life: creates it with its aliases, brings its mapping up to date, and lifts a block that a dead rebuild left.

A rebuild blocks writes on the old index for a moment (indexer/rebuild.py). It first writes a *lease* into the mapping's
``_meta``; when a rebuild dies and its lease has run out, the indexer lifts the block. A block without a lease is an
operator's and stays.
"""

import logging
import time
import uuid
from collections.abc import Callable
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from indexer.errors import LayoutError, LostIndexError
from schemas.indices import ALIAS, WRITE_ALIAS, definition, index_name, index_number

_FAMILY, _LEASE = "family", "write_block_until_ms"
_log = logging.getLogger(__name__)


class EntityIndex:
    """Administration of the entities' index."""

    def __init__(self, client: Elasticsearch, clock: Callable[[], float] = time.time) -> None:
        """``clock`` gives Unix seconds."""
        self.client = client
        self._clock = clock

    def ensure(self) -> str:
        """Create the index if it is not there, else add what its mapping lacks; return its *family*.

        The family is one id for an index and all that were rebuilt from it. Offsets that were committed for another
        family say nothing about this index, so the topic is read from its beginning.

        Raises:
            LayoutError: something else has the alias's name.
        """
        current = self.current()
        if current is None:
            self._create_first()
        else:
            self._extend_mapping(current)
        return self.family(self.serving())

    def family(self, name: str | None) -> str:
        """Return an index's family; a new one without an index."""
        family: str = self.meta(name)[_FAMILY] if name is not None else uuid.uuid4().hex
        return family

    def current(self) -> str | None:
        """Return the index that is written now, None if there is none.

        Raises:
            LayoutError: an index, not an alias, has the alias's name, or the alias names several indices.
        """
        if not self.client.indices.exists_alias(name=WRITE_ALIAS):
            if self.client.indices.exists(index=[ALIAS, WRITE_ALIAS], allow_no_indices=False):
                raise LayoutError(
                    f"索引名被占用 an index is called {ALIAS} or {WRITE_ALIAS}, which must be aliases: delete it, then start again"
                )
            return None
        found = list(self.client.indices.get_alias(name=WRITE_ALIAS))
        if len(found) != 1:
            raise LayoutError(f"别名 {WRITE_ALIAS} names {len(found)} indices and must name one: remove it from the others")
        return str(found[0])

    def serving(self) -> str:
        """Return the index that is written now.

        Raises:
            LostIndexError: there is none.
        """
        current = self.current()
        if current is None:
            raise LostIndexError
        return current

    def numbers(self) -> list[int]:
        """Return the numbers of all ``entities-…`` indices, with or without an alias, ascending."""
        names = self.client.indices.get(index=f"{ALIAS}-*", features="settings", expand_wildcards="all")
        return sorted(number for name in names if (number := index_number(name)) is not None)

    def create(self, name: str, family: str, settings: dict[str, Any], aliases: dict[str, Any]) -> None:
        """Create an index with the mapping of schemas/index and its settings overlaid by ``settings``."""
        wanted = definition()
        mappings = wanted["mappings"]
        mappings["_meta"][_FAMILY] = family
        self.client.indices.create(
            index=name, mappings=mappings, settings={"index": {**wanted["settings"]["index"], **settings}}, aliases=aliases
        )

    def refresh(self) -> None:
        """Make what was written searchable."""
        self.client.indices.refresh(index=WRITE_ALIAS)

    def meta(self, name: str) -> dict[str, Any]:
        """Return the mapping's ``_meta``."""
        mapping = self.client.indices.get_mapping(index=name)[name]["mappings"]
        meta: dict[str, Any] = mapping.get("_meta", {})
        return meta

    def block(self, name: str, seconds: float) -> None:
        """Refuse writes to an index under a lease; returns when the writes under way have ended."""
        self.client.indices.put_mapping(index=name, meta={**self.meta(name), _LEASE: int((self._clock() + seconds) * 1000)})
        self.client.indices.add_block(index=name, block="write")

    def unblock(self, name: str) -> None:
        """Take writes again."""
        self.client.indices.put_settings(index=name, settings={"index.blocks.write": None})
        self.client.indices.put_mapping(index=name, meta={key: value for key, value in self.meta(name).items() if key != _LEASE})

    def leased(self, name: str) -> bool:
        """Tell whether a rebuild blocked an index and has not lifted the block."""
        return _LEASE in self.meta(name)

    def blocked(self, name: str) -> bool:
        """Tell whether an index refuses writes."""
        settings = self.client.indices.get_settings(index=name, name="index.blocks.write", flat_settings=True)
        found: dict[str, str] = settings[name]["settings"] if name in settings else {}
        return found.get("index.blocks.write") == "true"

    def mend(self, error: str) -> None:
        """Do what can be done about an error type that keeps writes waiting.

        Raises:
            LostIndexError: there is no index to write to.
        """
        if error == "index_not_found_exception":
            raise LostIndexError
        if error == "cluster_block_exception":
            self.lift_expired_block()

    def lift_expired_block(self) -> None:
        """Lift the write block that a rebuild set and did not live to lift."""
        name = self.serving()
        until = self.meta(name).get(_LEASE)
        if until is not None and until < self._clock() * 1000:
            _log.warning("重建中断，解除写保护 a rebuild ended before its time: taking writes to %s again", name)
            self.unblock(name)

    def _create_first(self) -> None:
        name = index_name(max(self.numbers(), default=0) + 1)
        try:
            self.create(name, self.family(None), {}, {ALIAS: {}, WRITE_ALIAS: {"is_write_index": True}})
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":  # another indexer was first
                raise
        else:
            _log.info("创建索引 created index %s", name)

    def _extend_mapping(self, name: str) -> None:
        """Add new fields; a changed one needs a rebuild, and until then documents that do not fit are rejected."""
        try:
            self.client.indices.put_mapping(index=name, properties=definition()["mappings"]["properties"])
        except BadRequestError:
            _log.warning("索引结构已过时 the mapping of %s is of an older version: run `huiliu index rebuild`", name)
        except NotFoundError:
            raise LostIndexError from None
