"""``huiliu.env`` holds every setting that names a server, and the master key is made once."""

from pathlib import Path

from settings import Settings
from stack import environment, supervisor
from stack.state import State, boot_id


def state_of(home: Path) -> State:
    written = State(home=home, boot=boot_id())
    supervisor._assign_ports(written, [])
    return written


def test_the_settings_read_what_was_written(tmp_path: Path) -> None:
    written = state_of(tmp_path)
    environment.write(written)
    settings = Settings.load(tmp_path)
    ports = {name: entry.ports for name, entry in written.servers.items()}
    assert settings.kafka_bootstrap == f"127.0.0.1:{ports['kafka']['broker']}"
    assert settings.registry_url.endswith(f":{ports['registry']['http']}/apis/ccompat/v7")
    assert settings.store_dsn.get_secret_value().endswith(f":{ports['store']['sql']}/store")
    assert settings.query_port == ports["query"]["http"]
    assert settings.door_port == ports["door"]["http"]
    assert len(settings.master_key_bytes()) == 32


def test_a_second_write_keeps_key_and_passwords(tmp_path: Path) -> None:
    written = state_of(tmp_path)
    environment.write(written)
    first = Settings.load(tmp_path)
    environment.write(written)
    second = Settings.load(tmp_path)
    assert second.master_key_bytes() == first.master_key_bytes()
    assert second.store_dsn == first.store_dsn


def test_no_two_servers_share_a_port(tmp_path: Path) -> None:
    ports = [port for entry in state_of(tmp_path).servers.values() for port in entry.ports.values()]
    assert len(set(ports)) == len(ports) > 8
