"""Random contracts that the model accepts, of every mode and with every setting."""

from string import ascii_lowercase
from typing import Any

from hypothesis import strategies as st

from domain.contract import Contract
from domain.entities import FIELDS, Kind, Sensitivity

_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
_REASON = _TEXT.map(lambda text: f"理由 {text} z")
_WORD = st.text(ascii_lowercase, min_size=2, max_size=8)
_CHINESE = st.text("门牌身份证号姓名", min_size=1, max_size=4)
_BILINGUAL = st.fixed_dictionaries({"zh": _TEXT, "en": _TEXT})
_SHARE = st.floats(0, 1)
_CELL = st.none() | _TEXT | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()


@st.composite
def _column(draw: st.DrawFn, targets: list[str]) -> dict[str, Any]:
    """One column; ``targets`` are those left to fill, taken from the end."""
    fate = draw(st.sampled_from(["ignore", "withhold", "to"] if targets else ["ignore", "withhold"]))
    column: dict[str, Any] = {fate: draw(_REASON)}
    if fate == "to":
        taken = [targets.pop() for _ in range(draw(st.integers(1, min(2, len(targets)))))]
        column["to"] = {target: draw(st.sampled_from(list(Sensitivity))).value for target in taken}
        if draw(st.booleans()):
            column["codes"] = draw(st.dictionaries(_TEXT, _TEXT, max_size=3))
    if draw(st.booleans()):
        column["vocabulary"] = draw(_TEXT)
        column["label"] = draw(_BILINGUAL)
        column["required"] = fate != "withhold" and draw(st.booleans())
    return column


@st.composite
def _table(draw: st.DrawFn, mode: str, name: str) -> dict[str, Any]:
    kinds = {role: draw(st.sampled_from(list(Kind))) for role in draw(st.lists(_WORD, min_size=1, max_size=2, unique=True))}
    first = [f"{role}.{next(iter(FIELDS[kind]))}" for role, kind in kinds.items()]
    rest = [f"{role}.{field}" for role, kind in kinds.items() for field in list(FIELDS[kind])[1:8]]
    names = draw(st.lists(_WORD if mode == "cdc" else _WORD | _CHINESE, min_size=2, max_size=6, unique=True))
    targets = draw(st.permutations(rest))[: draw(st.integers(0, 4))]
    columns: dict[str, Any] = {names[0]: {"to": dict.fromkeys(first, "internal")}}
    columns |= {each: draw(_column(targets)) for each in names[1:]}
    filled = [target for column in columns.values() for target in column.get("to", ())]
    table: dict[str, Any] = {
        "name": name,
        "schema": draw(st.sampled_from(["public", "yw"])),
        "title": draw(_BILINGUAL),
        "key": [each for each in draw(st.permutations(names)) if "withhold" not in columns[each]][: draw(st.integers(1, 2))],
        "speaks_of": {role: kind.value for role, kind in kinds.items()},
        "columns": columns,
        "constants": {target: draw(_TEXT) for target in targets[:1]},
        "authority": filled[:1],
        "ends": {target: [draw(_TEXT)] for target in targets[:1]},
        "expect": {
            "rows_min": draw(st.integers(0, 10)),
            "rows_max": draw(st.integers(10, 10**7)),
            "freshness": draw(st.integers(1, 10**7)),
            "complete": {target: draw(_SHARE) for target in filled[:1]},
            "unknown_codes": draw(_SHARE),
            "unique": filled[1:2],
        },
        "sample": {
            "row": draw(st.dictionaries(_WORD, _CELL, max_size=4)),
            "records": [{"role": role, "values": {"name": draw(_TEXT)}, "flags": draw(st.lists(_TEXT, max_size=2))} for role in kinds],
        },
    }
    if mode == "file":
        table["file"] = draw(st.none() | st.fixed_dictionaries({"sheet": st.none() | _TEXT, "heading_row": st.integers(1, 20)}))
    return table


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """Return any contract."""
    mode = draw(st.sampled_from(["cdc", "file", "entry", "role"]))
    every = draw(st.sampled_from(["change", "day", "week", "month"]))
    names = draw(st.lists(_WORD, min_size=2, max_size=4, unique=True))
    document: dict[str, Any] = {
        "provider": draw(_WORD),
        "row": draw(st.integers(1, 45)),
        "version": draw(st.integers(1, 99)),
        "title": draw(_BILINGUAL),
        "owner": draw(_TEXT),
        "liaison": {"leader": draw(_TEXT), "officer": draw(_TEXT)},
        "legal_basis": draw(st.lists(_REASON, min_size=1, max_size=3)),
        "mode": mode,
        "schedule": {"every": every, "due_day": draw(st.integers(1, 28)) if every == "month" else None},
        "limits": {"delete_share": draw(_SHARE), "change_share": draw(_SHARE)},
        "purposes": draw(st.lists(_WORD, min_size=1, max_size=3, unique=True)),
        "role": draw(_BILINGUAL if mode == "role" else st.none() | _BILINGUAL),
        "tables": [] if mode == "role" else [draw(_table(mode, name)) for name in names[:-1]],
        "withheld_tables": {names[-1]: draw(_REASON)} if draw(st.booleans()) else {},
    }
    if mode == "cdc":
        kind = draw(st.sampled_from(["postgresql", "kingbase", "mariadb", "mysql", "sqlserver", "oracle", "dameng"]))
        admin = draw(st.none() | st.just("HUILIU_SOURCE_X_ADMIN"))
        document["connection"] = {"kind": kind, "url_env": "HUILIU_SOURCE_X", "admin_url_env": admin}
    return Contract.model_validate(document)
