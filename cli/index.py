"""``huiliu index``: the index's state, and a rebuild from topic ``entities`` beside the index that serves."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from confluent_kafka import KafkaException
from elasticsearch import ApiError, TransportError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from indexer.elastic import connect
from indexer.errors import RebuildError, ServerError
from indexer.index import EntityIndex
from indexer.reading import Reading
from indexer.rebuild import Rebuild, Rebuilt
from indexer.replay import Replay
from indexer.status import status as status_of
from schemas import registry
from settings import Settings

app = typer.Typer(help="索引 The index of entities.", no_args_is_help=True)
_Json = Annotated[bool, typer.Option("--json", help="最后一行输出 JSON: one JSON object on the last line.")]


@app.command()
def status(*, as_json: _Json = False) -> None:
    """索引状态 The index's name, documents, size, and how far the indexer is behind.

    Example: huiliu index status --json
    """
    with _asking():
        settings = Settings.load()
        found = status_of(connect(settings.elasticsearch_url), settings.kafka_bootstrap)
        if as_json:
            print(json.dumps(asdict(found)))
            return
        lag = "未知 unknown" if found.lag is None else f"{found.lag:,}"
        print(f"索引 index      {found.index or '无 none'}{'  (写保护 writes blocked)' if found.blocked else ''}")
        print(f"主体 entities   {found.documents:,} (已注销 gone: {found.markers:,})")
        print(f"大小 size       {found.bytes / 1e6:,.1f} MB")
        print(f"积压 lag        {lag} 条 messages")
        if found.leftovers:
            print(f"残留 leftovers  {found.leftovers} (下次重建时删除 deleted by the next rebuild)")


@app.command()
def rebuild(*, as_json: _Json = False) -> None:
    """重建索引 Build a new index beside the old one and swap them; searches go on and never see an older answer.

    Example: huiliu index rebuild
    """
    with _asking():
        settings = Settings.load()
        with _alone(settings), _bar() as bar:
            done = _rebuild(settings, bar)
    if as_json:
        print(json.dumps({"ok": True, **asdict(done)}))
    else:
        print(
            f"完成 done: {done.index}, {done.documents:,} entities in {done.seconds:.1f} s; writes waited {done.blocked_ms} ms for the swap"
        )


def _rebuild(settings: Settings, bar: Progress) -> Rebuilt:
    task = bar.add_task("重建 rebuilding", total=None)
    replay = Replay(settings.kafka_bootstrap)
    try:
        index = EntityIndex(connect(settings.elasticsearch_url))
        return Rebuild(
            index,
            replay,
            Reading.of(settings),
            settings.index_batch,
            lambda done, total: bar.update(task, completed=done, total=total),
        ).run()
    finally:
        replay.close()


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Keep a second rebuild out: it would delete this one's index as a leftover."""
    with (settings.home / "rebuild.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RebuildError(f"另一个重建正在进行 another rebuild of {settings.home} is under way: wait for it") from None
        yield


@contextmanager
def _asking() -> Iterator[None]:
    """Name the server that did not do what was asked."""
    try:
        yield
    except (ApiError, TransportError) as error:
        raise ServerError(f"Elasticsearch 没有完成请求 did not do what was asked ({type(error).__name__}): see `huiliu status`") from error
    except registry.AWAY as error:
        raise ServerError(
            f"登记处没有完成请求 the registry did not do what was asked ({type(error).__name__}): see `huiliu status`"
        ) from error
    except KafkaException as error:
        raise ServerError(f"Kafka 没有完成请求 did not do what was asked ({error.args[0].name()}): see `huiliu status`") from error
