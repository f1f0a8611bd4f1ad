"""Reads an Open Data Contract Standard v3 document: one of ours back into its contract, anyone else's into a draft."""

import re
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from connectors.odcs.export import DUE_DAY, FREQUENCY, IGNORED, LATENCY, LEADER, LEAST, MOST, OFFICER, ROWS, WITHHELD, property_name
from connectors.onboarding.drafting import Heading, draft
from connectors.onboarding.found import FoundColumn, FoundTable
from connectors.onboarding.writing import laid_out, yaml_text
from domain.contract import Contract
from domain.contract_parts import Engine

_ENGINES: dict[str, Engine] = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "mysql": "mysql",
    "sqlserver": "sqlserver",
    "oracle": "oracle",
}
_SLUG = re.compile(r"[^a-z0-9]+")


class OdcsError(Exception):
    """The document cannot be read; one sentence with place and remedy."""


def read_document(text: str, file: str) -> dict[str, Any]:
    """Return the document that a YAML (or JSON) text is; ``file`` is only named in errors.

    Raises:
        OdcsError: it is not a data contract of ODCS v3.
    """
    try:
        document = YAML(typ="safe", pure=True).load(StringIO(text))
    except (YAMLError, ValueError, RecursionError) as error:
        raise OdcsError(f"{file}: 不是 YAML this is not YAML ({type(error).__name__}): correct it") from error
    if not isinstance(document, dict) or document.get("kind") != "DataContract":
        raise OdcsError(f"{file}: 不是 ODCS 数据契约 no ODCS data contract (kind: DataContract): name the right file")
    if not str(document.get("apiVersion", "")).startswith("v3."):
        raise OdcsError(f"{file}: 版本不支持 its apiVersion is not v3: convert it to ODCS v3 first")
    return document


def imported(document: Mapping[str, Any], file: str, slug: str | None = None) -> str:
    """Return the YAML text of the contract, or of a draft when the document was not exported from here.

    Raises:
        OdcsError: the document lacks what it needs, or holds it in another shape than the standard's.
        DraftError: it names no table.
    """
    try:
        if property_name("row") in _custom(document):
            return yaml_text(laid_out(contract_settings(document)))
        return _drafted(document, slug)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        message = (
            f"{file}: 不合 ODCS 模型 does not have the standard's shape ({type(error).__name__}: {error}): check it against the ODCS schema"
        )
        raise OdcsError(message) from error


def contract_of(document: Mapping[str, Any]) -> Contract:
    """Return the contract of a document that ``odcs_document`` made.

    Raises:
        KeyError, TypeError, pydantic.ValidationError: the document was not made there, or changed beyond the contract's model.
    """
    return Contract.model_validate(contract_settings(document))


def contract_settings(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the contract's settings as plain data, in the order that contracts have."""
    custom = _custom(document)
    offices = {each["role"]: each["username"] for each in document["team"]["members"]}
    sla = document["slaProperties"]
    freshness = {each["element"]: each["value"] for each in sla if each["property"] == LATENCY}
    settings = {
        "provider": document["id"],
        "row": custom[property_name("row")],
        "version": int(document["version"]),
        "title": custom[property_name("title")],
        "owner": document["tenant"],
        "liaison": {"leader": offices[LEADER], "officer": offices[OFFICER]},
        "legal_basis": custom[property_name("legal_basis")],
        "mode": custom[property_name("mode")],
        "connection": custom.get(property_name("connection")),
        "schedule": _schedule(sla),
        "limits": custom.get(property_name("limits")),
        "purposes": [each["role"] for each in document.get("roles", ())],
        "role": custom.get(property_name("role")),
        "tables": [_table(each, freshness[each["name"]]) for each in document.get("schema", ())],
        "withheld_tables": custom.get(property_name("withheld_tables")),
    }
    return {name: value for name, value in settings.items() if value is not None}


def _custom(part: Mapping[str, Any]) -> dict[str, Any]:
    return {each["property"]: each["value"] for each in part.get("customProperties", ())}


def _schedule(sla: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    said = {each["property"]: each["value"] for each in sla if each["property"] != LATENCY}
    return {"every": said[FREQUENCY], **({"due_day": said[DUE_DAY]} if DUE_DAY in said else {})}


def _table(described: Mapping[str, Any], freshness: int) -> dict[str, Any]:
    custom = _custom(described)
    rows = {name: rule[name] for rule in described["quality"] if rule.get("metric") == ROWS for name in (LEAST, MOST) if name in rule}
    keys = sorted((each for each in described["properties"] if each.get("primaryKey")), key=lambda each: each["primaryKeyPosition"])
    optional = {
        name: custom[property_name(name)]
        for name in ("file", "constants", "mentions", "authority", "ends")
        if property_name(name) in custom
    }
    return {
        "name": described["name"],
        "schema": described["physicalName"].removesuffix(f".{described['name']}"),
        "title": {"zh": described["businessName"], "en": described["description"]},
        "key": [each["name"] for each in keys],
        "speaks_of": custom[property_name("speaks_of")],
        "columns": {each["name"]: _column(each) for each in described["properties"]},
        **optional,
        "expect": {"rows_min": rows[LEAST], "rows_max": rows[MOST], "freshness": freshness, **custom[property_name("expect")]},
        "sample": custom[property_name("sample")],
    }


def _column(described: Mapping[str, Any]) -> dict[str, Any]:
    custom, fate = _custom(described), described["classification"]
    kept = {name: custom[property_name(name)] for name in ("to", "codes", "vocabulary", "label") if property_name(name) in custom}
    if fate in (IGNORED, WITHHELD):
        kept["withhold" if fate == WITHHELD else "ignore"] = described["description"]
    return kept | ({"required": True} if described.get("required") else {})


def _drafted(document: Mapping[str, Any], slug: str | None) -> str:
    """Return a draft of another tool's document: its tables and columns, none of which anybody here has decided on."""
    name = str(document.get("name") or document["id"])
    server: Mapping[str, Any] = next(iter(document.get("servers", ())), {})
    tables = [
        FoundTable(
            schema=str(server.get("schema", "public")),
            name=str(each.get("physicalName") or each["name"]).rsplit(".", 1)[-1],
            comment=str(each.get("businessName") or each.get("description") or ""),
            key=_key(each.get("properties", ())),
            columns=tuple(_found(column) for column in each.get("properties", ())),
        )
        for each in document.get("schema", ())
    ]
    heading = Heading(
        slug=slug or _SLUG.sub("_", name.lower()).strip("_0123456789")[:41],
        origin=f"ODCS {document.get('apiVersion')} {document['id']}",
        engine=_ENGINES.get(str(server.get("type")), "postgresql"),
        title=name,
        owner=document.get("tenant"),
    )
    return draft(heading, tables)


def _key(properties: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    keys = sorted((each for each in properties if each.get("primaryKey")), key=lambda each: each.get("primaryKeyPosition", 0))
    return tuple(_physical(each) for each in keys)


def _found(described: Mapping[str, Any]) -> FoundColumn:
    comment = " ".join(str(described[name]) for name in ("businessName", "description") if described.get(name))
    return FoundColumn(_physical(described), str(described.get("physicalType") or described.get("logicalType") or ""), comment)


def _physical(described: Mapping[str, Any]) -> str:
    return str(described.get("physicalName") or described["name"])
