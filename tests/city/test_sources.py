"""``sources.env`` keeps passwords and other people's lines, and is its owner's alone."""

from pathlib import Path

from city.departments import DEPARTMENTS
from city.sources import CAPTURE, DBA, Sources

DEPARTMENT = DEPARTMENTS["transport"]


def written(home: Path, port: int) -> dict[str, str]:
    sources = Sources(home)
    passwords = {purpose: sources.password(DEPARTMENT, purpose) for purpose in (CAPTURE, DBA)}
    sources.put(DEPARTMENT, {"host": "127.0.0.1", "port": port}, passwords)
    sources.save()
    return passwords


def test_passwords_stay_and_ports_follow(tmp_path: Path) -> None:
    first = written(tmp_path, 5001)
    assert written(tmp_path, 5002) == first
    address = Sources(tmp_path).address(DEPARTMENT, CAPTURE)
    assert address == f"postgresql://transport_capture:{first[CAPTURE]}@127.0.0.1:5002/transport"
    assert first[CAPTURE] != first[DBA]


def test_the_file_is_private_and_keeps_other_lines(tmp_path: Path) -> None:
    path = tmp_path / "sources.env"
    path.write_text("HUILIU_SOURCE_OTHER=postgresql://x:y@127.0.0.1:1/other\n")
    written(tmp_path, 5001)
    assert path.stat().st_mode & 0o777 == 0o600
    assert "HUILIU_SOURCE_OTHER=postgresql://x:y@127.0.0.1:1/other\n" in path.read_text()
    sources = Sources(tmp_path)
    sources.forget(DEPARTMENT)
    sources.save()
    assert path.read_text() == "HUILIU_SOURCE_OTHER=postgresql://x:y@127.0.0.1:1/other\n"
