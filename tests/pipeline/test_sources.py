from __future__ import annotations

import io
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from memctx.errors import ConfigError, UsageError
from memctx.pipeline.sources import Limits, Source, discover
from memctx.records import Skipped

AsNobody = Callable[[], AbstractContextManager[None]]


def found(
    *paths: Path | str, known_roots: tuple[str, ...] = (), exclude: tuple[str, ...] = ()
) -> list[tuple[str, str]]:
    """Key and root of each source that is found."""
    sources = discover([str(path) for path in paths], known_roots=known_roots, exclude=exclude)
    return [(source.key, source.root) for source in sources if isinstance(source, Source)]


def keys(
    *paths: Path | str, known_roots: tuple[str, ...] = (), exclude: tuple[str, ...] = ()
) -> list[str]:
    return [key for key, _ in found(*paths, known_roots=known_roots, exclude=exclude)]


def skipped(*paths: Path | str, limits: Limits | None = None) -> dict[str, str]:
    sources = discover([str(path) for path in paths], limits=limits)
    return {source.key: source.reason for source in sources if isinstance(source, Skipped)}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    for name in ("b.md", "a.txt", "sub/c.md", "sub/deep/d.md", "天文/星.md"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text")
    return folder


def test_a_folder_gives_its_files_in_order_with_keys_below_it(corpus: Path) -> None:
    assert found(corpus) == [
        (key, str(corpus)) for key in ("a.txt", "b.md", "sub/c.md", "sub/deep/d.md", "天文/星.md")
    ]


def test_a_source_carries_size_and_modification_time(corpus: Path) -> None:
    (source,) = discover([str(corpus / "b.md")])
    assert isinstance(source, Source)
    status = (corpus / "b.md").stat()
    assert (source.size, source.mtime_ns, source.path) == (4, status.st_mtime_ns, corpus / "b.md")


def test_hidden_files_and_folders_of_tools_are_passed_over(corpus: Path) -> None:
    for name in (".git/x.md", ".venv/x.py", "node_modules/x.js", "__pycache__/x.py", ".memctx/x"):
        (corpus / name).parent.mkdir()
        (corpus / name).write_text("text")
    (corpus / ".hidden.md").write_text("text")
    (corpus / "~$open.docx").write_text("text")
    assert len(keys(corpus)) == 5
    assert not skipped(corpus)


def test_a_hidden_folder_is_read_when_it_is_named(corpus: Path) -> None:
    (corpus / ".notes").mkdir()
    (corpus / ".notes" / "x.md").write_text("text")
    assert keys(corpus / ".notes") == ["x.md"]


def test_a_memorys_own_folder_is_never_read(tmp_path: Path) -> None:
    (tmp_path / ".memctx").mkdir()
    assert list(skipped(tmp_path / ".memctx").values()) == ["is a memory's own folder"]


def test_excluded_folders_are_passed_over(corpus: Path) -> None:
    assert "sub/c.md" not in keys(corpus, exclude=(str(corpus / "sub"),))


def test_a_single_file_takes_its_folder_as_root(corpus: Path) -> None:
    assert found(corpus / "sub" / "c.md") == [("c.md", str(corpus / "sub"))]


def test_a_relative_path_gives_the_same_root(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(corpus)
    assert found("b.md") == [("b.md", str(corpus))]
    assert found(".") == found(corpus)
    assert keys("*.md") == ["b.md"]


def test_a_path_inside_a_known_root_keeps_that_root(corpus: Path) -> None:
    known = (str(corpus),)
    assert found(corpus / "sub/c.md", known_roots=known) == [("sub/c.md", str(corpus))]
    assert keys(corpus / "sub", known_roots=known) == ["sub/c.md", "sub/deep/d.md"]
    assert keys(f"{corpus}/sub/*.md", known_roots=known) == ["sub/c.md"]


def test_the_innermost_of_several_known_roots_is_taken(corpus: Path) -> None:
    known = (str(corpus), str(corpus / "sub"))
    assert keys(corpus / "sub/deep/d.md", known_roots=known) == ["deep/d.md"]


def test_a_root_that_only_shares_a_name_s_beginning_is_another(corpus: Path) -> None:
    assert keys(corpus / "sub/c.md", known_roots=(str(corpus / "su"), "-")) == ["c.md"]


def test_what_is_named_twice_comes_once(corpus: Path) -> None:
    once = found(corpus)
    again = found(corpus / "sub", corpus / "sub/c.md", corpus, corpus)
    assert sorted(again) == sorted(once)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.md", ["b.md"]),
        ("*", ["a.txt", "b.md", "sub/c.md", "sub/deep/d.md", "天文/星.md"]),
        ("**/*.md", ["b.md", "sub/c.md", "sub/deep/d.md", "天文/星.md"]),
        ("sub/**", ["c.md", "deep/d.md"]),
        ("s*/*.md", ["sub/c.md"]),
        ("[ab].*", ["a.txt", "b.md"]),
        ("sub/**/d?md", ["deep/d.md"]),
    ],
)
def test_a_glob_takes_its_fixed_part_as_root(
    corpus: Path, pattern: str, expected: list[str]
) -> None:
    assert keys(f"{corpus}/{pattern}") == expected


def test_a_file_whose_name_looks_like_a_glob_is_a_file(corpus: Path) -> None:
    (corpus / "what[1].md").write_text("text")
    assert keys(corpus / "what[1].md") == ["what[1].md"]


