from __future__ import annotations

from collections.abc import Callable

import pytest
from docutils import nodes
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from memctx.pipeline.loaders.markdown import structure as markdown_structure
from memctx.pipeline.loaders.rst import parse as parse_rst
from memctx.pipeline.loaders.rst import structure as rst_structure
from memctx.records import Document, Skipped

LoadFile = Callable[..., list[Document | Skipped]]


def only(loaded: list[Document | Skipped]) -> Document:
    (document,) = loaded
    assert isinstance(document, Document), document
    return document


def titles(document: Document) -> list[tuple[int, str]]:
    return [(heading.level, heading.title) for heading in document.headings]


def marked(document: Document) -> list[str]:
    """The line of text at each heading's start."""
    return [document.text[heading.start :].split("\n")[0] for heading in document.headings]


MARKDOWN = """---
title: "观测记录"
author: Lin Qingyuan
tags: [stars, 星]
---
# The *first* `night`

Some prose that goes on
for a while.

An underlined
heading
-------

```
# not a heading
```

> # quoted, so not of the document

| star | 亮度 |
|------|------|
| Vega | 0.03 |
| 天狼 | -1.46 |

### 第三节 ###
"""


def test_markdown_keeps_its_markup_and_finds_headings(load_file: LoadFile) -> None:
    document = only(load_file("a.md", MARKDOWN))
    assert (document.text, document.kind) == (MARKDOWN, "markdown")
    assert titles(document) == [(1, "The first night"), (2, "An underlined heading"), (3, "第三节")]
    assert marked(document) == ["# The *first* `night`", "An underlined", "### 第三节 ###"]


def test_markdown_front_matter_gives_title_and_metadata(load_file: LoadFile) -> None:
    document = only(load_file("a.md", MARKDOWN))
    assert document.title == "观测记录"
    assert document.metadata == {"author": "Lin Qingyuan", "tags": "[stars, 星]"}


def test_markdown_tables_are_marked_with_their_header(load_file: LoadFile) -> None:
    document = only(load_file("a.md", MARKDOWN))
    (table,) = document.tables
    rows = document.text[table.start : table.end].split("\n")
    assert rows[0] == "| star | 亮度 |"
    assert rows[-1] == "| 天狼 | -1.46 |"
    assert document.text[table.start : table.header_end].split("\n") == rows[:2]


def test_a_rule_at_the_top_is_no_front_matter(load_file: LoadFile) -> None:
    document = only(load_file("a.md", "---\nJust text.\n---\n\n# Title\n"))
    assert document.title == "Title"
    assert document.metadata == {}


def test_without_level_one_heading_the_title_is_the_stem(load_file: LoadFile) -> None:
    assert only(load_file("notes.v2.md", "## Part\n\ntext")).title == "notes.v2"


# What lines of Markdown are made of, so that blocks of all kinds meet one another.
_MARKDOWN_LINES = (
    "¦¦¦# One¦## 二 *x*¦text of a line¦另一行¦- item¦1. item¦    code¦===¦---¦```¦> quote"
    "¦> # inner¦<div>¦</div>¦- # in a list¦<!-- open¦done -->¦text with > in it¦  indented"
    "¦~~~¦#¦***¦\ttab¦[ref]: /url¦\\# escaped¦####### seven¦| a | b |¦|--|--|¦text | more"
    "¦-|-¦a | b"
)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(_MARKDOWN_LINES.split("¦")), max_size=14))
def test_markdown_headings_are_those_that_the_whole_text_gives(lines: list[str]) -> None:
    """The outline that is parsed gives the same structure as the text itself would."""
    text = "\n".join(lines)
    headings, tables = markdown_structure(text)
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines) + 1)]
    outermost = [token for token in tokens if token.level == 0 and token.map]
    assert [(heading.start, heading.level) for heading in headings] == [
        (starts[token.map[0]], int(token.tag[1]))
        for token in outermost
        if token.type == "heading_open" and token.map
    ]
    assert [table.start for table in tables] == [
        starts[token.map[0]] for token in outermost if token.type == "table_open" and token.map
    ]
    for table in tables:
        assert text[table.start : table.end].count("\n") >= text[
            table.start : table.header_end
        ].count("\n")


# --- reStructuredText ---------------------------------------------------------

RST = """\
========
天文台史
========

:Author: Lin Qingyuan
:Date: 1932

Opening words.

The *early* years
=================

A paragraph::

   Not a title
   ===========

.. note:: Nothing here

   Nor here
   --------

.. include:: /etc/passwd

Sub ``part``
------------

:unknown-role:`x` and |nothing|.

附录
====
"""


def test_rst_keeps_its_markup_and_finds_section_titles(
    load_file: LoadFile, capfd: pytest.CaptureFixture[str]
) -> None:
    document = only(load_file("a.rst", RST))
    assert document.text == RST
    assert titles(document) == [
        (1, "天文台史"),
        (2, "The early years"),
        (3, "Sub part"),
        (2, "附录"),
    ]
    assert marked(document) == ["========", "The *early* years", "Sub ``part``", "附录"]
    assert document.title == "天文台史"
    assert document.metadata == {"author": "Lin Qingyuan", "date": "1932"}
    assert capfd.readouterr() == ("", "")


