"""Electronic books (epub): the chapters in the order of the spine, as one document.

A chapter is read as any HTML page is. Images and fonts are left out; a chapter that
copy protection has encrypted, or that is missing, is reported.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from ...errors import LoadError
from ...records import Document, Json, Skipped
from .archive import open_zip
from .base import Item, Loader, Quota, require, too_large
from .draft import Draft
from .encoding import decode
from .html import add_html, declared_charset

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FIELDS = {
    "creator": "author",
    "date": "date",
    "description": "description",
    "language": "language",
    "publisher": "publisher",
    "subject": "subject",
}


def load_epub(item: Item) -> Iterator[Document | Skipped]:
    """One document for the book, and a skip for each chapter that cannot be read."""
    data = item.read()
    with open_zip(io.BytesIO(data), item, Quota(item.limits)) as archive:
        book = _Book(archive, item)
        draft = Draft()
        package, base = book.package()
        draft.title, draft.metadata = _about(package)
        locked = book.locked()
        for path in _spine(package, base):
            try:
                if path in locked:
                    raise LoadError("is encrypted by copy protection")
                chapter = book.read(path)
                add_html(draft, decode(chapter, declared_charset(chapter)).text)
            except LoadError as error:
                yield Skipped(f"{item.key}/{path}", str(error))
    yield draft.finish(item)


class _Book:
    """The files in a book."""

    def __init__(self, archive: zipfile.ZipFile, item: Item) -> None:
        self._archive = archive
        self._limits = item.limits

    def read(self, path: str) -> bytes:
        """A file's bytes. Raises LoadError when it is missing, broken or too large."""
        if path not in self._archive.namelist():
            raise LoadError("is missing from the book")
        info = self._archive.getinfo(path)
        if info.file_size > self._limits.file_bytes:
            raise LoadError(too_large(info.file_size, self._limits))
        try:
            return self._archive.read(info)
        except (OSError, RuntimeError, ValueError, zipfile.BadZipFile, zlib.error) as error:
            raise LoadError(f"is broken: {error}") from error

    def xml(self, path: str) -> Any:
        """A file's root element. Raises LoadError when it is broken or holds entities."""
        parse = require("defusedxml.ElementTree").fromstring
        try:
            return parse(self.read(path))
        except (SyntaxError, ValueError, LoadError) as error:  # ParseError is a SyntaxError
            raise LoadError(f"is not a readable epub: {path}: {error}") from error

    def package(self) -> tuple[Any, str]:
        """The package's root element, and the folder that its paths start from."""
        rootfile = self.xml(_CONTAINER).find(".//{*}rootfile")
        if rootfile is None or not rootfile.get("full-path"):
            raise LoadError("is not a readable epub: its container names no package")
        path = rootfile.get("full-path")
        return self.xml(path), posixpath.dirname(path)

    def locked(self) -> set[str]:
        """The paths of what is encrypted. Publishers scramble fonts; those are no chapters."""
        if _ENCRYPTION not in self._archive.namelist():
            return set()
        references = self.xml(_ENCRYPTION).iterfind(".//{*}CipherReference")
        return {unquote(reference.get("URI", "")) for reference in references}


def _about(package: Any) -> tuple[str, dict[str, Json]]:
    found: dict[str, list[str]] = {}
    for element in package.iterfind("{*}metadata/*"):
        name = element.tag.rpartition("}")[2]
        if element.text and element.text.strip():
            found.setdefault(name, []).append(" ".join(element.text.split()))
    metadata: dict[str, Json] = {
        field: ", ".join(found[name]) for name, field in _FIELDS.items() if name in found
    }
    return found.get("title", [""])[0], metadata


def _spine(package: Any, base: str) -> Iterator[str]:
    """The paths of the chapters in reading order."""
    manifest = {
        entry.get("id"): posixpath.normpath(posixpath.join(base, unquote(entry.get("href", ""))))
        for entry in package.iterfind("{*}manifest/{*}item")
    }
    for reference in package.iterfind("{*}spine/{*}itemref"):
        if path := manifest.get(reference.get("idref")):
            yield path


FORMATS: dict[str, Loader] = {".epub": load_epub}
