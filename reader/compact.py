"""A tokenizer from tables that are mapped from disk, open in milliseconds.

Large vocabularies come as JSON that takes seconds to parse. Those of one widespread
kind (byte-pair merges over whole texts, spaces as "▁", unknown characters as bytes)
are written once as tables; `CompactTokenizer` then gives the very same tokens. Other
kinds are left to transformers: `build` says so by returning False.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from ..files import read_json, replacing
from .byte_pairs import SHIFT, Merges, first_symbols, merge

_SPACE = "\u2581"
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
_NORMALIZER = {"type": "Replace", "pattern": {"String": " "}, "content": _SPACE}
_DECODERS = [
    {"type": "Replace", "pattern": {"String": _SPACE}, "content": " "},
    {"type": "ByteFallback"},
    {"type": "Fuse"},
]
_PLAIN = ("normalized", "lstrip", "rstrip", "single_word")
_VERSION = 2
_TABLES = ("blob", "bounds", "keys", "ranks", "made", "characters", "character_ids")
_REMEMBERED = 50_000
_WORD = 32
"""How many words are remembered with their tokens, each of at most so many characters."""

TOKENIZERS = "tokenizers"
"""The folder below a cache where tables lie."""

_WORTHWHILE = 4_000_000
"""Bytes of JSON from which on parsing takes noticeably long."""


class CompactTokenizer:
    """The tokens of the tokenizer that `file` was built from, as a `Tokenizer`. Safe to share.

    Raises:
        ValueError: the file is not what `build` wrote.
    """

    is_chat = False

    def __init__(self, file: Path) -> None:
        about, tables = _read(file)
        self._blob = tables["blob"].tobytes()
        self._bounds = tables["bounds"]
        self._merges = Merges(*(memoryview(tables[name]) for name in ("keys", "ranks", "made")))
        characters = tables["characters"].tolist(), tables["character_ids"].tolist()
        self._characters = {chr(c): t for c, t in zip(*characters, strict=True)}
        self._byte_ids: list[int] = about["bytes"]
        self._bytes = {token: byte for byte, token in enumerate(self._byte_ids)}
        self._special: dict[str, int] = about["special"]
        self._added: dict[str, int] = about["added"]
        self.control_ids = frozenset(self._special.values())
        self.opening_ids: tuple[int, ...] = tuple(about["opening"])
        self.eos_token_id: int | None = about["eos"]
        self.pad_token_id: int | None = about["pad"]
        self._plain = _alternatives(self._added)
        self._scaffold = _alternatives(self._added | self._special)
        self._word = _words(about["joining"])
        self._known: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self._bounds) - 1

    def encode(self, text: str, *, scaffold: bool = False) -> list[int]:
        """Token ids; only in a `scaffold` do control tokens count as such."""
        pattern = self._scaffold if scaffold else self._plain
        found: list[int] = []
        place = 0
        for match in pattern.finditer(text):
            found += self._merged(text[place : match.start()])
            name = match.group()
            found.append(self._added[name] if name in self._added else self._special[name])
            place = match.end()
        return found + self._merged(text[place:])

    def decode(self, ids: Sequence[int]) -> str:
        """The text of tokens, control tokens left out."""
        pieces: list[str] = []
        pending = bytearray()
        for token in ids:
            if token in self._bytes:
                pending.append(self._bytes[token])
            elif token not in self.control_ids:
                pieces += [_text(pending), self._piece(token)]
                pending = bytearray()
        return "".join([*pieces, _text(pending)])

    def chat_frame(self) -> tuple[str, str]:
        """Nothing: a tokenizer with a chat template is not of this kind."""
        return "", ""

    def _piece(self, token: int) -> str:
        raw: bytes = self._blob[self._bounds[token] : self._bounds[token + 1]]
        return raw.decode().replace(_SPACE, " ")

    def _merged(self, text: str) -> list[int]:
        found: list[int] = []
        for word in self._word.split(text.replace(" ", _SPACE)):
            found += self._known.get(word) or self._merged_word(word)
        return found

    def _merged_word(self, word: str) -> list[int]:
        ids = merge(first_symbols(word, self._characters, self._byte_ids), self._merges)
        if len(word) <= _WORD:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[word] = ids
        return ids


def compact_tokenizer(
    folder: Path, cache: Path, *, worthwhile: int = _WORTHWHILE
) -> CompactTokenizer | None:
    """The tokenizer in `folder` from its tables in `cache`, which are built at first use.

    None where it is of another kind, where its JSON has fewer bytes than `worthwhile`, or
    where the tables cannot be written. A change of the folder's files makes new tables.
    """
    names = ("tokenizer.json", "tokenizer_config.json")
    try:
        stamps = [(folder / name).stat() for name in names]
    except OSError:
        return None
    if stamps[0].st_size < worthwhile:
        return None
    said = (str(folder.resolve()), [(s.st_size, s.st_mtime_ns) for s in stamps])
    file = cache / f"{hashlib.sha256(repr(said).encode()).hexdigest()[:32]}.safetensors"
    with contextlib.suppress(ValueError, OSError):  # absent, damaged, or of another version
        return CompactTokenizer(file)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        return CompactTokenizer(file) if build(folder, file) else None
    except OSError:  # a cache that cannot be written costs time, no more
        return None


def build(folder: Path, file: Path) -> bool:
    """Write the tables of the tokenizer in `folder`; False where it is of another kind."""
    from safetensors.numpy import save_file

    whole = read_json(folder / "tokenizer.json")
    names = read_json(folder / "tokenizer_config.json")
    if not _is_of_this_kind(whole) or "chat_template" in names or _has_template(folder):
        return False
    vocabulary: dict[str, int] = whole["model"]["vocab"]
    tables, about = _tables(whole["model"]), _about(whole, names, vocabulary)
    about["checksum"] = _checksum(about, tables)
    with replacing(file) as beside:
        save_file(tables, beside, metadata={"about": json.dumps(about)})
    return True


def _read(file: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `build` wrote: facts and tables. Raises ValueError where it is anything else."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "np") as opened:
            about = json.loads((opened.metadata() or {}).get("about", "{}"))
            if about.get("version") != _VERSION:
                raise ValueError(f"tokenizer tables of version {_VERSION} were expected in {file}")
            tables = {name: opened.get_tensor(name) for name in _TABLES}
    except SafetensorError as error:
        raise ValueError(f"{file} holds no whole tokenizer tables") from error
    if _checksum(about, tables) != about["checksum"]:
        raise ValueError(f"the tokenizer tables in {file} are damaged")
    return about, tables


def _checksum(about: Mapping[str, Any], tables: Mapping[str, Any]) -> int:
    facts = {name: fact for name, fact in about.items() if name != "checksum"}
    found = zlib.crc32(json.dumps(facts, sort_keys=True).encode())
    for name in _TABLES:
        found = zlib.crc32(tables[name], found)
    return found


def _has_template(folder: Path) -> bool:
    return any(folder.glob("chat_template*")) or any(folder.glob("*.jinja"))


def _is_of_this_kind(whole: dict[str, Any]) -> bool:
    model = whole.get("model") or {}
    before, after = whole.get("pre_tokenizer"), whole.get("post_processor") or {}
    opening = after.get("single") or []
    vocabulary = model.get("vocab") or {}
    return (
        model.get("type") == "BPE"
        and bool(model.get("byte_fallback"))
        and not any(model.get(name) for name in ("dropout", "ignore_merges"))
        and not any(model.get(name) for name in _AFFIXES)
        and whole.get("normalizer") == _NORMALIZER
        and (
            before is None or (before["type"], before.get("pattern")) == ("Split", {"String": " "})
        )
        and (whole.get("decoder") or {}).get("decoders") == _DECODERS
        and after.get("type") == "TemplateProcessing"
        and bool(opening)
        and all("SpecialToken" in part for part in opening[:-1])
        and "Sequence" in opening[-1]
        and all(f"<0x{byte:02X}>" in vocabulary for byte in range(256))
        and not any(_BYTE.fullmatch(part) for pair in _pairs(model) for part in pair)
        and sorted(vocabulary.values()) == list(range(len(vocabulary)))
        and not any(token[name] for token in whole["added_tokens"] for name in _PLAIN)
        and all(vocabulary.get(t["content"]) == t["id"] for t in whole["added_tokens"])
        and not (whole.get("truncation") or whole.get("padding"))
    )


_AFFIXES = ("continuing_subword_prefix", "end_of_word_suffix")


def _pairs(model: dict[str, Any]) -> list[list[str]]:
    """The merges, best first; older files have each as one text."""
    return [p if isinstance(p, list) else p.split(" ") for p in model["merges"]]


def _tables(model: dict[str, Any]) -> dict[str, Any]:
    vocabulary: dict[str, int] = model["vocab"]
    pieces = [piece.encode() for piece in sorted(vocabulary, key=vocabulary.__getitem__)]
    rows = []
    for rank, (left, right) in enumerate(_pairs(model)):
        made = vocabulary[left + right]
        rows.append((vocabulary[left] << SHIFT | vocabulary[right], rank, made))
    keys, ranks, made_ids = np.array(sorted(rows), dtype=np.int64).reshape(-1, 3).T
    single = sorted((ord(piece), token) for piece, token in vocabulary.items() if len(piece) == 1)
    characters = np.array(single, dtype=np.int32).reshape(-1, 2).T
    return {
        "blob": np.frombuffer(b"".join(pieces), dtype=np.uint8).copy(),
        "bounds": np.cumsum([0, *map(len, pieces)]).astype(np.int64),
        "keys": np.ascontiguousarray(keys),
        "ranks": ranks.astype(np.int32),
        "made": made_ids.astype(np.int32),
        "characters": np.ascontiguousarray(characters[0]),
        "character_ids": np.ascontiguousarray(characters[1]),
    }


def _about(
    whole: dict[str, Any], names: dict[str, Any], vocabulary: dict[str, int]
) -> dict[str, Any]:
    opening = whole["post_processor"]["single"][:-1]
    known = whole["post_processor"]["special_tokens"]
    control = {_name(names.get(f"{role}_token")) for role in ("bos", "eos", "pad", "unk")}
    added = whole["added_tokens"]
    return {
        "version": _VERSION,
        "bytes": [vocabulary[f"<0x{byte:02X}>"] for byte in range(256)],
        "special": {
            t["content"]: t["id"] for t in added if t["special"] or t["content"] in control
        },
        "added": {t["content"]: t["id"] for t in added if not t["special"]},
        "opening": [i for part in opening for i in known[part["SpecialToken"]["id"]]["ids"]],
        "eos": vocabulary.get(_name(names.get("eos_token"))),
        "pad": vocabulary.get(_name(names.get("pad_token"))),
        "joining": _joining(vocabulary),
    }


def _joining(vocabulary: Mapping[str, int]) -> str:
    """The characters that stand before a space inside some token.

    Behind any other character a space begins a word, across whose border nothing merges.
    """
    before = {a for piece in vocabulary for a, b in pairwise(piece) if b == _SPACE}
    return "".join(sorted(before - {_SPACE}))


def _words(joining: str) -> re.Pattern[str]:
    """Splits a text before each space that begins a word."""
    return re.compile(f"(?<=[^{re.escape(_SPACE + joining)}])(?={_SPACE})")


def _name(token: Any) -> str:
    """A token's text: a configuration has it bare, or in an object."""
    return str(token["content"] if isinstance(token, dict) else token)


def _alternatives(names: dict[str, int]) -> re.Pattern[str]:
    """Finds the leftmost of these names, and of those that begin there the longest."""
    ordered = sorted(names, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")


def _text(raw: bytes | bytearray) -> str:
    """Bytes as text; where they are none, a replacement for each."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return "\ufffd" * len(raw)
