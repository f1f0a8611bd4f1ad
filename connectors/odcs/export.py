"""Writes a contract as an Open Data Contract Standard document: the standard's own words where it has them, customProperties for the rest.

Source: https://bitol-io.github.io/open-data-contract-standard/ (Bitol, ODCS v3.1.0). What stands in customProperties has names
that begin with ``huiliu``; the importer reads each thing from one place only, so a document edited by another tool stays consistent.
"""

from typing import Any

from domain.contract import Contract, Table
from domain.contract_parts import Column
from domain.entities import FIELDS, Sensitivity

API_VERSION = "v3.1.0"
PREFIX = "huiliu"
IGNORED, WITHHELD = "ignored", "withheld"
ROWS, LEAST, MOST = "rowCount", "mustBeGreaterOrEqualTo", "mustBeLessOrEqualTo"
FREQUENCY, DUE_DAY, LATENCY = "frequency", "dueDay", "latency"
LEADER, OFFICER = "分管领导 responsible leader", "联络员 liaison officer"
_SECOND_APPROVER = "整合办 integration office"
_LOGICAL = {"date": "date", "number": "number"}
_STRICTNESS = {each.value: rank for rank, each in enumerate(Sensitivity)}


def odcs_document(contract: Contract) -> dict[str, Any]:
    """Return the document; ``connectors.odcs.importing.contract_of`` gives an equal contract back."""
    said = contract.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    kept = _picked(said, "row", "title", "legal_basis", "mode", "connection", "limits", "role", "withheld_tables")
    document = {
        "apiVersion": API_VERSION,
        "kind": "DataContract",
        "id": contract.provider,
        "name": contract.title.en,
        "version": str(contract.version),
        "status": "active",
        "tenant": contract.owner,
        "description": {"purpose": f"{contract.title.zh} {contract.title.en}", "limitations": _limitations(contract)},
        "servers": _servers(contract),
        "schema": [_schema_object(table, each) for table, each in zip(contract.tables, said.get("tables", ()), strict=True)],
        "team": {"name": contract.owner, "members": _members(contract)},
        "roles": [
            {"role": each, "access": "read", "firstLevelApprovers": contract.owner, "secondLevelApprovers": _SECOND_APPROVER}
            for each in contract.purposes
        ],
        "slaProperties": _sla(contract),
        "customProperties": _custom(kept),
    }
    return {name: value for name, value in document.items() if value not in ([], {})}


def property_name(setting: str) -> str:
    """Return what a setting is called among customProperties: ``legal_basis`` is ``huiliuLegalBasis``."""
    return PREFIX + "".join(word.capitalize() for word in setting.split("_"))


def _custom(settings: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"property": property_name(name), "value": value} for name, value in settings.items()]


def _picked(said: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: said[name] for name in names if name in said}


def _limitations(contract: Contract) -> str:
    """Return what is withheld and why, for readers of the document; the importer reads it elsewhere."""
    columns = [f"{table.name}.{name}: {reason}" for table in contract.tables for name, reason in table.withheld.items()]
    tables = [f"{name}: {reason}" for name, reason in contract.withheld_tables.items()]
    return "; ".join([*columns, *tables]) or "无 none"


def _servers(contract: Contract) -> list[dict[str, Any]]:
    """Return where the data stands; the address itself is a secret and stays in its environment variable."""
    if contract.connection is None:
        return []
    where = f"{contract.connection.kind}, 地址在环境变量 its address is in the environment variable {contract.connection.url_env}"
    return [{"server": contract.provider, "type": "custom", "description": where}]


def _members(contract: Contract) -> list[dict[str, str]]:
    return [{"username": contract.liaison.leader, "role": LEADER}, {"username": contract.liaison.officer, "role": OFFICER}]


def _sla(contract: Contract) -> list[dict[str, Any]]:
    every = {"property": FREQUENCY, "value": contract.schedule.every}
    due = [{"property": DUE_DAY, "value": contract.schedule.due_day, "unit": "d"}] if contract.schedule.due_day else []
    latency = [{"property": LATENCY, "value": table.expect.freshness, "unit": "s", "element": table.name} for table in contract.tables]
    return [every, *due, *latency]


def _schema_object(table: Table, said: dict[str, Any]) -> dict[str, Any]:
    kept = _picked(said, "speaks_of", "file", "constants", "mentions", "authority", "ends", "sample")
    promised = _picked(said["expect"], "complete", "unknown_codes", "unique")
    return {
        "name": table.name,
        "physicalName": f"{table.db_schema}.{table.name}",
        "physicalType": "table",
        "logicalType": "object",
        "businessName": table.title.zh,
        "description": table.title.en,
        "properties": [_schema_property(name, table, said["columns"][name]) for name in table.columns],
        "quality": [
            {"type": "library", "metric": ROWS, LEAST: table.expect.rows_min},
            {"type": "library", "metric": ROWS, MOST: table.expect.rows_max},
        ],
        "customProperties": _custom({**kept, "expect": promised}),
    }


def _schema_property(name: str, table: Table, said: dict[str, Any]) -> dict[str, Any]:
    column = table.columns[name]
    described: dict[str, Any] = {"name": name, "logicalType": _logical_type(table, column), "classification": _classification(column)}
    if name in table.key:
        described |= {"primaryKey": True, "primaryKeyPosition": table.key.index(name) + 1}
    if column.required:
        described["required"] = True
    if column.to is None:
        described["description"] = column.ignore or column.withhold
    kept = _picked(said, "to", "codes", "vocabulary", "label")
    return described | ({"customProperties": _custom(kept)} if kept else {})


def _classification(column: Column) -> str:
    """Return the strictest class of what the column fills, or that it is ignored or withheld."""
    if column.to is None:
        return WITHHELD if column.withhold is not None else IGNORED
    return max((each.value for each in column.to.values()), key=_STRICTNESS.__getitem__)


def _logical_type(table: Table, column: Column) -> str:
    """Return the type of what the column fills; the standard's schema wants one of a column that fills nothing, too."""
    if column.to is None:
        return "string"
    role, field = next(iter(column.to)).split(".")
    return _LOGICAL.get(FIELDS[table.speaks_of[role]][field].kind, "string")
