"""HTML: clean text in blocks, with headings, tables and what the head says.

The tree is walked without recursion, for pages nest as deep as they like. Scripts,
styles, navigation and form controls are left out. Nothing is rendered or fetched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from ...errors import LoadError
from ...records import Document, Json
from .base import Item, Loader, require
from .draft import Draft
from .encoding import decode


def _names(tags: str) -> frozenset[str]:
    return frozenset(tags.split())


_DROPPED = _names(
    "head script style noscript template nav svg math iframe object embed canvas audio video "
    "select datalist button input textarea dialog"
)
_BLOCKS = _names(
    "html body address article aside blockquote caption center dd details div dl dt fieldset "
    "figcaption figure footer form header hgroup hr legend li main menu ol p pre section "
    "summary table tbody td tfoot th thead tr ul"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTED = frozenset(["li", "dt", "dd"])
_IN_LAYOUT = "table, form, section, article, pre, h1, h2, h3, p + p"
_META = {
    "author": "author",
    "description": "description",
    "keywords": "keywords",
    "date": "date",
    "dc.date": "date",
    "dc.creator": "author",
    "article:published_time": "date",
    "og:site_name": "site",
}
_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w:.-]+)|encoding=[\"']([\w.-]+)", re.I
)
_NO_MARKUP = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.I | re.S)
_TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.I)
_VOID = _names("area base br col embed hr img input link meta param source track wbr")
_NEVER_NEST = _VOID | _names("dd dt li option p path tbody td tfoot th thead tr")
_DEEPEST = 2_000
_XHTML = re.compile(r"<\?xml\s|xmlns=[\"']http://www\.w3\.org/1999/xhtml")
_SELF_CLOSED = re.compile(r"<([a-zA-Z][\w.-]*)((?:\s[^<>]*)?)/>")
_CJK = "[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffee]"
_WRAPPED_CJK = re.compile(rf"(?<={_CJK})[ \t]*\n[ \t]*(?={_CJK})")


def load_html(item: Item) -> Iterator[Document]:
    """One document, the page's visible text."""
    data = item.read()
    decoded = decode(data, declared_charset(data))
    draft = Draft()
    add_html(draft, decoded.text)
    draft.metadata |= decoded.notes
    yield draft.finish(item)


def declared_charset(data: bytes) -> str | None:
    """The encoding that the page's head or XML declaration names."""
    found = _CHARSET.search(data, 0, 4096)
    return (found[1] or found[2]).decode("ascii", "replace") if found else None


def add_html(draft: Draft, html: str) -> None:
    """Add a page's blocks to `draft`; its title and metadata fill what is still unset.

    Raises LoadError when elements nest so deep that parsing would take minutes.
    """
    if _XHTML.search(html, 0, 4096):
        html = _SELF_CLOSED.sub(_closed, html)
    _refuse_deep(html)
    tree = require("selectolax.lexbor").LexborHTMLParser(html)
    draft.title = draft.title or _head_title(tree)
    draft.metadata = _meta(tree) | draft.metadata
    if tree.body is not None:
        _Walk(draft).run(tree.body)


def _refuse_deep(html: str) -> None:
    """Parsing takes time with the square of the depth, so depth is counted first."""
    if html.count("<") <= _DEEPEST:
        return
    depth = 0
    for tag in _TAG.finditer(_NO_MARKUP.sub("", html)):
        if tag[2].lower() not in _NEVER_NEST:
            depth = max(depth + (-1 if tag[1] else 1), 0)
        if depth > _DEEPEST:
            raise LoadError(f"nests more than {_DEEPEST} elements in one another")


def _closed(tag: re.Match[str]) -> str:
    """`<title/>` as the HTML parser needs it, or it would take the page for the title."""
    return tag[0] if tag[1].lower() in _VOID else f"<{tag[1]}{tag[2]}></{tag[1]}>"


def _head_title(tree: Any) -> str:
    title = tree.css_first("head title")
    return " ".join(title.text().split()) if title is not None else ""


