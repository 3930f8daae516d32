"""A whole search in another language than the documents', with an embedder that reads both.

The embedder is a real BERT of a few words: each English one shares its vector with the
Chinese character that means the same, and has no vector for where it stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from memctx import Memory
from memctx.memory.embedder import BertEmbedder, load_embedder

SAME = {
    "lens": "镜",
    "ground": "磨",
    "tower": "塔",
    "bell": "钟",
    "cast": "铸",
    "river": "河",
    "bridge": "桥",
    "built": "建",
    "salt": "盐",
    "ship": "船",
    "sold": "卖",
}
OTHERS = [chr(0x4E00 + number) for number in range(3000)]  # what a vocabulary for Chinese has
ENGLISH = {
    "lens": "Lens ground, lens ground.",
    "bell": "Tower bell cast.",
    "bridge": "River bridge built.",
    "salt": "Ship sold salt.",
}
CHINESE = {"镜": "磨镜，磨镜。", "钟": "塔钟铸。", "桥": "河桥建。", "盐": "船卖盐。"}


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> BertEmbedder:
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("both")
    chinese = [word for word in OTHERS if word not in SAME.values()]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "query", "passage", ":"]
    words = [*special, *SAME, *SAME.values(), *chinese]
    numbers = {word: number for number, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(numbers, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))

    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    model = BertModel(config, add_pooling_layer=False)
    table = model.embeddings.word_embeddings.weight.data
    table.normal_()
    model.embeddings.position_embeddings.weight.data.zero_()
    for english, character in SAME.items():
        table[numbers[character]] = table[numbers[english]]
    model.save_pretrained(folder)
    kinds = {"Transformer": "", "Pooling": "1_Pooling"}
    modules = [
        {"type": f"sentence_transformers.models.{kind}", "path": kinds[kind]} for kind in kinds
    ]
    (folder / "1_Pooling").mkdir()
    for name, value in {
        "modules.json": modules,
        "1_Pooling/config.json": {"pooling_mode_mean_tokens": True},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "}
        },
    }.items():
        (folder / name).write_text(json.dumps(value))
    found = load_embedder(folder, name="both", fingerprint="f", place=lambda: ("cpu", "float32"))
    assert isinstance(found, BertEmbedder)
    return found


@pytest.fixture(params=[(ENGLISH, "钟谁铸？", "bell"), (CHINESE, "Who sold salt?", "盐")])
def asked(
    request: pytest.FixtureRequest, embedder: BertEmbedder, tmp_path: Path
) -> Iterator[tuple[Memory, str, str]]:
    """A memory in one language, a question in the other, and the key of what answers it."""
    texts, question, key = request.param
    rows = [json.dumps({"id": name, "text": text}) for name, text in texts.items()]
    (tmp_path / "corpus.jsonl").write_text("\n".join(rows))
    with Memory(tmp_path / "memory", embedder=embedder) as memory:
        memory.ingest(tmp_path / "corpus.jsonl")
        yield memory, question, key


def test_a_question_in_another_language_finds_the_passage_that_answers_it(
    asked: tuple[Memory, str, str],
) -> None:
    memory, question, key = asked
    found = memory.search(question, 4)
    assert found.passages[0].document.key == key
    assert found.passages[0].signals.lexical == 0.0  # no word of it stands there
    assert found.passages[0].score > found.passages[1].score


def test_a_question_is_embedded_with_its_prompt_and_a_passage_with_its_own(
    embedder: BertEmbedder,
) -> None:
    assert embedder.reads_chinese
    assert embedder.encode_query("bell").tolist() != embedder.encode(["bell"])[0].tolist()
    assert embedder.encode_query("bell") == pytest.approx(embedder.encode_query("钟"), abs=1e-6)
