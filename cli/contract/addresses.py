"""Database addresses that are typed: completed with their password, used by this command, and kept only where they may be."""

import os
import sys
from typing import Annotated
from urllib.parse import quote, urlsplit, urlunsplit

import typer

from cli.contract.chosen import complain
from connectors.onboarding.attaching import remember_addresses
from domain.contract import ContractFile
from settings import Settings

From = Annotated[str | None, typer.Option("--from", help="捕获用户的地址 the capture user's address; attach keeps it in sources.env")]
_VARIABLE = "PGPASSWORD"


def use_addresses(files: list[ContractFile], address: str | None, admin: str | None, settings: Settings | None) -> None:
    """Let this command use the addresses; with settings, the capture user's is kept in sources.env. The DBA's is never kept.

    Raises:
        typer.Exit: they do not go with these contracts; told.
    """
    source = files[0].contract.connection if len(files) == 1 else None
    if source is None or (admin and not source.admin_url_env):
        complain("--from 与 --admin 用于一个 cdc 契约 they go with one cdc contract, --admin with one that has admin_url_env: correct it")
        raise typer.Exit(2)
    if address:
        url = with_password(address, "--from")
        if settings:
            remember_addresses(settings.home, {source.url_env: url})
        os.environ[source.url_env] = url
    if admin and source.admin_url_env:
        os.environ[source.admin_url_env] = with_password(admin, "--admin")


def with_password(url: str, option: str) -> str:
    """Return the address with a password: its own, $PGPASSWORD, or one asked for without showing it.

    Raises:
        typer.Exit: there is none, or it is no address; told.
    """
    parts = urlsplit(url)
    if not parts.scheme or not parts.hostname or not parts.username:
        complain(f"{option} 不是数据库地址 is not an address like postgresql://user@host:port/database: correct it")
        raise typer.Exit(2)
    if parts.password is not None:
        return url
    password = os.environ.get(_VARIABLE)
    if not password and sys.stdin.isatty():
        password = typer.prompt(f"密码 password of {parts.username}@{parts.hostname}", hide_input=True, err=True)
    if not password:
        complain(f"{option} 没有密码 has no password: set {_VARIABLE}, or run the command in a terminal, which asks for it")
        raise typer.Exit(2)
    user, host = parts.netloc.rsplit("@", 1)
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}"))
