"""Simple facts of a Chinese text: who is, does, heads, or lies where.

Clauses end at punctuation. A clause without a subject takes over that of the one
before it, as Chinese does, and 他, 她, 它, 其 and 该公司 stand for the last name.
Knows words and names, not the tagger that made them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .chinese_words import Word, Words, is_role
from .extraction import ExtractedFact, Mention, MentionKind
from .lexicon import words as lexicon

_ENDS = frozenset("。！？!?；;\n")
_BREAKS = frozenset("，,：:、—…")
_IS = lexicon("是 为 為 係 乃 即")
_IS_NOT = lexicon("不是 并非 並非 不為")
_NOT = lexicon("不 没 沒 没有 沒有 未 未曾 从未 從未 不再 非 不能 不会 不會")
_PRONOUNS = lexicon("他 她 它 其 该 該 此")
_PERSONAL = lexicon("他 她")
_PASSIVE = lexicon("被 受 遭 获 獲")
_POSITION = lexicon("任 担任 擔任 出任 兼任 曾任 历任 歷任 现任 現任 当选 當選 就任 升任 调任 調任")
_APPOINT = lexicon("任命 委任 选举 選舉 聘请 聘請")
_DISMISS = lexicon("免去 罢免 罷免")
_PHRASE = ("n", "j", "eng", "vn", "b", "a", "m", "q", "l", "i", "<", "f", "s", "t", "an")
_SKIPPED = ("d", "ad", "ul", "uz", "ug", "t", "y", "c")
_TIMES = ("t", "<date>")
_AT = ("于", "於")
_ASPECTS = ("ul", "uz", "ug")
_LONGEST = 30
_OPENING, _CLOSING = frozenset("（("), frozenset("）)")
_QUOTES = frozenset("“”「」‘’()（）[]【】")
_STATIVE = lexicon(
    "有 在 说 說 表示 称 稱 认为 認為 指出 获悉 獲悉 可以 能够 能夠 可能 要 会 會 应 應 来 來 去 "
    "简称 簡稱 又称 又稱 又名 亦称 亦稱 也称 也稱 别称 別稱 原名 本名 旧称 舊稱 俗称 俗稱 全称 全稱"
)


@dataclass(frozen=True, slots=True)
class _Clause:
    """Words between two marks, and the sentence `start:end` around them."""

    words: tuple[Word, ...]
    start: int
    end: int
    opens: bool


def chinese_facts(read: Words) -> tuple[ExtractedFact, ...]:
    """All facts of a text in its order, each once."""
    found: dict[tuple[int, str, int], ExtractedFact] = {}
    subject: Mention | None = None
    person: Mention | None = None
    for clause in _clauses(read):
        if clause.opens and subject is not None and subject.kind == "term":
            subject = None
        for fact in (*_titled(clause), *_appointed(clause)):
            found.setdefault((fact.subject.start, fact.relation, fact.object.start), fact)
        speaks = clause.words[0].text in _PERSONAL
        subject, facts = _told(clause, person if speaks else subject)
        if subject is not None and subject.kind == "person":
            person = subject
        for fact in facts:
            found.setdefault((fact.subject.start, fact.relation, fact.object.start), fact)
    return tuple(sorted(found.values(), key=lambda fact: (fact.start, fact.object.start)))


def _clauses(read: Words) -> Iterator[_Clause]:
    words: list[Word] = []
    pending: list[tuple[Word, ...]] = []
    start = 0
    inside = False
    for word in read.words:
        inside = (inside or word.text in _OPENING) and word.text not in _ENDS
        if inside:
            inside = word.text not in _CLOSING
        elif word.text in _ENDS or word.text in _BREAKS or "\n" in word.text:
            pending.append(tuple(words))
            words = []
            if word.text in _ENDS or "\n" in word.text:
                yield from _whole(pending, word.end)
                pending = []
                start = word.end
        elif word.text.strip():
            words.append(word)
    pending.append(tuple(words))
    yield from _whole(pending, len(read.text.rstrip()) or start)


def _whole(pending: Sequence[tuple[Word, ...]], end: int) -> Iterator[_Clause]:
    filled = [words for words in pending if words]
    if not filled:
        return
    start = filled[0][0].start
    for number, words in enumerate(filled):
        yield _Clause(words, start, max(end, filled[-1][-1].end), number == 0)


def _fact(
    clause: _Clause, subject: Mention, relation: str, found: Mention, time: str | None = None
) -> ExtractedFact:
    return ExtractedFact(subject, relation, found, clause.start, clause.end, time)


def _told(clause: _Clause, before: Mention | None) -> tuple[Mention | None, list[ExtractedFact]]:
    """The clause's subject, for the next one, and what it says of it."""
    words = clause.words
    verb = next((i for i, word in enumerate(words) if _is_verb(words, i)), None)
    if any(word.text in _APPOINT or word.text in _DISMISS for word in words):
        return before, []
    if verb is None:
        alone = _phrase(words, 0, len(words)) if clause.opens else None
        return (alone if alone is not None and alone.kind != "date" else before), []
    subject = _subject(words[:verb], before)
    if subject is None:
        return before, []
    time = next((word.text for word in words[:verb] if word.tag == "<date>"), None)
    before_it = words[max(0, verb - 2) : verb]
    denied = words[verb].text in _IS_NOT or any(word.text in _NOT for word in before_it)
    facts = []
    for relation, found in _said(words, verb):
        if _sound(subject, relation, found):
            when = None if found.kind == "date" else time
            said = f"不{relation}" if denied else relation
            facts.append(_fact(clause, subject, said, found, when))
    return subject, facts


