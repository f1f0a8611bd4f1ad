"""``docs/providers.md`` against the contracts: every duty of the plan stands in it, and it says what they say."""

from pathlib import Path

import pytest

from connectors.onboarding.page import ROWS, missing_rows, providers_page
from domain.contract import Contract
from settings.contracts import load_contracts

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shipped() -> list[Contract]:
    """The shipped contracts."""
    return load_contracts(ROOT / "connectors" / "providers")


def test_no_duty_is_missing(shipped: list[Contract]) -> None:
    assert missing_rows(shipped) == []
    assert missing_rows(shipped[1:]) == ([] if any(each.row == shipped[0].row for each in shipped[1:]) else [shipped[0].row])


def test_the_page_is_fresh(shipped: list[Contract]) -> None:
    page = (ROOT / "docs" / "providers.md").read_text(encoding="utf-8")
    assert providers_page(shipped) == page, "run: huiliu contract page > docs/providers.md"


def test_what_is_withheld_stands_there_with_its_reason(shipped: list[Contract]) -> None:
    page = providers_page(shipped)
    for contract in shipped:
        section = page.split(f'<a id="{contract.provider}"></a>')[1].split("<a id=")[0]
        for table in contract.tables:
            assert all(f"`{table.name}.{name}`: {reason}" in section for name, reason in table.withheld.items())
        assert all(f"`{name}` 整表 the whole table: {reason}" in section for name, reason in contract.withheld_tables.items())


def test_a_duty_without_a_contract_is_named() -> None:
    page = providers_page([])
    assert all(f"## {row} · 没有契约 no contract" in page for row in ROWS)
