"""The one module that knows spaCy: loads a pipeline and turns its documents into `Parse`.

Before the parse, titles become single tokens; after it, a title that follows a
common noun ("the film Ran") is made that noun's apposition, which parsers miss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..errors import MissingDependency, ModelNotFound
from .parse import ENTITY_KINDS, Entity, Parse
from .titles import Title, titles

_UNUSED = ("lemmatizer", "attribute_ruler", "senter")
_COLUMNS = ["TAG", "DEP", "HEAD", "IDX", "LENGTH", "SENT_START"]
_HEADING = re.compile(r"^#{1,6}(?= )", re.MULTILINE)
_SIGN = 1 << 63
_QUOTES = frozenset({"``", "''", '"', "“", "”", "„", "«", "»"})


@lru_cache(maxsize=1)
def load(model: Path) -> Any:
    """The pipeline in a folder, without the parts that facts do not need. Kept for the next.

    Raises:
        MissingDependency: if spaCy is not installed.
        ModelNotFound: if the folder holds no pipeline.
    """
    try:
        import spacy
        from thinc.api import NumpyOps, set_current_ops
    except ImportError as error:
        raise MissingDependency(
            "the knowledge graph of English texts needs spaCy, which is not installed; "
            "run `pip install spacy`, or leave the graph out (graph=False, --no-graph)"
        ) from error
    # NumPy's matrix product is three times as fast as the one that thinc brings along.
    set_current_ops(NumpyOps(use_blis=False))
    try:
        return spacy.load(model, exclude=list(_UNUSED))
    except OSError as error:
        raise ModelNotFound(
            f"expected a spaCy pipeline in {model}, found none that loads; "
            "run `memctx models pull en_core_web_sm`"
        ) from error


def parses(pipeline: Any, texts: Sequence[str], batch: int) -> Iterator[Parse]:
    """The parse of each text, in order; `batch` texts go through the network at once."""
    documents = (_tokenised(pipeline, text) for text in texts)
    for document in pipeline.pipe(documents, batch_size=batch):
        yield to_parse(document)


def to_parse(document: Any) -> Parse:
    """A parsed spaCy document as a `Parse`, its titles among the entities."""
    strings = document.vocab.strings
    rows = document.to_array(_COLUMNS).tolist()
    text = document.text
    starts = tuple(row[3] for row in rows)
    ends = tuple(row[3] + row[4] for row in rows)
    words = tuple(text[start:end] for start, end in zip(starts, ends, strict=True))
    spelled = {key: strings[key] for row in rows for key in row[:2]}
    tags = [
        "NNP" if " " in word else spelled[row[0]] for row, word in zip(rows, words, strict=True)
    ]
    deps = [spelled[row[1]] for row in rows]
    heads = [token + (row[2] - (row[2] >= _SIGN) * 2 * _SIGN) for token, row in enumerate(rows)]
    opening = [token for token, row in enumerate(rows) if row[5] == 1]
    entities = _entities(document)
    _hang_titles(entities, words, (tags, deps, heads))
    return Parse(
        text=text,
        words=words,
        starts=starts,
        ends=ends,
        tags=tuple(tags),
        deps=tuple(deps),
        heads=tuple(heads),
        children=_children(heads),
        sentences=tuple(pairwise([*opening, len(rows)])),
        entities=entities,
        entity_of=_entity_of(entities, len(rows)),
    )


def _tokenised(pipeline: Any, text: str) -> Any:
    """The text's tokens, each title merged into one."""
    # Marks of a heading would become part of its name; blanks keep every offset.
    document = pipeline.make_doc(_HEADING.sub(lambda marks: " " * len(marks.group()), text))
    for before, token in pairwise(document):
        if before.is_space and "\n\n" in before.text:
            token.is_sent_start = True  # no name or sentence crosses an empty line
    spans = [_span(document, title) for title in titles(text)]
    if not spans:
        return document
    with document.retokenize() as retokenizer:
        last = 0
        for span in spans:
            if span is not None and span.start >= last:
                last = span.end
                if span.end - span.start > 1:
                    retokenizer.merge(span)
    return document


def _span(document: Any, title: Title) -> Any:
    return document.char_span(title.start, title.end, alignment_mode="expand")


def _entities(document: Any) -> tuple[Entity, ...]:
    """Named entities, and each title that no entity covers."""
    found = [
        Entity(entity.start, _before_bracket(entity), ENTITY_KINDS.get(entity.label_, "name"))
        for entity in document.ents
    ]
    covered = {token for entity in found for token in range(entity.first, entity.last)}
    for title in titles(document.text):
        span = _span(document, title)
        if span is not None and not covered.intersection(range(span.start, span.end)):
            found.append(Entity(span.start, span.end, title.kind))
            covered.update(range(span.start, span.end))
    return tuple(sorted(found, key=lambda entity: entity.first))


def _before_bracket(entity: Any) -> int:
    """Where an entity ends that runs into a bracket: "World Health Organization (WHO"."""
    if "(" not in entity.text[1:]:
        return int(entity.end)
    inside = (token.i for token in entity if token.i > entity.start and token.text == "(")
    return int(next(inside, entity.end))


def _hang_titles(
    entities: Sequence[Entity],
    words: Sequence[str],
    labels: tuple[list[str], list[str], list[int]],
) -> None:
    """Makes a work right behind a common noun that noun's apposition, in place."""
    tags, deps, heads = labels
    for entity in entities:
        title, noun = entity.last - 1, entity.first - 1
        while noun >= 0 and words[noun] in _QUOTES:
            noun -= 1
        if entity.kind != "work" or noun < 0 or tags[noun] not in ("NN", "NNS"):
            continue
        above = heads[noun]
        seen = {noun}
        while above not in seen:
            seen.add(above)
            above = heads[above]
        if title not in seen and not entity.first <= heads[noun] < entity.last:
            heads[title], deps[title] = noun, "appos"


def _children(heads: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    children: list[list[int]] = [[] for _ in heads]
    for token, head in enumerate(heads):
        if head != token:
            children[head].append(token)
    return tuple(map(tuple, children))


def _entity_of(entities: Sequence[Entity], length: int) -> tuple[Entity | None, ...]:
    found: list[Entity | None] = [None] * length
    for entity in entities:
        found[entity.first : entity.last] = [entity] * (entity.last - entity.first)
    return tuple(found)
