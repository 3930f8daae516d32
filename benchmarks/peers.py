"""The systems that finding is compared with, each behind the same three methods.

They get the same passages and the same embedder weights, and are set up as their own
documentation shows. A system whose library is not installed raises ImportError. What
is measured, and how, is not known here.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from memctx import Memory

POOL = 60
"""Candidates that a hybrid takes from each of its parts before it fuses them."""


@dataclass(frozen=True, slots=True)
class Text:
    """A passage to be found."""

    key: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """Title and text, as every system indexes them."""
        return f"{self.title}\n{self.text}" if self.title else self.text


class System(Protocol):
    """A search engine over passages. Making one loads its models."""

    name: str
    version: str

    def index(self, texts: Sequence[Text]) -> None:
        """Takes in all passages; called once."""
        ...

    def search(self, question: str, k: int) -> list[str]:
        """Keys of the `k` nearest passages, best first."""
        ...

    def close(self) -> None:
        """Lets go of files."""
        ...


class Memctx:
    """This library, through its public surface."""

    name = "memctx"

    def __init__(self, weights: Path) -> None:
        from memctx import __version__

        self.version = __version__
        self._folder = tempfile.TemporaryDirectory(prefix="memctx-bench-")
        self._memory = Memory(Path(self._folder.name) / "memory")
        # Loaded here, as the others' models are, so that no index time holds it.
        self._memory._workspace.embedder  # noqa: B018

    def index(self, texts: Sequence[Text]) -> None:
        """As `System.index`."""
        records = Path(self._folder.name) / "corpus.jsonl"
        with records.open("w", encoding="utf-8") as lines:
            for text in texts:
                row = {"id": text.key, "title": text.title, "text": text.text}
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")
        self._memory.ingest(records)

    def search(self, question: str, k: int) -> list[str]:
        """As `System.search`."""
        found = self._memory.search(question, k, distinct=True)
        return [passage.document.key for passage in found]

    def close(self) -> None:
        """As `System.close`."""
        self._memory.close()
        self._folder.cleanup()


class Bm25s:
    """Words alone, stemmed and without stop words."""

    name = "bm25s"

    def __init__(self, weights: Path) -> None:
        import bm25s
        import Stemmer

        self.version = version("bm25s")
        self._library = bm25s
        self._stemmer = Stemmer.Stemmer("english")
        self._index = bm25s.BM25()
        self._keys: list[str] = []

    def index(self, texts: Sequence[Text]) -> None:
        """As `System.index`."""
        self._keys = [text.key for text in texts]
        self._index.index(self._tokens([text.whole for text in texts]), show_progress=False)

    def search(self, question: str, k: int) -> list[str]:
        """As `System.search`."""
        found, _ = self._index.retrieve(self._tokens([question]), k=k, show_progress=False)
        return [self._keys[place] for place in found[0]]

    def close(self) -> None:
        """As `System.close`."""

    def _tokens(self, texts: list[str]) -> Any:
        return self._library.tokenize(
            texts, stopwords="en", stemmer=self._stemmer, show_progress=False
        )


class LangChain:
    """Vectors alone: LangChain's FAISS store with its Hugging Face embeddings."""

    name = "LangChain + FAISS"

    def __init__(self, weights: Path) -> None:
        from langchain_community.vectorstores import FAISS
        from langchain_huggingface import HuggingFaceEmbeddings

        self.version = version("langchain-community")
        self._store = FAISS
        self._embeddings = HuggingFaceEmbeddings(
            model_name=str(weights), model_kwargs={"device": "cpu"}
        )
        self._index: Any = None

    def index(self, texts: Sequence[Text]) -> None:
        """As `System.index`."""
        self._index = self._store.from_texts(
            [text.whole for text in texts],
            self._embeddings,
            metadatas=[{"key": text.key} for text in texts],
        )

    def search(self, question: str, k: int) -> list[str]:
        """As `System.search`."""
        return [found.metadata["key"] for found in self._index.similarity_search(question, k=k)]

    def close(self) -> None:
        """As `System.close`."""


class LlamaIndex:
    """LlamaIndex's fusion retriever: BM25 and vectors by reciprocal rank, no language model."""

    name = "LlamaIndex hybrid"

    def __init__(self, weights: Path) -> None:
        from llama_index.core.llms import MockLLM
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        from llama_index.retrievers.bm25 import BM25Retriever

        self.version = version("llama-index-core")
        self._words = BM25Retriever
        # Never called: one query, the question itself. Without it a paid one is the default.
        self._no_llm = MockLLM()
        self._embeddings = HuggingFaceEmbedding(model_name=str(weights), device="cpu")
        self._retriever: Any = None

    def index(self, texts: Sequence[Text]) -> None:
        """As `System.index`."""
        from llama_index.core import VectorStoreIndex
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.core.schema import TextNode

        nodes = [TextNode(id_=text.key, text=text.whole) for text in texts]
        vectors = VectorStoreIndex(nodes, embed_model=self._embeddings)
        pool = min(POOL, len(nodes))
        self._retriever = QueryFusionRetriever(
            [
                vectors.as_retriever(similarity_top_k=pool),
                self._words.from_defaults(nodes=nodes, similarity_top_k=pool),
            ],
            llm=self._no_llm,
            mode="reciprocal_rerank",
            similarity_top_k=pool,
            num_queries=1,
            use_async=False,
        )

    def search(self, question: str, k: int) -> list[str]:
        """As `System.search`."""
        return [found.node.node_id for found in self._retriever.retrieve(question)[:k]]

    def close(self) -> None:
        """As `System.close`."""


class Txtai:
    """txtai's hybrid index: BM25 and vectors, their scores normalised and averaged."""

    name = "txtai hybrid"

    def __init__(self, weights: Path) -> None:
        from txtai import Embeddings

        self.version = version("txtai")
        self._index = Embeddings(path=str(weights), hybrid=True, gpu=False)

    def index(self, texts: Sequence[Text]) -> None:
        """As `System.index`."""
        self._index.index((text.key, text.whole, None) for text in texts)

    def search(self, question: str, k: int) -> list[str]:
        """As `System.search`."""
        return [key for key, _ in self._index.search(question, k)]

    def close(self) -> None:
        """As `System.close`."""
        self._index.close()


SYSTEMS: dict[str, Callable[[Path], System]] = {
    "memctx": Memctx,
    "bm25s": Bm25s,
    "langchain": LangChain,
    "llamaindex": LlamaIndex,
    "txtai": Txtai,
}
"""The systems by the names that `--systems` takes; ours first."""