def _meta(tree: Any) -> dict[str, Json]:
    """Author, date and the like. The first element to name a field wins."""
    found: dict[str, Json] = {}
    for meta in tree.css("meta[content]"):
        name = meta.attributes.get("name") or meta.attributes.get("property") or ""
        if field := _META.get(name.lower()):
            found.setdefault(field, " ".join((meta.attributes["content"] or "").split()))
    root = tree.css_first("html")
    if root is not None and root.attributes.get("lang"):
        found["language"] = root.attributes["lang"]
    return found


class _Walk:
    """Goes through a tree in reading order and gives its blocks to a draft."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._line: list[str] = []
        self._open = {"pre": 0, "listed": 0}

    def run(self, root: Any) -> None:
        """Visit everything below `root`."""
        stack = [(root, False)]
        while stack:
            node, done = stack.pop()
            if done:
                self._leave(node)
            elif self._enter(node):
                stack.append((node, True))
                stack.extend((child, False) for child in _children(node))
        self._flush()

    def _enter(self, node: Any) -> bool:
        """Take in what the node holds itself; True when its children are to be visited."""
        tag = node.tag
        if tag == "-text":
            self._line.append(node.text_content or "")
        elif tag == "br":
            self._line.append("\v")
        elif tag in _HEADINGS:
            self._flush()
            self._draft.heading(_text_of(node), _HEADINGS[tag])
        elif tag == "table" and (rows := _rows(node)):
            self._table(node, rows)
        elif tag not in _DROPPED and not tag.startswith("-"):
            if tag in _BLOCKS:
                self._flush()
            self._count(tag, 1)
            return True
        return False

    def _leave(self, node: Any) -> None:
        if node.tag in _BLOCKS:
            self._flush()
        self._count(node.tag, -1)

    def _count(self, tag: str, step: int) -> None:
        if tag in _LISTED:
            self._open["listed"] += step
        elif tag == "pre":
            self._open["pre"] += step

    def _table(self, table: Any, rows: list[list[str]]) -> None:
        self._flush()
        for caption in table.css("caption"):
            self._draft.block(_text_of(caption))
        header = len([*takewhile(_is_header, table.css("tr"))])
        self._draft.table(rows, header=header)

    def _flush(self) -> None:
        """End the block that is under way."""
        text = "".join(self._line)
        self._line.clear()
        if self._open["pre"]:
            self._draft.block(text.replace("\v", "\n"))
        else:
            lines = (_flowed(line) for line in text.split("\v"))
            self._draft.block("\n".join(lines), tight=self._open["listed"] > 0)


def _children(node: Any) -> list[Any]:
    """The children as a stack takes them, last first."""
    return list(node.iter(include_text=True))[::-1]


def _flowed(text: str) -> str:
    """Text with its white space collapsed; a line break between Chinese characters is none."""
    return " ".join(_WRAPPED_CJK.sub("", text).split())


def _is_header(row: Any) -> bool:
    cells = {cell.tag for cell in row.iter()}
    return row.parent.tag == "thead" or cells == {"th"}


def _rows(table: Any) -> list[list[str]] | None:
    """The cells of a table of data, or None for one that only arranges blocks."""
    if any(inner.mem_id != table.mem_id for inner in table.css(_IN_LAYOUT)):
        return None
    rows = [[_text_of(cell) for cell in row.css("td, th")] for row in table.css("tr")]
    return rows if max(map(len, rows), default=0) > 1 else None


def _text_of(node: Any) -> str:
    """All visible text below a node, on one line."""
    words, stack = [], _children(node)
    while stack:
        inner = stack.pop()
        if inner.tag == "-text":
            words.append(inner.text_content or "")
        elif inner.tag not in _DROPPED:
            words.append(" " if inner.tag in _BLOCKS or inner.tag == "br" else "")
            stack.extend(_children(inner))
    return _flowed("".join(words))


FORMATS: dict[str, Loader] = dict.fromkeys((".html", ".htm", ".xhtml"), load_html)
