"""Zip archives, workbooks among them: checked before a byte is unpacked, and refused when they are locked, too large or a trap."""

import stat
import struct
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from connectors.readers.limits import Limits, RefusedError

DAMAGE = (BadZipFile, ValueError, LookupError, NotImplementedError, EOFError, OSError, RuntimeError, struct.error, zlib.error)
"""What zipfile raises at an archive that is not what it says."""

_LOCKED = 0x1
_UTF8 = 0x800


def opened(file: BinaryIO, limits: Limits, most: int) -> ZipFile:
    """Return the archive if it keeps to the limits; ``most`` members."""
    try:
        archive = ZipFile(file)
    except DAMAGE as error:
        raise RefusedError("压缩包已损坏 the archive is damaged: 重新导出后再送 export and send it again") from error
    members = archive.infolist()
    if len(members) > most:
        raise RefusedError(f"压缩包内文件过多 the archive has {len(members):,} files, more than {most:,}: send fewer at a time")
    if len({member.filename for member in members}) < len(members):
        raise RefusedError("压缩包内文件重名 the archive names a file twice: 重新打包 pack it again")
    for member in members:
        _check(member)
    packed, unpacked = sum(member.compress_size for member in members), sum(member.file_size for member in members)
    if unpacked > limits.unpacked_bytes or (unpacked > limits.harmless_bytes and unpacked > packed * limits.ratio):
        raise RefusedError(
            f"解压后过大 the archive unpacks to {unpacked / 1e6:,.0f} MB from {packed / 1e6:,.1f} MB, beyond the limit: "
            "分开发送，或改用 CSV send it in parts, or as CSV"
        )
    return archive


def _check(member: ZipInfo) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    if member.flag_bits & _LOCKED:
        raise RefusedError("压缩包有密码 the archive is locked with a password: 去掉密码后再送 send it without a password")
    if path.is_absolute() or ".." in path.parts or ":" in member.filename or stat.S_ISLNK(member.external_attr >> 16):
        raise RefusedError("压缩包内路径不合法 the archive names a path outside itself: 重新打包 pack it again")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise RefusedError("压缩方法不支持 the archive's compression is not supported: 用普通 zip 重新打包 pack it as an ordinary zip")


def name_of(member: ZipInfo) -> str:
    """Return the member's name as its writer meant it: Chinese Windows packs GBK without saying so."""
    if member.flag_bits & _UTF8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def content(archive: ZipFile) -> list[ZipInfo]:
    """Return the members that are meant: no folders, no leavings of an operating system."""
    return [
        member
        for member in archive.infolist()
        if not member.is_dir() and not member.filename.startswith("__MACOSX/") and not PurePosixPath(member.filename).name.startswith(".")
    ]


def unpack(archive: ZipFile, member: ZipInfo, into: BinaryIO, limits: Limits) -> None:
    """Write one member over ``into``, whatever the archive says of its size."""
    into.seek(0)
    into.truncate(0)
    done = 0
    try:
        with archive.open(member) as part:
            while piece := part.read(1 << 20):
                done += len(piece)
                if done > limits.unpacked_bytes:
                    raise RefusedError("解压后过大 the archive unpacks beyond the limit: 分开发送 send it in parts")
                into.write(piece)
    except DAMAGE as error:
        raise RefusedError("压缩包已损坏 the archive is damaged: 重新打包后再送 pack and send it again") from error
    into.flush()
    into.seek(0)
