"""Summaries against what people wrote: Lead, LexRank, TextRank, MMR and ours, of one length.

    python -m memctx.benchmarks.summaries --data FOLDER --work FOLDER [--half 1] [--plot FILE.png]

FOLDER holds squality, qmsum and multi_news; --work keeps sentence vectors, and a memory with the
texts' graph. All systems see the same sentences and may use as many of the reader's tokens as
the set's median reference has; each goes through the sentences in its own order and takes those
that still fit. LexRank and TextRank are sumy's. MMR takes the query, or the text's mean vector
where there is none; two trade-offs are run and the better one counts. ROUGE is rouge-score's, with
stemming, the best of an item's references; differences are to the best other system, with a paired
bootstrap. Coverage is the share of the text's twenty commonest names that a summary names;
supported, the share of a summary's sentences that the source holds, word for word, at their
offsets. Seconds are of choosing, once vectors are there. Half 1 was never trained on.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from memctx.benchmarks.summary_data import (
    SETS,
    Item,
    Text,
    budgets,
    entities_of,
    everything,
)
from memctx.config import load_settings
from memctx.pipeline.bootstrap import paired
from memctx.pipeline.engines import find_token_count
from memctx.pipeline.summary.entities import Entities
from memctx.pipeline.summary.extraction import extract
from memctx.pipeline.summary.scorer import Scorer, load_scorer
from memctx.reader.terms import _STOPWORDS

_MEASURES = ("rouge1", "rouge2", "rougeL")

_PLAIN = "without entities"

_NAME = re.compile(r"(?<=[^\s.!?:“\"'] )[A-Z][\w’'-]+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

Summarise = Callable[[Item, int], list[int]]
Scores = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Split:
    """What sumy asks of a tokenizer."""

    def to_words(self, sentence: str) -> tuple[str, ...]:
        """The words of a sentence."""
        return tuple(_WORD.findall(sentence.lower()))


def fill(order: Iterable[int], tokens: np.ndarray, budget: int) -> list[int]:
    """The sentences of that order that fit, each if there is still room for it."""
    taken = []
    for place in order:
        if tokens[place] + 1 <= budget + 1:
            taken.append(int(place))
            budget -= int(tokens[place]) + 1
    return sorted(taken)


def lead(item: Item, budget: int) -> list[int]:
    """The first sentences."""
    return fill(range(len(item.text.tokens)), item.text.tokens, budget)


def sumy(kind: str, cache: dict[tuple[str, str], list[int]], item: Item, budget: int) -> list[int]:
    """LexRank or TextRank of sumy; they know no query, so a text is ranked once."""
    known = (kind, item.text.name)
    if known not in cache:
        cache[known] = _ranked(kind, item.text)
    return fill(cache[known], item.text.tokens, budget)


def _ranked(kind: str, text: Text) -> list[int]:
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
    from sumy.nlp.stemmers import Stemmer
    from sumy.summarizers.lex_rank import LexRankSummarizer
    from sumy.summarizers.text_rank import TextRankSummarizer

    sentences = [Sentence(one, Split()) for one in text.material.texts]
    summariser = {"LexRank": LexRankSummarizer, "TextRank": TextRankSummarizer}[kind](
        Stemmer("english")
    )
    summariser.stop_words = _STOPWORDS
    order: list[int] = []

    def noted(ranked: Sequence[Any]) -> Sequence[Any]:
        order.extend(info.order for info in ranked)
        return ranked

    summariser(ObjectDocumentModel([Paragraph(sentences)]), noted)
    return order


def mmr(trade: float, item: Item, budget: int) -> list[int]:
    """Maximal marginal relevance (Carbonell & Goldstein 1998) over sentence vectors."""
    vectors, tokens = item.text.material.vectors, item.text.tokens
    mean = vectors.mean(axis=0)
    wanted = item.query.vector if item.query else mean / np.linalg.norm(mean)
    relevance, said = vectors @ wanted, np.zeros(len(vectors))
    taken: list[int] = []
    free = np.ones(len(vectors), bool)
    while (fits := free & (tokens + 1 <= budget + 1)).any():
        best = int(np.where(fits, trade * relevance - (1 - trade) * said, -np.inf).argmax())
        taken.append(best)
        free[best] = False
        budget -= int(tokens[best]) + 1
        said = np.maximum(said, vectors @ vectors[best])
    return sorted(taken)


def ours(
    scorer: Scorer,
    count: Callable[[str], int],
    named: Mapping[str, Entities],
    item: Item,
    budget: int,
) -> list[int]:
    """What `memctx summarise` takes; `named` are the entities of a text, by its name."""
    entities = named.get(item.text.name)
    picks = extract(item.text.material, item.query, budget, count, scorer, entities)
    return [pick.sentence for pick in picks]


def measured(items: Sequence[Item], room: dict[str, int], make: Summarise) -> dict[str, Scores]:
    """ROUGE, coverage and seconds of a system on every item, by set."""
    from rouge_score.rouge_scorer import RougeScorer

    scorer = RougeScorer(list(_MEASURES), use_stemmer=True)
    found: dict[str, Scores] = defaultdict(lambda: defaultdict(list))
    for item in items:
        began = time.perf_counter()
        taken = make(item, room[item.set])
        scores = found[item.set]
        scores["seconds"].append(time.perf_counter() - began)
        summary = " ".join(item.text.material.texts[place] for place in taken)
        rated = [scorer.score(reference, summary) for reference in item.references]
        for name in _MEASURES:
            scores[name].append(100 * max(one[name].fmeasure for one in rated))
        scores["coverage"].append(_coverage(item.text, summary))
        scores["supported"].append(supported(item.text, taken, summary))
    return found


def supported(text: Text, taken: Sequence[int], summary: str) -> float:
    """The percentage of a summary's sentences that its source holds at their offsets."""
    said = [text.material.texts[place] for place in taken]
    spans = [text.material.units.spans[place] for place in taken]
    held = [
        one in summary and text.source[start:end] == one
        for one, (start, end) in zip(said, spans, strict=True)
    ]
    return 100 * sum(held) / len(held) if held else 0.0