def test_a_path_that_does_not_exist_is_refused_before_anything_is_found(corpus: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing at .*nowhere\.md"):
        discover([str(corpus), str(corpus / "nowhere.md")])


def test_a_glob_that_matches_nothing_is_refused(corpus: Path) -> None:
    with pytest.raises(UsageError, match=r"\*\.pdf matches no file"):
        discover([f"{corpus}/*.pdf"])
    with pytest.raises(UsageError, match="found nothing at"):
        discover([f"{corpus}/nowhere/*.md"])


def test_unsupported_files_in_a_folder_are_skipped_with_advice(corpus: Path) -> None:
    for name in ("photo.png", "old.doc", "all.tar"):
        (corpus / name).write_bytes(b"x")
    assert skipped(corpus) == {
        "all.tar": ".tar files are not read; unpack it",
        "old.doc": ".doc files are not read; save it as .docx",
        "photo.png": ".png files are not read",
    }


def test_a_file_of_any_suffix_is_taken_when_it_is_named(corpus: Path) -> None:
    (corpus / "notes.xyz").write_text("text")
    assert keys(corpus / "notes.xyz") == ["notes.xyz"]


def test_files_without_suffix_are_taken(corpus: Path) -> None:
    (corpus / "README").write_text("text")
    (corpus / "Makefile").write_text("all:")
    assert {"README", "Makefile"} <= set(keys(corpus))


def test_a_file_over_the_limit_is_skipped_and_both_sizes_named(corpus: Path) -> None:
    (corpus / "big.txt").write_bytes(b"x" * 300_000)
    reasons = skipped(corpus, limits=Limits(file_bytes=200_000))
    assert reasons == {"big.txt": "is 0.3 MB, over the limit of 0.2 MB a file"}


def test_links_out_of_the_root_and_loops_are_skipped(corpus: Path) -> None:
    outside = corpus.parent / "outside.md"
    outside.write_text("text")
    (corpus / "out.md").symlink_to(outside)
    (corpus / "up").symlink_to(corpus.parent)
    (corpus / "loop").symlink_to(corpus)
    (corpus / "self.md").symlink_to(corpus / "self.md")
    (corpus / "gone.md").symlink_to(corpus / "nothing.md")
    (corpus / "twin").symlink_to(corpus / "sub")
    reasons = skipped(corpus)
    assert reasons["out.md"] == (
        f"is a symlink that leads outside {corpus}; to ingest {outside}, name it"
    )
    assert reasons["up"].startswith("is a symlink that leads outside")
    assert reasons["loop"] == "is a symlink loop"
    assert reasons["self.md"] == "is a symlink loop"
    assert reasons["gone.md"] == "is a broken symlink"
    assert reasons["twin"] == "is a symlink to a folder, whose files are ingested where they are"
    assert len(keys(corpus)) == 5


def test_a_link_within_the_root_is_followed(corpus: Path) -> None:
    (corpus / "latest.md").symlink_to(corpus / "sub" / "c.md")
    assert "latest.md" in keys(corpus)


def test_a_link_that_is_named_may_not_leave_its_folder_either(corpus: Path) -> None:
    (corpus / "sub" / "up.md").symlink_to(corpus / "b.md")
    assert "leads outside" in skipped(corpus / "sub" / "up.md")["up.md"]
    assert keys(corpus / "sub" / "up.md", known_roots=(str(corpus),)) == ["sub/up.md"]


def test_a_folder_that_is_a_link_is_read_where_it_leads(corpus: Path) -> None:
    link = corpus.parent / "link"
    link.symlink_to(corpus)
    assert found(link) == found(corpus)


def test_pipes_and_sockets_are_skipped() -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:  # a socket's path must be short
        os.mkfifo(f"{folder}/pipe")
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"{folder}/socket")
            reasons = skipped(folder)
    assert set(reasons) == {"pipe", "socket"}
    assert set(reasons.values()) == {"is a socket, a pipe or a device, not a file"}


def test_unreadable_files_and_folders_are_skipped(open_folder: Path, as_nobody: AsNobody) -> None:
    path = open_folder
    (path / "secret.md").write_text("text")
    (path / "closed").mkdir()
    (path / "secret.md").chmod(0)
    (path / "closed").chmod(0)
    with as_nobody():
        reasons = skipped(path)
    assert reasons == {
        "closed/": "cannot be read: Permission denied",
        "secret.md": "cannot be read: permission denied",
    }


def test_a_name_that_is_not_utf8_is_read_as_gbk(tmp_path: Path) -> None:
    with open(os.fsencode(tmp_path) + b"/" + "笔记.md".encode("gbk"), "w") as file:
        file.write("text")
    assert keys(tmp_path) == ["笔记.md"]


def test_standard_input_is_read_once_and_carried_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("天文台".encode())))
    (source,) = discover(["-", "-"])
    assert source == Source("stdin", "-", None, 9, 0, "天文台".encode())


def test_standard_input_over_the_limit_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x" * 11)))
    (source,) = discover(["-"], limits=Limits(file_bytes=10))
    assert source == Skipped("stdin", "is 11 bytes, over the limit of 10 bytes a file")


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ConfigError, match="file_bytes must be at least 1, got 0"):
        Limits(file_bytes=0)
