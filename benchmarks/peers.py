"""The systems that finding is compared with, each behind the same methods.

They get the same passages and the same vectors, and are set up as their own
documentation shows. A system whose library is not installed raises ImportError. What
is measured, and how, is not known here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Protocol

from memctx.benchmarks.shared_vectors import SharedVectors

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
    """A search engine over passages. Making one loads its library.

    `learned` is whether it was fitted to questions that it may be asked.
    """

    name: str
    version: str
    learned: bool

    def index(self, texts: Sequence[Text]) -> float | None:
        """Takes in all passages; called once. Seconds, or None where it had them already."""
        ...

    def search(self, question: str, k: int) -> list[str]:
        """Keys of the `k` nearest passages, best first."""
        ...


class Bm25s:
    """Words alone, stemmed and without stop words."""

    name = "bm25s"
    learned = False

    def __init__(self, vectors: SharedVectors) -> None:
        import bm25s
        import Stemmer

        self.version = version("bm25s")
        self._library = bm25s
        self._stemmer = Stemmer.Stemmer("english")
        self._index = bm25s.BM25()
        self._keys: list[str] = []

    def index(self, texts: Sequence[Text]) -> float:
        """As `System.index`."""
        began = time.perf_counter()
        self._keys = [text.key for text in texts]
        self._index.index(self._tokens([text.whole for text in texts]), show_progress=False)
        return time.perf_counter() - began

    def search(self, question: str, k: int) -> list[str]:
        """As `System.search`."""
        found, _ = self._index.retrieve(self._tokens([question]), k=k, show_progress=False)
        return [self._keys[place] for place in found[0]]

    def _tokens(self, texts: list[str]) -> Any:
        return self._library.tokenize(
            texts, stopwords="en", stemmer=self._stemmer, show_progress=False
        )


class LangChain:
    """Vectors alone: LangChain's FAISS store."""

    name = "LangChain + FAISS"
    learned = False

    def __init__(self, vectors: SharedVectors) -> None:
        from langchain_community.vectorstores import FAISS

        self.version = version("langchain-community")
        self._store, self._vectors = FAISS, vectors
        self._index: Any = None

    def index(self, texts: Sequence[Text]) -> float:
        """As `System.index`."""
        began = time.perf_counter()
        whole = [text.whole for text in texts]
        self._index = self._store.from_embeddings(
            list(zip(whole, self._vectors.of(whole).tolist(), strict=True)),
            _langchain_embeddings(self._vectors),
            metadatas=[{"key": text.key} for text in texts],
        )
        return time.perf_counter() - began + self._vectors.seconds

    def search(self, question: str, k: int) -> list[str]:
        """As `System.search`."""
        return [found.metadata["key"] for found in self._index.similarity_search(question, k=k)]


class LlamaIndex:
    """LlamaIndex's fusion retriever: BM25 and vectors by reciprocal rank, no language model."""

    name = "LlamaIndex hybrid"
    learned = False

    def __init__(self, vectors: SharedVectors) -> None:
        from llama_index.core.llms import MockLLM
        from llama_index.retrievers.bm25 import BM25Retriever

        self.version = version("llama-index-core")
        self._words, self._vectors = BM25Retriever, vectors
        # Never called: one query, the question itself. Without it a paid one is the default.
        self._no_llm = MockLLM()
        self._retriever: Any = None

    def index(self, texts: Sequence[Text]) -> float:
        """As `System.index`."""
        from llama_index.core import VectorStoreIndex
        from llama_index.core.retrievers import QueryFusionRetriever
        from llama_index.core.schema import TextNode

        began = time.perf_counter()
        nodes = [TextNode(id_=text.key, text=text.whole) for text in texts]
        vectors = VectorStoreIndex(nodes, embed_model=_llama_embeddings(self._vectors))
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
        return time.perf_counter() - began + self._vectors.seconds

    def search(self, question: str, k: int) -> list[str]:
        """As `System.search`."""
        return [found.node.node_id for found in self._retriever.retrieve(question)[:k]]


class Txtai:
    """txtai's hybrid index: BM25 and vectors, their scores normalised and averaged."""

    name = "txtai hybrid"
    learned = False

    def __init__(self, vectors: SharedVectors) -> None:
        from txtai import Embeddings

        self.version = version("txtai")
        self._vectors = vectors

        def transform(texts: list[str]) -> Any:  # txtai calls a method without its argument
            return vectors.of(texts)

        self._index = Embeddings(method="external", transform=transform, hybrid=True, gpu=False)

    def index(self, texts: Sequence[Text]) -> float:
        """As `System.index`."""
        began = time.perf_counter()
        self._index.index((text.key, text.whole, None) for text in texts)
        return time.perf_counter() - began + self._vectors.seconds

    def search(self, question: str, k: int) -> list[str]:
        """As `System.search`."""
        return [key for key, _ in self._index.search(question, k)]


def _langchain_embeddings(vectors: SharedVectors) -> Any:
    """The shared vectors as LangChain wants them."""
    from langchain_core.embeddings import Embeddings

    class Shared(Embeddings):  # type: ignore[misc]  # untyped here
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            found: list[list[float]] = vectors.of(texts).tolist()
            return found

        def embed_query(self, text: str) -> list[float]:
            found: list[float] = vectors.question(text).tolist()
            return found

    return Shared()


def _llama_embeddings(vectors: SharedVectors) -> Any:
    """The shared vectors as LlamaIndex wants them."""
    from llama_index.core.embeddings import BaseEmbedding

    class Shared(BaseEmbedding):  # type: ignore[misc]  # untyped here
        def _get_text_embedding(self, text: str) -> list[float]:
            found: list[float] = vectors.of([text])[0].tolist()
            return found

        def _get_query_embedding(self, query: str) -> list[float]:
            found: list[float] = vectors.question(query).tolist()
            return found

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    return Shared()


PEERS: dict[str, Callable[[SharedVectors], System]] = {
    "bm25s": Bm25s,
    "langchain": LangChain,
    "llamaindex": LlamaIndex,
    "txtai": Txtai,
}
"""The systems by the names that `--peers` takes."""