def _coverage(text: Text, summary: str) -> float:
    names = Counter(name for one in text.material.texts for name in _NAME.findall(one))
    common = [name for name, _ in names.most_common(20)]
    said = set(re.findall(r"[\w’'-]+", summary))
    return 100 * sum(name in said for name in common) / len(common) if common else 0.0


def better(runs: Sequence[dict[str, Scores]]) -> dict[str, Scores]:
    """Of runs of one system, for each set the one with the higher ROUGE-2."""
    return {
        name: max((run[name] for run in runs), key=lambda scores: sum(scores["rouge2"]))
        for name in runs[0]
    }


def table(found: dict[str, dict[str, Scores]], room: dict[str, int]) -> str:
    """The figures as Markdown, and ours against the best other."""
    names = "ROUGE-1 | ROUGE-2 | ROUGE-L | coverage | supported | seconds"
    lines = [f"| set (tokens) | system | {names} |", "|---|---|---|---|---|---|---|---|"]
    gains = []
    for name in next(iter(found.values())):
        for system, sets in found.items():
            means = {key: float(np.mean(values)) for key, values in sets[name].items()}
            cells = " | ".join(f"{means[key]:.2f}" for key in (*_MEASURES, "coverage", "supported"))
            lines.append(f"| {name} ({room[name]}) | {system} | {cells} | {means['seconds']:.3f} |")
    lines.append("")
    for name in next(iter(found.values())):
        for measure in _MEASURES[:2]:
            others = {system: sets[name][measure] for system, sets in found.items()}
            mine = others.pop("ours")
            others.pop(_PLAIN, None)
            best = max(others, key=lambda system: float(np.mean(others[system])))
            gain = paired(mine, others[best], random.Random(0))
            share = 100 * gain.mean / float(np.mean(others[best]))
            gains += [share] if measure == "rouge2" else []
            lines.append(
                f"- {name}, {measure}: {gain.mean:+.2f} ({share:+.1f}%) over {best}, 95% "
                f"{gain.low:+.2f} to {gain.high:+.2f}, p {gain.p:.3f}, n {gain.n}"
            )
    lines.append(f"- ROUGE-2 over the best other, mean of the sets: {np.mean(gains):+.1f}%")
    return "\n".join(lines)


def plot(found: dict[str, dict[str, Scores]], file: Path) -> None:
    """Draws ROUGE-1 and ROUGE-2 of every system, set by set."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    sets = list(next(iter(found.values())))
    systems = [system for system in found if system != _PLAIN]
    figure, axes = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for axis, measure, title in zip(axes, _MEASURES, ("ROUGE-1", "ROUGE-2"), strict=False):
        for number, system in enumerate(systems):
            places = np.arange(len(sets)) + 0.15 * (number - (len(systems) - 1) / 2)
            heights = [np.mean(found[system][name][measure]) for name in sets]
            axis.bar(places, heights, 0.14, label=system)
        axis.set_xticks(range(len(sets)), sets)
        axis.set_title(title)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].legend(frameon=False, fontsize=8)
    figure.savefig(file, dpi=150)


def scorer_of(file: Path | None) -> Scorer:
    """The trees in a file, or those that ship."""
    return load_scorer() if file is None else Scorer.of(json.loads(file.read_text("utf-8")))


def main() -> None:
    """Runs every system on one half, prints the table, draws it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of the three sets")
    parser.add_argument("--work", type=Path, required=True, help="keeps sentence vectors")
    parser.add_argument("--half", type=int, choices=(0, 1), default=1, help="0 for tuning")
    parser.add_argument("--sets", default=",".join(SETS), help="separated by commas")
    parser.add_argument("--scorer", type=Path, help="trees in place of those that ship")
    parser.add_argument("--plain", action="store_true", help="ours without entities, too")
    parser.add_argument("--plot", type=Path, help="a .png to draw")
    args = parser.parse_args()
    count = find_token_count(load_settings())
    every = everything(args.data, args.work, args.sets.split(","))
    room = budgets(every, count)
    items = [item for item in every if item.text.half == args.half]
    cache: dict[tuple[str, str], list[int]] = {}
    run = partial(measured, items, room)
    found = {"Lead": run(lead)}
    for kind in ("LexRank", "TextRank"):
        found[kind] = run(partial(sumy, kind, cache))
    found["MMR"] = better([run(partial(mmr, trade)) for trade in (0.5, 0.7)])
    choose = partial(ours, scorer_of(args.scorer), count)
    if args.plain:
        found[_PLAIN] = run(partial(choose, {}))
    found["ours"] = run(partial(choose, entities_of(items, args.work)))
    sys.stdout.write(table(found, room) + "\n")
    if args.plot:
        plot(found, args.plot)


if __name__ == "__main__":
    main()
