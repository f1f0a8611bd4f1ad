"""Scorecards of one's own replace the shipped ones, or every mistake of every file is told."""

from pathlib import Path
from typing import Any

import pytest

from domain.entities import Kind
from domain.matching.scorecard_file import ScorecardText, shipped, shipped_cards
from domain.matching.scorecard_text import scorecard_text
from settings import Settings, SettingsError
from settings.scorecards import ScorecardError, load_scorecards

CARD = shipped(Kind.PERSON).text


def settings(home: Path, **given: Any) -> Settings:
    places = dict.fromkeys(
        ("kafka_bootstrap", "connect_url", "registry_url", "registry_native_url", "elasticsearch_url", "store_dsn"), "127.0.0.1:1"
    )
    return Settings(home=home, **places, **given)


def write(folder: Path, card: ScorecardText, name: str = "person") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(scorecard_text(card), encoding="utf-8")
    return path


def test_without_a_folder_the_shipped_are_used(tmp_path: Path) -> None:
    assert load_scorecards(settings(tmp_path)) == shipped_cards()


@pytest.mark.parametrize("named", [True, False])
def test_ones_own_card_replaces_the_shipped_of_its_kind_alone(tmp_path: Path, *, named: bool) -> None:
    write(tmp_path / "scorecards", CARD.model_copy(update={"version": 7}))
    found = load_scorecards(settings(tmp_path / "elsewhere", scorecards_dir=tmp_path / "scorecards") if named else settings(tmp_path))
    assert {kind: card.version for kind, card in found.items()} == {**dict.fromkeys(shipped_cards(), 1), Kind.PERSON: 7}
    assert found[Kind.PERSON].digest != shipped(Kind.PERSON).digest
    assert found[Kind.ADDRESS].digest == shipped(Kind.ADDRESS).digest


def test_a_folder_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ScorecardError, match="HUILIU_SCORECARDS_DIR"):
        load_scorecards(settings(tmp_path, scorecards_dir=tmp_path / "nowhere"))


def test_every_mistake_of_every_file_is_told_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "scorecards"
    text = write(folder, CARD).read_text(encoding="utf-8")
    (folder / "person-2.yaml").write_text(text)
    (folder / "address.yaml").write_text(text)
    (folder / "thing.yaml").write_text("kind: thing\n  version: 1\n")
    (folder / "organisation.yaml").write_bytes(b"\xff\xfe")
    (folder / "person.yaml").write_text(text.replace("match_bits: 20.0", "match_bits: many").replace("version: 1", "version: 0"))
    with pytest.raises(SettingsError) as caught:
        load_scorecards(settings(tmp_path))
    told = str(caught.value)
    lines = text.splitlines()
    assert f"person.yaml:{lines.index('version: 1') + 1}: version" in told
    assert f"person.yaml:{lines.index('    match_bits: 20.0') + 1}: profiles.foreign.match_bits" in told
    assert "person-2.yaml:1: 文件名须为类别名" in told
    assert f"address.yaml:{lines.index('kind: person') + 1}: 文件名与 kind 不符" in told
    assert "thing.yaml:2: 不是 YAML" in told
    assert "organisation.yaml:1: 不是 UTF-8" in told


def test_a_field_that_huiliu_reads_must_stay(tmp_path: Path) -> None:
    register = CARD.profiles["register"]
    without = register.model_copy(update={"fields": {name: each for name, each in register.fields.items() if name != "mobile"}})
    write(tmp_path / "scorecards", CARD.model_copy(update={"profiles": {**CARD.profiles, "register": without}}))
    with pytest.raises(ScorecardError, match="mobile"):
        load_scorecards(settings(tmp_path))


@pytest.mark.parametrize(
    ("said", "wrong"),
    [("given_name: differs, birth_date", "given_name: sometimes, birth_date"), ("birth_date: one_digit", "birthday: exact")],
)
def test_a_need_or_doubt_of_what_is_not_compared_is_a_mistake(tmp_path: Path, said: str, wrong: str) -> None:
    path = write(tmp_path / "scorecards", CARD)
    path.write_text(path.read_text(encoding="utf-8").replace(said, wrong), encoding="utf-8")
    with pytest.raises(ScorecardError, match=wrong.split(",", maxsplit=1)[0]):
        load_scorecards(settings(tmp_path))
