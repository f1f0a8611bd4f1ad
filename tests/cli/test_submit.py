"""``huiliu submit``: exit codes that a script can rely on, and words that name what to do."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from domain.contract import read_contract
from schemas.topics import ensure_topics, source_topics
from settings import Settings
from tests.connectors.intake.conftest import HEADINGS, HERE, some

RUNNER = CliRunner()


def test_help_leads_through_it() -> None:
    said = RUNNER.invoke(app, ["submit", "--help"], env={"COLUMNS": "200"}).output
    assert "--provider" in said
    assert "--confirm" in said


@pytest.fixture
def provider(stack_home: Path, settings: Settings, request: pytest.FixtureRequest) -> Iterator[str]:
    """A provider of this test's own, installed and attached."""
    slug = f"lodge_{abs(hash((request.node.name, id(request)))) % 10**9}"
    text = (HERE / "lodge_office.yaml").read_text(encoding="utf-8").replace("lodge_office", slug)
    path = stack_home / "providers" / f"{slug}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    ensure_topics(settings.kafka_bootstrap, source_topics(read_contract(text, slug).contract), 1)
    yield slug
    path.unlink()


@pytest.fixture
def submit(stack_home: Path, provider: str, tmp_path: Path) -> Iterator[object]:
    """Run the command with these rows as its file."""

    def run(*words: str, rows: list[list[str]] | None = None, headings: tuple[str, ...] = HEADINGS) -> Result:
        given: list[str] = []
        if rows is not None:
            path = tmp_path / "掌柜.csv"
            path.write_text("\n".join(",".join(row) for row in [headings, *rows]), encoding="utf-8")
            given = [str(path), "--provider", provider]
        return RUNNER.invoke(app, ["--home", str(stack_home), "submit", *given, *words])

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUILIU_HOME", str(stack_home))
        yield run


@pytest.mark.servers
def test_exit_codes(submit, provider: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # a function
    checked = submit("--check", rows=some(10))
    assert (checked.exit_code, "checked only" in checked.output) == (0, True)
    done = submit("--json", rows=some(10))
    assert done.exit_code == 0
    (receipt,) = json.loads(done.output.splitlines()[-1])["receipts"]
    assert (receipt["state"], receipt["created"], receipt["table"]) == ("done", 10, "keeper")
    assert "the same as last time" in submit(rows=some(10)).output
    waits = submit("--json", rows=some(4))
    assert waits.exit_code == 3
    number = str(json.loads(waits.output.splitlines()[-1])["receipts"][0]["id"])
    assert submit("--confirm", number).exit_code == 1
    confirmed = submit("--confirm", number, "--by", "业务科")
    assert (confirmed.exit_code, "deleted 6" in confirmed.output) == (0, True)
    refused = submit(rows=[["1", "王伟", "", "", "x"]], headings=(*HEADINGS, "健康"))
    assert refused.exit_code == 1
    rejected = submit(rows=[*some(4), ["0009", "", "", ""]])
    assert "row 6 姓名" in rejected.output
    number = rejected.output.split("receipt ")[1].split()[0]
    out = tmp_path / "退回.xlsx"
    assert submit("--receipt", number, "--rejects", str(out)).exit_code == 0
    assert out.stat().st_mode & 0o077 == 0
    history = submit("--history", "--provider", provider)
    assert (history.exit_code, "withheld" in history.output) == (0, True)


@pytest.mark.servers
def test_words_that_lead_nowhere_are_told(submit) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001  # a function
    assert submit().exit_code == 1
    assert submit("--receipt", "999999999").exit_code == 1
    assert submit("nowhere.csv", "--provider", "nobody").exit_code == 1
