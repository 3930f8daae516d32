"""A tokenizer of transformers, kept so that it opens without transformers.

Importing transformers takes several times as long as opening a tokenizer does. What it
made of a folder at first use is kept beside the compact tables: the tokenizer itself, as
the `tokenizers` library reads it, and what stands around a message of its chat template.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..files import replacing
from .tokenizer import LibraryTokenizer

_VERSION = 1
_NAMES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")


class KeptTokenizer:
    """The tokens of the tokenizer that `file` was kept from, as a `Tokenizer`. Safe to share.

    Raises:
        OSError, ValueError: the file is not what `keep` wrote.
    """

    def __init__(self, file: Path) -> None:
        from tokenizers import Tokenizer

        line, whole = file.read_text(encoding="utf-8").split("\n", 1)
        about = json.loads(line)
        if about.get("version") != _VERSION or about["checksum"] != _checksum(whole):
            raise ValueError(f"{file} holds no whole tokenizer of version {_VERSION}")
        self._plain = Tokenizer.from_str(whole)
        self._lock = threading.Lock()
        self._frame = (str(about["before"]), str(about["after"]))
        self.eos_token_id: int | None = about["eos"]
        self.pad_token_id: int | None = about["pad"]
        self.control_ids = frozenset(about["control"])
        self.opening_ids: tuple[int, ...] = tuple(about["opening"])
        self.is_chat: bool = about["is_chat"]

    def encode(self, text: str, *, scaffold: bool = False) -> list[int]:
        """As `Tokenizer.encode`."""
        with self._lock:  # the library keeps the splitting rule as a state
            self._plain.encode_special_tokens = not scaffold
            ids: list[int] = self._plain.encode(text, add_special_tokens=False).ids
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        """As `Tokenizer.decode`."""
        text: str = self._plain.decode(list(ids), skip_special_tokens=True)
        return text

    def chat_frame(self) -> tuple[str, str]:
        """As `Tokenizer.chat_frame`."""
        return self._frame


def kept_tokenizer(folder: Path, cache: Path) -> KeptTokenizer | None:
    """The tokenizer that was kept of a folder as it is now; None where none was."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        return KeptTokenizer(_place(folder, cache))
    return None


def keep(tokenizer: LibraryTokenizer, folder: Path, cache: Path) -> None:
    """Keep a tokenizer that was loaded from a folder, if the plain library can stand for it."""
    library = tokenizer.library
    plain: Any = getattr(library, "backend_tokenizer", None)
    if plain is None or getattr(library, "clean_up_tokenization_spaces", False):
        return  # written in Python, or its texts are smoothed behind the plain library
    plain.no_truncation()
    plain.no_padding()
    whole = plain.to_str()
    before, after = tokenizer.chat_frame()
    about = {
        "version": _VERSION,
        "checksum": _checksum(whole),
        "before": before,
        "after": after,
        "eos": tokenizer.eos_token_id,
        "pad": tokenizer.pad_token_id,
        "control": sorted(tokenizer.control_ids),
        "opening": list(tokenizer.opening_ids),
        "is_chat": tokenizer.is_chat,
    }
    with contextlib.suppress(OSError):  # a cache that cannot be written costs time, no more
        cache.mkdir(parents=True, exist_ok=True)
        with replacing(_place(folder, cache)) as beside:
            beside.write_text(json.dumps(about) + "\n" + whole, encoding="utf-8")


def _place(folder: Path, cache: Path) -> Path:
    """Where the tokenizer of a folder is kept; a change of its files makes another place."""
    stamps = [(s.st_size, s.st_mtime_ns) for s in map(_stat, map(folder.joinpath, _NAMES)) if s]
    said = (str(folder.resolve()), stamps)
    return cache / f"{hashlib.sha256(repr(said).encode()).hexdigest()[:32]}.tokenizer"


def _stat(file: Path) -> Any:
    try:
        return file.stat()
    except OSError:
        return None


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
