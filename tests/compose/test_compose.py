"""docker-compose.yml, statically: its shape, images by version, and every setting of ours traced to code. It is not run here."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from ruamel.yaml import YAML

from settings import Settings
from stack.artifacts import ELASTICSEARCH, KAFKA, locked

ROOT = Path(__file__).parents[2]
Loopback = Annotated[str, StringConstraints(pattern=r"^127\.0\.0\.1:\d+:\d+$")]
Pinned = Annotated[str, StringConstraints(pattern=r"^[a-z0-9./-]+:\d+\.\d+[\w.]*$")]


class Service(BaseModel):
    """What of the Compose specification is used here; anything else is a misspelling."""

    model_config = ConfigDict(extra="forbid")
    image: Pinned
    build: str | None = None
    restart: str | None = None
    command: list[str] = []
    environment: dict[str, str] = {}
    ports: list[Loopback] = []
    volumes: list[str] = []
    depends_on: list[str] = []


class Compose(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    x_huiliu: Any = Field(alias="x-huiliu")
    services: dict[str, Service]
    volumes: dict[str, None]


@pytest.fixture(scope="module")
def compose() -> Compose:
    return Compose.model_validate(YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text()))


def ours(compose: Compose) -> dict[str, Service]:
    return {name: service for name, service in compose.services.items() if service.build}


def test_services_lean_on_services_and_volumes_that_are_there(compose: Compose) -> None:
    for name, service in compose.services.items():
        assert set(service.depends_on) <= set(compose.services), name
        for volume in service.volumes:
            source = volume.split(":")[0]
            assert source in compose.volumes or source.startswith("./"), name


def test_our_processes_are_modules_and_all_are_there(compose: Compose) -> None:
    modules = {service.command[-1] for service in ours(compose).values()}
    assert modules == {"streams", "indexer", "query", "connectors.door", "ops"}
    for service in ours(compose).values():
        assert service.command[:2] == ["python", "-m"]
        assert find_spec(f"{service.command[2]}.__main__")


def test_every_setting_is_one_that_is_read(compose: Compose) -> None:
    known = {f"HUILIU_{name.upper()}" for name in Settings.model_fields}
    for name, service in ours(compose).items():
        assert set(service.environment) <= known, name


def test_the_settings_are_enough_to_start(compose: Compose, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for service in ours(compose).values():
        for name, value in service.environment.items():
            monkeypatch.setenv(name, "ab" * 32 if name == "HUILIU_MASTER_KEY" else re.sub(r"\$\{[^}]*\}", "x", value))
        assert Settings.load(tmp_path).master_key_bytes()


def test_secrets_are_not_in_the_file(compose: Compose) -> None:
    for service in compose.services.values():
        for name, value in service.environment.items():
            if "PASSWORD" in name or "MASTER_KEY" in name or "DSN" in name:
                assert "${" in value, name


def test_images_are_the_versions_that_the_tests_run(compose: Compose) -> None:
    images = {name: service.image.rsplit(":", 1)[1] for name, service in compose.services.items()}
    assert images["kafka"] == KAFKA
    assert images["elasticsearch"] == images["kibana"] == ELASTICSEARCH
    versions = {bundle: files[0].version for bundle, files in locked().items() if len(files) == 1}
    assert images["registry"] == versions["registry"]
    assert images["connect"] == versions["debezium-postgres"]
    assert versions["postgres"] == f"{images['store']}.0"


def test_the_dockerfile_copies_every_package() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert copied == packages
