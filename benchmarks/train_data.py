"""Topics to teach a reader from public question sets, for `benchmarks.train_reader`.

What may be taught is `split`'s business.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from memctx.benchmarks.corpus import Corpus, hashed
from memctx.benchmarks.split import split
from memctx.pipeline.course import Group, Topic
from memctx.reader import WindowPassage
from memctx.reader.prompt import Language, question_language
from memctx.sentences import sentences

_ENGLISH_PIECE, _CHINESE_PIECE = 900, 210
_LONGEST_ANSWER = {"en": 120, "zh": 60}
"""Characters of a passage, which is cut between sentences, and of an answer."""

_GOLD_EACH = 2
_OTHERS = {1: 4}
_OTHERS_BESIDE_SEVERAL = 3


MIXTURE: Mapping[Language, Mapping[str, int]] = {
    "en": {"xquad_en": 320, "hotpotqa": 180, "musique": 60, "2wiki": 160},
    "zh": {"cmrc2018": 520, "drcd": 520, "xquad_zh": 320},
}
"""What the shipped adapters were taught: at most so many questions of each set's first half."""


def groups(data: Path, mixture: Mapping[str, int]) -> list[Group]:
    """The first half of each set as topics, drawn as often as there are of them."""
    found = []
    for name, limit in mixture.items():
        corpus = Corpus(data / name, cut=pieces)
        taught = topics(corpus, split(data, name, corpus).first, limit)
        found.append(Group(taught, len(taught)))
    return found


def topics(corpus: Corpus, queries: Sequence[dict[str, Any]], limit: int) -> list[Topic]:
    """At most `limit` questions with short answers, those of one passage behind one another.

    Distractors are what BM25 finds among the passages that hold other answers.
    """
    short = list(filter(_is_short, queries))
    short.sort(key=lambda query: (hashed(query["gold"][0]), hashed(query["id"])))
    taught = short[:limit]
    used = {key for query in taught for key in query["gold"]}
    return [_topic(corpus, query, used) for query in taught]


def pieces(text: str) -> list[str]:
    """A text cut between sentences into pieces of about the size of a chunk."""
    chinese = question_language(text) == "zh"
    room = _CHINESE_PIECE if chinese else _ENGLISH_PIECE
    cut, begin, last = [], 0, 0
    for _, end in sentences(text):
        if end - begin > room and last > begin:
            cut.append(text[begin:last].strip())
            begin = last
        last = end
    return [piece for piece in (*cut, text[begin:].strip()) if piece] or [text]


def _topic(corpus: Corpus, query: dict[str, Any], used: set[str]) -> Topic:
    scores = corpus.scores(query["question"])
    gold = [place for key in query["gold"] for place in _gold(corpus, query, key, scores)]
    most = _OTHERS.get(len(query["gold"]), _OTHERS_BESIDE_SEVERAL)
    others = [
        place
        for place in np.argsort(-scores, kind="stable").tolist()
        if corpus.passages[place]["id"] in used
        and corpus.passages[place]["id"] not in query["gold"]
    ]

    def shown(place: int) -> WindowPassage:
        row = corpus.passages[place]
        return WindowPassage(place, row["title"], "", row["text"], float(scores[place]))

    return Topic(
        question=query["question"],
        answers=tuple(query["answers"]),
        gold=tuple(map(shown, gold)),
        others=tuple(map(shown, others[:most])),
    )


def _gold(corpus: Corpus, query: dict[str, Any], key: str, scores: Any) -> list[int]:
    """The pieces of a gold passage: the one with the answer, or, of several, the first."""
    own = [place for place, row in enumerate(corpus.passages) if row["id"] == key]
    if len(query["gold"]) > 1:
        return own[:_GOLD_EACH]
    holding = [p for p in own if query["answers"][0] in corpus.passages[p]["text"]]
    return holding[:1] or [max(own, key=lambda place: scores[place])]


def _is_short(query: dict[str, Any]) -> bool:
    return len(query["answers"][0]) <= _LONGEST_ANSWER[question_language(query["question"])]
