"""Versions on a real store: kept for ever, never two texts under one number, none wider without its provider's consent."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest

from connectors.onboarding.versions import VersionError, Versions, opened_versions
from domain.contract import Contract, read_contract
from settings import Settings

HEALTH = "health: {withhold: health data have no purpose here}"
WIDER = "health: {to: {boatman.certificate: sensitive}}"


@pytest.fixture
def text(harbour_text: str) -> str:
    """A contract of a provider that was never there before."""
    return harbour_text.replace("provider: harbour_office", f"provider: h{uuid.uuid4().hex[:12]}")


@pytest.fixture
def versions(settings: Settings) -> Iterator[Versions]:
    """The kept versions."""
    with opened_versions(settings.store_dsn.get_secret_value()) as found:
        yield found


def _contract(text: str, version: int = 1) -> Contract:
    return read_contract(text + f"version: {version}\n", "x.yaml").contract


@pytest.mark.servers
def test_a_number_means_one_text_for_ever(versions: Versions, text: str) -> None:
    first = _contract(text)
    versions.refuse(first, "x.yaml")
    assert versions.keep(first, text, "clerk")
    assert not versions.keep(first, "# another comment\n" + text, "clerk")
    versions.refuse(_contract("# a comment is no change\n" + text), "x.yaml")
    changed = _contract(text.replace("rows_max: 1000,", "rows_max: 2000,"))
    with pytest.raises(VersionError, match="write version: 2"):
        versions.refuse(changed, "x.yaml")
    with pytest.raises(VersionError, match="meanwhile"):
        versions.keep(changed, text, "clerk")
    (kept,) = versions.of(first.provider)
    assert (kept.version, kept.text, kept.attached_by, kept.contract) == (1, text, "clerk", first)
    with pytest.raises(VersionError, match=r"those there are \(1\)"):
        versions.numbered(first.provider, 2)


@pytest.mark.servers
def test_a_wider_version_waits_for_consent_to_this_very_text(versions: Versions, text: str) -> None:
    versions.keep(_contract(text), text, "clerk")
    narrower = _contract(text.replace("remarks: {to: {boatman.note: internal}}", "remarks: {withhold: not needed after all}"), 2)
    versions.refuse(narrower, "x.yaml")
    with pytest.raises(VersionError, match="widens nothing"):
        versions.consent(narrower, office="业务科", note="1号", who="clerk")
    wider = _contract(text.replace(HEALTH, WIDER), 2)
    with pytest.raises(VersionError, match=r"widens access \(boatman.health: .*huiliu contract consent x.yaml --version 2"):
        versions.refuse(wider, "x.yaml")
    assert {change.place for change in versions.consent(wider, office="业务科", note="港函1号", who="clerk")} == {"boatman.health"}
    versions.refuse(wider, "x.yaml")
    wider_still = _contract(text.replace(HEALTH, WIDER).replace("diary: {withhold: long private text}", "diary: {ignore: why not}"), 2)
    with pytest.raises(VersionError, match="widens access"):
        versions.refuse(wider_still, "x.yaml")
    versions.keep(wider, text, "clerk")
    back = _contract(text, 3)
    versions.refuse(back, "x.yaml")
    versions.keep(back, text, "clerk")
    with pytest.raises(VersionError, match="write version: 4"):
        versions.refuse(wider, "x.yaml")
    (consent,) = versions.consents(wider.provider)
    assert (consent.office, consent.note, consent.version) == ("业务科", "港函1号", 2)


@pytest.mark.servers
@pytest.mark.parametrize("statement", ["update {} set version = 9", "delete from {}", "truncate {}"])
@pytest.mark.parametrize("table", ["contract_version", "contract_consent"])
def test_what_is_kept_cannot_be_changed(versions: Versions, settings: Settings, statement: str, table: str) -> None:
    assert versions
    with psycopg.connect(settings.store_dsn.get_secret_value()) as store, pytest.raises(psycopg.Error, match="only added to"):
        store.execute(statement.format(table))  # type: ignore[arg-type]  # the test's own words


def test_a_store_that_is_away_is_said() -> None:
    with pytest.raises(VersionError, match="huiliu up store"), opened_versions("postgresql://u:p@127.0.0.1:9/d"):
        pass
