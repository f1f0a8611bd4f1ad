"""Keeps every attached version of a contract, and lets none widen access without its provider's recorded consent."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import class_row

from connectors.onboarding.changes import Change, widenings
from domain.contract import Contract, read_contract

_SCHEMA = Path(__file__).parents[2] / "schemas" / "store" / "contracts.sql"
_SCHEMA_LOCK = 0x636F6E747261  # "contra": one process creates the tables, the others wait
_THERE = "select to_regclass('contract_consent') is not null"
_VERSIONS = """
select provider, version, digest, text, attached_by, attached_at from contract_version where provider = %s order by version
"""
_KEEP = """
insert into contract_version (provider, version, digest, text, attached_by) values (%s, %s, %s, %s, %s)
on conflict (provider, version) do nothing
"""
_CONSENT = """
insert into contract_consent (provider, version, digest, widens, office, note, recorded_by) values (%s, %s, %s, %s, %s, %s, %s)
"""
_CONSENTS = """
select version, digest, widens, office, note, recorded_by, recorded_at from contract_consent where provider = %s order by id
"""


class VersionError(Exception):
    """A version is not there, must not be attached, or cannot be kept; one sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Version:
    """One attached version. ``attached_at`` is its first attachment."""

    provider: str
    version: int
    digest: bytes
    text: str
    attached_by: str
    attached_at: datetime

    @property
    def contract(self) -> Contract:
        """The contract that the text is."""
        return read_contract(self.text, f"{self.provider} {self.version}").contract


@dataclass(frozen=True, slots=True)
class Consent:
    """A provider's consent to exactly one contract, which ``digest`` names; ``widens`` is what it permits."""

    version: int
    digest: bytes
    widens: list[str]
    office: str
    note: str
    recorded_by: str
    recorded_at: datetime


def digest(contract: Contract) -> bytes:
    """Return the SHA-256 of what a contract says, so that a comment or another layout is no new version."""
    said = json.dumps(contract.model_dump(mode="json", by_alias=True, exclude_defaults=True), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()


class Versions:
    """The kept versions and consents, in the store."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Use an open autocommit connection; ``opened_versions`` makes one."""
        self._connection = connection

    def of(self, provider: str) -> list[Version]:
        """Return a provider's versions, the first attached first."""
        with self._connection.cursor(row_factory=class_row(Version)) as cursor:
            return cursor.execute(_VERSIONS, (provider,)).fetchall()

    def consents(self, provider: str) -> list[Consent]:
        """Return a provider's consents, the first recorded first."""
        with self._connection.cursor(row_factory=class_row(Consent)) as cursor:
            return cursor.execute(_CONSENTS, (provider,)).fetchall()

    def numbered(self, provider: str, version: int) -> Version:
        """Return one version.

        Raises:
            VersionError: it was never attached.
        """
        found = {each.version: each for each in self.of(provider)}
        if version not in found:
            there = ", ".join(map(str, found)) or "none"
            raise VersionError(f"没有这一版 {provider} has no attached version {version}: name one of those there are ({there})")
        return found[version]

    def wider(self, contract: Contract) -> list[Change]:
        """Return what the contract widens against the version attached last; nothing for a first version."""
        kept = self.of(contract.provider)
        return widenings(kept[-1].contract, contract) if kept else []

    def refuse(self, contract: Contract, file: str) -> None:
        """Refuse a contract that must not be attached; ``file`` is what the remedy's command names.

        Raises:
            VersionError: its version number is taken by another text or is behind, or it widens access without consent.
        """
        kept = self.of(contract.provider)
        last = kept[-1] if kept else None
        if last is None or (last.version == contract.version and last.digest == digest(contract)):
            return
        if contract.version <= last.version:
            wrong = f"契约有改而版本未增 {contract.provider}: version {last.version} is attached already and says something else"
            raise VersionError(f"{wrong}: write version: {last.version + 1}, then see huiliu contract diff {file}")
        wider = widenings(last.contract, contract)
        if wider and not self._consented(contract):
            told = "; ".join(map(str, wider[:5])) + (f"; … ({len(wider)})" if wider[5:] else "")
            command = f'huiliu contract consent {file} --version {contract.version} --office "…" --note "…"'
            raise VersionError(f"扩大范围须经提供单位同意 {contract.provider} version {contract.version} widens access ({told}): {command}")

    def _consented(self, contract: Contract) -> bool:
        asked = digest(contract)
        return any(each.version == contract.version and each.digest == asked for each in self.consents(contract.provider))

    def keep(self, contract: Contract, text: str, who: str) -> bool:
        """Keep an attached version; return whether it is new.

        Raises:
            VersionError: somebody attached another text under this number in the meantime.
        """
        ours = digest(contract)
        new = self._connection.execute(_KEEP, (contract.provider, contract.version, ours, text, who)).rowcount == 1
        if self.numbered(contract.provider, contract.version).digest != ours:
            wrong = f"同时接入了另一份 {contract.provider}: another version {contract.version} was attached meanwhile"
            raise VersionError(f"{wrong}: see huiliu contract diff {contract.provider}, then raise version")
        return new

    def consent(self, contract: Contract, *, office: str, note: str, who: str) -> list[Change]:
        """Record the provider's consent to this very contract; return what it permits.

        Raises:
            VersionError: there is nothing to consent to.
        """
        wider = self.wider(contract)
        if not wider:
            raise VersionError(f"无须同意 {contract.provider} version {contract.version} widens nothing: attach it")
        said = (contract.provider, contract.version, digest(contract), [str(each) for each in wider], office, note, who)
        self._connection.execute(_CONSENT, said)
        return wider


@contextmanager
def opened_versions(dsn: str) -> Iterator[Versions]:
    """Open the store; its tables are made when they are not there.

    Raises:
        VersionError: the store does not answer, or refused.
    """
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=5, application_name="huiliu contract") as connection:
            with connection.transaction():
                connection.execute("select pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
                there = connection.execute(_THERE).fetchone()
                if there and not there[0]:
                    connection.execute(_SCHEMA.read_bytes())
            yield Versions(connection)
    except psycopg.OperationalError as error:
        message = "存储没有回答 the store (HUILIU_STORE_DSN), which keeps the versions, does not answer: huiliu up store"
        raise VersionError(message) from error
    except psycopg.Error as error:
        raise VersionError(f"存储拒绝 the store refused ({error.diag.message_primary}): see `huiliu logs store`") from error
