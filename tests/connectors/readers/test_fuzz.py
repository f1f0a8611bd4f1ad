"""Damaged and made-up files: the reader gives rows or a refusal; it never crashes, hangs or eats memory.

HUILIU_FUZZ_SECONDS=300 lets it run for minutes instead of a moment.
"""

import os
import resource
import sqlite3
import tempfile
import time
import zipfile
from collections import Counter
from io import BytesIO
from pathlib import Path

import dbf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.readers.__main__ import _Opened
from connectors.readers.limits import Limits, RefusedError
from connectors.readers.sandbox import Sandbox
from tests.connectors.readers.reading import FILES

SECONDS = float(os.environ.get("HUILIU_FUZZ_SECONDS", "0"))
LIMITS = Limits(memory=400 << 20, cpu_seconds=20, silence_seconds=20, unpacked_bytes=64 << 20)


def _seeds() -> list[bytes]:
    seeds = [path.read_bytes() for path in sorted(FILES.glob("*.*")) if path.suffix != ".md"]
    with tempfile.TemporaryDirectory() as folder:
        table = dbf.Table(f"{folder}/a.dbf", "bh C(8); xm C(20); rq D; je N(10,2); ok L", codepage="cp936").open(mode=dbf.READ_WRITE)
        table.append(("0007", "张三", None, 12.5, True))
        table.close()
        seeds.append(Path(f"{folder}/a.dbf").read_bytes())
        with sqlite3.connect(f"{folder}/a.db") as db:
            db.execute("create table t (a integer primary key, b text)")
            db.executemany("insert into t values (?, ?)", [(n, "张三" * n) for n in range(1, 60)])
        seeds.append(Path(f"{folder}/a.db").read_bytes())
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", "编号,姓名\n1,张三\n")
        archive.write(FILES / "people.xls", "people.xls")
    return [*seeds, packed.getvalue()]


SEEDS = _seeds()
places = st.floats(0, 1, exclude_max=True)
cuts = st.tuples(st.just("cut"), places, st.integers(1, 400), st.binary(max_size=40))
bits = st.tuples(st.just("set"), places, st.integers(1, 1), st.binary(min_size=1, max_size=8))
doubles = st.tuples(st.just("double"), places, st.integers(1, 2_000), st.just(b""))
damage = st.lists(st.one_of(cuts, bits, doubles), min_size=1, max_size=8)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """Return a damaged file; of a workbook, half the time, a damaged part in a sound zip."""
    data = draw(st.sampled_from(SEEDS))
    changes = draw(damage)
    if data.startswith(b"PK") and draw(st.booleans()):
        with zipfile.ZipFile(BytesIO(data)) as old:
            name = draw(st.sampled_from(old.namelist()))
            out = BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
                for each in old.namelist():
                    new.writestr(each, damaged(old.read(each), changes) if each == name else old.read(each))
        return out.getvalue()
    return damaged(data, changes)


def damaged(data: bytes, changes: list[tuple[str, float, int, bytes]]) -> bytes:
    out = bytearray(data)
    for how, place, length, put in changes:
        at = int(place * max(1, len(out)))
        if how == "cut":
            out[at : at + length] = put
        elif how == "set":
            out[at : at + len(put)] = put
        else:
            out[at:at] = out[at : at + length]
    return bytes(out)


def read_here(data: bytes) -> str:
    """Read in this process, where a crash has a traceback; return what became of it."""
    with tempfile.NamedTemporaryFile() as file, tempfile.TemporaryFile() as room:
        file.write(data)
        file.flush()
        try:
            opened = _Opened(file, room, "a.dat", LIMITS)  # type: ignore[arg-type]  # a file
            for number, head in enumerate(opened.heads()):
                width = max((len(cells) for _, cells in head.rows), default=0)
                for _ in opened.rows(number, 1, list(range(width))):
                    pass
        except RefusedError:
            return "refused"
    return "read"


def read_in_the_sandbox(data: bytes) -> str:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        try:
            with open(file.name, "rb") as source, Sandbox(source, "a.dat", LIMITS) as sandbox:  # noqa: PTH123  # a temporary file's name
                for found in sandbox.tables():
                    width = max((len(cells) for _, cells in found.rows), default=0)
                    for _ in sandbox.rows(found.number, 1, list(range(width))):
                        pass
        except RefusedError as error:
            said = str(error)
        else:
            return "read"
    assert "its reader was ended" not in said
    assert "took too long" not in said
    return "refused"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(files())
def test_damaged_files(data: bytes) -> None:
    read_here(data)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.binary(max_size=3_000), st.text(max_size=2_000).map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_any_bytes(data: bytes) -> None:
    read_here(data)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(files())
def test_damaged_files_in_the_sandbox(data: bytes) -> None:
    read_in_the_sandbox(data)


@pytest.mark.skipif(not SECONDS, reason="HUILIU_FUZZ_SECONDS is not set: the long run is for whoever changes a reader")
@pytest.mark.timeout(int(SECONDS) + 120)
def test_for_minutes() -> None:
    """Run until the time is up; tell how many files were read and refused, and the most memory a reader took."""
    ends, seen, slowest = time.monotonic() + SECONDS, Counter[str](), 0.0

    @settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(files())
    def some(data: bytes) -> None:
        nonlocal slowest
        if time.monotonic() < ends:
            began = time.monotonic()
            seen[read_here(data)] += 1
            slowest = max(slowest, time.monotonic() - began)
            if sum(seen.values()) % 10 == 0:
                seen["sandbox " + read_in_the_sandbox(data)] += 1

    while time.monotonic() < ends:
        some()
    assert slowest < 10
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 400 << 10
    print(dict(seen), f"slowest {slowest:.2f} s, largest reader {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10} MB")  # noqa: T201  # the run's figures