def _sound(subject: Mention, relation: str, found: Mention) -> bool:
    """A fact needs a name at one end, unless it says what something is."""
    if subject.kind in ("date", "number"):
        return False
    named = relation in ("是", "任") or subject.kind != "term" or found.kind != "term"
    return named and found.text != subject.text and found.start >= subject.end


def _is_verb(words: Sequence[Word], place: int) -> bool:
    word = words[place]
    if word.text in _IS or word.text in _IS_NOT:
        return place + 1 < len(words)
    if word.text == "由":
        return place > 0
    if not word.tag.startswith("v") or word.tag == "vn" or word.text in _NOT:
        return False
    after = words[place + 1] if place + 1 < len(words) else None
    return after is None or after.text not in ("的", "之")


def _subject(words: Sequence[Word], before: Mention | None) -> Mention | None:
    """The last name or phrase before the verb; a pronoun or nothing gives the one before."""
    plain = [word for word in words if word.tag not in _TIMES and not word.tag.startswith(_SKIPPED)]
    prep = next((i for i, word in enumerate(plain) if word.tag == "p"), None)
    head = plain if prep is None else plain[:prep]
    if not head:
        return before
    if head[0].text in _PRONOUNS:
        return before
    if head[-1].tag == "<person>":
        return _mention(head[-1])
    return _phrase(head, 0, len(head))


def _said(words: Sequence[Word], verb: int) -> Iterator[tuple[str, Mention]]:
    """The relation of a clause's verb and what stands behind it."""
    word, rest = words[verb].text, words[verb + 1 :]
    if word == "由":
        yield from _agent(rest)
    elif word in _PASSIVE and len(rest) > 1:
        yield from _sufferer(rest)
    else:
        relation, found = _plainly(word, rest)
        if found is not None:
            yield relation, found


def _plainly(word: str, rest: Sequence[Word]) -> tuple[str, Mention | None]:
    if word in _IS or word in _IS_NOT:
        return "是", _whole_rest(rest) or _rest(rest)
    if word in _POSITION:
        return "任", _rest(rest)
    if word.endswith(_AT):
        return word, _object(rest)
    if rest and rest[0].text in _AT:
        return word + rest[0].text, _object(rest[1:])
    if word in _STATIVE or len(word) < 2:
        return word, None
    return word, _object([item for item in rest if item.tag not in _ASPECTS])


def _agent(rest: Sequence[Word]) -> Iterator[tuple[str, Mention]]:
    """X 由 Y 创办: the relation is 由…创办."""
    verb = next((i for i, word in enumerate(rest) if word.tag in ("v", "vn") and i > 0), None)
    if verb is None:
        return
    agents = [word for word in rest[:verb] if word.tag != "<date>" and word.tag.startswith("<")]
    for agent in agents or []:
        yield f"由…{rest[verb].text}", _mention(agent)
    dates = [word for word in rest[:verb] if word.tag == "<date>"]
    for date in dates:
        yield f"{rest[verb].text}于", _mention(date)


