"""All contracts of a folder, or every mistake of every file."""

from pathlib import Path

import pytest

from domain.contract import ContractError
from settings.contracts import load_contracts

PROVIDERS = Path(__file__).parents[2] / "connectors" / "providers"


def test_the_shipped_contracts_load_by_name() -> None:
    names = [contract.provider for contract in load_contracts(PROVIDERS)]
    assert names == sorted(path.stem for path in PROVIDERS.glob("*.yaml"))


def test_what_was_attached_from_elsewhere_goes_before_the_shipped(tmp_path: Path) -> None:
    path = next(PROVIDERS.glob("*.yaml"))
    (tmp_path / path.name).write_text(path.read_text().replace("version: 1", "version: 7"))
    versions = {contract.provider: contract.version for contract in load_contracts(PROVIDERS, tmp_path, tmp_path / "nowhere")}
    assert versions[path.stem] == 7
    assert len(versions) == len(list(PROVIDERS.glob("*.yaml")))


def test_every_mistake_of_every_file_is_told(tmp_path: Path) -> None:
    good = next(PROVIDERS.glob("*.yaml")).read_text()
    (tmp_path / "renamed.yaml").write_text(good)
    (tmp_path / "broken.yaml").write_text("provider: x\nrow: 99\n")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(ContractError) as caught:
        load_contracts(tmp_path)
    told = {Path(problem.file).name for problem in caught.value.problems}
    assert told == {"renamed.yaml", "broken.yaml", "binary.yaml", "folder.yaml"}
    assert [problem.line for problem in caught.value.problems if problem.path == "row"] == [2]


@pytest.mark.parametrize("folder", ["empty", "nowhere"])
def test_no_contract_at_all_is_a_mistake(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ContractError, match="HUILIU_PROVIDERS_DIR"):
        load_contracts(tmp_path / folder)
