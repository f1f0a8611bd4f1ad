"""A small synthetic town for the query stop's tests: contracts, and entities made by the resolver's own rules."""

from base64 import b64encode
from functools import cache
from itertools import count
from typing import Any

from domain.composition import KnownRecord, compose, gone
from domain.contract import Contract, read_contract
from domain.disclosure import Disclosure
from domain.entities import Kind
from domain.sealing import Sealer
from domain.tokens import Tokeniser
from tests.contracts.memory_index import MemoryIndex, MemoryKeys

MASTER = bytes(range(32))
TIME_MS = 1_780_000_000_000

_CONTRACT = """
provider: {provider}
row: {row}
title: {{zh: {zh}, en: {en}}}
owner: office
liaison: {{leader: office, officer: office}}
legal_basis: [synthetic basis]
mode: cdc
connection: {{kind: postgresql, url_env: HUILIU_SOURCE_{variable}}}
purposes: [{purposes}]
tables:
  - name: register
    title: {{zh: 登记, en: register}}
    key: [id]
    speaks_of: {{subject: {kind}}}
    columns:
      id: {{ignore: only a number}}
{columns}
    authority: [{authority}]
    ends: {{{ends}}}
    expect: {{rows_min: 0, rows_max: 9, freshness: 60}}
    sample: {{row: {{id: 1}}, records: []}}
"""
_CLASSES: dict[str, tuple[int, str, str, str, str, dict[str, str]]] = {
    "public_security": (
        10,
        "市公安局",
        "Public Security",
        "missing_person, fraud",
        "person",
        {
            "citizen_id": "personal",
            "name": "personal",
            "former_name": "personal",
            "address": "personal",
            "mobile": "personal",
            "death_date": "personal",
        },
    ),
    "telecom_ct": (41, "电信", "China Telecom", "fraud", "person", {"name": "personal", "citizen_id": "personal", "mobile": "sensitive"}),
    "industry_commerce": (
        35,
        "市工商局",
        "Industry and Commerce",
        "missing_person, fraud, licensing",
        "organisation",
        {"uscc": "open", "name": "open", "address": "open", "status": "open"},
    ),
    "transport": (
        17,
        "市交通运输局",
        "Transport",
        "fraud",
        "thing",
        {"vin": "personal", "plate": "internal", "make": "open", "model": "internal"},
    ),
    "justice": (13, "市司法局", "Justice", "fraud", "person", {"name": "open", "certificate": "open"}),
    "civil_affairs": (12, "市民政局", "Civil Affairs", "fraud, licensing", "address", {"address": "open", "place_name": "open"}),
}
_AUTHORITY = {"public_security": "subject.name, subject.death_date", "industry_commerce": "subject.name"}
_ENDS = {"industry_commerce": "subject.status: [deregistered]"}


@cache
def contracts() -> list[Contract]:
    """Return the town's contracts."""
    return [read_contract(_text(provider), f"{provider}.yaml").contract for provider in _CLASSES]


def _text(provider: str) -> str:
    row, zh, en, purposes, kind, classes = _CLASSES[provider]
    columns = "\n".join(f"      {field}: {{to: {{subject.{field}: {sensitivity}}}}}" for field, sensitivity in classes.items())
    return _CONTRACT.format(
        provider=provider,
        row=row,
        zh=zh,
        en=en,
        purposes=purposes,
        kind=kind,
        columns=columns,
        variable=provider.upper(),
        authority=_AUTHORITY.get(provider, ""),
        ends=_ENDS.get(provider, ""),
    )


class Town:
    """Holds the entities' documents and the records' keys."""

    def __init__(self) -> None:
        self.contracts = contracts()
        self.tokeniser = Tokeniser(MASTER)
        self.sealer = Sealer(MASTER)
        self.index = MemoryIndex()
        self.keys = MemoryKeys()
        self._disclosure = Disclosure(self.contracts, self.tokeniser)
        self._numbers = count(1)

    def add(self, *records: tuple[str, dict[str, str]]) -> str:
        """Add one entity made of (provider, normal values) records; return its id."""
        number = next(self._numbers)
        kind = Kind(_CLASSES[records[0][0]][4])
        known = [self._record(kind, provider, values) for provider, values in records]
        entity_id = f"{kind[0].upper()}-{self.tokeniser.text('entity', str(number))}"
        entity = compose(entity_id, number, TIME_MS, known)
        for member in entity["members"]:
            member["sealed"] = b64encode(member["sealed"]).decode() if member["sealed"] else None
        self.index.documents.append(entity)
        return entity_id

    def redirect(self, entity_id: str, target: str) -> None:
        """Add the marker of an entity that another one holds now."""
        self.index.documents.append(gone(entity_id, Kind.PERSON, next(self._numbers), TIME_MS, target))

    def erase(self, provider: str) -> None:
        """Erase the keys of a provider's records."""
        for document in self.index.documents:
            for member in document["members"]:
                if member["provider"] == provider:
                    self.keys.known.pop(self._handles[member["handle"]])

    def _record(self, kind: Kind, provider: str, values: dict[str, str]) -> KnownRecord:
        number = next(self._numbers)
        handle = self.tokeniser.raw("record", f"{provider}/register/{number}/subject")
        record: dict[str, Any] = {"role": "subject", "kind": str(kind), "values": values, "raw": {}, "flags": []}
        split = self._disclosure(provider, "register", record)
        key, self.keys.known[handle] = self.sealer.new_key()
        sealed = self.sealer.seal(key, handle, split.sealed) if split.sealed else None
        return KnownRecord(
            handle=handle,
            row_handle=handle,
            kind=kind,
            provider=provider,
            table="register",
            role="subject",
            lsn=number,
            committed_ms=TIME_MS + number,
            digest=b"",
            keys=[],
            blocks=[],
            compared=b"",
            muted=b"",
            public=split.public,
            sealed=sealed,
            entity_id="",
            wrapped=self.keys.known[handle],
        )

    @property
    def _handles(self) -> dict[str, bytes]:
        from domain.tokens import text_of  # noqa: PLC0415  # only here

        return {text_of(handle): handle for handle in self.keys.known}
