"""Embedders: texts in, unit vectors out.

`load_embedder` gives the right one for a folder of weights. Vectors of one model
agree across dtypes and devices to about 1e-3 in cosine, so a fingerprint names
weights, tokenizer and prompts, not the arithmetic: a memory made on one machine
opens on another.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import ModelError
from ..models.layout import PROMPTS
from .bert import BertEncoder, BertShape, read_shape
from .bert_numpy import BertQuestions

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Progress = Callable[[int], None]

_BATCH = 32  # texts; more gains nothing on a CPU and pads more
_GPU_BATCH = 256
_FEW = 8  # texts in all that are no reason to import torch, which is quicker from then on
_PIECE = 16_384  # characters tokenised at a time
_CHINESE = 2000  # words of a vocabulary with Chinese characters, from which on it is for Chinese


class Embedder(Protocol):
    """Anything that maps texts to vectors of one width.

    `fingerprint` changes whenever the same text would give another vector.
    `max_tokens` is how much of a text is seen. `reads_chinese` is whether vectors of
    Chinese text mean anything.
    """

    name: str
    fingerprint: str
    width: int
    max_tokens: int
    reads_chinese: bool

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Floats:
        """Unit vectors (len(texts), width) of passages; `progress` is told texts done."""
        ...

    def encode_query(self, text: str) -> Floats:
        """The unit vector (width,) of a question."""
        ...

    def token_ends(self, text: str) -> Ints:
        """Where each token of `text` ends, as ascending character offsets."""
        ...


def load_embedder(
    folder: Path,
    *,
    name: str,
    fingerprint: str,
    place: Callable[[], tuple[str, str]],
    prompts: Mapping[str, str] | None = None,
) -> Embedder:
    """The embedder whose weights are in `folder`, a sentence-transformers folder.

    `place` gives the device and the number format to compute in. It is asked when many texts
    are to be embedded: to know it, torch must be imported, and a question needs no torch.
    `prompts` are put before each `query` and each `passage`; without any, those that the
    folder itself names.
    """
    shape = read_shape(folder)
    if shape is not None and (folder / "tokenizer.json").is_file():
        return BertEmbedder(
            folder, shape, name=name, fingerprint=fingerprint, place=place, prompts=prompts
        )
    device, dtype = place()
    return SentenceTransformerEmbedder(
        folder, name=name, fingerprint=fingerprint, device=device, dtype=dtype, prompts=prompts
    )


class BertEmbedder:
    """A BERT sentence encoder: the first few texts by `BertQuestions`, more by `BertEncoder`."""

    def __init__(
        self,
        folder: Path,
        shape: BertShape,
        *,
        name: str,
        fingerprint: str,
        place: Callable[[], tuple[str, str]],
        prompts: Mapping[str, str] | None = None,
    ) -> None:
        from tokenizers import Tokenizer

        self._folder, self._shape, self._place = folder, shape, place
        self._lock = threading.Lock()
        self._encoder: BertEncoder | None = None
        self._embedded = 0
        self._questions = BertQuestions(folder, shape)
        self.name = name
        self.max_tokens = _max_tokens(folder)
        self.width = self._questions.width
        self._prompts = _prompts(folder, prompts)
        self.fingerprint = _with_prompts(fingerprint, self._prompts)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(self.max_tokens)
        self.reads_chinese = _reads_chinese(self._tokenizer)

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Floats:
        """As `Embedder.encode`; batched by length, so that little is padded."""
        return self._encode([self._prompts["passage"] + text for text in texts], progress)

    def encode_query(self, text: str) -> Floats:
        """As `Embedder.encode_query`."""
        vector: Floats = self._encode([self._prompts["query"] + text], None)[0]
        return vector

    def token_ends(self, text: str) -> Ints:
        """As `Embedder.token_ends`."""
        return _token_ends(self._counter, text)

    @cached_property
    def _counter(self) -> Any:
        # A question needs none, and a vocabulary of many languages takes a second to read.
        return _counter((self._folder / "tokenizer.json").read_text(encoding="utf-8"))

    def _encode(self, texts: Sequence[str], progress: Progress | None) -> Floats:
        out = np.empty((len(texts), self.width), dtype=np.float32)
        tokens = [item.ids for item in self._tokenizer.encode_batch_fast(list(texts))]
        self._embedded += len(tokens)
        if self._embedded <= _FEW:
            for row, ids in enumerate(tokens):
                out[row] = self._questions(ids)
            if progress:
                progress(len(tokens))
            return out
        encoder = self._loaded()
        batch = _BATCH if encoder.device == "cpu" else _GPU_BATCH
        order = sorted(range(len(tokens)), key=lambda index: -len(tokens[index]))
        for start in range(0, len(order), batch):
            some = order[start : start + batch]
            out[some] = encoder.run([tokens[index] for index in some])
            if progress:
                progress(len(some))
        return out

    def _loaded(self) -> BertEncoder:
        with self._lock:
            if self._encoder is None:
                device, dtype = self._place()
                self._encoder = BertEncoder(self._folder, self._shape, device=device, dtype=dtype)
            return self._encoder


class SentenceTransformerEmbedder:
    """Any other model, run by the sentence-transformers library."""

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        fingerprint: str,
        device: str,
        dtype: str,
        prompts: Mapping[str, str] | None = None,
    ) -> None:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            self._model = SentenceTransformer(
                str(folder),
                device=device,
                model_kwargs={"dtype": dtype},
                local_files_only=True,
            )
        except (OSError, ValueError) as error:
            raise ModelError(
                f"{folder} should hold a sentence-transformers model and does not load: {error}"
            ) from error
        self.name = name
        self.max_tokens = int(self._model.max_seq_length or 512)
        self._prompts = _prompts(folder, prompts)
        self.fingerprint = _with_prompts(fingerprint, self._prompts)
        self._batch = _BATCH if device == "cpu" else _GPU_BATCH
        self.width = int(self._run(["width"]).shape[1])
        self._counter = _counter(self._model.tokenizer.backend_tokenizer.to_str())
        self.reads_chinese = _reads_chinese(self._counter)

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Floats:
        """As `Embedder.encode`."""
        if not texts:
            return np.empty((0, self.width), dtype=np.float32)
        vectors: Floats = self._run([self._prompts["passage"] + text for text in texts])
        if progress:
            progress(len(texts))
        return vectors

    def encode_query(self, text: str) -> Floats:
        """As `Embedder.encode_query`."""
        vector: Floats = self._run([self._prompts["query"] + text])[0]
        return vector

    def token_ends(self, text: str) -> Ints:
        """As `Embedder.token_ends`."""
        return _token_ends(self._counter, text)

    def _run(self, texts: list[str]) -> Any:
        return self._model.encode(
            texts,
            batch_size=self._batch,
            normalize_embeddings=True,
            show_progress_bar=False,
            prompt="",
        ).astype(np.float32)


class HashingEmbedder:
    """Vectors from hashed words and character pairs: no weights, the same everywhere.

    For tests and for trying things out; it sees shared words, not meaning. Feature
    hashing with signs, Weinberger et al. 2009, arXiv 0902.2206.
    """

    def __init__(self, width: int = 256, max_tokens: int = 256) -> None:
        self.name = f"hashing-{width}"
        self.fingerprint = f"hashing-1-{width}"
        self.width = width
        self.max_tokens = max_tokens
        self.reads_chinese = True

    def encode(self, texts: Sequence[str], *, progress: Progress | None = None) -> Floats:
        """As `Embedder.encode`."""
        vectors = [self.encode_query(text) for text in texts]
        if progress:
            progress(len(texts))
        return np.stack(vectors) if vectors else np.empty((0, self.width), np.float32)

    def encode_query(self, text: str) -> Floats:
        """As `Embedder.encode_query`."""
        vector = np.zeros(self.width, dtype=np.float32)
        for feature in _features(text):
            digest = int.from_bytes(hashlib.blake2b(feature.encode(), digest_size=8).digest())
            vector[(digest >> 1) % self.width] += 1.0 if digest & 1 else -1.0
        norm = float(np.linalg.norm(vector))
        if norm == 0.0:
            vector[0] = norm = 1.0
        return vector / np.float32(norm)

    def token_ends(self, text: str) -> Ints:
        """As `Embedder.token_ends`; a token is a word or one Chinese character."""
        return np.asarray([match.end() for match in _TOKEN.finditer(text)], dtype=np.int64)


_HAN = re.compile(r"[\u3400-\u9fff]")
_TOKEN = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|[^\w\s]")


def _features(text: str) -> list[str]:
    tokens = [token for token in _TOKEN.findall(text.lower()) if token[0].isalnum()]
    pairs = [a + b for a, b in pairwise(tokens) if not (a + b).isascii()]
    return tokens + pairs


def _counter(tokenizer_json: str) -> Any:
    from tokenizers import Tokenizer

    counter = Tokenizer.from_str(tokenizer_json)
    counter.no_padding()
    counter.no_truncation()
    return counter


def _reads_chinese(tokenizer: Any) -> bool:
    # Vocabularies made for English hold a few hundred Chinese characters, those of
    # Chinese and multilingual models several thousand.
    chinese = (word for word in tokenizer.get_vocab() if _HAN.search(word))
    return len(list(islice(chinese, _CHINESE))) == _CHINESE


def _token_ends(counter: Any, text: str) -> Ints:
    # In pieces: one encoding of a book would cost some hundred bytes a token.
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    encodings = counter.encode_batch(pieces, add_special_tokens=False)
    ends = [
        np.asarray([end for _, end in encoding.offsets], dtype=np.int64) + index * _PIECE
        for index, encoding in enumerate(encodings)
    ]
    return np.concatenate(ends) if ends else np.empty(0, dtype=np.int64)


def _max_tokens(folder: Path) -> int:
    limit = _config(folder / "sentence_bert_config.json").get("max_seq_length")
    return int(limit or _config(folder / "config.json").get("max_position_embeddings", 512))


def _prompts(folder: Path, given: Mapping[str, str] | None) -> dict[str, str]:
    # sentence-transformers' own convention for models such as E5 and BGE.
    named = given if given is not None else _config(folder / PROMPTS).get("prompts") or {}
    return {
        "query": str(named.get("query") or ""),
        "passage": str(named.get("passage") or named.get("document") or ""),
    }


def _with_prompts(fingerprint: str, prompts: dict[str, str]) -> str:
    text = json.dumps(prompts, sort_keys=True)
    return f"{fingerprint}-{hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}"


def _config(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
