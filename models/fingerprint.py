"""A short name for exactly these weights: what vectors and stored states are bound to.

Hashing takes a second for each gigabyte, so the digest of a folder is remembered
in the memctx cache, keyed by its files' sizes and times; nothing is ever written
into the folder itself. Knows nothing of how a model was obtained.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

from ..files import read_json, sha256_of, write_json
from .layout import Layout

RECORD = "memctx.json"
"""Where a folder that memctx made says what it was made from."""


def fingerprint_of(folder: Path, layout: Layout, *, cache: Path) -> str:
    """16 hex digits that change when weights, tokenizer or pooling change.

    Weights that memctx converted go by what they were converted from, as the
    record in their folder says, for as long as they are unchanged: the same
    download has the same fingerprint whichever library version converted it.
    """
    digest = digest_of(folder, layout, cache=cache)
    record = read_json(folder / RECORD)
    if record.get("digest") == digest:
        return str(record["fingerprint"])
    return digest[:16]


def digest_of(folder: Path, layout: Layout, *, cache: Path) -> str:
    """The sha256 over the names and sha256s of the layout's files, in hex."""
    folder = folder.resolve()
    files = layout.files(folder)
    seen = {path.relative_to(folder).as_posix(): _stamp(path) for path in files}
    key = hashlib.sha256(str(folder).encode()).hexdigest()[:32]
    memo = cache / "fingerprints" / f"{key}.json"
    known = read_json(memo)
    if known.get("files") == seen:
        return str(known["digest"])
    digest = content_digest(folder, layout)
    with contextlib.suppress(OSError):  # a cache that cannot be written costs time, no more
        memo.parent.mkdir(parents=True, exist_ok=True)
        write_json(memo, {"folder": str(folder), "files": seen, "digest": digest})
    return digest


def content_digest(folder: Path, layout: Layout) -> str:
    """As `digest_of`, reading every byte whatever is remembered."""
    files = layout.files(folder)
    lines = (f"{sha256_of(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]
