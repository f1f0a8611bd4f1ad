"""Capture passwords, kept out of Connect's configuration: one 0600 file each, which Connect reads itself.

Connect's configuration is stored in a topic and shown by its REST API, so it only holds a reference
(Kafka's DirectoryConfigProvider; the worker's ``config.providers.directory.param.allowed.paths`` must name the folder).
"""

import os
from pathlib import Path

FOLDER = "secrets"


def secrets_folder(home: Path) -> Path:
    """Return the folder that the Connect worker may read."""
    return home / FOLDER


def password_reference(home: Path, provider: str) -> str:
    """Return what stands in the configuration instead of the password."""
    return f"${{directory:{secrets_folder(home)}:{_file_name(provider)}}}"


def write_password(home: Path, provider: str, password: str) -> bool:
    """Write the password's file, mode 0600; return whether it changed."""
    folder = secrets_folder(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / _file_name(provider)
    if path.exists() and path.read_text() == password:
        return False
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(password)
    return True


def remove_password(home: Path, provider: str) -> None:
    """Remove the password's file; nothing happens if there is none."""
    (secrets_folder(home) / _file_name(provider)).unlink(missing_ok=True)


def _file_name(provider: str) -> str:
    return f"{provider}.password"
