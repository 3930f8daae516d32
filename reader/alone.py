"""The best passage read alone: a second reading that costs little and often knows better.

A small reader is distracted by passages beside the one that has the answer. So, unless the
second one is likely needed, too, it reads both ways, and what it was surer of is the
answer. The first passage's states stand where they were computed and were not repaired: they
are taken from the window as they are. What was written from the whole window is the draft:
where both readings agree, the second one is a single pass.
"""

from __future__ import annotations

from collections.abc import Sequence

from .adapter import acting
from .assembly import Assembled
from .attention import Plan, planned
from .generation import Manner, Written, greedy
from .language_model import LanguageModel
from .reading import Window

_NEEDED = 0.7
"""From this p(passage) on the second one is likely needed, too: of .5, .7, .9 and none, it was
best for questions of one passage that left those of several alone."""


def may_suffice(window: Window) -> bool:
    """Whether the first of several passages may be all that a question needs."""
    return len(window.passages) > 1 and window.passages[1].score < _NEEDED


def read_alone(
    model: LanguageModel,
    prompt: Sequence[int],
    assembled: Assembled,
    written: Written,
    *,
    limit: int,
    insists: bool,
) -> Written:
    """What is written from the first passage, in at most `limit` tokens; `written` was, from all.

    `prompt` is that of all passages, in tokens, whose states are `assembled` and stay as they
    are. A writer that `insists` does not open with a refusal.
    """
    layout = assembled.layout
    tail = prompt[layout.length :]
    cache = assembled.cache.beginning(layout.ends[0], room=len(tail) + limit + 1)
    ids = [*prompt[: layout.ends[0]], *tail]
    manner = Manner(insists=insists, draft=written.ids)
    with acting(), planned(Plan()):
        return greedy(model, ids, limit=limit, cache=cache, manner=manner)
