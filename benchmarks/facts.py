"""How many facts the extractors find, and how many of them are right.

    python benchmarks/facts.py --data DIR [--model NAME] [--json]

`facts_labels.jsonl` holds 100 English and 30 Chinese sentences, drawn at random
from the passages of public question-answering sets and labelled by hand before
any extractor ran on them. It keeps offsets only; the text is read from
DIR/<dataset>/corpus.jsonl.

A label's subject or object may be given in several ways ("the film" and its
title). A found fact is right if subject and object each share the words of the
label's (one holds the other, or token F1 is at least 0.5), the relations share
a word beyond auxiliaries (or have none), and both or neither are denied. A
statement that two names are one ("is") is right in either direction. Each label is
matched by one fact at most, so that saying a thing twice costs precision.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from memctx.config import load_settings
from memctx.kg.chinese import ChineseExtractor
from memctx.kg.english import EnglishExtractor
from memctx.kg.extraction import ExtractedFact, Extractor
from memctx.kg.lexicon import words as lexicon
from memctx.models.resolve import resolve

LABELS = Path(__file__).with_name("facts_labels.jsonl")
_EMPTY = lexicon(
    "a an the is was are were be been being has have had his her its their not also as"
)


@dataclass(frozen=True, slots=True)
class Triple:
    """A labelled fact; each end in all the ways that are right."""

    subjects: tuple[str, ...]
    relation: str
    objects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A labelled sentence at `start:end` of its passage's text."""

    text: str
    start: int
    end: int
    triples: tuple[Triple, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over all sentences of a language."""

    language: str
    sentences: int
    labelled: int
    found: int
    right: int

    @property
    def precision(self) -> float:
        """Share of the found facts that are right."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Share of the labelled facts that were found."""
        return self.right / self.labelled if self.labelled else 0.0


def read(data: Path, language: str) -> list[Sentence]:
    """The labelled sentences of a language, with their passages' texts from `data`."""
    rows = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["language"] == language]
    texts = {name: _texts(data / name) for name in {row["dataset"] for row in rows}}
    return [_sentence(row, texts[row["dataset"]][row["passage"]]) for row in rows]


def score(language: str, sentences: Sequence[Sentence], extractor: Extractor) -> Score:
    """Runs the extractor on the whole passages and scores the labelled sentences."""
    extractions = extractor.extract([sentence.text for sentence in sentences])
    found = right = 0
    for sentence, extraction in zip(sentences, extractions, strict=True):
        facts = [fact for fact in extraction.facts if sentence.start <= fact.start < sentence.end]
        found += len(facts)
        right += len(matched(facts, sentence.triples))
    labelled = sum(len(sentence.triples) for sentence in sentences)
    return Score(language, len(sentences), labelled, found, right)


def matched(facts: Sequence[ExtractedFact], triples: Sequence[Triple]) -> dict[int, int]:
    """The largest one-to-one matching of triples to facts, as triple -> fact (Kuhn 1955)."""
    edges = [[t for t, triple in enumerate(triples) if is_right(fact, triple)] for fact in facts]
    taken: dict[int, int] = {}

    def place(fact: int, tried: set[int]) -> bool:
        for triple in edges[fact]:
            if triple not in tried:
                tried.add(triple)
                if triple not in taken or place(taken[triple], tried):
                    taken[triple] = fact
                    return True
        return False

    for fact in range(len(facts)):
        place(fact, set())
    return taken


def is_right(fact: ExtractedFact, triple: Triple) -> bool:
    """Whether a fact says what the label says."""
    mine, labels = _words(fact.relation), _words(triple.relation)
    telling, wanted = mine - _EMPTY, labels - _EMPTY
    related = bool(_stems(telling) & _stems(wanted)) or not (telling or wanted)
    denied = ("not" in mine or "不" in mine) == ("not" in labels or "不" in labels)
    ends = fact.subject.text, fact.object.text
    identity = not telling and not wanted
    return (
        related
        and denied
        and (_joins(ends, triple) or (identity and _joins((ends[1], ends[0]), triple)))
    )


def _joins(ends: tuple[str, str], triple: Triple) -> bool:
    return any(_alike(ends[0], subject) for subject in triple.subjects) and any(
        _alike(ends[1], found) for found in triple.objects
    )


def _alike(found: str, labelled: str) -> bool:
    mine, wanted = _words(found) - _EMPTY, _words(labelled) - _EMPTY
    shared = mine & wanted
    if not shared:
        return found.strip() == labelled.strip()
    return shared in (mine, wanted) or 2 * len(shared) >= 0.5 * (len(mine) + len(wanted))


def _words(text: str) -> frozenset[str]:
    """Words, and for Chinese single characters."""
    return frozenset(re.findall(r"[\u3400-\u9fff]|[^\W_]+", text.casefold()))


def _stems(words: frozenset[str]) -> frozenset[str]:
    return frozenset(re.sub(r"(?:ing|ed|es|s|e)$", "", word) or word for word in words)


def _texts(folder: Path) -> dict[str, str]:
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    return {row["id"]: row["text"] for row in map(json.loads, lines)}


def _sentence(row: dict[str, Any], text: str) -> Sentence:
    triples = tuple(
        Triple(
            tuple(text[a:b] for a, b in fact["subject"]),
            fact["relation"],
            tuple(text[a:b] for a, b in fact["object"]),
        )
        for fact in row["facts"]
    )
    return Sentence(text, row["start"], row["end"], triples)


def main() -> None:
    """Scores both languages and prints a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, required=True, help="folder with the datasets")
    parser.add_argument(
        "--model", default="en_core_web_sm", help="English pipeline: name or folder"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args()
    model = resolve(args.model, cache=load_settings().cache)
    extractors: dict[str, Extractor] = {
        "en": EnglishExtractor(model.path, weights=model.fingerprint),
        "zh": ChineseExtractor(),
    }
    for language, extractor in extractors.items():
        result = score(language, read(args.data, language), extractor)
        if args.json:
            row = {**asdict(result), "precision": result.precision, "recall": result.recall}
            sys.stdout.write(json.dumps(row) + "\n")
        else:
            sys.stdout.write(
                f"{language}  sentences {result.sentences}  labelled {result.labelled}  "
                f"found {result.found}  right {result.right}  "
                f"precision {result.precision:.3f}  recall {result.recall:.3f}\n"
            )


if __name__ == "__main__":
    main()