def _sufferer(rest: Sequence[Word]) -> Iterator[tuple[str, Mention]]:
    verb = next((i for i, word in enumerate(rest) if word.tag == "v" and i > 0), None)
    agent = None if verb is None else _phrase(rest, 0, verb)
    if verb is not None and agent is not None:
        yield f"被…{rest[verb].text}", agent


def _titled(clause: _Clause) -> Iterator[ExtractedFact]:
    """An office or trade before a name: 外交部部长王毅, 诗人珀西·雪莱."""
    words = clause.words
    for place, word in enumerate(words):
        if word.tag != "<person>" or place == 0:
            continue
        first = place
        while first > 0 and words[first - 1].tag.startswith(_PHRASE) and place - first < 4:
            first -= 1
            if words[first].tag == "<person>":
                first += 1
                break
        role = _phrase(words, first, place)
        if role is not None and is_role(role.text):
            yield _fact(clause, _mention(word), "任", role)


def _appointed(clause: _Clause) -> Iterator[ExtractedFact]:
    """任命 X 为 Y, and 免去 X 的 Y 职务, which is told as 不任."""
    words = clause.words
    for place, word in enumerate(words[:-2]):
        person = words[place + 1]
        if word.text in _APPOINT and words[place + 2].text in _IS:
            role = _rest(words[place + 3 :])
            if role is not None:
                yield _fact(clause, _mention(person), "任", role)
        elif word.text in _DISMISS and person.tag == "<person>":
            after = [w for w in words[place + 2 :] if w.text not in ("的", "兼任", "职务", "職務")]
            role = _rest(after)
            if role is not None:
                yield _fact(clause, _mention(person), "免去", role)


def _object(words: Sequence[Word]) -> Mention | None:
    """The first phrase after a verb, to its head: over 的 to what it describes."""
    if not words or words[0].tag in ("p", "c", "v") or words[0].tag.startswith("r"):
        return None
    return _rest(words)


def _whole_rest(words: Sequence[Word]) -> Mention | None:
    """All that a clause says after 是, if it ends in a noun."""
    if not words or not words[-1].tag.startswith(("n", "<", "j", "eng")):
        return None
    if any(word.text in _QUOTES for word in words):
        return None
    start, end = words[0].start, words[-1].end
    if end - start > _LONGEST:
        return None
    kept = words[0] if len(words) == 1 else None
    if kept is not None and kept.tag.startswith("<"):
        return _mention(kept)
    return Mention(start, end, words[0].source[start:end], "term")


def _rest(words: Sequence[Word]) -> Mention | None:
    """A phrase up to the next verb or preposition, 的 inside it."""
    last = 0
    while last < len(words) and (
        words[last].tag.startswith(_PHRASE)
        or words[last].text in ("的", "之", "和", "与", "與", "及")
    ):
        last += 1
    while last and not words[last - 1].tag.startswith(_PHRASE):
        last -= 1
    return _phrase(words, 0, last)


def _phrase(words: Sequence[Word], first: int, last: int) -> Mention | None:
    """Words as one mention: a single name keeps its kind."""
    kept = [word for word in words[first:last] if word.text.strip()]
    while kept and not kept[0].tag.startswith(_PHRASE):
        kept.pop(0)
    while kept and not kept[-1].tag.startswith(_PHRASE):
        kept.pop()
    if not kept:
        return None
    if len(kept) == 1 and kept[0].tag.startswith("<"):
        return _mention(kept[0])
    start, end = kept[0].start, kept[-1].end
    if not 2 <= end - start <= _LONGEST:
        return None
    return Mention(start, end, kept[0].source[start:end], "term")


def _mention(word: Word) -> Mention:
    kind: MentionKind = word.tag[1:-1] if word.tag.startswith("<") else "term"  # type: ignore[assignment]
    return Mention(word.start, word.end, word.text, kind)
