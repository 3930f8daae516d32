"""Whether a sentence says yes to a question or no: by its negations and by its bounds.

"Customers may not park here" says no to "May I park here?", and so does "up to 60,000 pounds"
to a question about 80,000. Small readers say yes to nearly everything; what decides stands in
the sentence. English and Chinese. Pure functions of two texts.
"""

from __future__ import annotations

import re

from ...reader.terms import terms

_NEGATIVE = re.compile(
    r"\b(?:not(?! (?:more|less|fewer|later|earlier|only) )|"
    r"no(?! (?:more|less|fewer|later|earlier) )|never|none|nobody|nothing|neither|nor|"
    r"cannot|without|unable|forbidden|prohibited|banned|"
    r"refused?|rejected|declined|denied|dismissed|absent|apologies|cancelled|postponed|abandoned|"
    r"excluded|except|lapsed|failed|exempt|free of|instead of|ceased|closed|unavailable|invalid)\b|"
    r"n['’]t\b|"
    r"不(?!超过|少于|低于|高于|多于|迟于|晚于|仅|但|同)|没|未(?!来)|无(?!论)|非|禁止|严禁|拒绝|否决|"
    r"请假|缺席|取消|除外|免(?!费)|暂停|停止|勿",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?:\bup to|\bat (?:the )?most|\b(?:no|not) more than|\bmaximum(?: of)?|\bwithin|\bless than|"
    r"\bbelow|\bunder|\bno later than|不超过|最多|至多|不高于|不得超过|低于|少于)\s*"
    r"[^\d\s]{0,3}\s*(?P<n>\d[\d,]*(?:\.\d+)?)|(?P<m>\d[\d,]*(?:\.\d+)?)\s*\S{0,3}(?:以内|以下|之内)",
    re.IGNORECASE,
)
_LEAST = re.compile(
    r"(?:\bat least|\b(?:no|not) (?:less|fewer) than|\bminimum(?: of)?|\bmore than|\bover|\babove|"
    r"\bfrom|至少|不少于|不低于|超过|高于|满)\s*[^\d\s]{0,3}\s*(?P<n>\d[\d,]*(?:\.\d+)?)|"
    r"(?P<m>\d[\d,]*(?:\.\d+)?)\s*\S{0,3}(?:以上)",
    re.IGNORECASE,
)
_CLAUSES = re.compile(r"[;；]\s*|,\s*(?=but\b)|，(?=但)", re.IGNORECASE)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def affirms(question: str, sentence: str) -> bool:
    """Whether a sentence that decides a question says yes to it.

    >>> affirms("May I park here?", "Customers may not park here.")
    False
    >>> affirms("Can he sign for 80,000 pounds?", "He may sign for up to 60,000 pounds.")
    False
    """
    if _out_of_bounds(question, sentence):
        return False
    clause = _clause(question, sentence)
    return bool(_NEGATIVE.search(question)) == bool(_NEGATIVE.search(clause))


def _clause(question: str, sentence: str) -> str:
    """Of several clauses that shares the most with the question; the first of equals."""
    asked = set(terms(question))
    return max(_CLAUSES.split(sentence), key=lambda clause: len(asked & set(terms(clause))))


def _out_of_bounds(question: str, sentence: str) -> bool:
    """Whether the one number that is asked about lies beyond a bound of the sentence."""
    asked = {_value(number) for number in _NUMBER.findall(question)}
    asked -= {_value(number) for number in _NUMBER.findall(sentence)}
    asked = {number for number in asked if not 1500 <= number <= 2100}  # years
    if len(asked) != 1:
        return False
    number = asked.pop()
    most = [_value(found["n"] or found["m"]) for found in _MOST.finditer(sentence)]
    least = [_value(found["n"] or found["m"]) for found in _LEAST.finditer(sentence)]
    return any(number > bound for bound in most) or any(number < bound for bound in least)


def _value(number: str) -> float:
    return float(number.replace(",", ""))
