"""Attaches one version of a contract: allowed first, attached, kept, and installed where the readers of contracts look."""

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

from connectors.attach import attach
from connectors.engines import engine_of
from connectors.engines.binlog_names import place
from connectors.names import qualified
from connectors.onboarding.changes import remapped
from connectors.onboarding.versions import VersionError, Versions, digest, opened_versions
from connectors.report import Report
from connectors.worker import Worker
from domain.contract import Contract, ContractError, ContractFile, read_contract
from settings import SOURCES_FILE, Settings
from settings.contracts import contract_paths

VERSION = "契约版本 contract version"


@dataclass(slots=True)
class Attached:
    """What attaching a version did. ``stale`` are the tables whose known records an earlier version made."""

    contract: Contract
    report: Report
    stale: list[str] = field(default_factory=list)
    new: bool = False
    """whoever reads contracts must read them again"""


def attach_version(file: ContractFile, settings: Settings, worker: Worker) -> Attached:
    """Attach a contract; a version that may not be is refused before anything is touched, and the reason stands in the report.

    Once the readers of contracts know a new version, ``read_again`` brings the tables that it maps otherwise.
    """
    done = Attached(file.contract, Report(file.contract.provider))
    try:
        with opened_versions(settings.store_dsn.get_secret_value()) as versions:
            text = _text(file)
            versions.refuse(file.contract, _named(file, settings))
            earlier = versions.of(file.contract.provider)
            done.report = attach(file, settings, worker)
            if done.report.ok:
                done.stale = remapped(earlier[-1].contract, file.contract) if earlier else []
                _keep(file, text, settings, versions, done)
    except VersionError as error:
        done.report.problems.append(str(error))
    except OSError as error:
        done.report.problems.append(f"未能写入 {file.contract.provider} is attached but not installed ({error.strerror}): attach again")
    return done


def read_again(attached: Attached, settings: Settings) -> None:
    """Have the source's stale tables read again; a provider that is not captured keeps its records until its rows change.

    Raises:
        SettingsError, SourceError: the database does not answer.
    """
    contract = attached.contract
    with engine_of(contract).opened(contract, settings) as source:
        binlog = contract.source.kind in ("mariadb", "mysql")
        tables = [table for table in contract.tables if table.name in attached.stale]
        source.read_again([place(table, source.address) if binlog else qualified(table) for table in tables])


def _keep(file: ContractFile, text: str, settings: Settings, versions: Versions, done: Attached) -> None:
    report = done.report
    new = versions.keep(file.contract, text, who())
    moved = _install(file, text, settings)
    done.new = new or moved is not None or report.new_source
    report.add(VERSION, "created" if new else "altered" if moved else "unchanged", f"version {file.contract.version}")
    if done.stale and file.contract.mode != "cdc":
        said = f"已接收的行不变 rows of {', '.join(done.stale)} that were taken over keep their fields and classes until they change"
        report.notes.append(said)
    if moved:
        report.notes.append(f"契约已装入 the contract is installed as {moved}")


def who() -> str:
    """Return the account at work, for the record."""
    return getpass.getuser()


def _text(file: ContractFile) -> str:
    """Return the file's text, which is what will be kept and installed.

    Raises:
        VersionError: it is not what was read before.
    """
    path = Path(file.file)
    try:
        text = path.read_text(encoding="utf-8")
        same = digest(read_contract(text, file.file).contract) == digest(file.contract)
    except (OSError, UnicodeDecodeError, ContractError):
        same = False
    if not same:
        raise VersionError(f"文件正在改动 {path} changes while it is being attached: attach it again")
    return text


def _named(file: ContractFile, settings: Settings) -> str:
    """Return how a command names the contract: by its slug where that file is the installed one, else by its path."""
    there = _installed(file, settings)
    return file.contract.provider if there and there.resolve() == Path(file.file).resolve() else file.file


def _installed(file: ContractFile, settings: Settings) -> Path | None:
    return contract_paths(*settings.contract_folders).get(file.contract.provider)


def _install(file: ContractFile, text: str, settings: Settings) -> Path | None:
    """Put the file where contracts are read from, unless the same is there; return where it went."""
    there = _installed(file, settings)
    if there and there.read_text(encoding="utf-8") == text:
        return None
    path = settings.contract_folders[-1] / f"{file.contract.provider}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return path


def remember_addresses(home: Path, addresses: Mapping[str, str]) -> None:
    """Write addresses by variable into ``<home>/sources.env``, mode 0600 from its first byte; what else it holds stays."""
    path = home / SOURCES_FILE
    values = {**dotenv_values(path, interpolate=False), **addresses}
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    part.touch(0o600)
    part.write_text("".join(f"{name}={value}\n" for name, value in sorted(values.items()) if value is not None))
    part.replace(path)
