"""The one settings model: every address, size and path huiliu needs, read once at the edge and passed in.

Values come from the environment (prefix ``HUILIU_``), then from ``<home>/huiliu.env``, which ``huiliu up`` writes.
Secrets are never defaults: a missing one is an error that names the variable.
"""

import os
import re
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

ENV_FILE = "huiliu.env"
SOURCES_FILE = "sources.env"
_KINDS = ("kingbase", "mariadb", "mysql", "oracle", "sqlserver", "dameng")
_ADDRESS = re.compile(rf"(postgres(ql)?|{'|'.join(_KINDS)})://[^\s/]+(/\S*)?")


class SettingsError(Exception):
    """A setting is missing or malformed; the message names the variable and the remedy."""


def default_home() -> Path:
    """Return the data folder: ``HUILIU_HOME``, else ``.huiliu`` in the current folder."""
    return Path(os.environ.get("HUILIU_HOME", ".huiliu")).absolute()


class Settings(BaseSettings):
    """Where the servers are and how large the batches are. Times in seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(env_prefix="HUILIU_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home)
    kafka_bootstrap: str = Field(description="host:port of a Kafka broker")
    connect_url: str = Field(description="Kafka Connect's REST address")
    registry_url: str = Field(description="schema registry, Confluent API")
    registry_native_url: str = Field(description="schema registry, as Connect's Avro converter reads it")
    elasticsearch_url: str
    store_dsn: SecretStr = Field(description="PostgreSQL that holds the resolver's store")
    departments_dsn: SecretStr | None = Field(default=None, description="superuser of the demo's department databases")
    key_file: Path | None = Field(default=None, description="master key, 32 bytes as hex, mode 0600")
    master_key: SecretStr | None = Field(default=None, description="the master key itself, instead of key_file")
    providers_dir: Path = Field(default_factory=lambda: Path(__file__).parent.parent / "connectors" / "providers")
    scorecards_dir: Path | None = Field(
        default=None, description="scorecards of one's own, <kind>.yaml, instead of the shipped; <home>/scorecards if not given"
    )
    worker_index: int = Field(default=0, ge=0)
    metrics_port: int = Field(default=0, ge=0, description="where this process serves /metrics; 0: nowhere")
    capture_poll_ms: int | None = Field(
        default=None, ge=10, le=5000, description="how often a connector looks for changes; by how many connectors there are, if not given"
    )
    partitions: int = Field(default=4, ge=1, description="partitions of every topic huiliu creates")
    stream_batch: int = Field(default=500, ge=1, description="most records one micro-batch holds")
    stream_linger: float = Field(default=0.02, ge=0, description="longest wait for a batch to fill")
    index_batch: int = Field(default=1000, ge=1, description="most entities one bulk request holds")
    history_days: int = Field(default=1095, ge=1, description="how long former versions of records and entities are kept")
    query_host: str = "127.0.0.1"
    query_port: int = 8080
    query_origin: str = Field(
        default="",
        pattern=r"^(https?://[a-z0-9.:\[\]-]+)?$",
        description="what browsers see of a TLS proxy before process query, e.g. https://review.example.cn; empty: there is none",
    )
    door_host: str = "127.0.0.1"
    door_port: int = 8090

    @classmethod
    def load(cls, home: Path | None = None) -> "Settings":
        """Read the environment over ``<home>/huiliu.env``.

        Raises:
            SettingsError: a variable is missing or malformed; names it and says what to do.
        """
        home = (home or default_home()).absolute()
        try:
            return cls(_env_file=home / ENV_FILE, home=home)  # type: ignore[call-arg]  # pydantic-settings' own keyword
        except ValidationError as error:
            names = ", ".join(f"HUILIU_{'.'.join(map(str, each['loc'])).upper()}" for each in error.errors())
            message = (
                f"设置缺失或有误 (missing or malformed settings): {names}; "
                f"先运行 huiliu up (it writes {home / ENV_FILE}), or set them in the environment"
            )
            raise SettingsError(message) from error

    @property
    def contract_folders(self) -> tuple[Path, Path]:
        """Where contracts are installed: the shipped ones, and what was attached from elsewhere, which goes before them."""
        return self.providers_dir, self.home / "providers"

    @property
    def scorecard_folder(self) -> Path | None:
        """Where scorecards of one's own are installed; None without any."""
        if self.scorecards_dir is not None:
            return self.scorecards_dir
        folder = self.home / "scorecards"
        return folder if folder.is_dir() else None

    def source_url(self, variable: str) -> str:
        """Return a department database's address from the environment or ``<home>/sources.env``.

        Raises:
            SettingsError: the variable is not set, or is not an address of a database that huiliu knows.
        """
        url = os.environ.get(variable) or dotenv_values(self.home / SOURCES_FILE).get(variable)
        if not url:
            message = f"环境变量未设置 {variable} is not set: export it, or write it into {self.home / SOURCES_FILE} (mode 0600)"
            raise SettingsError(message)
        if not _ADDRESS.fullmatch(url):
            kinds = ", ".join(_KINDS)
            message = f"{variable} 不是数据库地址 is not an address like postgresql://user:password@host:port/database (or {kinds})"
            raise SettingsError(message)
        return url

    def master_key_bytes(self) -> bytes:
        """Return the 32-byte master key.

        Raises:
            SettingsError: no key, a key of the wrong length, or a key file that others may read.
        """
        if self.master_key is not None:
            text = self.master_key.get_secret_value()
        elif self.key_file is not None and self.key_file.exists():
            if self.key_file.stat().st_mode & 0o077:
                message = f"密钥文件权限过宽 {self.key_file} may be read by others: chmod 600 {self.key_file}"
                raise SettingsError(message)
            text = self.key_file.read_text().strip()
        else:
            message = "没有主密钥 no master key: set HUILIU_KEY_FILE (a 0600 file) or HUILIU_MASTER_KEY (64 hex digits)"
            raise SettingsError(message)
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = b""
        if len(key) != 32:  # noqa: PLR2004  # AES-256 and HKDF both take 32 bytes
            message = "主密钥不是 64 位十六进制数 the master key is not 64 hex digits: make one with `openssl rand -hex 32`"
            raise SettingsError(message)
        return key
