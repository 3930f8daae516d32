"""How near reading from stored states comes to full prefill, and what follows from it.

The model is asked a few shipped questions both ways; how its next-token distributions
over the answer differ is the mean Kullback-Leibler divergence, in nats. Up to a limit
it reads from stored states, with more repair if that is what it takes; beyond it, by
full prefill. Only measures and decides; keeping the outcome is `gate`'s.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources import files as package_files
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from .adapter import acting, asked_in
from .attention import planned
from .memory_reader import Care, MemoryReader
from .prefill import plainly
from .prompt import question_language
from .reading import Window, WindowPassage

if TYPE_CHECKING:
    from torch import Tensor

LIMIT = 0.35
"""Mean divergence, in nats, up to which stored states are read."""

_LEAST = 6
_PLAIN = 4.0
"""After this many probes a verdict is given once the limit lies as many standard errors away."""

REPAIRED_SHARE = 0.15
"""The share of memory that is recomputed where the default repair is not enough."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A question, what it is to be answered from, and its answer."""

    question: str
    window: Window
    answer: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a model is to be read: with this care from stored states, or by prefill.

    `divergence` was measured with the care given; it is None where nothing could be
    measured, and `reason` then says why.
    """

    mode: str
    care: Care
    divergence: float | None
    reason: str = ""


def shipped_probes() -> list[Probe]:
    """The questions in `data/fidelity.jsonl`, English and Chinese among one another."""
    source = package_files("memctx") / "data" / "fidelity.jsonl"
    return [_probe(json.loads(line)) for line in source.read_text(encoding="utf-8").splitlines()]


def judge(
    reader: MemoryReader, probes: Sequence[Probe], *, limit: float = LIMIT, brief: bool = False
) -> Verdict:
    """Try the reader's care, then more repair, then give up on stored states.

    `limit` is the mean divergence, in nats, that is put up with. If `brief`, no more probes
    are read than make it plain on which side of it the mean lies.
    """
    more = replace(reader.care, share=max(reader.care.share, REPAIRED_SHARE))
    found = 0.0
    for care in dict.fromkeys((reader.care, more)):
        found = divergence(replace(reader, care=care), probes, plainly_of=limit if brief else None)
        if found <= limit:
            return Verdict("memory", care, found)
    reason = f"its answers differ by {found:.2f} nats from full prefill, more than {limit:g}"
    return Verdict("prefill", reader.care, found, reason)


def divergence(
    reader: MemoryReader, probes: Sequence[Probe], *, plainly_of: float | None = None
) -> float:
    """Mean divergence of reading from states from full prefill, in nats per answer token.

    Ends before the last probe where the mean is plainly above or below `plainly_of`.
    """
    found: list[float] = []
    for probe in probes:
        found.append(kl(full_logits(reader, probe), memory_logits(reader, probe)).mean().item())
        if plainly_of is not None and is_plain(found, plainly_of):
            break
    return fmean(found)


def is_plain(found: Sequence[float], limit: float) -> bool:
    """Whether the mean of what was found so far lies far from a limit, either side."""
    if len(found) < _LEAST:
        return False
    error = stdev(found) / math.sqrt(len(found))
    return abs(fmean(found) - limit) > _PLAIN * error


def kl(wanted: Tensor, given: Tensor) -> Tensor:
    """KL(wanted || given) of each row of logits (tokens, vocabulary), in nats."""
    p, q = wanted.float().log_softmax(-1), given.float().log_softmax(-1)
    return (p.exp() * (p - q)).sum(-1)


def full_logits(reader: MemoryReader, probe: Probe) -> Tensor:
    """Logits for each token of the answer when everything runs through the model."""
    import torch

    pieces = reader.pieces
    pieces.prompt(probe.question, probe.window)  # refuses what is too long
    asked = pieces.asking(probe.question, probe.window)
    answer = _answer_ids(reader, probe)
    weights = reader.model.weights
    ids = torch.tensor([[*asked, *answer]], device=weights.device)
    with asked_in(question_language(probe.question)):
        cache = plainly(weights, pieces.head, pieces.passages(probe.window))
        with torch.inference_mode(), acting():
            logits = weights(
                input_ids=ids, past_key_values=cache, logits_to_keep=len(answer) + 1
            ).logits
    rows: Tensor = logits[0, :-1]
    return rows


def memory_logits(reader: MemoryReader, probe: Probe) -> Tensor:
    """Logits for each token of the answer when the window is read from states."""
    import torch

    answer = _answer_ids(reader, probe)
    weights: Any = reader.model.weights
    with asked_in(question_language(probe.question)):
        prepared = reader.prepare(probe.question, probe.window)
        start = prepared.assembled.layout.length
        ids = torch.tensor([[*prepared.ids[start:], *answer]], device=weights.device)
        places = torch.arange(start, start + ids.shape[1], device=weights.device)[None]
        plan = reader.plan(probe.window, prepared.assembled)
        with torch.inference_mode(), acting(), planned(plan):
            logits = weights(
                input_ids=ids,
                position_ids=places,
                past_key_values=prepared.assembled.cache,
                logits_to_keep=len(answer) + 1,
            ).logits
    rows: Tensor = logits[0, :-1]
    return rows


def _answer_ids(reader: MemoryReader, probe: Probe) -> list[int]:
    chinese = not probe.answer.isascii()
    return reader.model.encode(probe.answer if chinese else f" {probe.answer}")


def _probe(row: dict[str, Any]) -> Probe:
    passages = tuple(
        WindowPassage(number, title, "", text, 1.0)
        for number, (title, text) in enumerate(row["passages"])
    )
    return Probe(row["question"], Window(passages), row["answer"])
