"""How fast ingestion is beside bare embedding, and how much memory it takes.

    python -m memctx.benchmarks.ingest --data CORPUS.jsonl [--limit 2000] [--rounds 3] [--graph]

Ingests the first documents of a corpus, then embeds the very same chunks with
sentence-transformers alone, sorted by length, same dtype, batch and threads; repeats, and
prints the ratio of chunks a second (1 would mean that loading, splitting, storing and
indexing cost nothing). With `--graph` names and facts are extracted beside.
`--memory-only` ingests once and prints the peak of resident memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from itertools import islice
from pathlib import Path

from memctx import Memory, load_settings
from memctx.device import pick_device, pick_dtype
from memctx.models.resolve import resolve


def main() -> None:
    """Parses, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a corpus.jsonl")
    parser.add_argument("--limit", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory-only", action="store_true")
    parser.add_argument("--graph", action="store_true", help="extract names and facts too")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus.jsonl"
        with args.data.open(encoding="utf-8") as lines:
            corpus.write_text("".join(islice(lines, args.limit)), encoding="utf-8")
        if args.memory_only:
            print(json.dumps(_memory(corpus, Path(folder), graph=args.graph)))
            return
        rounds = [
            _round(corpus, Path(folder) / str(n), graph=args.graph) for n in range(args.rounds)
        ]
    ratios = [ours / bare for ours, bare in rounds]
    for ours, bare in rounds:
        print(f"ingest {ours:.1f} chunks/s, bare encoding {bare:.1f}, ratio {ours / bare:.2f}")
    print(f"median ratio {statistics.median(ratios):.2f}")


def _round(corpus: Path, place: Path, *, graph: bool) -> tuple[float, float]:
    """Chunks a second of one ingestion and of bare encoding, in this order."""
    with Memory(place) as memory:
        memory._workspace.embedder  # noqa: B018 (loading the model is not part of the comparison)
        began = time.perf_counter()
        report = memory.ingest(corpus, graph=graph)
        ours = report.chunks / (time.perf_counter() - began)
        texts = [row.described for row in memory._workspace.store.chunks_between(0, 10**9)]
    return ours, _bare(texts)


def _bare(texts: list[str]) -> float:
    from sentence_transformers import SentenceTransformer

    settings = load_settings()
    device = pick_device(settings.device)
    dtype = pick_dtype(device, settings.dtype, cache=settings.cache)
    found = resolve("all-MiniLM-L6-v2", cache=settings.cache)
    model = SentenceTransformer(str(found.path), device=device, model_kwargs={"dtype": dtype})
    texts = sorted(texts, key=len)
    began = time.perf_counter()
    model.encode(texts, batch_size=32, normalize_embeddings=True)
    return len(texts) / (time.perf_counter() - began)


def _memory(corpus: Path, folder: Path, *, graph: bool) -> dict[str, float]:
    """Peak resident memory in MiB: with the model loaded, and after ingestion."""
    with Memory(folder / "memory") as memory:
        memory._workspace.embedder.encode(["warm", "up"] * 64)
        loaded = _peak()
        report = memory.ingest(corpus, graph=graph)
    return {
        "documents": report.added,
        "chunks": report.chunks,
        "seconds": report.seconds,
        "loaded_mib": loaded,
        "above_mib": round(_peak() - loaded, 1),
    }


def _peak() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    main()