_RST_LINES = (
    "¦¦¦Title¦题目长¦Sub *x* part¦=====¦======¦-----¦~~~~~¦text of a line¦words::¦  indented"
    "¦   =====¦- item¦1. item¦a. item¦.. note:: x¦.. comment¦:Field: x¦*emphasis*¦`x`_¦| line"
    "¦.. _x: http://e.org¦+---+¦===  ===¦a    b¦....¦.. code:: python¦   x = 1¦--¦> q¦\ttab"
    "¦Term¦   definition¦>>> doc¦--opt  y"
)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(_RST_LINES.split("¦")), max_size=14))
def test_rst_headings_are_those_that_the_whole_text_gives(lines: list[str]) -> None:
    text = "\n".join(lines)
    headings, _ = rst_structure(text)
    sections = parse_rst(text).findall(nodes.section)
    assert [heading.title for heading in headings] == [section[0].astext() for section in sections]
    for heading in headings:
        line = text[heading.start :].split("\n")[0].strip()
        plain = line.replace("*", "").replace("`", "")
        assert plain.startswith(heading.title) or len(set(line)) == 1
        assert heading.start == 0 or text[heading.start - 1] == "\n"


# --- HTML ---------------------------------------------------------------------

HTML = """<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>玄武湖 天文台</title>
<meta name="author" content="林清远"><meta property="article:published_time" content="1932-05-01">
<style>p { color: red }</style><script>var bad = "<p>no</p>"</script></head>
<body><nav><a href="/">Home</a></nav>
<h1>The <em>Observatory</em></h1>
<p>It stands on a hill,
north of the city.<br>Founded &amp; built in 1932。台址位于
南京。</p>
<ul><li>one<ul><li>two</li></ul></li><li>three</li></ul>
<h2>Stars</h2>
<table><caption>Brightness</caption>
<thead><tr><th>star</th><th>亮度</th></tr></thead>
<tr><td>Vega<script>x()</script></td><td>0.03</td></tr></table>
<pre>
  for x in y:
      print(x)</pre>
<form><button>Send</button></form>last words
<script>bad()</script></body></html>"""


def test_html_becomes_clean_blocks(load_file: LoadFile) -> None:
    document = only(load_file("a.html", HTML))
    assert document.text == (
        "The Observatory\n\n"
        "It stands on a hill, north of the city.\nFounded & built in 1932。台址位于南京。\n\n"
        "one\ntwo\nthree\n\nStars\n\nBrightness\n\nstar | 亮度\nVega | 0.03\n\n"
        "for x in y:\n      print(x)\n\nlast words"
    )
    assert document.title == "玄武湖 天文台"
    assert document.metadata == {"author": "林清远", "date": "1932-05-01", "language": "zh"}


def test_html_headings_and_tables_are_marked(load_file: LoadFile) -> None:
    document = only(load_file("a.html", HTML))
    assert titles(document) == [(1, "The Observatory"), (2, "Stars")]
    assert marked(document) == ["The Observatory", "Stars"]
    (table,) = document.tables
    assert document.text[table.start : table.end] == "star | 亮度\nVega | 0.03"
    assert document.text[table.start : table.header_end] == "star | 亮度"


def test_html_in_the_encoding_that_its_head_declares(load_file: LoadFile) -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset={}"><p>天文台</p>'
    chinese = only(load_file("a.htm", page.format("gb2312").encode("gb18030")))
    wrongly = only(load_file("b.htm", page.format("iso-8859-1").encode()))
    assert chinese.text == wrongly.text == "天文台"
    assert chinese.metadata == {"encoding": "gb18030"}


def test_xhtml_with_a_closed_empty_title_is_read(load_file: LoadFile) -> None:
    page = (
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>'
        '<script src="x"/></head><body><a id="p1"/><p>text<br/>more</p></body></html>'
    )
    assert only(load_file("a.xhtml", page)).text == "text\nmore"


def test_a_table_that_only_arranges_a_page_is_read_as_blocks(load_file: LoadFile) -> None:
    page = "<table><tr><td><h1>Title</h1></td><td><p>one</p><p>two</p></td></tr></table>"
    document = only(load_file("a.html", page))
    assert document.text == "Title\n\none\n\ntwo"
    assert document.tables == ()


def test_a_heading_as_long_as_a_paragraph_is_one(load_file: LoadFile) -> None:
    long = "word " * 100
    for name, text in (
        ("a.md", f"# {long}\n\n## short"),
        ("a.html", f"<h1>{long}</h1><h2>short</h2>"),
        ("a.rst", f"{long.strip()}\n{'=' * 500}\n\nshort\n-----\n"),
    ):
        document = only(load_file(name, text))
        assert [heading.title for heading in document.headings] == ["short"]
        assert long.strip() in document.text


def test_a_table_of_data_inside_one_of_layout_is_still_a_table(load_file: LoadFile) -> None:
    inner = "<table><thead><tr><td>a<td>b</thead><tr><td>1<td>2<tr><th>all<th>3</table>"
    page = f"<table><tr><td><h1>Title</h1>{inner}</td><td>aside</td></tr></table>"
    document = only(load_file("a.html", page))
    assert document.text == "Title\n\na | b\n1 | 2\nall | 3\n\naside"
    (table,) = document.tables
    assert document.text[table.start : table.header_end] == "a | b"
