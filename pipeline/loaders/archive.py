"""Zip archives: their members as items, after checks that keep bombs from going off.

The same checks guard the formats that are zip archives inside: Office files and epub.
Nothing is ever unpacked to disk. This module does not know what the members are.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import BinaryIO

from ...errors import LoadError
from ...records import Skipped
from .base import Item, Loader, Quota, is_passed_over, megabytes, too_large

_SMALL = 10_000_000
"""Bytes below which no ratio is suspicious: sparse files pack well."""

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")


def load_zip(item: Item) -> Iterator[Skipped | Item]:
    """One item for each file in the archive, in the archive's order."""
    with item.open() as stream, open_zip(stream, item, item.quota) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if members and all(info.flag_bits & 1 for info in members):
            raise LoadError("is encrypted; unpack it, or make it again without password")
        if not members:
            raise LoadError("is empty")
        taken: set[str] = set()
        for info in members:
            name = _name(info)
            if not _is_below(name):
                yield Skipped(f"{item.key}/{name.lstrip('/')}", "has a path outside the archive")
            elif any(map(is_passed_over, name.split("/"))):
                continue
            elif reason := _refusal(info, name in taken, item):
                yield Skipped(f"{item.key}/{name}", reason)
            else:
                taken.add(name)
                yield item.child(name, partial(archive.read, info))


def open_zip(stream: BinaryIO, item: Item, quota: Quota) -> zipfile.ZipFile:
    """The archive, checked. Raises LoadError when it is broken or too much."""
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise LoadError(f"is not a readable zip archive: {error}") from error
    packed = sum(info.compress_size for info in archive.infolist())
    expanded = sum(info.file_size for info in archive.infolist())
    ratio = item.limits.archive_ratio
    if expanded > _SMALL and expanded > ratio * max(packed, 1):
        raise LoadError(
            f"expands {expanded // max(packed, 1)}-fold to {megabytes(expanded)}, "
            f"more than {ratio}-fold: a zip bomb, or padding"
        )
    quota.take(expanded, len(archive.infolist()))
    return archive


def open_package(item: Item) -> BinaryIO:
    """The bytes of an Office file, once its parts have passed the checks of an archive."""
    data = item.read()
    if not data:
        raise LoadError("is empty")
    if data.startswith(_OLD_OFFICE):
        if _ENCRYPTED_PACKAGE in data:
            raise LoadError("is encrypted; save a copy without password")
        raise LoadError("is an old Office file (before 2007); save it in the new format")
    with open_zip(io.BytesIO(data), item, Quota(item.limits)) as archive:
        for info in archive.infolist():
            if info.file_size > item.limits.file_bytes:
                raise LoadError(f"{info.filename} {too_large(info.file_size, item.limits)}")
    return io.BytesIO(data)


def _name(info: zipfile.ZipInfo) -> str:
    """A member's path with forward slashes, in the encoding that it was written in.

    Without the UTF-8 flag zipfile reads names as code page 437, while Chinese Windows
    writes GBK and many Unix tools write UTF-8 all the same.
    """
    name = info.filename
    if not info.flag_bits & 0x800 and not name.isascii():
        raw = name.encode("cp437")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return "/".join(part for part in name.replace("\\", "/").split("/") if part != ".")


def _is_below(name: str) -> bool:
    drive = name[1:2] == ":"
    return not drive and not name.startswith("/") and ".." not in name.split("/")


def _refusal(info: zipfile.ZipInfo, again: bool, item: Item) -> str | None:
    if info.flag_bits & 1:
        return "is encrypted"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a symlink, which archives may not hold"
    if again:
        return "is in the archive twice; the first was read"
    if info.file_size > item.limits.file_bytes:
        return too_large(info.file_size, item.limits)
    return None


FORMATS: dict[str, Loader] = {".zip": load_zip}
