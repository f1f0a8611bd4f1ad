"""``huiliu bench submit``: a made-up copy of many rows, from the file to Kafka: time, and memory of all processes."""

import csv
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import orjson
import psutil
import typer
from confluent_kafka.admin import AdminClient
from openpyxl import Workbook
from rich.console import Console

from cli.bench.usage import machine
from connectors.intake.ledger import Ledger, forget_feeds
from domain.contract import Contract, read_contract
from schemas.topics import ensure_topics, source_topics
from settings import Settings

_PROVIDER = "bench_submit"
_LOOK_SECONDS = 0.2
_HEADINGS = ("编号", "姓名", "证件号", "性别", "出生日期", "电话", "住址", "单位", "登记日期", "状态")
_CONTRACT = """
provider: bench_submit
row: 1
title: {zh: 测量, en: measurement}
owner: 测量
liaison: {leader: 测量, officer: 测量}
legal_basis: [只用于测量 for measuring only]
mode: file
purposes: [public_service]
limits: {delete_share: 1, change_share: 1}
tables:
  - name: people
    title: {zh: 测量, en: measurement}
    key: [编号]
    speaks_of: {resident: person}
    columns:
      编号: {ignore: 流水号 serial number}
      姓名: {to: {resident.name: personal}}
      证件号: {to: {resident.citizen_id: personal}}
      性别: {to: {resident.sex: personal}}
      出生日期: {to: {resident.birth_date: personal}}
      电话: {to: {resident.mobile: personal}}
      住址: {to: {resident.address: personal}}
      单位: {to: {resident.employer: internal}}
      登记日期: {to: {resident.registered: internal}}
      状态: {to: {resident.status: internal}}
    expect: {rows_min: 1, rows_max: 10000000, freshness: 86400}
    sample:
      row: {编号: "1", 状态: 在册}
      records: [{role: resident, values: {status: 在册}}]
"""
_console = Console(stderr=True)


class _Peak:
    """The largest sum of resident memory of a process and its children (what they share counted each time), sampled on a thread."""

    def __init__(self, process: psutil.Process) -> None:
        self.bytes, self._process = 0, process
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="memory", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                family = [self._process, *self._process.children(recursive=True)]
                self.bytes = max(self.bytes, sum(each.memory_info().rss for each in family))
            except psutil.NoSuchProcess:
                continue


def submit(
    *,
    rows: Annotated[int, typer.Option(min=1, help="行数 rows")] = 1_000_000,
    file_format: Annotated[Literal["csv", "xlsx"], typer.Option("--format", help="文件格式 file format")] = "csv",
    changed: Annotated[float, typer.Option(min=0, max=1, help="第二份中更改的比例 share of rows changed in a second copy")] = 0.02,
) -> None:
    """报送 A made-up copy, and a second one of which a part changed: seconds, and peak memory of all processes of submit.

    例 Example: huiliu bench submit --rows 1000000 --format xlsx
    """
    settings = Settings.load()
    contract = read_contract(_CONTRACT, "bench").contract
    figures: dict[str, Any] = {"bench": "submit", "rows": rows, "format": file_format, "columns": len(_HEADINGS)}
    ensure_topics(settings.kafka_bootstrap, source_topics(contract), settings.partitions)
    try:
        with tempfile.TemporaryDirectory(prefix="huiliu-bench-") as folder:
            for name, share in (("first", 0.0), ("second", changed)):
                _console.print(f"写文件 writing the {name} copy …")
                path = _write(Path(folder) / f"people.{file_format}", rows, share)
                figures[name] = {"file_mb": round(path.stat().st_size / 1e6, 1), **_measured(path)}
    finally:
        _forget(settings, contract)
    figures["machine"] = machine()
    _console.print_json(orjson.dumps(figures).decode())
    sys.stdout.write(orjson.dumps(figures).decode() + "\n")


def _measured(path: Path) -> dict[str, Any]:
    """Run ``huiliu submit`` as a department does, with the measurement's contract as the only one installed."""
    folder = path.parent / "providers"
    folder.mkdir(exist_ok=True)
    (folder / f"{_PROVIDER}.yaml").write_text(_CONTRACT, encoding="utf-8")
    command = [sys.executable, "-m", "cli.main", "submit", str(path), "--provider", _PROVIDER, "--json"]
    began, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"HUILIU_PROVIDERS_DIR": str(folder)}
    with psutil.Popen(command, stdout=subprocess.PIPE, env=environment) as process, _Peak(process) as peak:
        said, _ = process.communicate()
    seconds = round(time.monotonic() - began, 1)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = round(after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime, 1)
    receipt = orjson.loads(said.splitlines()[-1])["receipts"][0]
    counts = {name: receipt[name] for name in ("state", "created", "updated", "deleted")}
    return {"seconds": seconds, "cpu_seconds": cpu, "peak_rss_mb": peak.bytes >> 20, **counts}


def _write(path: Path, rows: int, changed: float) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEADINGS)
            writer.writerows(_rows(rows, changed))
        return path
    book = Workbook(write_only=True)
    sheet = book.create_sheet("people")
    sheet.append(_HEADINGS)
    for row in _rows(rows, changed):
        sheet.append(row)
    book.save(path)
    return path


def _rows(rows: int, changed: float) -> Iterator[list[object]]:
    """Yield rows that no person has: serial numbers stand where identifiers would."""
    first = date(1950, 1, 1)
    for index in range(rows):
        born = first + timedelta(days=index * 7919 % 24_000)
        status = "迁出" if index % 1_000 < changed * 1_000 else "在册"
        name = f"测{chr(0x4E00 + index % 5_000)}{chr(0x4E00 + index // 5_000 % 5_000)}"
        door = f"溧城街道合成路{index % 900 + 1}号{index % 40 + 101}室"
        firm, phone = f"溧阳市合成第{index % 9_000}厂", f"19900{index % 1_000_000:06}"
        yield [str(index + 1), name, f"T{index:017}", "男女"[index % 2], born, phone, door, firm, born, status]


def _forget(settings: Settings, contract: Contract) -> None:
    """Take away what the measurement left: its topic and its rows in the store."""
    with Ledger(settings.store_dsn.get_secret_value()).connection() as connection:
        forget_feeds(connection, _PROVIDER)
    topics = [topic.name for topic in source_topics(contract)]
    admin = AdminClient({"bootstrap.servers": settings.kafka_bootstrap, "log_level": 3})
    for future in admin.delete_topics(topics).values():
        future.result()
