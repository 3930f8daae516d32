"""A part of a Markdown file that a benchmark owns, between two comments.

Whatever stands outside the two comments is left as it is.
"""

from __future__ import annotations

from pathlib import Path

from memctx.files import write_text


def replace_section(file: Path, name: str, body: str, *, title: str) -> None:
    """Puts `body` into the section `name` of a file; both are made where missing.

    Raises:
        ValueError: the section begins in the file but does not end.
    """
    text = file.read_text(encoding="utf-8") if file.is_file() else f"# {title}\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, with_section(text, name, body))


def with_section(text: str, name: str, body: str) -> str:
    """The text with its section `name` replaced, or appended.

    >>> print(with_section("# Title", "speed", "fast"))
    # Title
    <BLANKLINE>
    <!-- speed: begin -->
    fast
    <!-- speed: end -->
    <BLANKLINE>
    """
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{begin}\n{body.strip()}\n{end}"
    if begin not in text:
        return f"{text.rstrip()}\n\n{section}\n"
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"the section {name} begins with {begin} and has no {end}")
    return before + section + after
