"""Whether a table knows what a question speaks of, so that it answers no other question.

A question about a phone number is not answered by the only number there is, nor one about
Berlin by a row that says nothing of it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..terms import terms, tokens
from .cells import bare_name
from .table_view import TableView, abbreviates

_SUPERLATIVE = r"(?:most|least|\w{3,}est)"
_ASPECT = re.compile(
    r"\b(?:what|who)(?:'s| is| was| are| were) (?:the )?(?P<a>[\w\s-]+?) "
    r"(?:of|for|in|at|on|from|by|to)\b|"
    r"\bhow many (?P<b>[\w-]+)|^(?P<c>[\w\s-]+?) (?:of|for|at)\b|"
    r"\bhow much (?!did|does|do|is|was|were|are|has|have|had|will|would|can|should)"
    r"(?P<d>[\w-]+)|"
    rf"\b{_SUPERLATIVE} (?P<e>[\w-]+)|的(?P<f>[^的是为有]{{2,8}})(?:是|为|有)?"
    r"(?:多少|什么|谁|几|哪)|(?P<g>[^的是为，,\s]{2,})(?:是|为)(?:多少|什么|谁|几|哪)",
    re.IGNORECASE,
)
_LIGHT = frozenset(
    terms(
        "get got give gave cost spend spent receive received pay paid amount reach reached fall "
        "fell come came go went make made take took hold held show list record report lead led "
        "manage run belong assigned responsible number value figure total sum altogether combined "
        "together overall please tell named called difference between compared add up year people"
    )
)
"""Words that say nothing of their own about a table."""

_LIGHT_CHINESE = re.compile(
    r"请问|一共|总共|合计|总计|总和|之和|加起来|共有|哪些|哪个|哪|几个?|多少|什么|"
    r"最[高低大小多少长短早晚新贵轻重]|"
    r"便宜|超过|高于|低于|大于|小于|以上|以下|负责|[个项名位家所谁是有的由在为了和与比约钱花用得收]"
)
_SUPERLATIVES = re.compile(
    r"\b(?:highest|largest|biggest|most (?:recent|expensive)|least expensive|most|greatest|maximum|"
    r"lowest|smallest|least|fewest|minimum|latest|newest|earliest|oldest|youngest|tallest|longest|"
    r"shortest|heaviest|lightest|dearest|costliest|cheapest|wettest|driest|warmest|hottest|"
    r"coldest|busiest|best)\b",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"(?:q[1-4]|h[12]|\d{4}|fy ?\d+|\d+|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|"
    r"第?[一二三四\d]+(?:季度|月|年)|年|year|[\s/.-])+",
    re.IGNORECASE,
)
_NAMES = re.compile(r"\b[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*")
_TITLES = {"mr", "mrs", "ms", "dr", "prof", "sir"}


def singled_out_is_there(view: TableView, bounds: Iterable[str]) -> bool:
    """Whether every number and every name of the question is in the table or around it.

    `bounds` are numbers that need not be there, such as the 100 of "more than 100".
    """
    rows = (view.table.header, *view.table.rows)
    texts = [view.around, *(cell.text for row in rows for cell in row.cells)]
    there = {token.text for text in texts for token in tokens(text)}
    there |= {part for token in there for part in re.findall(r"\d+|[a-z]+", token)}
    there |= {token.text for bound in bounds for token in tokens(bound)}
    if not all(token in there for token in _singled_out(view.question)):
        return False
    names = {term for name in names_in(view.intent.core) for term in terms(name)}
    return all(name in view.known or abbreviates(name, view.known) for name in names)


def names_in(question: str) -> list[str]:
    """Proper names of a question: words with a capital, past its beginning."""
    if sum(word[:1].isupper() for word in question.split()) > 0.6 * len(question.split()):
        return []  # a heading, in which all words have one
    return [
        " ".join(word for word in found[0].split() if word.casefold() not in _TITLES)
        for found in _NAMES.finditer(question)
        if found.start() > 0
    ]


def knows_all(view: TableView, column: int, rest: str) -> bool:
    """Whether what else a question says stands in the table or around it.

    `rest` is the question without the words of its conditions. Below a column that only says
    when, such as "2025", what it is that is counted may go unsaid.
    """
    if _is_period(view, column):
        for found in _ASPECT.finditer(rest):
            aspect = next(filter(None, found.groups()), "")
            rest = rest.replace(aspect, " ")
    return not _unknown(rest, view.known)


def knows_aspect(view: TableView, column: int, rest: str, beside: str) -> bool:
    """Whether a column is what a question names: no start date where an end date is asked for.

    `beside` are the words of the row, which the question may say, too.
    """
    if _is_period(view, column):
        return True
    known = set(terms(f"{view.name(column)} {view.around} {beside}"))
    known |= {term for c in view.columns if not view.is_numeric(c) for term in terms(view.name(c))}
    aspects = (next(filter(None, m.groups()), "") for m in _ASPECT.finditer(rest))
    return not any(_unknown(aspect, known) for aspect in aspects)


def without(question: str, words: Iterable[str]) -> str:
    """A question without some words, each as `said` gives them."""
    for each in sorted(words, key=len, reverse=True):
        pattern = r"[\W_]*".join(map(re.escape, each.split()))
        question = re.sub(pattern, " , ", question, flags=re.IGNORECASE) if pattern else question
    return question


def _unknown(text: str, known: Iterable[str]) -> set[str]:
    known = set(known)
    plain = _LIGHT_CHINESE.sub(" ", _SUPERLATIVES.sub(" ", text))
    return {
        term for term in terms(plain) if term not in known | _LIGHT and not abbreviates(term, known)
    }


def _is_period(view: TableView, column: int) -> bool:
    return bool(_PERIOD.fullmatch(bare_name(view.name(column))))


def _singled_out(question: str) -> set[str]:
    """The numbers of a question, and its words in capitals and with digits, as tokens have them."""
    found = set()
    for token in tokens(question):
        word = question[token.start : token.end]
        if word[0].isdigit() or (word != "I" and word.isupper() and word[0].isascii()):
            found.add(token.text)
    return found
