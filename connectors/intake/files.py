"""Submits one file: read in the sandbox, its tables found, each given to intake; a file that cannot be used is refused whole."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from connectors.intake.core import Intake
from connectors.intake.headings import Match, matches
from connectors.intake.receipt import Fault, IntakeError, Progress, Receipt, Row
from connectors.readers.limits import CELL_FAULTS, ROW_FAULTS, Limits, RefusedError
from connectors.readers.sandbox import RawRow, Sandbox
from domain.contract import Contract
from settings import Settings


def _silent(_step: str, _done: int, _all: int | None) -> None:
    return


def submit(  # noqa: PLR0913  # one delivery has that many sides
    settings: Settings,
    intake: Intake,
    contract: Contract,
    path: Path,
    *,
    name: str | None = None,
    table: str | None = None,
    call_id: int | None = None,
    dry: bool = False,
    progress: Progress = _silent,
    limits: Limits | None = None,
) -> list[Receipt]:
    """Submit ``path`` and return one receipt a table.

    Raises:
        IntakeError: the file cannot be used; reason and remedy, with the refusal's receipt (unless ``dry``).
        psycopg.OperationalError: the store is away.
        KafkaException: the broker is away; what was staged is sent by ``Intake.resume``.
    """
    del settings  # the limits are no setting yet; whoever calls has them at hand
    try:
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except OSError as error:
        raise IntakeError(
            f"{path.name} 无法打开 cannot be opened ({error.strerror}): 检查文件和权限 see that it is there and readable"
        ) from error
    with file:
        sha256 = hashlib.file_digest(file, "sha256").digest()
        given = _Given(contract, name or path.name, table, call_id, sha256, dry=dry)
        try:
            return _submit(intake, given, file, progress, limits or Limits())
        except (RefusedError, IntakeError) as error:
            receipt = None
            if not dry:
                receipt = intake.refuse(contract, table or "", name=given.name, sha256=sha256, call_id=call_id, reason=str(error))
            raise IntakeError(str(error), receipt) from error


@dataclass(frozen=True, slots=True)
class _Given:
    """A file as it was handed over."""

    contract: Contract
    name: str
    table: str | None
    call_id: int | None
    sha256: bytes
    dry: bool


def _submit(intake: Intake, given: _Given, file: BinaryIO, progress: Progress, limits: Limits) -> list[Receipt]:
    state = _state(file)
    with Sandbox(file, given.name, limits) as sandbox:
        found = matches(given.contract, sandbox.tables(), given.table)
        if len(found) > 1:  # what would refuse the second table must do so before the first is sent
            for match in found:
                for _ in sandbox.rows(match.found.number, match.heading, match.columns):
                    pass
        return [_accept(intake, given, match, _rows(sandbox, match, file, state), progress) for match in found]


def _accept(intake: Intake, given: _Given, match: Match, rows: Iterator[Row], progress: Progress) -> Receipt:
    return intake.accept(
        given.contract,
        match.table,
        rows,
        kind="file",
        whole=match.whole,
        name=given.name,
        sha256=given.sha256,
        call_id=given.call_id,
        notes=match.notes,
        dry=given.dry,
        progress=progress,
    )


def _rows(sandbox: Sandbox, match: Match, file: BinaryIO, state: tuple[int, int]) -> Iterator[Row]:
    names = match.names
    for raw in sandbox.rows(match.found.number, match.heading, match.columns):
        if not raw.fault and not any(map(int.__instancecheck__, raw.cells)):
            yield Row(raw.line, "upsert", dict(zip(names, raw.cells, strict=True)))  # type: ignore[arg-type]  # no cell is a fault
        else:
            yield _faulty(raw, names)
    if _state(file) != state:
        raise IntakeError("文件在读取时被改动 the file changed while it was read: 写完后再送 send it once it is finished")


def _faulty(raw: RawRow, names: list[str]) -> Row:
    fault = Fault("", *ROW_FAULTS.get(raw.fault, ROW_FAULTS[1]))
    values: dict[str, str | None] = {}
    for name, cell in zip(names, raw.cells, strict=True):
        values[name] = cell if isinstance(cell, str) else None
        if isinstance(cell, int) and not raw.fault:
            fault = Fault(name, *CELL_FAULTS[cell])
    return Row(raw.line, "upsert", values, fault)


def _state(file: BinaryIO) -> tuple[int, int]:
    """Return (bytes, time of the last change), to see whether a file changed while it was read."""
    stat = os.fstat(file.fileno())
    return stat.st_size, stat.st_mtime_ns
