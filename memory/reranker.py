"""Cross-encoders: a question and a passage in together, one number out.

They read each pair anew, so they are for the few passages that are nearly at the top.
`load_reranker` gives the right one for a folder of weights. What to read with them, and
what its number is worth beside other signals, is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ..errors import MissingDependency, ModelError

Floats = npt.NDArray[np.float32]

_BATCH = 8  # pairs; of like length, and few enough to stay in a CPU's cache
_MAX_TOKENS = 256
"""Of a pair. Passages are shorter; the rest of a long one is not worth its time."""


class Reranker(Protocol):
    """Anything that scores passages by reading them beside the question."""

    name: str

    def score(self, question: str, texts: Sequence[str]) -> Floats:
        """Logits (len(texts),) of the texts' relevance; higher is nearer."""
        ...


def load_reranker(folder: Path, *, name: str, device: str, dtype: str) -> Reranker:
    """The cross-encoder whose weights are in `folder`.

    Raises:
        MissingDependency: they are for ONNX Runtime, and that is not installed.
        ModelError: they do not load.
    """
    if (folder / "model.safetensors").is_file():
        return TorchReranker(folder, name=name, device=device, dtype=dtype)
    return OnnxReranker(folder, name=name)


class OnnxReranker:
    """A BERT cross-encoder as ONNX, run on the CPU: weights in 8 bits are made for that."""

    def __init__(self, folder: Path, *, name: str) -> None:
        from tokenizers import Tokenizer

        self.name = name
        self._session = _session(folder / "model.onnx")
        self._tokenizer, self._counter = (
            Tokenizer.from_file(str(folder / "tokenizer.json")) for _ in range(2)
        )
        # It is the passage that is cut, unless the question takes more than half.
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAX_TOKENS, strategy="only_second")
        self._counter.no_padding()
        self._counter.no_truncation()

    def score(self, question: str, texts: Sequence[str]) -> Floats:
        """As `Reranker.score`; batched by length, so that little is padded."""
        scores = np.empty(len(texts), np.float32)
        pairs = self._pairs(question, texts)
        order = sorted(range(len(texts)), key=lambda place: len(pairs[place]))
        for start in range(0, len(order), _BATCH):
            some = order[start : start + _BATCH]
            scores[some] = self._run([pairs[place] for place in some])
        return scores

    def _pairs(self, question: str, texts: Sequence[str]) -> list[Any]:
        ends = [end for _, end in self._counter.encode(question, add_special_tokens=False).offsets]
        cut = question[: ends[_MAX_TOKENS // 2 - 1]] if len(ends) > _MAX_TOKENS // 2 else question
        found: list[Any] = self._tokenizer.encode_batch([(cut, text) for text in texts])
        return found

    def _run(self, pairs: Sequence[Any]) -> Floats:
        shape = (len(pairs), max(len(pair) for pair in pairs))
        fields = {name: np.zeros(shape, np.int64) for name in _FIELDS}
        for row, pair in enumerate(pairs):
            for name, part in _FIELDS.items():
                fields[name][row, : len(pair)] = getattr(pair, part)
        wanted = {one.name for one in self._session.get_inputs()}
        given = {name: value for name, value in fields.items() if name in wanted}
        logits: Floats = self._session.run(None, given)[0]
        return logits.reshape(len(pairs), -1)[:, -1]


class TorchReranker:
    """Any cross-encoder that the sentence-transformers library can run."""

    def __init__(self, folder: Path, *, name: str, device: str, dtype: str) -> None:
        from sentence_transformers import CrossEncoder

        self.name = name
        try:
            self._model = CrossEncoder(
                str(folder),
                device=device,
                max_length=_MAX_TOKENS,
                model_kwargs={"dtype": dtype},
                local_files_only=True,
            )
        except (OSError, ValueError) as error:
            raise ModelError(
                f"{folder} should hold a cross-encoder and does not load: {error}"
            ) from error

    def score(self, question: str, texts: Sequence[str]) -> Floats:
        """As `Reranker.score`."""
        import torch

        if not texts:
            return np.empty(0, np.float32)
        scores = self._model.predict(
            [(question, text) for text in texts],
            batch_size=_BATCH,
            show_progress_bar=False,
            activation_fn=torch.nn.Identity(),
        )
        return np.asarray(scores, np.float32).reshape(len(texts), -1)[:, -1]


_FIELDS = {
    "input_ids": "ids",
    "attention_mask": "attention_mask",
    "token_type_ids": "type_ids",
}
"""Inputs of BERT, and what the tokenizer calls them."""


def _session(file: Path) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise MissingDependency(
            f"{file.parent.name} is kept as ONNX, which needs onnxruntime; install it with "
            "`pip install 'memctx-rag[rerank]'`"
        ) from None
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidProtobuf, NoSuchFile

    try:
        return onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    except (Fail, InvalidProtobuf, NoSuchFile) as error:
        raise ModelError(
            f"{file} should hold a cross-encoder and does not load: {error}"
        ) from error
