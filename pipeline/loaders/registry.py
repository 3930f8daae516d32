"""Which loader reads what, and the one way in: `load`.

The registry is a dictionary from suffix to loader; each format family brings its own
entries. Whatever goes wrong with one input ends here, as a `Skipped` with its reason.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from ...errors import LoadError, MissingDependency
from ...records import Document, Skipped
from . import archive, book, html, jsonl, mail, markdown, pdf, rst, sheets, slides, text, word
from .base import Item, Limits, Loader, Source, item_of

_log = logging.getLogger(__name__)

LOADERS: dict[str, Loader] = {
    **text.FORMATS,
    **markdown.FORMATS,
    **rst.FORMATS,
    **html.FORMATS,
    **pdf.FORMATS,
    **word.FORMATS,
    **slides.FORMATS,
    **sheets.FORMATS,
    **book.FORMATS,
    **mail.FORMATS,
    **jsonl.FORMATS,
    **archive.FORMATS,
}
"""The loader of each suffix, in lower case."""

_INSTEAD = {
    ".doc": "; save it as .docx",
    ".ppt": "; save it as .pptx",
    ".xls": "; save it as .xlsx",
    ".odt": "; save it as .docx",
    ".odp": "; save it as .pptx",
    ".ods": "; save it as .xlsx",
    ".rtf": "; save it as .docx",
    ".msg": "; save it as .eml",
    ".mobi": "; convert it to .epub",
    **dict.fromkeys((".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"), "; unpack it"),
}


def load(source: Source, limits: Limits | None = None) -> Iterator[Document | Skipped]:
    """The documents of a source, and what in it could not become one.

    Documents come one by one, so that a long JSONL file or a large archive needs no
    more memory than its largest part. Never raises for what a file holds.
    """
    limits = limits or Limits()
    item = item_of(source, limits)
    if source.path is None:
        is_pdf = (source.data or b"").startswith(b"%PDF-")
        yield from _load(item, pdf.load_pdf if is_pdf else jsonl.load_stdin)
    else:
        yield from _load(item, _loader_of(item.name) or text.load_plain)


def is_supported(name: str) -> bool:
    """Whether a file of that name is read without being named itself."""
    return _loader_of(name) is not None


def why_unsupported(name: str) -> str:
    """The reason for skipping a file that `is_supported` declines."""
    suffix = _suffix(name)
    return f"{suffix} files are not read{_INSTEAD.get(suffix, '')}"


def _suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f".{suffix.lower()}" if dot and stem else ""


def _loader_of(name: str) -> Loader | None:
    if name.lower() in text.LANGUAGE_OF_NAME:
        return text.load_code
    suffix = _suffix(name)
    return LOADERS.get(suffix) if suffix else text.load_plain


def _load(item: Item, loader: Loader) -> Iterator[Document | Skipped]:
    try:
        for piece in loader(item):
            if not isinstance(piece, Item):
                yield piece
            elif inner := _loader_of(piece.name):
                yield from _load(piece, inner)
            else:
                yield Skipped(piece.key, why_unsupported(piece.name))
    except (LoadError, MissingDependency) as error:
        yield Skipped(item.key, str(error))
    except OSError as error:
        yield Skipped(item.key, f"cannot be read: {error.strerror or error}")
    except RecursionError:
        yield Skipped(item.key, "is nested too deeply")
    except Exception as error:  # parsers raise anything at all on broken input
        _log.debug("%s could not be loaded", item.key, exc_info=True)
        kind = item.name.rpartition(".")[2]
        yield Skipped(item.key, f"is not a readable {kind} file: {type(error).__name__}: {error}")
