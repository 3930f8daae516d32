"""The compact tokenizer against the one that it was built from."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memctx.config import load_settings
from memctx.models.resolve import resolve
from memctx.reader.byte_pairs import SHIFT, Merges, merge
from memctx.reader.compact import CompactTokenizer, build, compact_tokenizer

from .conftest import save_tokenizer

_PARTS = [
    *"abcdehlo ",
    *("the ", " the", "  ", "    ", "\n", "\n\n\n", "\t", "\r\n", ">", "> </", ">  </", "</b>"),
    *("<eos>", "<bos>", "<eos", "<h1>", "</h1>", "<unused5>", "[multimodal]", "<0x41>", "\u2581"),
    *(
        "天",
        "文台",
        "，",
        "\u3000",
        "é",
        "e\u0301",
        "😀",
        "👩\u200d👩\u200d👧",
        "ﬁ",
        "Ⅷ",
        "１９",
        "ß",
    ),
    *("\x00", "\x7f", "\u200b", "\ud7ff", "\uffff", "𓀀", "𝒳", "ｶﾞ", "ꯍ", "ก", "١"),
]
TEXTS = st.lists(st.sampled_from(_PARTS) | st.text(max_size=4), max_size=30).map("".join)


def save_small(folder: Path, *, merges: int = 90, **changed: Any) -> None:
    """A tokenizer of the kind that can be kept as tables, with merges drawn by lot."""
    rng = random.Random(5)
    control = ["<pad>", "<eos>", "<bos>", "<unk>"]
    added = [*control, "<h1>", "</h1>", "\n\n"]
    letters = [*"abcdehlotn", "\u2581", "\n", ">", "<", "/", "1", "天", "文", "é"]
    pieces = [*added, *(f"<0x{byte:02X}>" for byte in range(256)), *letters]
    pairs: list[list[str]] = []
    while len(pairs) < merges:
        left, right = rng.choice(pieces[263:]), rng.choice(pieces[263:])
        if left + right not in pieces and len(left + right) < 7:
            pieces.append(left + right)
            pairs.append([left, right])
    model = {"type": "BPE", "byte_fallback": True, "fuse_unk": True, "unk_token": "<unk>"}
    whole = {
        "version": "1.0",
        "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "\u2581"},
        "pre_tokenizer": None,
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [
                {"SpecialToken": {"id": "<bos>", "type_id": 0}},
                {"Sequence": {"id": "A", "type_id": 0}},
            ],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}],
            "special_tokens": {"<bos>": {"id": "<bos>", "ids": [2], "tokens": ["<bos>"]}},
        },
        "decoder": {
            "type": "Sequence",
            "decoders": [
                {"type": "Replace", "pattern": {"String": "\u2581"}, "content": " "},
                {"type": "ByteFallback"},
                {"type": "Fuse"},
            ],
        },
        "added_tokens": [
            {"id": place, "content": token, "special": token in control}
            | dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
            for place, token in enumerate(added)
        ],
        "model": model | {"vocab": {p: i for i, p in enumerate(pieces)}, "merges": pairs},
    }
    names = {f"{token[1:-1]}_token": token for token in control}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(whole | changed))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"} | names)
    )


def transformers_tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


class Both:
    """One tokenizer in its two forms."""

    def __init__(self, folder: Path, file: Path) -> None:
        assert build(folder, file)
        self.ours = CompactTokenizer(file)
        self.theirs = transformers_tokenizer(folder)

    def check(self, text: str) -> None:
        """Both give the same tokens for a text, and the same text for each run of them."""
        for scaffold in (False, True):
            wanted = self.theirs(
                text, add_special_tokens=False, split_special_tokens=not scaffold, verbose=False
            )["input_ids"]
            assert self.ours.encode(text, scaffold=scaffold) == wanted
            self.check_ids(wanted)
            self.check_ids(wanted[1:-1])

    def check_ids(self, ids: Sequence[int]) -> None:
        """Both give the same text for these tokens."""
        assert self.ours.decode(ids) == self.theirs.decode(ids, skip_special_tokens=True)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = tmp_path_factory.mktemp("small")
    save_small(folder)
    return Both(folder, folder / "tables")


@pytest.fixture(scope="module")
def gemma(tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = resolve("gemma-3-270m", cache=load_settings().cache).path
    return Both(folder, tmp_path_factory.mktemp("gemma") / "tables")


@given(TEXTS)
def test_every_text_has_the_same_tokens_in_both_forms(small: Both, text: str) -> None:
    small.check(text)


@given(st.lists(st.integers(0, 370), max_size=12))
def test_any_tokens_have_the_same_text_in_both_forms(small: Both, ids: list[int]) -> None:
    small.check_ids([token for token in ids if token < len(small.ours)])


@settings(max_examples=300)
@given(TEXTS)
def test_the_tokens_of_gemma_are_the_same_in_both_forms(gemma: Both, text: str) -> None:
    gemma.check(text)


@given(st.lists(st.integers(0, 600) | st.integers(0, 262143), max_size=12))
def test_the_texts_of_gemma_s_tokens_are_the_same(gemma: Both, ids: list[int]) -> None:
    gemma.check_ids(ids)


def test_prose_and_code_have_the_same_tokens(gemma: Both) -> None:
    root = Path(__file__).parents[2]
    for path in [*sorted((root / "data" / "sample" / "documents").glob("*.md")), Path(__file__)]:
        gemma.check(path.read_text(encoding="utf-8"))


def test_both_forms_know_the_same_control_tokens(gemma: Both) -> None:
    assert len(gemma.ours) == len(gemma.theirs)
    assert gemma.ours.eos_token_id == gemma.theirs.eos_token_id
    assert gemma.ours.pad_token_id == gemma.theirs.pad_token_id
    assert set(gemma.theirs.all_special_ids) <= gemma.ours.control_ids
    assert gemma.ours.opening_ids == (gemma.theirs.bos_token_id,)


@given(st.text("abc", max_size=24), st.permutations(range(9)))
def test_merging_takes_the_best_pair_first_and_of_equals_the_leftmost(
    text: str, order: list[int]
) -> None:
    made = {(a, b): 10 + 3 * a + b for a in range(3) for b in range(3)}
    made |= {(10, 10): 30, (11, 2): 31, (14, 14): 32}
    ranks = {pair: rank for pair, rank in zip(made, [*order, 20, 21, 22], strict=True)}
    rows = sorted((a << SHIFT | b, ranks[a, b], token) for (a, b), token in made.items())
    ids = [ord(letter) - ord("a") for letter in text]
    found = merge(ids, Merges(*map(list, zip(*rows, strict=True))))
    while pairs := [(ranks[p], i) for i, p in enumerate(pairwise(ids)) if p in made]:
        _, place = min(pairs)
        ids[place : place + 2] = [made[ids[place], ids[place + 1]]]
    assert found == ids


def test_only_a_large_tokenizer_is_worth_tables(
    tmp_path: Path,
) -> None:
    save_small(tmp_path / "model")
    assert compact_tokenizer(tmp_path / "model", tmp_path / "cache") is None
    found = compact_tokenizer(tmp_path / "model", tmp_path / "cache", worthwhile=1)
    assert found is not None
    assert len(list((tmp_path / "cache").iterdir())) == 1
    theirs = transformers_tokenizer(tmp_path / "model")
    assert [*found.opening_ids, *found.encode("the 天文")] == theirs("the 天文")["input_ids"]


@pytest.mark.parametrize(
    "changed",
    [
        {"normalizer": {"type": "NFC"}},
        {"pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}},
        {"truncation": {"max_length": 8}},
        {"decoder": {"type": "ByteFallback"}},
        {"post_processor": None},
        {"model": {"type": "Unigram", "vocab": []}},
    ],
)
def test_another_kind_of_tokenizer_is_left_to_transformers(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    save_small(tmp_path / "model", **changed)
    assert compact_tokenizer(tmp_path / "model", tmp_path / "cache", worthwhile=1) is None
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_chat_template_and_byte_level_letters_are_left_to_transformers(tmp_path: Path) -> None:
    save_small(tmp_path / "chat")
    (tmp_path / "chat" / "chat_template.jinja").write_text("{{ messages }}")
    save_tokenizer(tmp_path / "bytes")
    for name in ("chat", "bytes", "absent"):
        assert compact_tokenizer(tmp_path / name, tmp_path / "cache", worthwhile=1) is None


def test_a_changed_tokenizer_gets_new_tables(tmp_path: Path) -> None:
    save_small(tmp_path / "model")
    before = compact_tokenizer(tmp_path / "model", tmp_path / "cache", worthwhile=1)
    time.sleep(0.01)
    save_small(tmp_path / "model", merges=40)
    after = compact_tokenizer(tmp_path / "model", tmp_path / "cache", worthwhile=1)
    assert before is not None
    assert after is not None
    assert len(before) - len(after) == 50


def test_damaged_tables_are_built_again(tmp_path: Path) -> None:
    save_small(tmp_path / "model")
    first = compact_tokenizer(tmp_path / "model", tmp_path / "cache", worthwhile=1)
    assert first is not None
    (file,) = (tmp_path / "cache").iterdir()
    whole = file.read_bytes()
    flipped = bytearray(whole)
    flipped[-40] ^= 4
    for damaged in (b"", whole[:100], whole[:-1], bytes(flipped), b"x" * 500):
        file.write_bytes(damaged)
        with pytest.raises(ValueError, match="tables"):
            CompactTokenizer(file)
        again = compact_tokenizer(tmp_path / "model", tmp_path / "cache", worthwhile=1)
        assert again is not None
        assert again.encode("the hello") == first.encode("the hello")
        assert file.read_bytes() == whole


def test_a_cache_that_cannot_be_written_leaves_it_to_transformers(tmp_path: Path) -> None:
    save_small(tmp_path / "model")
    (tmp_path / "cache").write_text("a file is in the way")
    assert compact_tokenizer(tmp_path / "model", tmp_path / "cache", worthwhile=1) is None


_BUILD = """
import sys
from pathlib import Path
from memctx.reader.compact import compact_tokenizer
print("ready", flush=True)
while True:
    found = compact_tokenizer(Path(sys.argv[1]), Path(sys.argv[2]), worthwhile=1)
    assert found.encode("the hello")
    for file in Path(sys.argv[2]).glob("*.safetensors"):
        file.unlink()
"""


def test_a_builder_killed_at_any_moment_leaves_whole_tables_or_none(tmp_path: Path) -> None:
    save_small(tmp_path / "model")
    cache = tmp_path / "cache"
    for wait in (0.01, 0.05, 0.09):
        builder = subprocess.Popen(
            [sys.executable, "-c", _BUILD, str(tmp_path / "model"), str(cache)],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        assert builder.stdout is not None
        assert builder.stdout.readline() == "ready\n"
        time.sleep(wait)
        builder.kill()
        builder.wait()
        builder.stdout.close()
        for file in cache.glob("*.safetensors"):
            assert CompactTokenizer(file).encode("the hello")
        assert compact_tokenizer(tmp_path / "model", cache, worthwhile=1) is not None
