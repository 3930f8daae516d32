"""Scores of one question: evidence found, answers given.

Pure functions. Each returns a number in [0, 1], higher is better. They know nothing of
memories, readers or files; means and intervals over questions are in `bootstrap`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

_ARTICLES = frozenset({"a", "an", "the"})
_HAN_OR_WORD = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+")
_LABELLED_CHOICE = re.compile(r"\(([A-D])\)")
_SAID_CHOICE = re.compile(r"\b([A-D])\b")


def answer_tokens(text: str) -> list[str]:
    """What answers are compared by: words, and each Chinese character by itself.

    Case, punctuation, symbols and English articles do not count (SQuAD, Rajpurkar et
    al. 2016; per character for Chinese as in CMRC 2018, Cui et al. 2019).

    >>> answer_tokens("The U.S. team, 1902年")
    ['u', 's', 'team', '1902', '年']
    """
    bare = "".join(" " if _is_mark(character) else character for character in text.lower())
    return [token for token in _HAN_OR_WORD.findall(bare) if token not in _ARTICLES]


def exact_match(answer: str, golds: Iterable[str]) -> float:
    """1 if the answer is one of the right answers, token by token."""
    said = answer_tokens(answer)
    return float(any(said == answer_tokens(gold) for gold in golds))


def token_f1(answer: str, golds: Iterable[str]) -> float:
    """F1 of the tokens shared with the right answer that is nearest."""
    said = answer_tokens(answer)
    return max((_f1(said, answer_tokens(gold)) for gold in golds), default=0.0)


def contains_groups(answer: str, groups: Iterable[Sequence[str]]) -> float:
    """1 if the answer holds, of each group, at least one member as whole tokens.

    Paper: RGB, Chen et al. 2023 (arXiv 2309.01431).
    """
    said = _spaced(answer)
    return float(all(any(_spaced(member) in said for member in group) for group in groups))


def choice_accuracy(answer: str, golds: Sequence[str]) -> float | None:
    """1 if the first letter A to D in the answer is the right one.

    None where the first right answer does not begin with "(A)" to "(D)": then it was
    no multiple-choice question.
    """
    right = _LABELLED_CHOICE.match(golds[0]) if golds else None
    if right is None:
        return None
    said = _SAID_CHOICE.search(answer)
    return float(said is not None and said[1] == right[1])


def recall_at(k: int, found: Sequence[str], gold: Iterable[str]) -> float:
    """Share of the gold documents among the first `k` different documents found.

    Raises:
        ValueError: there are no gold documents, so that there is nothing to recall.
    """
    wanted = set(gold)
    if not wanted:
        raise ValueError("recall needs at least one gold document")
    return len(wanted & _first(k, found)) / len(wanted)


def all_gold_at(k: int, found: Sequence[str], gold: Iterable[str]) -> float:
    """1 if every gold document is among the first `k` different documents found."""
    return float(set(gold) <= _first(k, found))


def _first(k: int, found: Sequence[str]) -> set[str]:
    return set(list(dict.fromkeys(found))[:k])


def _f1(said: Sequence[str], gold: Sequence[str]) -> float:
    shared = (Counter(said) & Counter(gold)).total()
    return 2 * shared / (len(said) + len(gold)) if shared else 0.0


def _spaced(text: str) -> str:
    """Tokens with a space on either side of each: whole tokens are found as substrings."""
    return f" {' '.join(answer_tokens(text))} "


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith(("P", "S"))
