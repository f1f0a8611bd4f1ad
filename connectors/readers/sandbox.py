"""The parent's side of reading: starts the confined process, asks it for tables and rows, and ends it whatever happens."""

import contextlib
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, BinaryIO, Self

import orjson

from connectors.readers import frames
from connectors.readers.cells import Cell
from connectors.readers.limits import HEAD_ROWS, Limits, RefusedError

_STUCK = "读取超时 reading took too long and was ended: 另存为 CSV 再送 save it as CSV and send that"
_CRASHED = (
    "文件无法读取，读取进程已中止 the file cannot be read, its reader was ended: "
    "另存为 .xlsx 或 CSV 再送 save it as .xlsx or CSV and send that"
)
_LONGEST_SENTENCE = 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """A table in the file: ``rows`` are (line, cells) from its top."""

    number: int
    name: str
    rows: list[tuple[int, list[Cell]]]
    notes: tuple[str, ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row's wanted cells, in the order asked for; ``fault`` as in ``limits.ROW_FAULTS``."""

    line: int
    cells: list[Cell]
    fault: int


class Sandbox:
    """One file in a reading process of its own. Use as a context manager; what it raises is a ``RefusedError``."""

    def __init__(self, file: BinaryIO, name: str, limits: Limits | None = None) -> None:
        """``file`` is open for reading and seekable; ``name`` is what the sender called it."""
        self._file, self._name, self._limits = file, name, limits or Limits()

    def __enter__(self) -> Self:
        """Start the process: with an empty environment, so that no secret of ours is within its reach."""
        self._spare = tempfile.TemporaryFile(buffering=0)  # closed on leaving
        handles = (self._file.fileno(), self._spare.fileno())
        command = [
            sys.executable,
            "-I",
            "-m",
            "connectors.readers",
            *map(str, handles),
            self._name,
            orjson.dumps(asdict(self._limits)).decode(),
        ]
        self._process = subprocess.Popen(  # noqa: S603  # our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=handles,
            env={"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
            cwd="/",
            start_new_session=True,
        )
        self._ends = time.monotonic() + self._limits.cpu_seconds * 2
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the process."""
        process = self._process
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._spare.close()

    @property
    def pid(self) -> int:
        """The reading process."""
        return self._process.pid

    def tables(self) -> list[Found]:
        """Return what tables the file has."""
        found = self._frame()
        try:
            return [_found(number, each) for number, each in enumerate(found["tables"])][: self._limits.tables]
        except (KeyError, TypeError, ValueError) as error:
            raise RefusedError(_CRASHED) from error

    def rows(self, table: int, heading: int, columns: list[int]) -> Iterator[RawRow]:
        """Yield the rows below line ``heading``, the cells of ``columns`` (0-based) only."""
        asked = orjson.dumps({"table": table, "heading": heading, "columns": columns}) + b"\n"
        try:
            assert self._process.stdin is not None  # noqa: S101  # a pipe was asked for
            self._process.stdin.write(asked)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise RefusedError(_CRASHED) from error
        got, end = 0, None
        while end is None:
            frame = self._frame()
            try:
                batch = [_row(each, len(columns)) for each in frame["rows"]]
                end = frame.get("end")
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise RefusedError(_CRASHED) from error
            got += len(batch)
            if got > self._limits.rows:
                raise RefusedError(_CRASHED)
            yield from batch

    def _frame(self) -> Any:  # noqa: ANN401  # any JSON
        assert self._process.stdout is not None  # noqa: S101  # a pipe was asked for
        try:
            frame = frames.read(self._process.stdout.fileno(), self._wait)
        except frames.FrameError as error:
            raise RefusedError(_CRASHED) from error
        if frame is None:
            raise RefusedError(_CRASHED)
        if isinstance(frame, dict) and "refused" in frame:
            raise RefusedError(_sentence(frame["refused"]))
        return frame

    def _wait(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  # a pipe was asked for
        left = min(self._limits.silence_seconds, self._ends - time.monotonic())
        ready, _, _ = select.select([self._process.stdout.fileno()], [], [], max(left, 0))
        if not ready:
            raise RefusedError(_STUCK)


def _sentence(said: object) -> str:
    """Return what the process said as one printable line: it read a stranger's file, so it is not trusted."""
    return "".join(each if each.isprintable() else " " for each in str(said))[:_LONGEST_SENTENCE]


def _found(number: int, each: Any) -> Found:  # noqa: ANN401  # any JSON
    rows = [(int(line), [_cell(cell) for cell in cells]) for line, cells in each["rows"][:HEAD_ROWS]]
    return Found(number, _sentence(each["name"]), rows, tuple(map(_sentence, each["notes"])), bool(each["hidden"]))


def _row(each: Any, width: int) -> RawRow:  # noqa: ANN401  # any JSON
    line, cells, fault = each
    if len(cells) != width:
        raise ValueError
    return RawRow(int(line), [_cell(cell) for cell in cells], int(fault))


def _cell(cell: Any) -> Cell:  # noqa: ANN401  # any JSON
    if cell is None or isinstance(cell, str | int):
        return cell
    raise ValueError
