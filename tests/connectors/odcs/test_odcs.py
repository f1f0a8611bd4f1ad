"""ODCS documents fit the standard's own JSON schema and come back as the contract they were; others become drafts."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft201909Validator

from connectors.odcs.export import odcs_document
from connectors.odcs.importing import OdcsError, contract_of, imported, read_document
from connectors.onboarding.drafting import DraftError, undecided
from connectors.onboarding.writing import laid_out, yaml_text
from domain.contract import Contract, ContractError, read_contract
from tests.connectors.onboarding.contracts import contracts

PROVIDERS = sorted((Path(__file__).parents[3] / "connectors" / "providers").glob("*.yaml"))
FOREIGN = """\
apiVersion: v3.0.2
kind: DataContract
id: 53581432-6c55-4ba2-a65f-72344a91553a
name: Harbour dues
version: 2.1.0
status: active
tenant: Harbour Ltd
servers: [{server: prod, type: mysql, host: db, port: 3306, database: dues}]
schema:
  - name: dues
    physicalName: hb_dues
    properties:
      - {name: year, physicalType: int, primaryKey: true, primaryKeyPosition: 2}
      - {name: berth, physicalName: bw, physicalType: varchar(9), primaryKey: true, primaryKeyPosition: 1, description: berth number}
      - {name: payer, logicalType: string, classification: restricted}
  - name: log
    properties: [{name: line, logicalType: string}]
"""


@pytest.fixture(scope="module")
def standard() -> Draft201909Validator:
    """The standard's JSON schema."""
    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text(encoding="utf-8"))
    return Draft201909Validator(schema)


def _there_and_back(contract: Contract, standard: Draft201909Validator) -> Contract:
    document: dict[str, Any] = odcs_document(contract)
    assert [error.message for error in standard.iter_errors(document)] == []
    read = read_document(yaml_text(laid_out(document, "schema")), "x.odcs.yaml")
    assert read == document
    assert read_contract(imported(read, "x.odcs.yaml"), "x.yaml").contract == contract
    return contract_of(read)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contracts())
def test_any_contract_comes_back(standard: Draft201909Validator, contract: Contract) -> None:
    assert _there_and_back(contract, standard) == contract


@pytest.mark.parametrize("path", PROVIDERS, ids=lambda path: path.stem)
def test_every_shipped_contract_comes_back(standard: Draft201909Validator, path: Path) -> None:
    contract = read_contract(path.read_text(encoding="utf-8"), path.name).contract
    document = odcs_document(contract)
    assert [error.message for error in standard.iter_errors(document)] == []
    assert contract_of(document) == contract


def test_a_class_lowered_by_another_tool_lowers_nothing(standard: Draft201909Validator) -> None:
    path = PROVIDERS[0]
    contract = read_contract(path.read_text(encoding="utf-8"), path.name).contract
    document = odcs_document(contract)
    for column in document["schema"][0]["properties"]:
        if column["classification"] not in ("withheld", "ignored"):
            column["classification"] = "open"
    assert standard.is_valid(document)
    assert contract_of(document) == contract


def test_a_strangers_document_becomes_a_draft_in_which_nothing_is_decided() -> None:
    text = imported(read_document(FOREIGN, "x.odcs.yaml"), "x.odcs.yaml")
    with pytest.raises(ContractError) as caught:
        read_contract(text, "harbour_dues.yaml")
    left = {problem.path for problem in caught.value.problems}
    assert {"row", "liaison.leader", "legal_basis", "tables.0.speaks_of"} <= left
    filled = text.replace("speaks_of: {}", "speaks_of: {payer: person}").replace("legal_basis: []", "legal_basis: [港口法第十条]")
    filled = filled.replace("purposes: []", "purposes: [x_y]").replace("payer: {withhold: ", "payer: {to: {payer.name: personal}} #")
    for name in ("row:", "  en:", "  leader:", "  officer:"):
        filled = filled.replace(f"{name} #", f"{name} {'7' if name == 'row:' else 'office'} #", 1)
    contract = read_contract(filled, "harbour_dues.yaml").contract
    assert contract.provider == "harbour_dues"
    assert contract.source.kind == "mysql"
    assert contract.table("hb_dues").key == ["bw", "year"]
    assert undecided(contract) == ["hb_dues.year", "hb_dues.bw", "log"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "not YAML"),
        ("kind: Pod", "no ODCS data contract"),
        ("kind: DataContract\napiVersion: v2.2.2", "not v3"),
    ],
)
def test_what_is_no_contract_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(OdcsError, match=said):
        read_document(text, "x.yaml")


def test_a_misshapen_document_is_refused_with_a_reason() -> None:
    document = read_document(FOREIGN, "x.yaml")
    with pytest.raises(OdcsError, match="standard's shape"):
        imported({**document, "schema": [{"properties": 7}]}, "x.yaml")
    with pytest.raises(DraftError, match="no such tables"):
        imported({**document, "schema": []}, "x.yaml")
