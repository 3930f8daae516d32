"""Plain text and source code: one document, its text as it stands.

Which programming language a file is in follows from its name. This module does not
look into the code: splitting it along functions is the splitter's work.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...records import Document
from .base import Item, Loader
from .draft import refuse_empty
from .encoding import Decoded, decode

PLAIN = (".txt", ".text", ".log", ".org", ".adoc", ".asciidoc", ".tex", ".srt", ".vtt")

LANGUAGES = {
    ".bash": "bash",
    ".bat": "batch",
    ".c": "c",
    ".cc": "cpp",
    ".cfg": "ini",
    ".clj": "clojure",
    ".cmake": "cmake",
    ".conf": "ini",
    ".cpp": "cpp",
    ".cs": "csharp",
    ".css": "css",
    ".cu": "cuda",
    ".cxx": "cpp",
    ".dart": "dart",
    ".diff": "diff",
    ".ex": "elixir",
    ".exs": "elixir",
    ".f90": "fortran",
    ".fs": "fsharp",
    ".go": "go",
    ".gradle": "groovy",
    ".graphql": "graphql",
    ".groovy": "groovy",
    ".h": "c",
    ".hpp": "cpp",
    ".hs": "haskell",
    ".ini": "ini",
    ".java": "java",
    ".jl": "julia",
    ".js": "javascript",
    ".jsx": "javascript",
    ".kt": "kotlin",
    ".kts": "kotlin",
    ".less": "less",
    ".lisp": "lisp",
    ".lua": "lua",
    ".m": "objectivec",
    ".mjs": "javascript",
    ".ml": "ocaml",
    ".nix": "nix",
    ".patch": "diff",
    ".php": "php",
    ".pl": "perl",
    ".pm": "perl",
    ".proto": "protobuf",
    ".ps1": "powershell",
    ".py": "python",
    ".pyi": "python",
    ".r": "r",
    ".rb": "ruby",
    ".rs": "rust",
    ".sass": "sass",
    ".scala": "scala",
    ".scss": "scss",
    ".sh": "bash",
    ".sol": "solidity",
    ".sql": "sql",
    ".swift": "swift",
    ".tf": "hcl",
    ".toml": "toml",
    ".ts": "typescript",
    ".tsx": "tsx",
    ".v": "verilog",
    ".vb": "vb",
    ".vue": "vue",
    ".xml": "xml",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".zig": "zig",
    ".zsh": "bash",
}

LANGUAGE_OF_NAME = {
    "cmakelists.txt": "cmake",
    "dockerfile": "dockerfile",
    "gemfile": "ruby",
    "jenkinsfile": "groovy",
    "justfile": "make",
    "makefile": "make",
    "rakefile": "ruby",
}


def load_plain(item: Item) -> Iterator[Document]:
    """Text that has no structure but its lines."""
    decoded = read_text(item)
    yield Document(item.key, decoded.text, title=item.stem, uri=item.uri, metadata=decoded.notes)


def load_code(item: Item) -> Iterator[Document]:
    """Source code, whose language the file's name tells."""
    decoded = read_text(item)
    name = item.name.lower()
    yield Document(
        item.key,
        decoded.text,
        title=item.stem,
        uri=item.uri,
        kind="code",
        language=LANGUAGE_OF_NAME.get(name) or LANGUAGES.get("." + name.rpartition(".")[2]),
        metadata=decoded.notes,
    )


def read_text(item: Item) -> Decoded:
    """The item's bytes as clean text. Raises LoadError when binary or empty."""
    decoded = decode(item.read())
    refuse_empty(decoded.text)
    return decoded


FORMATS: dict[str, Loader] = {
    **dict.fromkeys(PLAIN, load_plain),
    **dict.fromkeys(LANGUAGES, load_code),
}
