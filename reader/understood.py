"""What was written, understood: an answer or a refusal, its words made whole, its evidence.

The same for every reader that writes with a model, however it read.
"""

from __future__ import annotations

from .citation import locate
from .declined import declines
from .full_names import completed
from .generation import Written
from .language_model import LanguageModel
from .options import chosen, options_of
from .prompt import question_language
from .reading import Reading, Window
from .terms import asks_who
from .verbatim import located


def stands_early(question: str) -> bool:
    """Whether words of an answer stand once they are written: not where it will be made whole.

    That are options, which become labels, and names of people, in Chinese.
    """
    named = asks_who(question) and question_language(question) == "zh"
    return not options_of(question) and not named


def understood(
    model: LanguageModel, question: str, window: Window, written: Written, *, mode: str
) -> Reading:
    """A reading of `window` in which `model` wrote that, by the text alone.

    In mode "extract" the evidence is the stretch itself that was written.
    """
    declined = declines(written.text)
    evidence = () if declined else locate(question, written.text, window)
    if mode == "extract":
        evidence = located(written.text, evidence, window)
    return Reading(
        text=completed(question, chosen(question, written.text), window),
        declined=declined,
        mode=mode,
        evidence=evidence,
        logprob=written.logprob,
        least=written.least,
        refusal=written.refusal,
        answer_tokens=written.tokens,
        adapter=model.taught,
    )
