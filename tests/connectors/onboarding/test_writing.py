"""A contract written as text and read again is the same contract."""

from hypothesis import HealthCheck, given, settings

from connectors.onboarding.writing import contract_text
from domain.contract import Contract, read_contract
from tests.connectors.onboarding.contracts import contracts


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contracts())
def test_any_contract(contract: Contract) -> None:
    assert read_contract(contract_text(contract), "x.yaml").contract == contract
