"""``huiliu scorecard``: what it shows, what it writes, and what it refuses."""

import csv
import json
import random
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.scorecard import app
from domain.entities import Kind
from domain.matching.scorecard_file import VERSIONS, read_scorecard, shipped
from stack.errors import StackError

RUN = CliRunner()


def doors(path: Path, number: int) -> Path:
    rng = random.Random(5)  # noqa: S311  # repeatable draws
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("address", "township"))
        for _ in range(number):
            rows.writerow((f"溧城街道西大街{rng.randint(1, 200)}号{rng.randint(1, 9)}幢", rng.choice(("溧城街道", "昆仑街道"))))
    return path


@pytest.mark.parametrize("kind", VERSIONS)
def test_show_prints_every_field(kind: Kind) -> None:
    said = RUN.invoke(app, ["show", kind], env={"COLUMNS": "250"}).output
    assert all(field in said for profile in shipped(kind).profiles.values() for field in profile.fields)


def test_show_as_json_holds_the_scorecard() -> None:
    said = RUN.invoke(app, ["show", "person", "--json"]).output
    assert json.loads(said) == shipped(Kind.PERSON).text.model_dump(mode="json")


def test_an_estimate_is_written_as_the_next_version_and_can_be_shown(tmp_path: Path) -> None:
    out = tmp_path / "address.yaml"
    done = RUN.invoke(app, ["estimate", "address", "--from", str(doors(tmp_path / "doors.csv", 600)), "--to", str(out)])
    assert done.exit_code == 0, done.output
    made = read_scorecard(out.read_text(encoding="utf-8"))
    assert (made.kind, made.version) == (Kind.ADDRESS, VERSIONS[Kind.ADDRESS] + 1)
    assert made.text.profiles["register"].match_bits == shipped(Kind.ADDRESS).text.profiles["register"].match_bits
    assert "doors.csv" in RUN.invoke(app, ["show", "address", "--file", str(out)], env={"COLUMNS": "250"}).output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "matter"], "no scorecard of matter"),
        (["show", "person", "--file", "none.yaml"], "none.yaml"),
        (["estimate", "address", "--from", "few.csv"], "too few"),
        (["estimate", "thing", "--from", "few.csv"], "must be fields of a thing"),
        (["estimate", "address", "--from", "gbk.csv"], "UTF-8"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    doors(Path("few.csv"), 20)
    Path("gbk.csv").write_text("address\n西大街1号\n", encoding="gbk")
    error = RUN.invoke(app, arguments).exception
    assert isinstance(error, StackError)
    assert said in str(error)


def test_no_value_of_a_record_is_told(tmp_path: Path) -> None:
    done = RUN.invoke(app, ["estimate", "address", "--from", str(doors(tmp_path / "few.csv", 20))])
    assert "西大街" not in f"{done.output}{done.exception}"
