"""Passwords lie in files that only their owner reads, and a reference names them."""

from pathlib import Path

from connectors.secrets import password_reference, remove_password, secrets_folder, write_password


def test_written_once_and_private(tmp_path: Path) -> None:
    assert write_password(tmp_path, "harbour_office", "pä'\\n ") is True
    path = secrets_folder(tmp_path) / "harbour_office.password"
    assert path.read_text() == "pä'\\n "
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert write_password(tmp_path, "harbour_office", "pä'\\n ") is False
    assert write_password(tmp_path, "harbour_office", "new") is True
    assert path.read_text() == "new"


def test_reference_and_removal(tmp_path: Path) -> None:
    write_password(tmp_path, "harbour_office", "x")
    assert password_reference(tmp_path, "harbour_office") == f"${{directory:{tmp_path}/secrets:harbour_office.password}}"
    remove_password(tmp_path, "harbour_office")
    remove_password(tmp_path, "harbour_office")
    assert list(secrets_folder(tmp_path).iterdir()) == []
