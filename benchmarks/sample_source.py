"""Reads the sources in `benchmarks/sample/`: paragraphs, headings and tables.

Blank lines part paragraphs. A paragraph whose lines all begin with a bar is a
table; what a leading `#` means is for the maker of each format to say.
"""

import re
from collections.abc import Iterator


def blocks(source: str) -> Iterator[list[str]]:
    """The paragraphs of `source`, each as its lines; blank lines part them."""
    for block in re.split(r"\n{2,}", source.strip()):
        yield block.split("\n")


def cells(line: str) -> list[str]:
    """The cells of a table row such as "| 1903 | On delivery | 210"."""
    return [cell.strip() for cell in line.removeprefix("|").split("|")]


def is_table(block: list[str]) -> bool:
    """Whether a paragraph is a table: every line begins with a bar."""
    return all(line.startswith("|") for line in block)
