"""Resolves every bundle anew and writes the lock: ``python -m stack.lock`` after changing a version in artifacts.py."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from jgo.maven import MavenContext, PythonResolver

from stack.artifacts import BUNDLES, LOCK_FILE, Artifact, Bundle
from stack.fetch import cache_dir


def resolve(context: MavenContext, bundle: Bundle) -> list[Artifact]:
    """Return the bundle's files with their checksums, downloading them into Maven's own cache."""
    if not bundle.transitive:
        found = [_single(context, coordinate, bundle) for coordinate in bundle.coordinates]
    else:
        dependencies = [context.create_dependency(coordinate) for coordinate in bundle.coordinates]
        _, nodes = context.resolver.get_dependency_list(dependencies)
        found = [*(d.artifact for d in dependencies), *(node.dep.artifact for node in nodes)]
    unique = {(a.groupId, a.artifactId, a.classifier): a for a in found if a.artifactId not in bundle.leave_out and a.packaging != "pom"}
    return sorted((_locked(artifact) for artifact in unique.values()), key=lambda a: a.filename)


def _single(context: MavenContext, coordinate: str, bundle: Bundle):  # type: ignore[no-untyped-def]  # noqa: ANN202  # jgo has no types
    group, name, version = coordinate.split(":")
    return context.project(group, name).at_version(version).artifact(classifier=bundle.classifier, packaging=bundle.packaging)


def _locked(artifact) -> Artifact:  # type: ignore[no-untyped-def]  # noqa: ANN001  # jgo has no types
    data = Path(artifact.resolve()).read_bytes()
    classifier = artifact.classifier or ""
    return Artifact(
        artifact.groupId, artifact.artifactId, artifact.version, classifier, artifact.packaging, hashlib.sha256(data).hexdigest(), len(data)
    )


def main() -> None:
    """Write the lock."""
    context = MavenContext(repo_cache=cache_dir() / "m2", timeout=120, resolver=PythonResolver(lenient=True))
    lock = {name: [asdict(each) for each in resolve(context, bundle)] for name, bundle in BUNDLES.items()}
    LOCK_FILE.write_text(json.dumps(lock, indent=1) + "\n")


if __name__ == "__main__":
    main()
