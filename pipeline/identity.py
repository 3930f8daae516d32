"""What makes two documents, or two chunks, the same: hashes of their content."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from ..files import sha256_of
from ..records import Chunk, Document
from .loaders import Source


def document_hash(document: Document, recipe: str) -> str:
    """Changes with anything that is stored of a document, and with the `recipe`.

    The recipe names how it is loaded and split.
    """
    parts = asdict(document)
    parts["recipe"] = recipe
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def chunk_hash(chunk: Chunk, title: str) -> bytes:
    """Of what is embedded: a chunk that only moved keeps its hash."""
    return text_hash(chunk.described(title))


def text_hash(text: str) -> bytes:
    """The 16 bytes under which whatever was made from this text is kept."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def source_hash(source: Source) -> str:
    """The sha256 of a source's bytes, in hex."""
    if source.path is None:
        return hashlib.sha256(source.data or b"").hexdigest()
    return sha256_of(Path(source.path))
