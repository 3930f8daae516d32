"""A second reading of the same window, with the passage that was cited out of sight.

Where another passage holds a different answer, it comes to light. Everything is there
already: the states stay in the cache, and question and answer alone are read again, with
the passage's keys masked. That takes a tenth of the time of the first reading, and is
done only where another passage speaks of what was asked (`contested`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .adapter import acting
from .attention import Plan, planned
from .generation import Manner, Written, greedy
from .language_model import LanguageModel
from .packing import Layout
from .reading import Window
from .support import window_sentences

if TYPE_CHECKING:
    from torch import Tensor

_LIKELY = 0.2
"""How likely the first token that differs must be for another answer to be written out."""

_ASKED = 0.5
"""The share of the question that a sentence must hold to speak of what was asked."""

_LONGER = 8
"""Tokens by which it may be longer: answers to one question are of a length."""


def contested(question: str, window: Window, cited: int) -> bool:
    """Whether another passage than number `cited` has a sentence about what was asked."""
    passage = window.passages[cited]
    return any(
        sentence.shared >= _ASKED
        for sentence in window_sentences(question, window)
        if sentence.passage is not passage
    )


def hiding(plan: Plan, layout: Layout, chunk: int) -> Plan:
    """The plan by which questions and answers do not see chunk number `chunk`."""
    import torch

    bias = torch.zeros(layout.length) if plan.bias is None else plan.bias.clone()
    bias[layout.starts[chunk] : layout.ends[chunk]] = float("-inf")
    return replace(plan, bias=bias, bias_from=layout.length, watch=None, masks={})


def other_answer(
    model: LanguageModel, prompt: Sequence[int], written: Written, cache: Any, plan: Plan
) -> Written | None:
    """What is answered by a plan that hides a passage, if likely not what was `written`.

    `cache` holds the window, from position 0, and whatever was read after it, which is
    dropped; `plan.bias_from` is where the window ends.
    """
    import torch

    logits = _logits_again(model, prompt, written, cache, plan)
    wanted = torch.tensor(written.ids, device=model.device)
    if not _goes_otherwise(model, logits, wanted):
        return None
    manner = Manner(insists=True, draft=written.ids, rows=logits)
    with acting(), planned(plan):
        limit = len(written.ids) + _LONGER
        return greedy(model, prompt, limit=limit, cache=cache, manner=manner)


def read_again(
    model: LanguageModel, prompt: Sequence[int], written: Written, cache: Any, plan: Plan
) -> Tensor:
    """Log-probabilities, (tokens, vocabulary), of what may stand at each place of what was written.

    Arguments are those of `other_answer`. One pass over the end of the prompt and the answer.
    """
    return _logits_again(model, prompt, written, cache, plan).log_softmax(-1)


def _logits_again(
    model: LanguageModel, prompt: Sequence[int], written: Written, cache: Any, plan: Plan
) -> Tensor:
    """The same before they are log-probabilities, in float32."""
    import torch

    cache.crop(plan.bias_from)
    fresh = [*prompt[plan.bias_from :], *written.ids[:-1]]
    places = torch.arange(plan.bias_from, plan.bias_from + len(fresh), device=model.device)
    with torch.inference_mode(), acting(), planned(plan):
        rows: Tensor = model.weights(
            input_ids=torch.tensor([fresh], device=model.device),
            position_ids=places[None],
            past_key_values=cache,
            logits_to_keep=len(written.ids),
        ).logits[0]
    return rows.float()


def _goes_otherwise(model: LanguageModel, logits: Tensor, wanted: Tensor) -> bool:
    """Whether the first token that differs is a likely one; a refusal or an end is none."""
    choices = logits.argmax(-1)
    places = (choices != wanted).nonzero().flatten().tolist()
    if not places or places[0] == len(wanted) - 1 > 0:
        return False
    refuses = places[0] == 0 and int(choices[0]) in model.refusing_ids
    likely = float(logits[places[0]].softmax(-1).max()) > _LIKELY
    return likely and not refuses
