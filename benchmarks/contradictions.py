"""Whether sources that contradict one another are noticed, and those that do not left alone.

    python -m memctx.benchmarks.contradictions

Asks the default reader each question of `contradictions.jsonl` with two documents, written
for this: half of the pairs give two answers to it, half speak of another thing.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from memctx import Memory, load_settings
from memctx.config import DEFAULT_EMBEDDER
from memctx.pipeline.ask import AskOptions
from memctx.pipeline.engines import find_embedder, find_memory_reader

_PAIRS = Path(__file__).with_suffix(".jsonl")


def main() -> None:
    """Asks and prints."""
    pairs = [json.loads(line) for line in _PAIRS.read_text(encoding="utf-8").splitlines()]
    noticed = {True: 0, False: 0}
    settings = load_settings()
    reader = find_memory_reader(settings)
    embedder = find_embedder(DEFAULT_EMBEDDER, settings)
    with TemporaryDirectory() as folder:
        for number, pair in enumerate(pairs):
            documents = _written(Path(folder) / f"{number}.jsonl", pair["documents"])
            place = Path(folder) / str(number)
            with Memory(place, embedder=embedder, reader=reader) as memory:
                memory.ingest(documents, graph=False)
                said = memory.ask(pair["question"], options=AskOptions(always_answer=True)).answer
            both = said.startswith(("The sources disagree", "来源说法不一"))
            noticed[pair["conflict"]] += both
            print(f"{'conflict' if pair['conflict'] else 'none':8}  {pair['question']}  {said}")
    for conflict, name in ((True, "contradictions"), (False, "other pairs")):
        count = sum(pair["conflict"] == conflict for pair in pairs)
        print(f"{noticed[conflict]} of {count} {name} reported as a conflict")


def _written(file: Path, documents: list[dict[str, str]]) -> Path:
    """The documents as records of a file."""
    rows = [{"id": f"d{number}", **row} for number, row in enumerate(documents)]
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return file


if __name__ == "__main__":
    main()
