"""A MariaDB that nobody prepared is drafted from its catalogue as a PostgreSQL is; what cannot be drafted from is said."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from cli.main import app
from connectors.errors import SourceError
from connectors.onboarding.survey import survey
from tests.connectors.ferry import SLUG, Unavailable, connected, make_department, mariadb_server

MORE = (
    "ALTER TABLE boatman COMMENT '船员', MODIFY name varchar(80) COMMENT '姓名 # \"全名\"'",
    "ALTER TABLE boatman ADD COLUMN age int AS (2026 - year(born)) VIRTUAL",
    "CREATE TABLE log (at datetime NOT NULL, who varchar(20) NOT NULL, UNIQUE (who, at))",
    "CREATE VIEW names AS SELECT name FROM boatman",
    "INSERT INTO boatman (id, name) VALUES (1, '某人甲')",
)


@pytest.mark.servers
def test_a_mariadb_becomes_a_draft(tmp_path: Path) -> None:
    try:
        with mariadb_server(tmp_path) as port:
            _, dba = make_department(port, SLUG)
            with connected(port, database=SLUG) as root, root.cursor() as cursor:
                for statement in MORE:
                    cursor.execute(statement)
            path = tmp_path / "ferry.yaml"
            result = CliRunner().invoke(app, ["contract", "new", "ferry", "--from", dba, "-o", str(path)])
            nobody = dba.replace(f"{SLUG}_dba", "nobody")
            with pytest.raises(SourceError, match="密码或用户"):
                survey(nobody, None)
    except Unavailable as error:
        pytest.skip(f"NO MARIADB SERVER, so nothing of MariaDB is tested here: {error}")
    assert result.exit_code == 0, result.output
    text = path.read_text()
    document = YAML(typ="safe").load(text)
    assert document["connection"]["kind"] == "mariadb"
    assert [(table["name"], table["key"]) for table in document["tables"]] == [
        ("berth", ["harbour", "number"]),
        ("boatman", ["id"]),
        ("wages", ["id"]),
    ]
    assert "schema" not in document["tables"][0]
    assert document["tables"][1]["title"]["zh"] == "船员"
    assert '# varchar(80) 姓名 # "全名"' in text
    assert "generated and so never captured" in text
    assert "ALTER TABLE log ADD PRIMARY KEY (who, at)" in document["withheld_tables"]["log"]
    assert "names: 视图" in text
    assert "某人甲" not in text
    assert "cap:" not in text + result.output


def test_what_cannot_be_drafted_from_is_said() -> None:
    with pytest.raises(SourceError, match=r"docs/attach\.md"):
        survey("oracle://u:p@127.0.0.1:9/d", None)
