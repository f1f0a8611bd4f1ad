"""``huiliu contract versions``, ``diff`` and ``consent``: what was attached, what changes, and who agreed to it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.contract.chosen import Json, One, complain, contract
from connectors.onboarding.attaching import who
from connectors.onboarding.changes import Change, changes
from connectors.onboarding.versions import Consent, Version, VersionError, Versions, opened_versions
from domain.contract import Contract
from settings import Settings

_EFFECTS = {"widens": "扩大 widens", "narrows": "收窄 narrows", "other": "其他 other"}
_COLOURS = {"widens": "red", "narrows": "green", "other": "default"}


def versions(slug: Annotated[str, typer.Argument(metavar="SLUG", help="单位 a provider")], *, as_json: Json = False) -> None:
    """历次版本 List every version that was attached, with the consents to it.

    Example: huiliu contract versions transport
    """
    with _opened() as kept:
        found, consents = kept.of(slug), kept.consents(slug)
    if not found:
        complain(f"{slug}: 从未接入 no version was ever attached: huiliu contract attach {slug}")
        raise typer.Exit(1)
    if as_json:
        for version in found:
            print(json.dumps(_as_json(version, consents), ensure_ascii=False))
        return
    table = Table("版本 version", "接入 attached", "由 by", "SHA-256", "同意 consent")
    for version in found:
        agreed = "; ".join(f"{each.office}: {each.note}" for each in consents if each.version == version.version)
        at = f"{version.attached_at:%Y-%m-%d %H:%M}"
        table.add_row(str(version.version), at, version.attached_by, version.digest.hex()[:16], agreed or "—")
    Console().print(table)


def diff(
    name: One,
    old: Annotated[int | None, typer.Argument(metavar="A", help="版本 a version; 默认最后接入的 by default the one attached last")] = None,
    new: Annotated[int | None, typer.Argument(metavar="B", help="版本 a version; 默认现在的文件 by default the file as it is")] = None,
    *,
    as_json: Json = False,
) -> None:
    """比较版本 Tell what widens access, what narrows it, and what does neither.

    Example: huiliu contract diff transport 1 2
    """
    later = contract(name).contract if new is None else None
    slug = later.provider if later else name.removesuffix(".yaml").rsplit("/", 1)[-1]
    with _opened() as kept:
        before = _version(kept, slug, old)
        after = later or kept.numbered(slug, new or 0).contract
    found = changes(before, after)
    for change in found:
        _show(change, as_json=as_json)
    if not found and not as_json:
        print("没有区别 they say the same")


def consent(
    name: One,
    *,
    version: Annotated[int, typer.Option("--version", min=1, help="同意的版本 the version that is consented to")],
    office: Annotated[str, typer.Option("--office", help="提供单位的岗位 the provider's office that consents, no person's name")],
    note: Annotated[str, typer.Option("--note", help="依据 on what ground, e.g. a letter's number")],
) -> None:
    """登记同意 Record the provider's consent to a version that widens access; it is kept for ever and covers this very text.

    Example: huiliu contract consent transport --version 2 --office 运输管理处 --note 溧交函〔2026〕12号
    """
    asked: Contract = contract(name).contract
    if asked.version != version:
        complain(f"{asked.provider}: 文件是第 {asked.version} 版 the file is version {asked.version}, not {version}: name the right one")
        raise typer.Exit(1)
    if not office.strip() or not note.strip():
        complain("--office 与 --note 不能为空 must not be empty: say who consents, and on what ground")
        raise typer.Exit(2)
    with _opened() as kept:
        for change in kept.consent(asked, office=office.strip(), note=note.strip(), who=who()):
            _show(change, as_json=False)
    print(f"已登记 recorded: {office} 同意 consents to {asked.provider} version {version}; 然后 then: huiliu contract attach {name}")


@contextmanager
def _opened() -> Iterator[Versions]:
    """Open the kept versions; what is wrong with them is told."""
    try:
        with opened_versions(Settings.load().store_dsn.get_secret_value()) as kept:
            yield kept
    except VersionError as error:
        complain(str(error))
        raise typer.Exit(1) from None


def _version(kept: Versions, slug: str, number: int | None) -> Contract:
    """Return the numbered version's contract, or the last one's."""
    found = kept.of(slug)
    if number is None and found:
        return found[-1].contract
    return kept.numbered(slug, number or 0).contract


def _show(change: Change, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(asdict(change), ensure_ascii=False))
        return
    Console(soft_wrap=True, highlight=False).print(f"{_EFFECTS[change.effect]}  {change}", style=_COLOURS[change.effect], markup=False)


def _as_json(version: Version, consents: list[Consent]) -> dict[str, object]:
    return {
        "provider": version.provider,
        "version": version.version,
        "sha256": version.digest.hex(),
        "attached_by": version.attached_by,
        "attached_at": version.attached_at.isoformat(),
        "consents": [
            {"office": each.office, "note": each.note, "by": each.recorded_by, "at": each.recorded_at.isoformat(), "widens": each.widens}
            for each in consents
            if each.version == version.version and each.digest == version.digest
        ],
    }
