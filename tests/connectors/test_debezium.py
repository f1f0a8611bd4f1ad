"""The connector's configuration: withheld columns are not in it, the password is not in it, and it is made for this contract."""

import re

import pytest

from connectors.address import Address, parse_address
from connectors.debezium import connector_config
from connectors.errors import SourceError
from domain.contract import Contract

ADDRESS = Address("db.example", 5433, "harbour", "harbour_capture", "p:w'@$", "require")


@pytest.fixture
def config(harbour: Contract) -> dict[str, str]:
    return connector_config(harbour, ADDRESS, "${directory:/h/secrets:harbour_office.password}", "http://registry/apis/registry/v2")


def test_only_captured_columns_are_included(config: dict[str, str]) -> None:
    patterns = [re.compile(pattern) for pattern in config["column.include.list"].split(",")]
    included = {"public.boatman.name", "port.berth.number", "huiliu.huiliu_signal.data"}
    excluded = {"public.boatman.health", "public.boatman.diary", "port.berth.guard_phone", "public.boatman.updated", "publicXboatman.name"}
    assert all(any(p.fullmatch(name) for p in patterns) for name in included)
    assert not any(p.fullmatch(name) for p in patterns for name in excluded)
    assert config["table.include.list"] == r"public\.boatman,port\.berth,huiliu\.huiliu_signal"


def test_password_is_a_reference(config: dict[str, str]) -> None:
    assert config["database.password"] == "${directory:/h/secrets:harbour_office.password}"
    assert ADDRESS.password not in str(config)
    assert ADDRESS.password not in repr(ADDRESS)


def test_names_and_address(config: dict[str, str]) -> None:
    assert config["topic.prefix"] == "src.harbour_office"
    assert config["slot.name"] == config["publication.name"] == "huiliu_harbour_office"
    assert (config["database.hostname"], config["database.port"], config["database.sslmode"]) == ("db.example", "5433", "require")


def test_nothing_is_tolerated_or_left_to_debezium(config: dict[str, str]) -> None:
    assert config["publication.autocreate.mode"] == "disabled"
    assert config["errors.tolerance"] == "none"
    assert config["event.converting.failure.handling.mode"] == config["event.processing.failure.handling.mode"] == "fail"
    assert config["snapshot.mode"] == "when_needed"
    assert config["snapshot.locking.mode"] == "none"


def test_address_taken_apart() -> None:
    address = parse_address("postgresql://a:p%40w@h:5433/d?sslmode=require", "V")
    assert (address.user, address.password, address.host, address.port, address.database, address.sslmode) == (
        "a", "p@w", "h", 5433, "d", "require",
    )  # fmt: skip
    assert address.place == "h:5433/d"


@pytest.mark.parametrize("url", ["postgresql://h:5433/d", "postgresql://u@h/d", "not an address ="])
def test_incomplete_address_names_variable(url: str) -> None:
    with pytest.raises(SourceError, match="HUILIU_SOURCE_X"):
        parse_address(url, "HUILIU_SOURCE_X")
